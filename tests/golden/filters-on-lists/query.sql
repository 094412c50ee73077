select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."tags" = $1::text[]
order by "page$1"."id"
limit $2::bigint) as "row$") as "equal", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."tags" @> $3::text[]
order by "page$1"."id"
limit $4::bigint) as "row$") as "all", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not "page$1"."tags" && $5::text[]
order by "page$1"."id"
limit $6::bigint) as "row$") as "none", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where exists (select from unnest("page$1"."tags") as "item$"("v") where "item$"."v" ilike any($7::text[]))
order by "page$1"."id"
limit $8::bigint) as "row$") as "anyNocase", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from unnest("page$1"."tags") as "item$"("v") where "item$"."v" ilike any($9::text[]))
order by "page$1"."id"
limit $10::bigint) as "row$") as "noneNocase", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."links" @> $11::text[]
order by "page$1"."id"
limit $12::bigint) as "row$") as "links") as "row$") as "data"

-- [['x', 'y'], 100, ['y', 'x'], 100, ['x', 'q'], 100, ['X', 'q'], 100, ['z'], 100, ['b'], 100]
