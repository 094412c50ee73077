select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."tags" = $1::text[]
order by "page$1"."id"
limit 100) as "row$") as "equal", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."tags" @> $2::text[]
order by "page$1"."id"
limit 100) as "row$") as "all", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not "page$1"."tags" && $3::text[]
order by "page$1"."id"
limit 100) as "row$") as "none", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where exists (select from unnest("page$1"."tags") as "item$"("v") where "item$"."v" ilike any($4::text[]))
order by "page$1"."id"
limit 100) as "row$") as "anyNocase", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from unnest("page$1"."tags") as "item$"("v") where "item$"."v" ilike any($5::text[]))
order by "page$1"."id"
limit 100) as "row$") as "noneNocase", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."links" @> $6::text[]
order by "page$1"."id"
limit 100) as "row$") as "links") as "row$") as "data"

-- [['x', 'y'], ['y', 'x'], ['x', 'q'], ['X', 'q'], ['z'], ['b']]
