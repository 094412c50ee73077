select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", "page$1"."words" as "words", "page$1"."kind" as "kind", "page$1"."tags" as "tags", (select coalesce(json_agg("row$"), '[]'::json) from (
select "note$2"."id" as "id" from (
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note" where "$since" <= $1::integer
union all
select "id", "title", "page", "$document", "$since", "$line" from "docgraph_d1"."note$history" where "$since" <= $1::integer and $1::integer < "$until") as "note$2"
where "note$2"."page" = "page$1"."id"
order by "note$2"."id"
limit 100) as "row$") as "notes" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $1::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $1::integer and $1::integer < "$until") as "page$1"
order by "page$1"."id"
limit 100) as "row$") as "before", (select row_to_json("row$") from (
select "page$1"."id" as "id", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$2"."id" as "id", "page$2"."words" as "words" from unnest("page$1"."links") with ordinality as "place$3"("id", "n") join (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $2::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $2::integer and $2::integer < "$until") as "page$2" on "page$2"."id" = "place$3"."id"
order by "place$3"."n"
limit 100) as "row$") as "links" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= $2::integer
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= $2::integer and $2::integer < "$until") as "page$1"
where "page$1"."id" = $3::text) as "row$") as "between", (select row_to_json("row$") from (
select "page$1"."words" as "words" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= (select max("number") from "docgraph_d1"."$block" where "hash" = $4)
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= (select max("number") from "docgraph_d1"."$block" where "hash" = $4) and (select max("number") from "docgraph_d1"."$block" where "hash" = $4) < "$until") as "page$1"
where "page$1"."id" = $5::text) as "row$") as "byHash", (select row_to_json("row$") from (
select "page$1"."words" as "words" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $6::text) as "row$") as "now", (select row_to_json("row$") from (
select "page$1"."words" as "words" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $7::text) as "row$") as "atLeast") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest",
(select max("number") from "docgraph_d1"."$block" where "hash" = $8) is not null as "found2"

-- [1, 2, 'd', b'\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02', 'a', 'a', 'a', b'\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02']
