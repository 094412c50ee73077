select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select E'Page_version'::text as "__typename", "page$1"."$since" as "since", "page$1"."$until" as "until", (select row_to_json("row$") from (select "page$1"."kind" as "kind", "page$1"."words" as "words", (select row_to_json("row$") from (
select "author$2"."name" as "name" from (
select "id", "name", "$document", "$since", "$line" from "docgraph_d1"."author" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block"))
union all
select "id", "name", "$document", "$since", "$line" from "docgraph_d1"."author$history" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) and greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) < "$until") as "author$2"
where "author$2"."id" = "page$1"."author") as "row$") as "author", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$3"."id" as "id", "page$3"."words" as "words" from unnest("page$1"."links") with ordinality as "place$4"("id", "n") join (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block"))
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) and greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) < "$until") as "page$3" on "page$3"."id" = "place$4"."id"
where "page$3"."words" > $1::integer
order by "place$4"."n"
limit 100) as "row$") as "links", (select coalesce(json_agg("row$"), '[]'::json) from (
select "note$5"."id" as "id" from (
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block"))
union all
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note$history" where "$since" <= greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) and greatest("page$1"."$since", (select min("number") from "docgraph_d1"."$block")) < "$until") as "note$5"
where "note$5"."page" = "page$1"."id"
order by "note$5"."id"
limit 100) as "row$") as "notes") as "row$") as "node" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $2::text
order by -"page$1"."$since"
limit 100) as "row$") as "pageHistory", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."$since" as "since" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $3::text
order by "page$1"."$since"
limit 1) as "row$") as "oldest", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."$until" as "until" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $4::text
order by -"page$1"."$since"
limit 100 offset $5::bigint) as "row$") as "second", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."$until" as "until", (select row_to_json("row$") from (select "page$1"."title" as "title") as "row$") as "node" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $6::text
order by -"page$1"."$since"
limit 100) as "row$") as "gone", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."$since" as "since" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", null::integer as "$until" from "docgraph_d1"."page"
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line", "$until" from "docgraph_d1"."page$history") as "page$1"
where "page$1"."id" = $7::text
order by -"page$1"."$since"
limit 100) as "row$") as "nothing") as "row$") as "data"

-- [1, 'a', 'a', 'a', 1, 'd', 'zz']
