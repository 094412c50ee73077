select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"."object$"), '[]'::json) from (
select (select json_object_agg("key$", "value$") from (values (E'an_alias_that_is_longer_than_the_sixty_three_bytes_that_a_name_has_in_postgres', to_json("page$1"."id")), (E'words', to_json("page$1"."words"))) as "row$"("key$", "value$")) as "object$" from "docgraph_d1"."page" as "page$1"
order by "page$1"."id"
limit 1) as "row$") as "pages") as "row$") as "data"

-- []
