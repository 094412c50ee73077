select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."words" is null
order by "page$1"."id"
limit 100) as "row$") as "none", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."words" is not null
order by "page$1"."id"
limit 100) as "row$") as "some", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."words" <> $1::integer
order by "page$1"."id"
limit 100) as "row$") as "other") as "row$") as "data"

-- [30]
