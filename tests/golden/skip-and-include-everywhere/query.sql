select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 1) as "row$") as "pages") as "row$") as "data"

-- []
