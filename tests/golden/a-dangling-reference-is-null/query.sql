select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select (select row_to_json("row$") from (
select "author$2"."name" as "name" from "docgraph_d1"."author" as "author$2"
where "author$2"."id" = "page$1"."author") as "row$") as "author", (
select (select row_to_json("row$") from (select "page$3"."title" as "title") as "row$") from "docgraph_d1"."page" as "page$3"
where "page$3"."id" = "page$1"."main"
union all
select (select row_to_json("row$") from (select "note$4"."title" as "title") as "row$") from "docgraph_d1"."note" as "note$4"
where "note$4"."id" = "page$1"."main") as "main" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $1::text) as "row$") as "page") as "row$") as "data"

-- ['b']
