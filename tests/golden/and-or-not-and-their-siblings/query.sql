select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."title" = $1::text or "page$1"."words" > $2::integer)
order by "page$1"."id"
limit $3::bigint) as "row$") as "or", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."title" = $4::text and "page$1"."words" > $5::integer)
order by "page$1"."id"
limit $6::bigint) as "row$") as "inner", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where (("page$1"."words" = $7::integer or "page$1"."words" = $8::integer) and "page$1"."kind" = $9::text::"docgraph_d1"."kind$enum")
order by "page$1"."id"
limit $10::bigint) as "row$") as "and", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."kind" = $11::text::"docgraph_d1"."kind$enum" and "page$1"."tags" @> $12::text[] and ("page$1"."words" = $13::integer or "page$1"."words" is null))
order by "page$1"."id"
limit $14::bigint) as "row$") as "siblings", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not ("page$1"."words" > $15::integer)
order by "page$1"."id"
limit $16::bigint) as "row$") as "not") as "row$") as "data"

-- ['End', 9, 100, 'End', 9, 100, 30, 7, 'NOTE', 100, 'GUIDE', ['x'], 30, 100, 9, 100]
