select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where exists (select from "docgraph_d1"."author" as "author$2" where "author$2"."id" = "page$1"."author" and "author$2"."name" = $1::text)
order by "page$1"."id"
limit 100) as "row$") as "author", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where exists (select from "docgraph_d1"."page" as "page$2" where "page$2"."id" = any("page$1"."links") and "page$2"."title" = $2::text)
order by "page$1"."id"
limit 100) as "row$") as "links", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where exists (select from "docgraph_d1"."note" as "note$2" where "note$2"."page" = "page$1"."id" and "note$2"."title" like $3::text)
order by "page$1"."id"
limit 100) as "row$") as "notes", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where exists (select from "docgraph_d1"."note" as "note$2" where "note$2"."page" = "page$1"."id" and true)
order by "page$1"."id"
limit 100) as "row$") as "any", (select coalesce(json_agg("row$"), '[]'::json) from (
select '0x' || encode("author$1"."id", 'hex') as "id" from "docgraph_d1"."author" as "author$1"
where exists (select from "docgraph_d1"."page" as "page$2" where "page$2"."author" = "author$1"."id" and exists (select from "docgraph_d1"."note" as "note$3" where "note$3"."page" = "page$2"."id" and exists (select from "docgraph_d1"."page" as "page$4" where "page$4"."id" = "note$3"."page" and "page$4"."words" > $4::integer)))
order by "author$1"."id"
limit 100) as "row$") as "deep", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where (exists (select from "docgraph_d1"."page" as "page$2" where "page$2"."id" = "page$1"."main" and "page$2"."title" = $5::text) or exists (select from "docgraph_d1"."note" as "note$3" where "note$3"."id" = "page$1"."main" and "note$3"."title" = $6::text))
order by "page$1"."id"
limit 100) as "row$") as "interface") as "row$") as "data"

-- ['Ann', '50% off_', 's%', 10, 'first', 'first']
