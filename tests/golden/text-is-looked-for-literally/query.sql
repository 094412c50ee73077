select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $1::text
order by "page$1"."id"
limit $2::bigint) as "row$") as "a", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $3::text
order by "page$1"."id"
limit $4::bigint) as "row$") as "b", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $5::text
order by "page$1"."id"
limit $6::bigint) as "row$") as "c", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" ilike $7::text
order by "page$1"."id"
limit $8::bigint) as "row$") as "d", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" not like $9::text
order by "page$1"."id"
limit $10::bigint) as "row$") as "e") as "row$") as "data"

-- ['%50\\%%', 100, '%5\\_\\%%', 100, '%off\\_', 100, 'START%', 100, '%t%', 100]
