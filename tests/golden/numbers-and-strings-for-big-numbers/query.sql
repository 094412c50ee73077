select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."size" > $1::numeric
order by "page$1"."id"
limit 100) as "row$") as "number", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."size" > $2::numeric
order by "page$1"."id"
limit 100) as "row$") as "text", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."exact" = $3::numeric
order by "sample$1"."id"
limit 100) as "row$") as "exact", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where position($4::bytea in "sample$1"."bytes") > 0
order by "sample$1"."id"
limit 100) as "row$") as "bytes", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."moment" >= $5::timestamptz
order by "sample$1"."id"
limit 100) as "row$") as "moment", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where ("sample$1"."day" = $6::date and "sample$1"."date_time" < $7::timestamptz)
order by "sample$1"."id"
limit 100) as "row$") as "day", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."data" = $8::text::jsonb
order by "sample$1"."id"
limit 100) as "row$") as "json", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where ("sample$1"."truth" = $9::boolean and "sample$1"."kind" = $10::text::"docgraph_d1"."kind$enum" and "sample$1"."kinds" @> $11::text[]::"docgraph_d1"."kind$enum"[])
order by "sample$1"."id"
limit 100) as "row$") as "kinds") as "row$") as "data"

-- [Decimal('10'), Decimal('10'), Decimal('1.5'), b'\xff', datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=datetime.timezone.utc), datetime.date(2024, 2, 29), datetime.datetime(2025, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), '{"a":12345678901234567890,"b":[1,null,"x"]}', True, 'GUIDE', ['NOTE']]
