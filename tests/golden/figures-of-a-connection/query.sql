select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", "figures$"."count$" as "totalCount", (select row_to_json("row$") from (select "figures$"."count$" as "count", (select row_to_json("row$") from (select null::text as "kind") as "row$") as "key", (select row_to_json("row$") from (select "figures$"."words$countDistinct" as "words", "figures$"."kind$countDistinct" as "kind", "figures$"."author$countDistinct" as "author") as "row$") as "countDistinct", (select row_to_json("row$") from (select "figures$"."words$sum"::text as "words", "figures$"."size$sum"::text as "size") as "row$") as "sum", (select row_to_json("row$") from (select (select case when "x$" = 0 then '0' else
trim_scale(round("x$" * ('1e' || -"e$")::numeric, 34) * ('1e' || "e$")::numeric)::text end from (
select "figures$"."words$avg" as "x$", case when abs("figures$"."words$avg") >= 1 then length(trunc(abs("figures$"."words$avg"))::text)
else -length(substring(abs("figures$"."words$avg")::text from '^0\.(0*)')) end as "e$") as "figure$") as "words") as "row$") as "avg", (select row_to_json("row$") from (select "figures$"."id$min" as "id", "figures$"."title$min" as "title", "figures$"."kind$min" as "kind", '0x' || encode("figures$"."author$min", 'hex') as "author", "figures$"."words$min" as "words") as "row$") as "min", (select row_to_json("row$") from (select "figures$"."kind$max" as "kind", "figures$"."words$max" as "words", "figures$"."size$max"::text as "size") as "row$") as "max") as "row$") as "aggregate", (select row_to_json("row$") from (select (select row_to_json("row$") from (select "figures$"."words$min" as "words") as "row$") as "min") as "row$") as "least") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key1$") as "row$") order by "n$"), '[]'::json) as "list0$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."id" as "key1$" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" <> $1::text) as "source$"
order by "key1$"
limit $2::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $3::bigint)
having true) as "page$" cross join (select count(*) as "count$", count(distinct "words$of") as "words$countDistinct", count(distinct "kind$of") as "kind$countDistinct", count(distinct "author$of") as "author$countDistinct", sum("words$of") as "words$sum", sum("size$of") as "size$sum", round(sum("words$of")::numeric * ('1e' || scale(sum("words$of")::numeric))::numeric, 45) / count("words$of")
* ('1e-' || scale(sum("words$of")::numeric))::numeric as "words$avg", min("id$of") as "id$min", min("title$of") as "title$min", min("kind$of") as "kind$min", decode(min(encode("author$of", 'hex') collate "C"), 'hex') as "author$min", min("words$of") as "words$min", max("kind$of") as "kind$max", max("words$of") as "words$max", max("size$of") as "size$max" from (
select "page$3"."words" as "words$of", "page$3"."kind" as "kind$of", "page$3"."author" as "author$of", "page$3"."size" as "size$of", "page$3"."id" as "id$of", "page$3"."title" as "title$of" from "docgraph_d1"."page" as "page$3"
where "page$3"."id" <> $4::text) as "source$") as "figures$") as "pagesConnection") as "row$") as "data"

-- ['e', 2, 1, 'e']
