select (select row_to_json("row$") from (select (select coalesce(json_agg((select row_to_json("row$") from (select "figures$"."count$" as "count", (select row_to_json("row$") from (select "figures$"."title$min" as "title") as "row$") as "min", (select row_to_json("row$") from (select "figures$"."id$max" as "id") as "row$") as "max", (select row_to_json("row$") from (select "figures$"."title$countDistinct" as "title") as "row$") as "countDistinct") as "row$")), '[]'::json) from (select count(*) as "count$", min("title$of") as "title$min", max("id$of") as "id$max", count(distinct "title$of") as "title$countDistinct" from (
select 0 as "table$", "page$1"."title" as "title$of", "page$1"."id" as "id$of" from "docgraph_d1"."page" as "page$1"
union all
select 1 as "table$", "note$2"."title" as "title$of", "note$2"."id" as "id$of" from "docgraph_d1"."note" as "note$2") as "source$") as "figures$") as "now", (select coalesce(json_agg((select row_to_json("row$") from (select "figures$"."count$" as "count", (select row_to_json("row$") from (select "figures$"."title$max" as "title") as "row$") as "max") as "row$")), '[]'::json) from (select count(*) as "count$", max("title$of") as "title$max" from (
select 0 as "table$", "page$1"."title" as "title$of" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$1"
where "page$1"."title" like $2::text
union all
select 1 as "table$", "note$2"."title" as "title$of" from (
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note" where "$since" <= $1::integer
union all
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note$history" where "$since" <= $1::integer and $1::integer < "$until") as "note$2"
where "note$2"."title" like $3::text) as "source$") as "figures$") as "then", (select case when count(*) > 1000 then "docgraph"."required"() else coalesce(json_agg((select row_to_json("row$") from (select (select row_to_json("row$") from (select "figures$"."title$of" as "title", null::text as "id") as "row$") as "key", "figures$"."count$" as "count") as "row$") order by "figures$"."title$of"), '[]'::json) end from (select count(*) as "count$", "title$of" from (
select 0 as "table$", "page$1"."title" as "title$of" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $4::text
union all
select 1 as "table$", "note$2"."title" as "title$of" from "docgraph_d1"."note" as "note$2"
where "note$2"."title" like $5::text) as "source$"
group by "title$of"
limit 1001) as "figures$") as "grouped") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [1, '%t%', '%t%', '%a%', '%a%']
