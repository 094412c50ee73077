select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $1::text
order by "page$1"."id"
limit 100) as "row$") as "a", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $2::text
order by "page$1"."id"
limit 100) as "row$") as "b", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $3::text
order by "page$1"."id"
limit 100) as "row$") as "c", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" ilike $4::text
order by "page$1"."id"
limit 100) as "row$") as "d", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" not like $5::text
order by "page$1"."id"
limit 100) as "row$") as "e") as "row$") as "data"

-- ['%50\\%%', '%5\\_\\%%', '%off\\_', 'START%', '%t%']
