select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id", (select row_to_json("row$") from (
select '0x' || encode("author$2"."id", 'hex') as "id" from "docgraph_d1"."author" as "author$2"
where "author$2"."id" = "page$1"."author") as "row$") as "author" from "docgraph_d1"."page" as "page$1"
order by "page$1"."author" desc, "page$1"."id" desc
limit 100) as "row$") as "pages") as "row$") as "data"

-- []
