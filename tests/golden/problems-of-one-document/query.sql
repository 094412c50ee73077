select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select E'_Problem_'::text as "__typename", "problem$"."kind" as "kind", "problem$"."source" as "source", "problem$"."path" as "path", "problem$"."line" as "line", "problem$"."column" as "column", "problem$"."message" as "message", "problem$"."mend" as "mend", "problem$"."entity" as "entity", "problem$"."handler" as "handler", "problem$"."block" as "block", "problem$"."stale" as "stale" from "docgraph_d1"."$problems" as "problem$"
where "problem$"."source" = $1::text and "problem$"."path" = $2::text and "problem$"."kind" = $3::text
order by "problem$"."path", "problem$"."line", "problem$"."column", "problem$"."kind", "problem$"."ordinal", "problem$"."source" collate "C", "problem$"."message" collate "C"
limit 10) as "row$") as "_problems", (select coalesce(json_agg("row$"), '[]'::json) from (
select "problem$"."path" as "path" from "docgraph_d1"."$problems" as "problem$"
where "problem$"."kind" = $4::text
order by "problem$"."path", "problem$"."line", "problem$"."column", "problem$"."kind", "problem$"."ordinal", "problem$"."source" collate "C", "problem$"."message" collate "C"
limit 100) as "row$") as "none") as "row$") as "data"

-- ['Docs', 'a.md', 'value', 'format']
