select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."kind" = $1::text::"docgraph_d1"."kind$enum"
order by "page$1"."id"
limit 100) as "row$") as "whole", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" = $2::text
order by "page$1"."id"
limit 100) as "row$") as "inside") as "row$") as "data"

-- ['GUIDE', 'Start']
