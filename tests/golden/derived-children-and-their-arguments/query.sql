select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", (select coalesce(json_agg("row$"), '[]'::json) from (
select "note$2"."title" as "title" from "docgraph_d1"."note" as "note$2"
where "note$2"."page" = "page$1"."id"
order by "note$2"."title" desc, "note$2"."id" desc
limit 1) as "row$") as "notes", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$3"."id" as "id" from "docgraph_d1"."page" as "page$3"
where "page$3"."links" @> array["page$1"."id"]
order by "page$3"."id"
limit 100) as "row$") as "backlinks", (select row_to_json("row$") from (
select "author$4"."name" as "name", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$5"."id" as "id" from "docgraph_d1"."page" as "page$5"
where "page$5"."author" = "author$4"."id"
order by "page$5"."id"
limit 100) as "row$") as "pages" from "docgraph_d1"."author" as "author$4"
where "author$4"."id" = "page$1"."author") as "row$") as "author" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = any($1::text[])
order by "page$1"."id"
limit 100) as "row$") as "pages") as "row$") as "data"

-- [['a', 'c']]
