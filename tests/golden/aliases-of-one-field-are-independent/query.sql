select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."kind" = $1::text::"docgraph_d1"."kind$enum"
order by "page$1"."id"
limit 100) as "row$") as "guides", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."kind" = $2::text::"docgraph_d1"."kind$enum"
order by "page$1"."id"
limit 100) as "row$") as "notes") as "row$") as "data"

-- ['GUIDE', 'NOTE']
