select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "line$"."text" as "text" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
where "line$"."level" = $1::text
order by "line$"."id" desc
limit 100) as "row$") as "info", (select coalesce(json_agg("row$"), '[]'::json) from (
select "line$"."text" as "text" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
where "block$"."timestamp" >= $2::timestamptz and "block$"."timestamp" <= $3::timestamptz
order by "line$"."id" desc
limit 100) as "row$") as "then", (select coalesce(json_agg("row$"), '[]'::json) from (
select "line$"."text" as "text" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
where "line$"."text" ilike $4::text
order by "line$"."id"
limit 100) as "row$") as "found", (select coalesce(json_agg("row$"), '[]'::json) from (
select "line$"."text" as "text", (select coalesce(json_agg("row$"), '[]'::json) from (
select "argument$"."value" as "value" from unnest("line$"."keys", "line$"."values") with ordinality as "argument$"("key", "value", "n")
order by "argument$"."n"
limit 2147483647) as "row$") as "arguments" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
order by "line$"."id"
limit 1 offset $5::bigint) as "row$") as "oldest", (select coalesce(json_agg("row$"), '[]'::json) from (
select "line$"."text" as "text" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
order by "line$"."id" desc
limit 0) as "row$") as "none", (select coalesce(json_agg("row$"), '[]'::json) from (
select "line$"."id"::text as "id" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
order by "line$"."id" desc
limit 100) as "row$") as "defaults") as "row$") as "data"

-- ['INFO', datetime.datetime(2026, 1, 1, 0, 0, 2, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 1, 1, 0, 0, 2, tzinfo=datetime.timezone.utc), '%100\\%%', 1]
