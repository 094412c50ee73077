select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", "figures$"."count$" as "totalCount") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id", "page$1"."words" as "words", "page$1"."kind" as "kind" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$1"
where "page$1"."id" = "page$"."key2$") as "row$") order by "n$"), '[]'::json) as "list0$"
from (
select *, row_number() over (order by "key1$", "key2$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."words" as "key1$", "page$2"."id" as "key2$" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$2") as "source$"
order by "key1$", "key2$"
limit $2::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $3::bigint)
having true) as "page$" cross join (select count(*) as "count$" from (
select  from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$3") as "source$") as "figures$") as "then", (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", "figures$"."count$" as "totalCount") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id", "page$1"."words" as "words" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key2$") as "row$") order by "n$"), '[]'::json) as "list0$"
from (
select *, row_number() over (order by "key1$", "key2$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."words" as "key1$", "page$2"."id" as "key2$" from "docgraph_d1"."page" as "page$2") as "source$"
order by "key1$", "key2$"
limit $4::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $5::bigint)
having true) as "page$" cross join (select count(*) as "count$" from (
select  from "docgraph_d1"."page" as "page$3") as "source$") as "figures$") as "now", (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "block$"."number" as "number") as "row$") from "docgraph_d1"."$block" as "block$" where "block$"."number" = (select max("number") from "docgraph_d1"."$block")) as "block") as "row$") as "unknown") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [1, 101, 100, 101, 100]
