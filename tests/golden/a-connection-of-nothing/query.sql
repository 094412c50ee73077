select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", "page$"."list1$" as "edges", (select row_to_json("row$") from (select "page$"."hasNextPage$" as "hasNextPage", "page$"."hasPreviousPage$" as "hasPreviousPage", "page$"."startCursor$" as "startCursor", "page$"."endCursor$" as "endCursor") as "row$") as "pageInfo", "figures$"."count$" as "totalCount") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key2$") as "row$") order by "n$"), '[]'::json) as "list0$",
coalesce(json_agg((select row_to_json("row$") from (select (
select translate(encode(convert_to($1::text || left(encode(sha256(convert_to($1::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$", "page$"."key2$")::text as "keys$") as "keys$") as "cursor") as "row$") order by "n$"), '[]'::json) as "list1$",
(coalesce(max("found$") > $2::bigint, false)) as "hasNextPage$",
false as "hasPreviousPage$",
max((
select translate(encode(convert_to($3::text || left(encode(sha256(convert_to($3::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$", "page$"."key2$")::text as "keys$") as "keys$")) filter (where "n$" = 1) as "startCursor$",
max((
select translate(encode(convert_to($4::text || left(encode(sha256(convert_to($4::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$", "page$"."key2$")::text as "keys$") as "keys$")) filter (where "n$" = least("found$", $5::bigint)) as "endCursor$"
from (
select *, row_number() over (order by "key1$", "key2$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."title" as "key1$", "page$2"."id" as "key2$" from "docgraph_d1"."page" as "page$2"
where "page$2"."title" = $6::text) as "source$"
order by "key1$", "key2$"
limit $7::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $8::bigint)
having true) as "page$" cross join (select count(*) as "count$" from (
select  from "docgraph_d1"."page" as "page$3"
where "page$3"."title" = $9::text) as "source$") as "figures$") as "pagesConnection") as "row$") as "data"

-- ['d711a171c932c1bb', 100, 'd711a171c932c1bb', 'd711a171c932c1bb', 100, 'nowhere', 101, 100, 'nowhere']
