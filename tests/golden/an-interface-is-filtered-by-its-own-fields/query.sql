select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select "object$" from (
(select (select row_to_json("row$") from (select "page$1"."id" as "id", "page$1"."title" as "title") as "row$") as "object$", "page$1"."title" as "order0$", "page$1"."id" as "order1$" from "docgraph_d1"."page" as "page$1"
where ("page$1"."id" <> $1::text and "page$1"."title" like $2::text)
order by "page$1"."title" desc, "page$1"."id" desc
limit 100)
union all
(select (select row_to_json("row$") from (select "note$2"."id" as "id", "note$2"."title" as "title") as "row$") as "object$", "note$2"."title" as "order0$", "note$2"."id" as "order1$" from "docgraph_d1"."note" as "note$2"
where ("note$2"."id" <> $3::text and "note$2"."title" like $4::text)
order by "note$2"."title" desc, "note$2"."id" desc
limit 100)) as "branch$"
order by "order0$" desc, "order1$" desc
limit 100) as "row$") as "docs") as "row$") as "data"

-- ['n4', '%t%', 'n4', '%t%']
