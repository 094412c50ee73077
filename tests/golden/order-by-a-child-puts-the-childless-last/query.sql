select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", (select row_to_json("row$") from (
select "author$2"."name" as "name" from "docgraph_d1"."author" as "author$2"
where "author$2"."id" = "page$1"."author") as "row$") as "author" from "docgraph_d1"."page" as "page$1"
order by (select "author$3"."name" from "docgraph_d1"."author" as "author$3" where "author$3"."id" = "page$1"."author"), "page$1"."id"
limit 100) as "row$") as "pages") as "row$") as "data"

-- []
