select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from "docgraph_d1"."note" as "note$2" where "note$2"."page" = "page$1"."id" and true)
order by "page$1"."id"
limit 100) as "row$") as "none", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from "docgraph_d1"."note" as "note$2" where "note$2"."page" = "page$1"."id" and "note$2"."title" = $1::text)
order by "page$1"."id"
limit 100) as "row$") as "noneSuch", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from "docgraph_d1"."page" as "page$2" where "page$2"."id" = any("page$1"."links") and ("page$2"."words" > $2::integer) is not true)
order by "page$1"."id"
limit 100) as "row$") as "every") as "row$") as "data"

-- ['first', 10]
