select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id", (extract(epoch from "turnover$1"."timestamp") * 1000000)::bigint::text as "timestamp", coalesce((select row_to_json("row$") from (
select "market$2"."name" as "name" from "docgraph_d1"."market" as "market$2"
where "market$2"."id" = "turnover$1"."market") as "row$"), "docgraph"."required"()) as "market", "turnover$1"."trades" as "trades", coalesce(to_json(trim_scale("turnover$1"."total")::text), "docgraph"."required"()) as "total", coalesce(to_json(trim_scale("turnover$1"."opening")::text), "docgraph"."required"()) as "opening", coalesce(to_json(trim_scale("turnover$1"."closing")::text), "docgraph"."required"()) as "closing", coalesce(to_json("turnover$1"."ever_traded"::text), "docgraph"."required"()) as "everTraded" from (
select max("trade$3"."id") as "id", "bucket$4"."start" as "timestamp", "trade$3"."market" as "market", (count(*))::integer as "trades", (sum(("trade$3"."price" * "trade$3"."amount"::bigint)))::numeric as "total", ((array_agg("trade$3"."price" order by "trade$3"."timestamp", "trade$3"."id"))[1])::numeric as "opening", ((array_agg("trade$3"."price" order by "trade$3"."timestamp" desc, "trade$3"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$3"."amount"::bigint)) over (partition by "trade$3"."market" order by "bucket$4"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$3" cross join lateral (select date_trunc(E'day', "trade$3"."timestamp", 'UTC') as "start") as "bucket$4"
group by "bucket$4"."start", "trade$3"."market") as "turnover$1"
where "turnover$1"."timestamp" < date_trunc(E'day', (select "timestamp" from "docgraph_d1"."$block" where "number" = (select max("number") from "docgraph_d1"."$block")), 'UTC')
order by "turnover$1"."timestamp" desc, "turnover$1"."id" desc
limit 3) as "row$") as "days", (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id", (extract(epoch from "turnover$1"."timestamp") * 1000000)::bigint::text as "timestamp", coalesce(to_json(trim_scale("turnover$1"."total")::text), "docgraph"."required"()) as "total" from (
select max("trade$2"."id") as "id", "bucket$3"."start" as "timestamp", "trade$2"."market" as "market", (count(*))::integer as "trades", (sum(("trade$2"."price" * "trade$2"."amount"::bigint)))::numeric as "total", ((array_agg("trade$2"."price" order by "trade$2"."timestamp", "trade$2"."id"))[1])::numeric as "opening", ((array_agg("trade$2"."price" order by "trade$2"."timestamp" desc, "trade$2"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$2"."amount"::bigint)) over (partition by "trade$2"."market" order by "bucket$3"."start"))::numeric) as "ever_traded"
from "docgraph_d1"."trade" as "trade$2" cross join lateral (select date_trunc(E'hour', "trade$2"."timestamp", 'UTC') as "start") as "bucket$3"
group by "bucket$3"."start", "trade$2"."market") as "turnover$1"
order by "turnover$1"."timestamp" desc, "turnover$1"."id" desc
limit 1) as "row$") as "open", (select coalesce(json_agg("row$"), '[]'::json) from (
select "turnover$1"."id"::text as "id", (extract(epoch from "turnover$1"."timestamp") * 1000000)::bigint::text as "timestamp" from (
select max("trade$2"."id") as "id", "bucket$3"."start" as "timestamp", "trade$2"."market" as "market", (count(*))::integer as "trades", (sum(("trade$2"."price" * "trade$2"."amount"::bigint)))::numeric as "total", ((array_agg("trade$2"."price" order by "trade$2"."timestamp", "trade$2"."id"))[1])::numeric as "opening", ((array_agg("trade$2"."price" order by "trade$2"."timestamp" desc, "trade$2"."id" desc))[1])::numeric as "closing", round((sum(sum("trade$2"."amount"::bigint)) over (partition by "trade$2"."market" order by "bucket$3"."start"))::numeric) as "ever_traded"
from (
select "id", "timestamp", "market", "price", "amount", "$document", "$since", "$line" from "docgraph_d1"."trade" where "$since" <= $1::integer
union all
select "id", "timestamp", "market", "price", "amount", "$document", "$since", "$line" from "docgraph_d1"."trade$history" where "$since" <= $1::integer and $1::integer < "$until") as "trade$2" cross join lateral (select date_trunc(E'day', "trade$2"."timestamp", 'UTC') as "start") as "bucket$3"
group by "bucket$3"."start", "trade$2"."market") as "turnover$1"
where "turnover$1"."timestamp" < date_trunc(E'day', (select "timestamp" from "docgraph_d1"."$block" where "number" = $1::integer), 'UTC')
order by "turnover$1"."timestamp" desc, "turnover$1"."id" desc
limit 1) as "row$") as "earlier") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [2]
