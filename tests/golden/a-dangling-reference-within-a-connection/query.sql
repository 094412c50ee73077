select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "figures$"."count$" as "totalCount", "page$"."list1$" as "nodes") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "note$1"."id" as "id", coalesce((select row_to_json("row$") from (
select "page$2"."id" as "id" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "note$1"."page") as "row$"), "docgraph"."required"()) as "page" from "docgraph_d1"."note" as "note$1"
where "note$1"."id" = "page$"."key1$") as "row$") order by "n$"), '[]'::json) as "list1$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "note$3"."id" as "key1$" from "docgraph_d1"."note" as "note$3") as "source$"
order by "key1$"
limit $1::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $2::bigint)
having true) as "page$" cross join (select count(*) as "count$" from (
select  from "docgraph_d1"."note" as "note$4") as "source$") as "figures$") as "notesConnection") as "row$") as "data"

-- [101, 100]
