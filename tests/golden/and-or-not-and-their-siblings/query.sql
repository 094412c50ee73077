select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."title" = $1::text or "page$1"."words" > $2::integer)
order by "page$1"."id"
limit 100) as "row$") as "or", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."title" = $3::text and "page$1"."words" > $4::integer)
order by "page$1"."id"
limit 100) as "row$") as "inner", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where (("page$1"."words" = $5::integer or "page$1"."words" = $6::integer) and "page$1"."kind" = $7::text::"docgraph_d1"."kind$enum")
order by "page$1"."id"
limit 100) as "row$") as "and", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."kind" = $8::text::"docgraph_d1"."kind$enum" and "page$1"."tags" @> $9::text[] and ("page$1"."words" = $10::integer or "page$1"."words" is null))
order by "page$1"."id"
limit 100) as "row$") as "siblings", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not ("page$1"."words" > $11::integer)
order by "page$1"."id"
limit 100) as "row$") as "not") as "row$") as "data"

-- ['End', 9, 'End', 9, 30, 7, 'NOTE', 'GUIDE', ['x'], 30, 9]
