select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select "object$" from (
(select (select row_to_json("row$") from (select "page$1"."id" as "id", "page$1"."title" as "title") as "row$") as "object$", "page$1"."title" as "order0$", "page$1"."id" as "order1$" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$1"
order by "page$1"."title", "page$1"."id"
limit 3)
union all
(select (select row_to_json("row$") from (select "note$2"."id" as "id", "note$2"."title" as "title") as "row$") as "object$", "note$2"."title" as "order0$", "note$2"."id" as "order1$" from (
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note" where "$since" <= $1::integer
union all
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note$history" where "$since" <= $1::integer and $1::integer < "$until") as "note$2"
order by "note$2"."title", "note$2"."id"
limit 3)) as "branch$"
order by "order0$", "order1$"
limit 3) as "row$") as "docs") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [1]
