select (select row_to_json("row$") from (select (select case when count(*) > 1000 then "docgraph"."required"() else coalesce(json_agg((select row_to_json("row$") from (select (select row_to_json("row$") from (select "figures$"."kind$of" as "kind", null::text as "author") as "row$") as "key", "figures$"."count$" as "count", (select row_to_json("row$") from (select "figures$"."words$sum"::text as "words") as "row$") as "sum", (select row_to_json("row$") from (select "figures$"."title$max" as "title") as "row$") as "max") as "row$") order by "figures$"."kind$of"), '[]'::json) end from (select count(*) as "count$", "kind$of", sum("words$of") as "words$sum", max("title$of") as "title$max" from (
select "page$1"."kind" as "kind$of", "page$1"."words" as "words$of", "page$1"."title" as "title$of" from "docgraph_d1"."page" as "page$1") as "source$"
group by "kind$of"
limit 1001) as "figures$") as "byKind", (select case when count(*) > 1000 then "docgraph"."required"() else coalesce(json_agg((select row_to_json("row$") from (select (select row_to_json("row$") from (select "figures$"."kind$of" as "kind", '0x' || encode("figures$"."author$of", 'hex') as "author") as "row$") as "key", "figures$"."count$" as "count") as "row$") order by "figures$"."author$of", "figures$"."kind$of"), '[]'::json) end from (select count(*) as "count$", "author$of", "kind$of" from (
select "page$1"."author" as "author$of", "page$1"."kind" as "kind$of" from "docgraph_d1"."page" as "page$1") as "source$"
group by "author$of", "kind$of"
limit 1001) as "figures$") as "byAuthorAndKind", (select case when count(*) > 1000 then "docgraph"."required"() else coalesce(json_agg((select row_to_json("row$") from (select (select row_to_json("row$") from (select "figures$"."data$of" as "data", "figures$"."truth$of" as "truth") as "row$") as "key", "figures$"."count$" as "count") as "row$") order by "figures$"."data$of", "figures$"."truth$of"), '[]'::json) end from (select count(*) as "count$", "data$of", "truth$of" from (
select "sample$1"."data" as "data$of", "sample$1"."truth" as "truth$of" from "docgraph_d1"."sample" as "sample$1") as "source$"
group by "data$of", "truth$of"
limit 1001) as "figures$") as "byData", (select case when count(*) > 1000 then "docgraph"."required"() else coalesce(json_agg((select row_to_json("row$") from (select "figures$"."count$" as "count") as "row$") order by "figures$"."words$of"), '[]'::json) end from (select count(*) as "count$", "words$of" from (
select "page$1"."words" as "words$of" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" = $1::text) as "source$"
group by "words$of"
limit 1001) as "figures$") as "noGroups", (select coalesce(json_agg((select row_to_json("row$") from (select "figures$"."count$" as "count", (select row_to_json("row$") from (select "figures$"."words$sum"::text as "words") as "row$") as "sum", (select row_to_json("row$") from (select (select case when "x$" = 0 then '0' else
trim_scale(round("x$" * ('1e' || -"e$")::numeric, 34) * ('1e' || "e$")::numeric)::text end from (
select "figures$"."words$avg" as "x$", case when abs("figures$"."words$avg") >= 1 then length(trunc(abs("figures$"."words$avg"))::text)
else -length(substring(abs("figures$"."words$avg")::text from '^0\.(0*)')) end as "e$") as "figure$") as "words") as "row$") as "avg", (select row_to_json("row$") from (select "figures$"."title$min" as "title") as "row$") as "min", (select row_to_json("row$") from (select "figures$"."kind$countDistinct" as "kind") as "row$") as "countDistinct") as "row$")), '[]'::json) from (select count(*) as "count$", sum("words$of") as "words$sum", round(sum("words$of")::numeric * ('1e' || scale(sum("words$of")::numeric))::numeric, 45) / count("words$of")
* ('1e-' || scale(sum("words$of")::numeric))::numeric as "words$avg", min("title$of") as "title$min", count(distinct "kind$of") as "kind$countDistinct" from (
select "page$1"."words" as "words$of", "page$1"."title" as "title$of", "page$1"."kind" as "kind$of" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" = $2::text) as "source$") as "figures$") as "oneGroup") as "row$") as "data"

-- ['nowhere', 'nowhere']
