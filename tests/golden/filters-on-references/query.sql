select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."author" = $1::bytea
order by "page$1"."id"
limit 100) as "row$") as "byId", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where position($2::bytea in "page$1"."author") > 0
order by "page$1"."id"
limit 100) as "row$") as "bytes", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where '0x' || encode("page$1"."author", 'hex') like $3::text
order by "page$1"."id"
limit 100) as "row$") as "part", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."author" = any($4::bytea[])
order by "page$1"."id"
limit 100) as "row$") as "in", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."id" > $5::bigint
order by "sample$1"."id"
limit 100) as "row$") as "number") as "row$") as "data"

-- [b'\x01', b'\x01', '0x0%', [b'\x02'], 1]
