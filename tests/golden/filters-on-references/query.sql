select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."author" = $1::bytea
order by "page$1"."id"
limit $2::bigint) as "row$") as "byId", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where position($3::bytea in "page$1"."author") > 0
order by "page$1"."id"
limit $4::bigint) as "row$") as "bytes", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where '0x' || encode("page$1"."author", 'hex') like $5::text
order by "page$1"."id"
limit $6::bigint) as "row$") as "part", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."author" = any($7::bytea[])
order by "page$1"."id"
limit $8::bigint) as "row$") as "in", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."id" > $9::bigint
order by "sample$1"."id"
limit $10::bigint) as "row$") as "number") as "row$") as "data"

-- [b'\x01', 100, b'\x01', 100, '0x0%', 100, [b'\x02'], 100, 1, 100]
