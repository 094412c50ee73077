select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id", "sample$1"."text" as "text", '0x' || encode("sample$1"."bytes", 'hex') as "bytes", "sample$1"."truth" as "truth", "sample$1"."whole" as "whole", "sample$1"."wide"::text as "wide", "sample$1"."huge"::text as "huge", trim_scale("sample$1"."exact")::text as "exact", (extract(epoch from "sample$1"."moment") * 1000000)::bigint::text as "moment", "sample$1"."real" as "real", "sample$1"."data" as "data", "sample$1"."day" as "day", (to_jsonb("sample$1"."date_time" at time zone 'UTC') #>> '{}') || 'Z' as "dateTime", "sample$1"."kind" as "kind", "sample$1"."texts" as "texts", case when "sample$1"."octets" is not null then
array(select '0x' || encode("item$"."v", 'hex') from unnest("sample$1"."octets") with ordinality as "item$"("v", "n") order by "item$"."n") end as "octets", case when "sample$1"."numbers" is not null then
array(select trim_scale("item$"."v")::text from unnest("sample$1"."numbers") with ordinality as "item$"("v", "n") order by "item$"."n") end as "numbers", case when "sample$1"."moments" is not null then
array(select (to_jsonb("item$"."v" at time zone 'UTC') #>> '{}') || 'Z' from unnest("sample$1"."moments") with ordinality as "item$"("v", "n") order by "item$"."n") end as "moments", "sample$1"."kinds" as "kinds" from "docgraph_d1"."sample" as "sample$1"
order by "sample$1"."id"
limit 100) as "row$") as "samples") as "row$") as "data"

-- []
