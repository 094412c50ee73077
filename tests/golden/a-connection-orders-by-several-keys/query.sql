select (select row_to_json("row$") from (select (select (select row_to_json("row$") from (select "page$"."list0$" as "edges", (select row_to_json("row$") from (select "page$"."endCursor$" as "endCursor") as "row$") as "pageInfo") as "row$") from (select coalesce(json_agg((select row_to_json("row$") from (select (
select translate(encode(convert_to($1::text || left(encode(sha256(convert_to($1::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$", "page$"."key2$", "page$"."key3$", "page$"."key4$")::text as "keys$") as "keys$") as "cursor", (select row_to_json("row$") from (
select "page$1"."id" as "id", "page$1"."words" as "words", "page$1"."kind" as "kind", (select row_to_json("row$") from (
select "author$2"."name" as "name" from "docgraph_d1"."author" as "author$2"
where "author$2"."id" = "page$1"."author") as "row$") as "author" from "docgraph_d1"."page" as "page$1"
where "page$1"."id" = "page$"."key4$") as "row$") as "node") as "row$") order by "n$"), '[]'::json) as "list0$",
max((
select translate(encode(convert_to($2::text || left(encode(sha256(convert_to($2::text || "keys$", 'UTF8')), 'hex'), 8) || "keys$",
'UTF8'), 'base64'), E'+/=\n', '-_') from (select json_build_array("page$"."key1$", "page$"."key2$", "page$"."key3$", "page$"."key4$")::text as "keys$") as "keys$")) filter (where "n$" = least("found$", $3::bigint)) as "endCursor$"
from (
select *, row_number() over (order by "key1$" desc, "key2$", "key3$", "key4$") as "n$", count(*) over () as "found$" from (
select * from (
select "page$3"."words" as "key1$", (select "author$4"."name" from "docgraph_d1"."author" as "author$4" where "author$4"."id" = "page$3"."author") as "key2$", "page$3"."kind" as "key3$", "page$3"."id" as "key4$" from "docgraph_d1"."page" as "page$3"
where "page$3"."id" <> $4::text) as "source$"
order by "key1$" desc, "key2$", "key3$", "key4$"
limit $5::bigint) as "page$") as "page$"
where "n$" between 1 and least("found$", $6::bigint)
having true) as "page$") as "pagesConnection") as "row$") as "data"

-- ['4f45ee4da30e7bb1', '4f45ee4da30e7bb1', 2, 'b', 3, 2]
