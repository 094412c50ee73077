select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = any($1::text[])
order by "page$1"."id"
limit 100) as "row$") as "a", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = any($2::text[])
order by "page$1"."id"
limit 100) as "row$") as "b", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."words" <> all($3::integer[])
order by "page$1"."id"
limit 100) as "row$") as "c", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."words" <> all($4::integer[])
order by "page$1"."id"
limit 100) as "row$") as "d") as "row$") as "data"

-- [['a', 'c'], [], [30], []]
