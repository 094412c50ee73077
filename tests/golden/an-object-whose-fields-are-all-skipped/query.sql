select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select json_build_object() as "object$" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 1) as "row$") as "pages") as "row$") as "data"

-- []
