"""What can be asked of aggregations, and what is told where they cannot be computed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType

from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema

PAGE = Path(__file__).resolve().parents[2] / "docs" / "aggregations.md"


def shown() -> dict[str, str]:
    return dict(re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', PAGE.read_text(), re.MULTILINE | re.DOTALL))


def series(aggregate: str, fields: str = "x: Int  y: Int", id_type: str = "Int8") -> str:
    return f"""
    type Point @entity(timeseries: true) {{ id: {id_type}!  timestamp: Timestamp!  {fields} }}
    type Stats @aggregation(intervals: ["day"], source: "Point") {{
      id: {id_type}!  timestamp: Timestamp!  {aggregate}
    }}
    """


def points(*values: dict[str, Any]) -> Any:
    return {"Point": [{"id": place, "timestamp": "0", **each} for place, each in enumerate(values, 1)]}


async def test_the_examples_of_the_page_are_true(make: Any) -> None:
    page = shown()
    index = await make(page["schema.graphql"], json.loads(page["rows"]))
    assert await index.data(page["query"]) == json.loads(page["answer"])
    assert len(index.statements) == 1


def test_the_types_are_those_of_the_dialect() -> None:
    core = core_of(Engine.build(read_schema(shown()["schema.graphql"]), "docgraph_d1", "d1").schema)
    query, market = core.query_type, core.type_map["Market"]
    assert query is not None
    assert isinstance(market, GraphQLObjectType)
    assert list(query.fields)[:5] == ["market", "markets", "trade", "trades", "turnovers"]
    own = {
        "skip": "Int",
        "first": "Int",
        "interval": "Aggregation_interval!",
        "orderBy": "Turnover_orderBy",
        "orderDirection": "OrderDirection",
        "current": "Aggregation_current",
        "where": "Turnover_filter",
    }
    asked, below = query.fields["turnovers"], market.fields["turnover"]
    assert [(key, str(each.type)) for key, each in below.args.items()] == list(own.items())
    assert list(asked.args) == [*own, "block", "subgraphError"]
    assert str(asked.type) == str(below.type) == "[Turnover!]!"
    orders, filters = core.type_map["Turnover_orderBy"], core.type_map["Turnover_filter"]
    assert isinstance(orders, GraphQLEnumType)
    assert isinstance(filters, GraphQLInputObjectType)
    figures = ["trades", "total", "closing", "tradesEver"]
    assert list(orders.values) == ["id", "timestamp", "market", "market__id", "market__name", *figures]
    six = ["", "_gt", "_lt", "_gte", "_lte", "_in"]
    numbers = [f"{name}{suffix}" for name in ("id", "timestamp") for suffix in six]
    assert list(filters.fields) == [*numbers, "market", "market_", "_change_block", "and", "or", "not"]
    assert "turnover_" not in getattr(core.type_map["Market_filter"], "fields", {})


def test_intervals_and_current_are_there_in_every_schema() -> None:
    core = core_of(Engine.build(read_schema("type A @entity { id: ID! }"), "docgraph_d1", "d1").schema)
    interval, current = core.type_map["Aggregation_interval"], core.type_map["Aggregation_current"]
    assert isinstance(interval, GraphQLEnumType)
    assert isinstance(current, GraphQLEnumType)
    assert list(interval.values) == ["hour", "day", "week", "month", "quarter", "year"]
    assert list(current.values) == ["exclude", "include"]


async def figure(make: Any, aggregate: str, *values: dict[str, Any], fields: str = "x: Int  y: Int") -> Any:
    """The one figure of the one bucket, in both forms the same; or its errors."""
    index = await make(series(f"it: {aggregate}", fields), points(*values))
    query = "{ stats_collection(interval: day) { it } }"
    response = await index.ask(query)
    if "errors" in response:
        return response["errors"][0]
    assert await index.exactly(query) == response
    ((row,),) = response["data"].values()
    return row["it"]


@pytest.mark.parametrize(
    ("arg", "expected"),
    [
        ("x + y * 2", "13"),
        ("(x + y) * 2", "20"),
        ("-x ^ 2", "49"),
        ("x / y", "2"),
        ("x % y", "1"),
        ("x / 2.0", "3.5"),
        ("x / (y - 3)", None),
        ("mod(x, 0) + div(x, y - y)", None),
        ("x * 2000000000", "14000000000"),
        ("12345678901234567890 + x", "12345678901234567897"),
        ("1.5e3", "1500"),
        ("case when x > y then 1 else 2 end", "1"),
        ("case y when 3 then 30 end", "30"),
        ("case when x is not null and y is distinct from 4 then 1 end", "1"),
        ("case when not (x < y or x = y) and x <> 8 then 1 else 0 end", "1"),
        ("greatest(x, y) - least(x, y)", "4"),
        ("coalesce(nullif(x, 7), abs(-y))", "3"),
        ("ceil(x / 2.0) + floor(x / 2.0) + sign(-x)", "6"),
        ("gcd(x, 14) + lcm(x, y) + power(y, 2)", "37"),
        ("cast(x / 2.0 as int)", "4"),
        ("(case when true then '5' else 'it''s' end)::int4", "5"),
    ],
)
async def test_an_expression_means_what_it_means_in_sql(make: Any, arg: str, expected: str | None) -> None:
    assert await figure(make, f'BigDecimal @aggregate(fn: "sum", arg: "{arg}")', {"x": 7, "y": 3}) == expected


@pytest.mark.parametrize("type_name", ["Int", "Int8", "BigInt", "BigDecimal", "Float"])
async def test_a_result_has_the_width_of_its_type(make: Any, type_name: str) -> None:
    given = await figure(make, f'{type_name} @aggregate(fn: "sum", arg: "x")', {"x": 7}, {"x": None}, {"x": 1})
    assert given == (8 if type_name in ("Int", "Float") else "8")


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [("Bytes @aggregate(fn: last, arg: s)", "0x02"), ("Bytes @aggregate(fn: first, arg: s)", "0x01")],
)
async def test_first_and_last_take_values_that_are_no_numbers(make: Any, aggregate: str, expected: str) -> None:
    aggregate = aggregate.replace("arg: s", 'arg: "s"')
    assert await figure(make, aggregate, {"s": "0x01"}, {"s": "0x03"}, {"s": "0x02"}, fields="s: Bytes") == expected


async def test_first_takes_a_reference_that_can_be_followed(make: Any) -> None:
    schema = "type Kind @entity { id: ID!  name: String! }" + series(
        'it: Kind! @aggregate(fn: "first", arg: "kind")', fields="kind: Kind!"
    )
    kinds = [{"id": "k1", "name": "One"}, {"id": "k2", "name": "Two"}]
    index = await make(schema, {"Kind": kinds, **points({"kind": "k2"}, {"kind": "k1"})})
    data = await index.data("{ stats_collection(interval: day, orderBy: it__name) { it { name } } }")
    assert data == {"stats_collection": [{"it": {"name": "Two"}}]}


@pytest.mark.parametrize(
    ("aggregate", "reason"),
    [
        ('Int @aggregate(fn: "sum", arg: "x")', "a number is out of range"),
        ('BigDecimal @aggregate(fn: "sum", arg: "power(0, -x)")', "a power has no value"),
        ('BigDecimal @aggregate(fn: "sum", arg: "\'a\'::int")', "a text is no such value"),
        ('BigDecimal @aggregate(fn: "sum", arg: "x + s")', "its expression mixes types that do not go together"),
    ],
)
async def test_what_cannot_be_computed_is_told(make: Any, aggregate: str, reason: str) -> None:
    many = 2**31 - 1
    error = await figure(make, aggregate, {"x": many}, {"x": many}, fields="x: Int  s: Boolean")
    assert error["message"] == f"The aggregation `Stats` cannot be computed: {reason}"
    assert error["extensions"] == {"code": "AGGREGATION_NOT_COMPUTABLE"}


async def test_a_figure_that_must_have_a_value_and_has_none_is_an_error_with_its_path(make: Any) -> None:
    index = await make(series('it: Int! @aggregate(fn: "max", arg: "x / y")'), points({"x": 1, "y": 0}))
    response = await index.ask("{ stats_collection(interval: day) { id it } }")
    (error,) = response["errors"]
    assert error["message"] == "Null value resolved for non-null field `it`"
    assert (error["path"], error["extensions"]["code"]) == (["stats_collection", 0, "it"], "NULL_VALUE")
    assert (await index.data("{ stats_collection(interval: day) { id } }"))["stats_collection"] == [{"id": "1"}]


async def test_ids_may_be_bytes(make: Any) -> None:
    rows = {"Point": [{"id": each, "timestamp": "0", "x": 1} for each in ("0x02", "0x0a", "0x09")]}
    index = await make(series('it: Int! @aggregate(fn: "last", arg: "x")', id_type="Bytes"), rows)
    assert await index.data('{ stats_collection(interval: day, where: { id: "0x0a" }) { id } }') == {
        "stats_collection": [{"id": "0x0a"}]
    }


async def test_without_a_block_no_bucket_has_ended(make: Any) -> None:
    index = await make(series('it: Int! @aggregate(fn: "count")'), points({}))
    await index.connection.execute('delete from docgraph_d1."$block"')
    query = "{ stats_collection(interval: day) { it } all: stats_collection(interval: day, current: include) { it } }"
    assert await index.data(query) == {"stats_collection": [], "all": [{"it": 1}]}


async def test_a_bound_on_the_start_of_buckets_spares_data_points_outside(make: Any) -> None:
    index = await make(series('it: Int! @aggregate(fn: "count")'), {})
    bounded = '{ stats_collection(interval: day, where: { timestamp_gte: "1" }) { it } }'
    assert '"point$2"."timestamp" >= $' in index.statement(bounded)


async def hourly(make: Any, aggregate: str, rows: list[dict[str, Any]]) -> Any:
    """Three blocks within the first seconds of 2026, and one figure for each hour."""
    index = await make(series(f"it: Int8! {aggregate}").replace("day", "hour"), {"Point": rows})
    await index.block(2)
    await index.block(3)
    return index


async def changed(index: Any, block: int, more: str = "") -> str:
    """The buckets that are told to have changed at the block or later, by their `it`."""
    query = (
        f"{{ stats_collection(interval: hour, orderBy: id, where: {{_change_block: {{number_gte: {block}}}}}{more}) "
        "{ it } }"
    )
    response = await index.ask(query)
    assert await index.exactly(query) == response
    return " ".join(str(row["it"]) for row in response["data"]["stats_collection"])


HOUR = 3_600_000_000
THREE_HOURS = [
    {"id": 1, "timestamp": "0", "x": 1},
    {"id": 2, "timestamp": str(HOUR), "x": 2},
    {"id": 3, "timestamp": str(2 * HOUR), "x": 4},
    {"id": 4, "timestamp": str(HOUR), "x": 8, "$since": 2},
]


async def test_a_bucket_changes_with_its_data_points(make: Any) -> None:
    index = await hourly(make, '@aggregate(fn: "sum", arg: "x")', THREE_HOURS)
    assert [await changed(index, block) for block in (1, 2, 3)] == ["1 4 10", "10", ""]
    assert await changed(index, 1, ", block: {number: 1}") == "1 2 4"
    assert await changed(index, 2, ", block: {number: 1}") == ""


async def test_a_cumulative_figure_changes_with_all_data_points_before_it(make: Any) -> None:
    index = await hourly(make, '@aggregate(fn: "sum", arg: "x", cumulative: true)', THREE_HOURS)
    assert [await changed(index, block) for block in (1, 2)] == ["1 15 11", "15 11"]


async def test_a_bucket_that_is_told_once_it_has_ended_changes_when_it_ends(make: Any) -> None:
    points = [{"id": 1, "timestamp": "2026-01-01T00:30:00Z", "x": 1}]
    index = await hourly(make, '@aggregate(fn: "sum", arg: "x")', points)
    await index.connection.execute("update docgraph_d1.\"$block\" set timestamp = '2026-01-01T01:00Z' where number > 1")
    assert [await changed(index, block) for block in (1, 2, 3)] == ["1", "1", ""]
    assert [await changed(index, block, ", current: include") for block in (1, 2)] == ["1", ""]
