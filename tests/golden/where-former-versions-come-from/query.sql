select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select "page$1"."kind" as "kind", (select row_to_json("row$") from (select (select (select sources from "docgraph"."deployment" where namespace = E'docgraph_d1')["document$".source + 1] || '/' || "document$".path from (
select id, source, path from "docgraph_d1"."$document" union all select id, source, path from "docgraph_d1"."$gone") as "document$" where "document$"."id" = "page$1"."$document") as "document", (select "document$"."path" from (
select id, source, path from "docgraph_d1"."$document" union all select id, source, path from "docgraph_d1"."$gone") as "document$" where "document$"."id" = "page$1"."$document") as "path", "page$1"."$line" as "line", "page$1"."$since" as "block") as "row$") as "_source" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$1"
where "page$1"."id" = $2::text) as "row$") as "page", (select coalesce(json_agg("row$"), '[]'::json) from (
select (select row_to_json("row$") from (select (select row_to_json("row$") from (select (select (select sources from "docgraph"."deployment" where namespace = E'docgraph_d1')["document$".source + 1] || '/' || "document$".path from (
select id, source, path from "docgraph_d1"."$document" union all select id, source, path from "docgraph_d1"."$gone") as "document$" where "document$"."id" = "page$1"."$document") as "document", "page$1"."$line" as "line", "page$1"."$since" as "block") as "row$") as "_source") as "row$") as "node" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $3::text
order by -"page$1"."$since"
limit 100) as "row$") as "pageHistory") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [1, 'a', 'd']
