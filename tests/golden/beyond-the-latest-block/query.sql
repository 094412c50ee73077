select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select "page$1"."id" as "id" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$1"
where "page$1"."id" = $2::text) as "row$") as "page", (select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $3::text) as "row$") as "later", (select row_to_json("row$") from (
select "author$1"."name" as "name" from "docgraph_d1"."author" as "author$1"
where "author$1"."id" = $4::bytea) as "row$") as "author") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- [9, 'a', 'a', b'\x01']
