select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select E'Page_connection'::text as "__typename", "page$"."list1$" as "of", "page$"."list2$" as "again", (select row_to_json("row$") from (select E'PageInfo'::text as "__typename", "page$"."hasNextPage$" as "more") as "row$") as "pageInfo") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (select E'Page_edge'::text as "what", (select row_to_json("row$") from (
select E'Page'::text as "__typename", "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key1$") as "row$") as "node", (select row_to_json("row$") from (
select "page$2"."title" as "title" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "page$"."key1$") as "row$") as "other") as "row$") order by "n$"), '[]'::json) as "list1$",
coalesce(json_agg((select row_to_json("row$") from (select (select row_to_json("row$") from (
select "page$3"."id" as "id" from "docgraph_d1"."page" as "page$3"
where "page$3"."id" = "page$"."key1$") as "row$") as "node") as "row$") order by "n$"), '[]'::json) as "list2$",
(coalesce(max("found$") > $1::bigint, false)) as "hasNextPage$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$4"."id" as "key1$" from "docgraph_d1"."page" as "page$4") as "source$"
order by "key1$"
limit $2::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $3::bigint)
having true) as "page$") as "pagesConnection") as "row$") as "data"

-- [1, 2, 1]
