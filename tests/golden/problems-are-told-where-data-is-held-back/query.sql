select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 100) as "row$") as "pages", (select coalesce(json_agg("row$"), '[]'::json) from (
select "problem$"."path" as "path", "problem$"."message" as "message" from "docgraph_d1"."$problems" as "problem$"
order by "problem$"."path", "problem$"."line", "problem$"."column", "problem$"."kind", "problem$"."ordinal", "problem$"."source" collate "C", "problem$"."message" collate "C"
limit 100) as "row$") as "_problems") as "row$") as "data",
exists (select from "docgraph_d1"."$problem") as "flawed0"

-- []
