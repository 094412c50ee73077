select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "market$1"."id" as "id", (select coalesce(json_agg("row$"), '[]'::json) from (
select (extract(epoch from "turnover$2"."timestamp") * 1000000)::bigint::text as "timestamp", "turnover$2"."trades" as "trades", coalesce((select row_to_json("row$") from (
select "market$3"."id" as "id" from "docgraph_d1"."market" as "market$3"
where "market$3"."id" = "turnover$2"."market") as "row$"), "docgraph"."required"()) as "market" from (
select max("trade$4"."id") as "id", "bucket$5"."start" as "timestamp", "trade$4"."market" as "market", (count(*))::integer as "trades", (sum(("trade$4"."price" * "trade$4"."amount"::bigint)))::numeric as "total", ((array_agg("trade$4"."price" order by "trade$4"."timestamp", "trade$4"."id"))[1])::numeric as "opening", ((array_agg("trade$4"."price" order by "trade$4"."timestamp" desc, "trade$4"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$4"."amount"::bigint)) over (partition by "trade$4"."market" order by "bucket$5"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$4" cross join lateral (select date_trunc(E'day', "trade$4"."timestamp", 'UTC') as "start") as "bucket$5"
group by "bucket$5"."start", "trade$4"."market") as "turnover$2"
where "turnover$2"."timestamp" < date_trunc(E'day', (select "timestamp" from "docgraph_d1"."$block" where "number" = (select max("number") from "docgraph_d1"."$block")), 'UTC') and "turnover$2"."market" = "market$1"."id"
order by "turnover$2"."timestamp" desc, "turnover$2"."id" desc
limit 2) as "row$") as "turnover", (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$6"."trades" as "trades", coalesce(to_json("turnover$6"."ever_traded"::text), "docgraph"."required"()) as "everTraded" from (
select max("trade$7"."id") as "id", "bucket$8"."start" as "timestamp", "trade$7"."market" as "market", (count(*))::integer as "trades", (sum(("trade$7"."price" * "trade$7"."amount"::bigint)))::numeric as "total", ((array_agg("trade$7"."price" order by "trade$7"."timestamp", "trade$7"."id"))[1])::numeric as "opening", ((array_agg("trade$7"."price" order by "trade$7"."timestamp" desc, "trade$7"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$7"."amount"::bigint)) over (partition by "trade$7"."market" order by "bucket$8"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$7" cross join lateral (select date_trunc(E'week', "trade$7"."timestamp", 'UTC') as "start") as "bucket$8"
group by "bucket$8"."start", "trade$7"."market") as "turnover$6"
where "turnover$6"."market" = "market$1"."id" and "turnover$6"."timestamp" < $1::timestamptz
order by "turnover$6"."trades", "turnover$6"."id"
limit 100) as "row$") as "all" from "docgraph_d1"."market" as "market$1"
order by "market$1"."id"
limit 100) as "row$") as "markets") as "row$") as "data"

-- [datetime.datetime(2025, 12, 29, 9, 20, tzinfo=datetime.timezone.utc)]
