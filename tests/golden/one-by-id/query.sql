select (select row_to_json("row$") from (select (select row_to_json("row$") from (
select "page$1"."id" as "id", "page$1"."title" as "title" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $1::text) as "row$") as "page", (select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $2::text) as "row$") as "missing", (select row_to_json("row$") from (
select '0x' || encode("author$1"."id", 'hex') as "id", "author$1"."name" as "name" from "docgraph_d1"."author" as "author$1"
where "author$1"."id" = $3::bytea) as "row$") as "author", (select row_to_json("row$") from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."id" = $4::bigint) as "row$") as "sample", (
select (select row_to_json("row$") from (select E'Page'::text as "__typename", "page$1"."title" as "title") as "row$") from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = $5::text
union all
select (select row_to_json("row$") from (select E'Note'::text as "__typename", "note$2"."title" as "title") as "row$") from "docgraph_d1"."note" as "note$2"
where "note$2"."id" = $6::text) as "doc") as "row$") as "data"

-- ['a', 'nope', b'\x01', 1, 'n1', 'n1']
