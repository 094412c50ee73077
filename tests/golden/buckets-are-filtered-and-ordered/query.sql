select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id", coalesce(to_json(trim_scale("turnover$1"."total")::text), "docgraph"."required"()) as "total" from (
select max("trade$2"."id") as "id", "bucket$3"."start" as "timestamp", "trade$2"."market" as "market", (count(*))::integer as "trades", (sum(("trade$2"."price" * "trade$2"."amount"::bigint)))::numeric as "total", ((array_agg("trade$2"."price" order by "trade$2"."timestamp", "trade$2"."id"))[1])::numeric as "opening", ((array_agg("trade$2"."price" order by "trade$2"."timestamp" desc, "trade$2"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$2"."amount"::bigint)) over (partition by "trade$2"."market" order by "bucket$3"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$2" cross join lateral (select date_trunc(E'day', "trade$2"."timestamp", 'UTC') as "start") as "bucket$3"
group by "bucket$3"."start", "trade$2"."market") as "turnover$1"
where "turnover$1"."timestamp" < date_trunc(E'day', (select "timestamp" from "docgraph_d1"."$block" where "number" = (select max("number") from "docgraph_d1"."$block")), 'UTC') and ("turnover$1"."timestamp" >= $1::timestamptz and "turnover$1"."market" = $2::text)
order by "turnover$1"."timestamp" desc, "turnover$1"."id" desc
limit 100) as "row$") as "filtered", (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id" from (
select max("trade$3"."id") as "id", "bucket$4"."start" as "timestamp", "trade$3"."market" as "market", (count(*))::integer as "trades", (sum(("trade$3"."price" * "trade$3"."amount"::bigint)))::numeric as "total", ((array_agg("trade$3"."price" order by "trade$3"."timestamp", "trade$3"."id"))[1])::numeric as "opening", ((array_agg("trade$3"."price" order by "trade$3"."timestamp" desc, "trade$3"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$3"."amount"::bigint)) over (partition by "trade$3"."market" order by "bucket$4"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$3" cross join lateral (select date_trunc(E'day', "trade$3"."timestamp", 'UTC') as "start") as "bucket$4"
group by "bucket$4"."start", "trade$3"."market") as "turnover$1"
where "turnover$1"."timestamp" < date_trunc(E'day', (select "timestamp" from "docgraph_d1"."$block" where "number" = (select max("number") from "docgraph_d1"."$block")), 'UTC') and exists (select from "docgraph_d1"."market" as "market$2" where "market$2"."id" = "turnover$1"."market" and "market$2"."name" like $3::text)
order by "turnover$1"."timestamp" desc, "turnover$1"."id" desc
limit 100) as "row$") as "ofChild", (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id", (extract(epoch from "turnover$1"."timestamp") * 1000000)::bigint::text as "timestamp" from (
select max("trade$2"."id") as "id", "bucket$3"."start" as "timestamp", "trade$2"."market" as "market", (count(*))::integer as "trades", (sum(("trade$2"."price" * "trade$2"."amount"::bigint)))::numeric as "total", ((array_agg("trade$2"."price" order by "trade$2"."timestamp", "trade$2"."id"))[1])::numeric as "opening", ((array_agg("trade$2"."price" order by "trade$2"."timestamp" desc, "trade$2"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$2"."amount"::bigint)) over (partition by "trade$2"."market" order by "bucket$3"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$2" cross join lateral (select date_trunc(E'week', "trade$2"."timestamp", 'UTC') as "start") as "bucket$3"
group by "bucket$3"."start", "trade$2"."market") as "turnover$1"
where ("turnover$1"."id" = $4::bigint or "turnover$1"."id" > $5::bigint)
order by "turnover$1"."timestamp" desc, "turnover$1"."id" desc
limit 100) as "row$") as "any", (select coalesce(json_agg("row$"), '[]'::json) from (
select coalesce(to_json(trim_scale("turnover$1"."total")::text), "docgraph"."required"()) as "total" from (
select max("trade$2"."id") as "id", "bucket$3"."start" as "timestamp", "trade$2"."market" as "market", (count(*))::integer as "trades", (sum(("trade$2"."price" * "trade$2"."amount"::bigint)))::numeric as "total", ((array_agg("trade$2"."price" order by "trade$2"."timestamp", "trade$2"."id"))[1])::numeric as "opening", ((array_agg("trade$2"."price" order by "trade$2"."timestamp" desc, "trade$2"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$2"."amount"::bigint)) over (partition by "trade$2"."market" order by "bucket$3"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$2" cross join lateral (select date_trunc(E'day', "trade$2"."timestamp", 'UTC') as "start") as "bucket$3"
group by "bucket$3"."start", "trade$2"."market") as "turnover$1"
where "turnover$1"."timestamp" < date_trunc(E'day', (select "timestamp" from "docgraph_d1"."$block" where "number" = (select max("number") from "docgraph_d1"."$block")), 'UTC')
order by "turnover$1"."total", "turnover$1"."id"
limit 100 offset $6::bigint) as "row$") as "byFigure", (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id" from (
select max("trade$2"."id") as "id", "bucket$3"."start" as "timestamp", "trade$2"."market" as "market", (count(*))::integer as "trades", (sum(("trade$2"."price" * "trade$2"."amount"::bigint)))::numeric as "total", ((array_agg("trade$2"."price" order by "trade$2"."timestamp", "trade$2"."id"))[1])::numeric as "opening", ((array_agg("trade$2"."price" order by "trade$2"."timestamp" desc, "trade$2"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$2"."amount"::bigint)) over (partition by "trade$2"."market" order by "bucket$3"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$2" cross join lateral (select date_trunc(E'week', "trade$2"."timestamp", 'UTC') as "start") as "bucket$3"
group by "bucket$3"."start", "trade$2"."market") as "turnover$1"
order by (select "market$4"."name" from "docgraph_d1"."market" as "market$4" where "market$4"."id" = "turnover$1"."market") desc, "turnover$1"."id" desc
limit 100) as "row$") as "byChild") as "row$") as "data"

-- [datetime.datetime(2025, 12, 29, 0, 0, tzinfo=datetime.timezone.utc), 'm1', 'Fru%', 4, 5, 1]
