select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", "page$"."list1$" as "edges", (select row_to_json("row$") from (select "page$"."hasNextPage$" as "hasNextPage") as "row$") as "pageInfo", "figures$"."count$" as "totalCount") as "row$") from (select coalesce(json_agg(case "page$"."table$" when 0 then (select row_to_json("row$") from (
select E'Page'::text as "__typename", "page$1"."id" as "id", "page$1"."words" as "words", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$2"."id" as "id" from unnest("page$1"."links") with ordinality as "place$3"("id", "n") join "docgraph_d1"."page" as "page$2" on "page$2"."id" = "place$3"."id"
order by "place$3"."n"
limit 1) as "row$") as "links" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key2$") as "row$") when 1 then (select row_to_json("row$") from (
select E'Note'::text as "__typename", "note$4"."id" as "id", coalesce((select row_to_json("row$") from (
select "page$5"."id" as "id" from "docgraph_d1"."page" as "page$5"
where "page$5"."id" = "note$4"."page") as "row$"), "docgraph"."required"()) as "page" from "docgraph_d1"."note" as "note$4"
where "note$4"."id" = "page$"."key2$") as "row$") end order by "n$"), '[]'::json) as "list0$",
coalesce(json_agg((select row_to_json("row$") from (select case "page$"."table$" when 0 then (select row_to_json("row$") from (
select "page$6"."title" as "title" from "docgraph_d1"."page" as "page$6"
where "page$6"."id" = "page$"."key2$") as "row$") when 1 then (select row_to_json("row$") from (
select "note$7"."title" as "title" from "docgraph_d1"."note" as "note$7"
where "note$7"."id" = "page$"."key2$") as "row$") end as "node") as "row$") order by "n$"), '[]'::json) as "list1$",
(coalesce(max("found$") > $1::bigint, false)) as "hasNextPage$"
from (
select *, row_number() over (order by "key1$" desc, "key2$" desc) as "n$", count(*) over () as "found$" from (
select * from (
select 0 as "table$", "page$8"."title" as "key1$", "page$8"."id" as "key2$" from "docgraph_d1"."page" as "page$8"
union all
select 1 as "table$", "note$9"."title" as "key1$", "note$9"."id" as "key2$" from "docgraph_d1"."note" as "note$9") as "source$"
order by "key1$" desc, "key2$" desc
limit $2::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $3::bigint)
having true) as "page$" cross join (select count(*) as "count$" from (
select 0 as "table$" from "docgraph_d1"."page" as "page$10"
union all
select 1 as "table$" from "docgraph_d1"."note" as "note$11") as "source$") as "figures$") as "docsConnection") as "row$") as "data"

-- [3, 4, 3]
