select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select E'_Log_'::text as "__typename", "line$"."id"::text as "id", $1::text as "subgraphId", (to_jsonb("block$"."timestamp" at time zone 'UTC') #>> '{}') || 'Z' as "timestamp", "line$"."level" as "level", "line$"."text" as "text", (select coalesce(json_agg("row$"), '[]'::json) from (
select E'_LogArgument_'::text as "__typename", "argument$"."key" as "key", "argument$"."value" as "value" from unnest("line$"."keys", "line$"."values") with ordinality as "argument$"("key", "value", "n")
order by "argument$"."n"
limit 2147483647) as "row$") as "arguments", (select row_to_json("row$") from (select E'_LogMeta_'::text as "__typename", "line$"."module" as "module", "line$"."line" as "line", "line$"."column" as "at") as "row$") as "meta" from "docgraph_d1"."$log" as "line$" join "docgraph_d1"."$block" as "block$" on "block$"."number" = "line$"."block"
order by "line$"."id" desc
limit 100) as "row$") as "_logs", (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "block$"."number" as "number") as "row$") from "docgraph_d1"."$block" as "block$" where "block$"."number" = (select max("number") from "docgraph_d1"."$block")) as "block") as "row$") as "_meta") as "row$") as "data"

-- ['d1']
