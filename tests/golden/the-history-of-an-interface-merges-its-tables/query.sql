select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select "object$" from (
(select (select row_to_json("row$") from (select "page$1"."$since" as "since", (select row_to_json("row$") from (select E'Page'::text as "__typename", "page$1"."title" as "title", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$3"."id" as "id", "page$3"."title" as "title" from unnest("page$1"."links") with ordinality as "place$4"("id", "n") join (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block"))
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) and greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) < "$until") as "page$3" on "page$3"."id" = "place$4"."id"
order by "place$4"."n"
limit 100) as "row$") as "links") as "row$") as "node") as "row$") as "object$", "page$1"."$since" as "order0$" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $1::text
order by "page$1"."$since"
limit 100)
union all
(select (select row_to_json("row$") from (select "note$2"."$since" as "since", (select row_to_json("row$") from (select E'Note'::text as "__typename", "note$2"."title" as "title", coalesce((select row_to_json("row$") from (
select "page$5"."id" as "id" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= greatest("note$2"."$since", (select min("number") from "docgraph_d1"."$block"))
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= greatest("note$2"."$since", (select min("number") from "docgraph_d1"."$block")) and greatest("note$2"."$since", (select min("number") from "docgraph_d1"."$block")) < "$until") as "page$5"
where "page$5"."id" = "note$2"."page") as "row$"), "docgraph"."required"()) as "page") as "row$") as "node") as "row$") as "object$", "note$2"."$since" as "order0$" from (
select "id", "title", "page", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."note"
union all
select "id", "title", "page", "$document", "$since", "$line", "$until" from "docgraph_d1"."note$history") as "note$2"
where "note$2"."id" = $2::text
order by "note$2"."$since"
limit 100)) as "branch$"
order by "order0$"
limit 100) as "row$") as "docHistory") as "row$") as "data"

-- ['a', 'a']
