select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select "object$" from (
(select (select row_to_json("row$") from (select "page$1"."id" as "id", "page$1"."title" as "title", "page$1"."words" as "words", E'Page'::text as "__typename") as "row$") as "object$", "page$1"."title" as "order0$", "page$1"."id" as "order1$" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" <> $1::text
order by "page$1"."title", "page$1"."id"
limit 5)
union all
(select (select row_to_json("row$") from (select "note$2"."id" as "id", "note$2"."title" as "title", coalesce((select row_to_json("row$") from (
select "page$3"."id" as "id" from "docgraph_d1"."page" as "page$3"
where "page$3"."id" = "note$2"."page") as "row$"), "docgraph"."required"()) as "page", E'Note'::text as "__typename") as "row$") as "object$", "note$2"."title" as "order0$", "note$2"."id" as "order1$" from "docgraph_d1"."note" as "note$2"
where "note$2"."id" <> $2::text
order by "note$2"."title", "note$2"."id"
limit 5)) as "branch$"
order by "order0$", "order1$"
limit 4 offset $3::bigint) as "row$") as "docs") as "row$") as "data"

-- ['n4', 'n4', 1]
