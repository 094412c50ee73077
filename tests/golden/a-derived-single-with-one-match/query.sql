select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select (select row_to_json("row$") from (
select "cover$2"."id" as "id", "cover$2"."colour" as "colour" from "docgraph_d1"."cover" as "cover$2"
where "cover$2"."page" = "page$1"."id") as "row$") as "cover" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $1::text) as "row$") as "page", (select row_to_json("row$") from (
select (select row_to_json("row$") from (
select "cover$2"."id" as "id" from "docgraph_d1"."cover" as "cover$2"
where "cover$2"."page" = "page$1"."id") as "row$") as "cover" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $2::text) as "row$") as "none") as "row$") as "data"

-- ['a', 'b']
