select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$2"."id" as "id" from unnest("page$1"."links") with ordinality as "place$3"("id", "n") join "docgraph_d1"."page" as "page$2" on "page$2"."id" = "place$3"."id"
order by "place$3"."n"
limit 100) as "row$") as "stored", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$4"."id" as "id" from "docgraph_d1"."page" as "page$4"
where "page$4"."id" = any("page$1"."links")
order by "page$4"."id"
limit 100) as "row$") as "ordered", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$5"."id" as "id" from unnest("page$1"."links") with ordinality as "place$6"("id", "n") join "docgraph_d1"."page" as "page$5" on "page$5"."id" = "place$6"."id"
order by "place$6"."n"
limit 1 offset $1::bigint) as "row$") as "page", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$7"."id" as "id" from unnest("page$1"."links") with ordinality as "place$8"("id", "n") join "docgraph_d1"."page" as "page$7" on "page$7"."id" = "place$8"."id"
where "page$7"."id" = $2::text
order by "place$8"."n"
limit 100) as "row$") as "filtered" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $3::text) as "row$") as "page") as "row$") as "data"

-- [1, 'c', 'a']
