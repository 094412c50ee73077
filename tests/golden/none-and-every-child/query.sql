select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from "docgraph_d1"."note" as "note$2" where "note$2"."page" = "page$1"."id" and true)
order by "page$1"."id"
limit $1::bigint) as "row$") as "none", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from "docgraph_d1"."note" as "note$2" where "note$2"."page" = "page$1"."id" and "note$2"."title" = $2::text)
order by "page$1"."id"
limit $3::bigint) as "row$") as "noneSuch", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where not exists (select from "docgraph_d1"."page" as "page$2" where "page$2"."id" = any("page$1"."links") and ("page$2"."words" > $4::integer) is not true)
order by "page$1"."id"
limit $5::bigint) as "row$") as "every") as "row$") as "data"

-- [100, 'first', 100, 10, 100]
