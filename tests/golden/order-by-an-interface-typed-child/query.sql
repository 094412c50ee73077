select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", (
select (select row_to_json("row$") from (select "page$2"."title" as "title") as "row$") from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "page$1"."main"
union all
select (select row_to_json("row$") from (select "note$3"."title" as "title") as "row$") from "docgraph_d1"."note" as "note$3"
where "note$3"."id" = "page$1"."main") as "main" from "docgraph_d1"."page" as "page$1"
order by coalesce((select "page$4"."title" from "docgraph_d1"."page" as "page$4" where "page$4"."id" = "page$1"."main"), (select "note$5"."title" from "docgraph_d1"."note" as "note$5" where "note$5"."id" = "page$1"."main")) desc, "page$1"."id" desc
limit 100) as "row$") as "pages") as "row$") as "data"

-- []
