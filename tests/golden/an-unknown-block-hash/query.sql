select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from (
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page" where "$since" <= (select max("number") from "docgraph_d1"."$block" where "hash" = $1)
union all
select "id", "title", "kind", "words", "size", "tags", "author", "links", "see_also", "main", "topic", "$document", "$since", "$line" from "docgraph_d1"."page$history" where "$since" <= (select max("number") from "docgraph_d1"."$block" where "hash" = $1) and (select max("number") from "docgraph_d1"."$block" where "hash" = $1) < "$until") as "page$1"
order by "page$1"."id"
limit 100) as "row$") as "pages") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block" where "hash" = $2) is not null as "found0"

-- [b'\xff', b'\xff']
