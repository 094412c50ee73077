select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select (select row_to_json("row$") from (select E'_Source_'::text as "__typename", (select (select sources from "docgraph"."deployment" where namespace = E'docgraph_d1')["document$".source + 1] || '/' || "document$".path from "docgraph_d1"."$document" as "document$" where "document$"."id" = "page$1"."$document") as "document", (select "document$"."path" from "docgraph_d1"."$document" as "document$" where "document$"."id" = "page$1"."$document") as "path", "page$1"."$line" as "line", "page$1"."$since" as "block") as "row$") as "_source", (select coalesce(json_agg("row$"), '[]'::json) from (
select "note$2"."id" as "id", (select row_to_json("row$") from (select "note$2"."$line" as "line") as "row$") as "from" from "docgraph_d1"."note" as "note$2"
where "note$2"."page" = "page$1"."id"
order by "note$2"."id"
limit 100) as "row$") as "notes" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 1) as "row$") as "pages", (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select "object$" from (
(select (select row_to_json("row$") from (select "page$1"."id" as "id", (select row_to_json("row$") from (select (select "document$"."path" from "docgraph_d1"."$document" as "document$" where "document$"."id" = "page$1"."$document") as "path") as "row$") as "_source") as "row$") as "object$", "page$1"."id" as "order0$" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 5)
union all
(select (select row_to_json("row$") from (select "note$2"."id" as "id", (select row_to_json("row$") from (select (select "document$"."path" from "docgraph_d1"."$document" as "document$" where "document$"."id" = "note$2"."$document") as "path", "note$2"."$since" as "block") as "row$") as "_source") as "row$") as "object$", "note$2"."id" as "order0$" from "docgraph_d1"."note" as "note$2"
order by "note$2"."id"
limit 5)) as "branch$"
order by "order0$"
limit 1 offset $1::bigint) as "row$") as "docs", (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select (select row_to_json("row$") from (select (select (select sources from "docgraph"."deployment" where namespace = E'docgraph_d1')["document$".source + 1] || '/' || "document$".path from "docgraph_d1"."$document" as "document$" where "document$"."id" = "note$1"."$document") as "document", "note$1"."$since" as "block") as "row$") as "_source" from "docgraph_d1"."note" as "note$1"
where "note$1"."id" = "page$"."key1$") as "row$") order by "n$"), '[]'::json) as "list0$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "note$2"."id" as "key1$" from "docgraph_d1"."note" as "note$2") as "source$"
order by "key1$"
limit $2::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $3::bigint)
having true) as "page$") as "notesConnection", (select (select row_to_json("row$") from (select "page$"."list0$" as "edges") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (select (select row_to_json("row$") from (
select (select row_to_json("row$") from (select (select "document$"."path" from (
select id, source, path from "docgraph_d1"."$document" union all select id, source, path from "docgraph_d1"."$gone") as "document$" where "document$"."id" = "note$1"."$document") as "path", "note$1"."$line" as "line") as "row$") as "_source" from (
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note" where "$since" <= $4::integer
union all
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note$history" where "$since" <= $4::integer and $4::integer < "$until") as "note$1"
where "note$1"."id" = "page$"."key1$") as "row$") as "node") as "row$") order by "n$"), '[]'::json) as "list0$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "note$2"."id" as "key1$" from (
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note" where "$since" <= $4::integer
union all
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note$history" where "$since" <= $4::integer and $4::integer < "$until") as "note$2") as "source$"
order by "key1$"
limit $5::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $6::bigint)
having true) as "page$") as "then") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [4, 2, 1, 1, 2, 1]
