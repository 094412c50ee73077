select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select "note$1"."id" as "id", coalesce((select row_to_json("row$") from (
select "page$2"."id" as "id" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "note$1"."page") as "row$"), "docgraph"."required"()) as "page" from "docgraph_d1"."note" as "note$1"
where "note$1"."id" = $1::text) as "row$") as "note", (select row_to_json("row$") from (
select "note$1"."id" as "id", coalesce((select row_to_json("row$") from (
select "page$2"."id" as "id" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "note$1"."page") as "row$"), "docgraph"."required"()) as "page" from "docgraph_d1"."note" as "note$1"
where "note$1"."id" = $2::text) as "row$") as "other") as "row$") as "data"

-- ['n4', 'n1']
