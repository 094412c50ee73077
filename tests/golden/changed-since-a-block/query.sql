select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."$since" >= $1::integer
order by "page$1"."id"
limit 100) as "row$") as "pages", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."$since" >= $2::integer or "page$1"."id" = $3::text)
order by "page$1"."id"
limit 100) as "row$") as "or") as "row$") as "data"

-- [2, 3, 'b']
