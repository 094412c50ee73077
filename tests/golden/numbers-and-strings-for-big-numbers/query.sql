select (select row_to_json("row$") from (select (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."size" > $1::numeric
order by "page$1"."id"
limit $2::bigint) as "row$") as "number", (select coalesce(json_agg("row$"), '[]'::json) from (
select "page$1"."id" as "id" from "docgraph_d1"."page" as "page$1"
where "page$1"."size" > $3::numeric
order by "page$1"."id"
limit $4::bigint) as "row$") as "text", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."exact" = $5::numeric
order by "sample$1"."id"
limit $6::bigint) as "row$") as "exact", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where position($7::bytea in "sample$1"."bytes") > 0
order by "sample$1"."id"
limit $8::bigint) as "row$") as "bytes", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."moment" >= $9::timestamptz
order by "sample$1"."id"
limit $10::bigint) as "row$") as "moment", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where ("sample$1"."day" = $11::date and "sample$1"."date_time" < $12::timestamptz)
order by "sample$1"."id"
limit $13::bigint) as "row$") as "day", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where "sample$1"."data" = $14::text::jsonb
order by "sample$1"."id"
limit $15::bigint) as "row$") as "json", (select coalesce(json_agg("row$"), '[]'::json) from (
select "sample$1"."id"::text as "id" from "docgraph_d1"."sample" as "sample$1"
where ("sample$1"."truth" = $16::boolean and "sample$1"."kind" = $17::text::"docgraph_d1"."kind$enum" and "sample$1"."kinds" @> $18::text[]::"docgraph_d1"."kind$enum"[])
order by "sample$1"."id"
limit $19::bigint) as "row$") as "kinds") as "row$") as "data"

-- [Decimal('10'), 100, Decimal('10'), 100, Decimal('1.5'), 100, b'\xff', 100, datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=datetime.timezone.utc), 100, datetime.date(2024, 2, 29), datetime.datetime(2025, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 100, '{"a":12345678901234567890,"b":[1,null,"x"]}', 100, True, 'GUIDE', ['NOTE'], 100]
