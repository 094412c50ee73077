select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 1) as "row$") as "pages", (select row_to_json("row$") from (select exists (select from "docgraph_d1"."$problem") as "hasIndexingErrors") as "row$") as "_meta") as "row$") as "data"

-- []
