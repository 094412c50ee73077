select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", (
select (select row_to_json("row$") from (select E'Page'::text as "__typename", "page$2"."id" as "id", "page$2"."title" as "title") as "row$") from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "page$1"."main"
union all
select (select row_to_json("row$") from (select E'Note'::text as "__typename", "note$3"."id" as "id", "note$3"."title" as "title") as "row$") from "docgraph_d1"."note" as "note$3"
where "note$3"."id" = "page$1"."main") as "main", (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select "object$" from (
(select (select row_to_json("row$") from (select "page$4"."id" as "id", E'Page'::text as "__typename") as "row$") as "object$", "place$5"."n" as "order0$" from unnest("page$1"."see_also") with ordinality as "place$5"("id", "n") join "docgraph_d1"."page" as "page$4" on "page$4"."id" = "place$5"."id"
order by "place$5"."n"
limit 100)
union all
(select (select row_to_json("row$") from (select "note$6"."id" as "id", E'Note'::text as "__typename") as "row$") as "object$", "place$7"."n" as "order0$" from unnest("page$1"."see_also") with ordinality as "place$7"("id", "n") join "docgraph_d1"."note" as "note$6" on "note$6"."id" = "place$7"."id"
order by "place$7"."n"
limit 100)) as "branch$"
order by "order0$"
limit 100) as "row$") as "seeAlso", (
select (select row_to_json("row$") from (select E'Page'::text as "__typename", "page$8"."words" as "words") as "row$") from "docgraph_d1"."page" as "page$8"
where "page$8"."id" = "page$1"."topic"
union all
select (select row_to_json("row$") from (select E'Note'::text as "__typename", "note$9"."title" as "title") as "row$") from "docgraph_d1"."note" as "note$9"
where "note$9"."id" = "page$1"."topic") as "topic" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = any($1::text[])
order by "page$1"."id"
limit 100) as "row$") as "pages") as "row$") as "data"

-- [['a', 'b', 'c']]
