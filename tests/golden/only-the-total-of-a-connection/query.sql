select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "figures$"."count$" as "totalCount") as "row$") from (select count(*) as "count$" from (
select 0 as "table$" from "docgraph_d1"."page" as "page$1"
where "page$1"."title" like $1::text
union all
select 1 as "table$" from "docgraph_d1"."note" as "note$2"
where "note$2"."title" like $2::text) as "source$") as "figures$") as "docsConnection") as "row$") as "data"

-- ['%t%', '%t%']
