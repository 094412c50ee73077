select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."$since" >= $1::integer
order by "page$1"."id"
limit $2::bigint) as "row$") as "pages", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where ("page$1"."$since" >= $3::integer or "page$1"."id" = $4::text)
order by "page$1"."id"
limit $5::bigint) as "row$") as "or") as "row$") as "data"

-- [2, 100, 3, 'b', 100]
