select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", (select row_to_json("row$") from (
select "cover$2"."id" as "id" from "docgraph_d1"."cover" as "cover$2"
where "cover$2"."page" = "page$1"."id") as "row$") as "cover" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = any($1::text[])
order by "page$1"."id"
limit 100) as "row$") as "pages") as "row$") as "data"

-- [['a', 'c']]
