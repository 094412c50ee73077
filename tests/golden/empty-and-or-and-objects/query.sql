select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where false
order by "page$1"."id"
limit 100) as "row$") as "or", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 100) as "row$") as "and", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 100) as "row$") as "all", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not (true)
order by "page$1"."id"
limit 100) as "row$") as "not", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 100) as "row$") as "nulls") as "row$") as "data"

-- []
