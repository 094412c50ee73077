select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", "page$"."list1$" as "edges", (select row_to_json("row$") from (select "page$"."hasNextPage$" as "hasNextPage", "page$"."hasPreviousPage$" as "hasPreviousPage", "page$"."startCursor$" as "startCursor", "page$"."endCursor$" as "endCursor") as "row$") as "pageInfo", "figures$"."count$" as "totalCount") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key1$") as "row$") order by "n$"), '[]'::json) as "list0$",
coalesce(json_agg((select row_to_json("row$") from (select (
select translate(encode(convert_to($1::text || left(encode(sha256(convert_to($1::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$")::text as "keys$") as "keys$") as "cursor", (select row_to_json("row$") from (
select "page$2"."id" as "id", "page$2"."title" as "title" from "docgraph_d1"."page" as "page$2"
where "page$2"."id" = "page$"."key1$") as "row$") as "node") as "row$") order by "n$"), '[]'::json) as "list1$",
(coalesce(max("found$") > $2::bigint, false)) as "hasNextPage$",
false as "hasPreviousPage$",
max((
select translate(encode(convert_to($3::text || left(encode(sha256(convert_to($3::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$")::text as "keys$") as "keys$")) filter (where "n$" = 1) as "startCursor$",
max((
select translate(encode(convert_to($4::text || left(encode(sha256(convert_to($4::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$")::text as "keys$") as "keys$")) filter (where "n$" = least("found$", $5::bigint)) as "endCursor$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$3"."id" as "key1$" from "docgraph_d1"."page" as "page$3") as "source$"
order by "key1$"
limit $6::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $7::bigint)
having true) as "page$" cross join (select count(*) as "count$" from (
select  from "docgraph_d1"."page" as "page$4") as "source$") as "figures$") as "whole", (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", (select row_to_json("row$") from (select "page$"."hasNextPage$" as "hasNextPage", "page$"."hasPreviousPage$" as "hasPreviousPage") as "row$") as "pageInfo") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key1$") as "row$") order by "n$"), '[]'::json) as "list0$",
(coalesce(max("found$") > $8::bigint, false)) as "hasNextPage$",
false as "hasPreviousPage$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."id" as "key1$" from "docgraph_d1"."page" as "page$2") as "source$"
order by "key1$"
limit $9::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $10::bigint)
having true) as "page$") as "two", (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", (select row_to_json("row$") from (select "page$"."hasNextPage$" as "hasNextPage", "page$"."hasPreviousPage$" as "hasPreviousPage") as "row$") as "pageInfo") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key1$") as "row$") order by "n$" desc), '[]'::json) as "list0$",
false as "hasNextPage$",
(coalesce(max("found$") > $11::bigint, false)) as "hasPreviousPage$"
from (
select *, row_number() over (order by "key1$" desc) as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."id" as "key1$" from "docgraph_d1"."page" as "page$2") as "source$"
order by "key1$" desc
limit $12::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $13::bigint)
having true) as "page$") as "lastTwo", (select (select row_to_json("row$") from (select "page$"."list0$" as "nodes", (select row_to_json("row$") from (select "page$"."hasNextPage$" as "hasNextPage", "page$"."hasPreviousPage$" as "hasPreviousPage") as "row$") as "pageInfo") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key1$") as "row$") order by "n$"), '[]'::json) as "list0$",
(coalesce(max("found$") > $14::bigint, false)) as "hasNextPage$",
(coalesce(max(least("found$", $15::bigint)) > $16::bigint, false)) as "hasPreviousPage$"
from (
select *, row_number() over (order by "key1$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$2"."id" as "key1$" from "docgraph_d1"."page" as "page$2") as "source$"
order by "key1$"
limit $17::bigint) as "page$") as "page$"
where "n$" between greatest(least("found$", $18::bigint) - $19::bigint, 0) + 1 and least("found$", $18::bigint)
having true) as "page$") as "lastOfTheFirst") as "row$") as "data"

-- ['84765cd164b0d0b2', 100, '84765cd164b0d0b2', '84765cd164b0d0b2', 100, 101, 100, 2, 3, 2, 2, 3, 2, 3, 3, 2, 4, 3, 2]
