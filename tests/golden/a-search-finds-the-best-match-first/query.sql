select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "article$1"."id" as "id", "article$1"."title" as "title", coalesce((select row_to_json("row$") from (
select "page$2"."id" as "id" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "article$1"."page") as "row$"), "docgraph"."required"()) as "page" from "docgraph_d1"."article" as "article$1"
where "article$1"."article_search$search" @@ to_tsquery(E'pg_catalog.english'::regconfig, $1::text)
order by -ts_rank("article$1"."article_search$search", to_tsquery(E'pg_catalog.english'::regconfig, $1::text)), "article$1"."id"
limit 5) as "row$") as "baking", (select coalesce(json_agg("row$"), '[]'::json) from (
select "article$1"."id" as "id" from "docgraph_d1"."article" as "article$1"
where "article$1"."article_search$search" @@ to_tsquery(E'pg_catalog.english'::regconfig, $2::text) and exists (select from "docgraph_d1"."page" as "page$2" where "page$2"."id" = "article$1"."page" and "page$2"."kind" = $3::text::"docgraph_d1"."kind$enum")
order by -ts_rank("article$1"."article_search$search", to_tsquery(E'pg_catalog.english'::regconfig, $2::text)), "article$1"."id"
limit 100 offset $4::bigint) as "row$") as "filtered", (select coalesce(json_agg("row$"), '[]'::json) from (
select "article$1"."id" as "id" from (
select "id", "title", "body", "page", "article_search$search", "$document", "$since", "$line" from "docgraph_d1"."article" where "$since" <= $5::integer
union all
select "id", "title", "body", "page", "article_search$search", "$document", "$since", "$line" from "docgraph_d1"."article$history" where "$since" <= $5::integer and $5::integer < "$until") as "article$1"
where "article$1"."article_search$search" @@ to_tsquery(E'pg_catalog.english'::regconfig, $6::text)
order by -ts_rank("article$1"."article_search$search", to_tsquery(E'pg_catalog.english'::regconfig, $6::text)), "article$1"."id"
limit 100) as "row$") as "earlier") as "row$") as "data",
(select max("number") from "docgraph_d1"."$block") as "head",
(select min("number") from "docgraph_d1"."$block") as "earliest"

-- ["'baked' & 'flour'", "'bread' | 'cake'", 'GUIDE', 1, 2, "'bread'"]
