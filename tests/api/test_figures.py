"""Figures about entities are those that Python finds, and what cannot be told is refused."""

from __future__ import annotations

import asyncio
import json
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.problem import Problems
from docgraph.model.sdl import read_schema
from docgraph.query.figures import MAX_GROUPS

SCHEMA = """
enum Kind { LOW HIGH ANY }
interface Thing { id: ID!  text: String  number: Int  owner: Owner }
type Item implements Thing @entity {
  id: ID!  text: String  number: Int  owner: Owner  kind: Kind  truth: Boolean  wide: Int8  price: BigDecimal
  raw: Bytes  real: Float
}
type Other implements Thing @entity { id: ID!  text: String  number: Int  owner: Owner }
type Owner @entity { id: ID!  name: String }
"""
KINDS = ["LOW", "HIGH", "ANY"]

maybe = lambda values: st.none() | values  # noqa: E731
COMMON = {
    "text": maybe(st.sampled_from(["", "a", "B", "é", "\U0001f600"])),
    "number": maybe(st.integers(-2, 2)),
    "owner": maybe(st.sampled_from(["o0", "o1"])),
}
OF_ITEMS = {
    **COMMON,
    "kind": maybe(st.sampled_from(KINDS)),
    "truth": maybe(st.booleans()),
    "wide": maybe(st.sampled_from([2**62, -(2**62), 7])),
    "price": maybe(st.sampled_from(["-0.5", "1.5", "1e20", "0.1", "1e-9", "0"])),
    "raw": maybe(st.sampled_from(["0x", "0x00ff", "0xff"])),
    "real": maybe(st.sampled_from([0.25, -2.5, 8.0])),  # sums of these are exact, whatever their order
}
FIELDS = {"Item": ["id", *OF_ITEMS], "Thing": ["id", *COMMON]}
NUMERIC = {"Item": ["number", "wide", "price", "real"], "Thing": ["number"]}
PLURAL = {"Item": "items", "Thing": "things"}


def rows(prefix: str, fields: dict[str, Any]) -> Any:
    made = st.lists(st.fixed_dictionaries(fields), max_size=6)
    return made.map(lambda each: [{"id": f"{prefix}{place}", **row} for place, row in enumerate(each)])


worlds = st.fixed_dictionaries({"Item": rows("i", OF_ITEMS), "Other": rows("t", COMMON)})
requests = st.sampled_from(["Item", "Thing"]).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.sampled_from(FIELDS[kind]), max_size=2), st.booleans())
)


def query(kind: str) -> str:
    """Every figure, by group and of a connection."""
    fields, numeric = " ".join(FIELDS[kind]), " ".join(NUMERIC[kind])
    return f"""query ($where: {kind}_filter, $by: [{kind}_groupBy!]) {{
      groups: {PLURAL[kind]}Aggregate(where: $where, groupBy: $by) {{ ...All }}
      connection: {PLURAL[kind]}Connection(where: $where, first: 1) {{ aggregate {{ ...All }} totalCount }}
    }}
    fragment All on {kind}_aggregate {{
      key {{ {fields} }} count countDistinct {{ {fields} }}
      sum {{ {numeric} }} avg {{ {numeric} }} min {{ {fields} }} max {{ {fields} }}
    }}"""


# Python's figures --------------------------------------------------------------------

DECIMAL_128 = Context(prec=34)
WIDER = Context(prec=200)


def comparable(field: str, value: Any) -> Any:
    return {"kind": KINDS.index, "price": Decimal, "raw": lambda v: bytes.fromhex(v[2:])}.get(field, lambda v: v)(value)


def decimal(number: Decimal) -> str:
    found = number.normalize(DECIMAL_128)
    return format(found if found else Decimal(0), "f")


def shown(field: str, value: Any) -> Any:
    if value is None:
        return None
    return str(value) if field == "wide" else decimal(Decimal(value)) if field == "price" else value


def added(field: str, values: list[Any]) -> Any:
    if not values:
        return None
    if field == "price":
        total = Decimal(0)
        for value in values:
            total = WIDER.add(total, Decimal(value))
        return decimal(total)
    return sum(values) if field == "real" else str(sum(values))


def average(field: str, values: list[Any]) -> Any:
    if not values:
        return None
    if field == "real":
        return sum(values) / len(values)
    total = sum((Decimal(value) for value in values), Decimal(0)) if field != "price" else Decimal(0)
    for value in values if field == "price" else []:
        total = WIDER.add(total, Decimal(value))
    return decimal(WIDER.divide(total, Decimal(len(values))))


def figures(kind: str, found: list[Any], by: list[str]) -> Any:
    values = {field: [row[field] for row in found if row[field] is not None] for field in FIELDS[kind]}

    def extreme(field: str, choose: Any) -> Any:
        return shown(field, choose(values[field], key=lambda value: comparable(field, value), default=None))

    return {
        "key": {field: shown(field, found[0][field]) if field in by else None for field in FIELDS[kind]},
        "count": len(found),
        "countDistinct": {field: len({comparable(field, v) for v in values[field]}) for field in FIELDS[kind]},
        "sum": {field: added(field, values[field]) for field in NUMERIC[kind]},
        "avg": {field: average(field, values[field]) for field in NUMERIC[kind]},
        "min": {field: extreme(field, min) for field in FIELDS[kind]},
        "max": {field: extreme(field, max) for field in FIELDS[kind]},
    }


def grouped(kind: str, found: list[Any], by: list[str]) -> Any:
    if not by:
        return [figures(kind, found, by)]

    def key(row: Any) -> Any:
        return tuple((1, 0) if row[name] is None else (0, comparable(name, row[name])) for name in by)

    together: dict[Any, list[Any]] = {}
    for row in found:
        together.setdefault(key(row), []).append(row)
    return [figures(kind, together[each], by) for each in sorted(together)]


async def test_figures_are_those_that_python_finds(make: Any) -> None:
    index = await make(SCHEMA, {})
    loop = asyncio.get_running_loop()

    async def fill(world: Any) -> None:
        for table in index.layout.tables.values():
            await index.connection.execute("truncate " + "".join(map(str, table.current.parts)))
        await index.fill(world)

    async def ask(kind: str, variables: Any) -> Any:
        index.statements.clear()
        answered = await index.data(query(kind), variables)
        assert len(index.statements) == 1
        assert (await index.exactly(query(kind), variables))["data"] == answered
        return answered

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(worlds, st.lists(requests, min_size=1, max_size=3))
    def alike(world: Any, requested: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(fill(world), loop).result()
        for kind, by, only_some in requested:
            where = {"number_gte": 0} if only_some else {}
            answered = asyncio.run_coroutine_threadsafe(ask(kind, {"where": where, "by": by}), loop).result()
            found = [*world["Item"], *(world["Other"] if kind == "Thing" else [])]
            found = [row for row in found if not only_some or (row["number"] is not None and row["number"] >= 0)]
            assert answered["groups"] == grouped(kind, found, by)
            alone = figures(kind, found, []) if found else grouped(kind, [], [])[0]
            assert answered["connection"] == {"aggregate": alone, "totalCount": len(found)}

    # Hypothesis calls plain functions, so it runs beside the loop that the connection belongs to.
    await asyncio.to_thread(alike)


# What is told, and what is refused -----------------------------------------------------


async def test_the_figures_of_one_row_keep_all_34_digits(make: Any) -> None:
    exact = ["9." + "9" * 33, "0." + "0" * 20 + "9" * 34, "9" * 34, "1e-40", "-1e40"]
    index = await make(
        "type A @entity { id: ID!  n: BigDecimal }", {"A": [{"id": str(at), "n": n} for at, n in enumerate(exact)]}
    )
    answer = await index.data("{ g: asAggregate(groupBy: id) { sum { n } avg { n } min { n } } }")
    for told, number in zip(answer["g"], exact, strict=True):
        assert told == {measure: {"n": format(Decimal(number), "f")} for measure in ("sum", "avg", "min")}


async def test_the_figures_of_numbers_far_from_1_have_all_their_digits(make: Any) -> None:
    query = "{ itemsAggregate(groupBy: text) { sum { price } avg { price } } }"
    prices = {"a": ["1e-6000"], "b": ["1e6000", "1e3000"], "c": ["1e-6000", "1e-6000", "2e-6001"]}
    rows = [{"text": text, "price": Decimal(each)} for text, several in prices.items() for each in several]
    index = await make(SCHEMA, {"Item": [{"id": str(at), **row} for at, row in enumerate(rows)]})
    found = [(Decimal(each["sum"]["price"]), Decimal(each["avg"]["price"])) for each in await _groups(index, query)]
    assert found == [
        (Decimal("1e-6000"), Decimal("1e-6000")),
        (Decimal("1e6000"), Decimal("5e5999")),
        (Decimal("2.2e-6000"), Decimal("7.333333333333333333333333333333333e-6001")),
    ]


async def _groups(index: Any, query: str) -> Any:
    return (await index.data(query))["itemsAggregate"]


async def test_a_third_has_34_digits(make: Any) -> None:
    index = await make(
        "type A @entity { id: ID!  n: Int }", {"A": [{"id": str(at), "n": n} for at, n in enumerate([1, 1, 2, None])]}
    )
    answer = await index.data("{ asAggregate { avg { n } count } }")
    assert answer == {"asAggregate": [{"avg": {"n": "1." + "3" * 33}, "count": 4}]}


async def test_more_groups_than_there_may_be_are_refused(make: Any) -> None:
    index = await make("type A @entity { id: ID!  n: Int }", {})
    fill = "insert into docgraph_d1.a select n::text, n % 2, 0, '', 1 from generate_series(1, $1) as n"
    await index.connection.execute(fill, MAX_GROUPS)
    assert len((await index.data("{ asAggregate(groupBy: id) { count } }"))["asAggregate"]) == MAX_GROUPS
    await index.connection.execute("insert into docgraph_d1.a values ('more', 1, 0, '', 1)")
    response = await index.ask("{ few: asAggregate(groupBy: n) { count } many: asAggregate(groupBy: id) { count } }")
    assert response == {
        "data": None,
        "errors": [
            {
                "message": "There are more than 1000 groups: group by fewer fields, or narrow `where`",
                "locations": [{"line": 1, "column": 42}],
                "path": ["many"],
                "extensions": {"code": "QUERY_TOO_COMPLEX"},
            }
        ],
    }


async def test_a_sum_that_no_float_can_hold_is_refused(make: Any) -> None:
    index = await make(
        "type A @entity { id: ID!  n: Float }", {"A": [{"id": "1", "n": 1.7e308}, {"id": "2", "n": 1.7e308}]}
    )
    (told,) = (await index.ask("{ asAggregate { sum { n } } }"))["errors"]
    assert told == {
        "message": "A sum is larger than a Float can be: narrow `where`.",
        "extensions": {"code": "BAD_USER_INPUT"},
    }


def test_measures_that_nothing_can_be_measured_by_are_left_out() -> None:
    engine = Engine.build(read_schema("type A @entity { id: ID!  at: Date  more: [Int!]!  own: JSON }"), "n", "d")
    sdl = engine.sdl()
    types = core_of(engine.schema).type_map
    assert "A_aggregate_sum" not in sdl
    assert "A_aggregate_avg" not in sdl
    assert list(types["A_aggregate"].fields) == ["key", "count", "countDistinct", "min", "max"]  # type: ignore[attr-defined]
    assert list(types["A_aggregate_min"].fields) == ["id", "at"]  # type: ignore[attr-defined]
    assert list(types["A_key"].fields) == ["id", "at", "own"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "suffix",
    [
        *("connection", "edge", "order", "aggregate", "key", "groupBy"),
        *("aggregate_countDistinct", "aggregate_sum", "aggregate_avg", "aggregate_min", "aggregate_max"),
    ],
)
def test_the_names_of_generated_types_are_kept(suffix: str) -> None:
    with pytest.raises(Problems, match=f"the name A_{suffix} is kept for the API of A"):
        read_schema(f"type A @entity {{ id: ID! }} type A_{suffix} @entity {{ id: ID! }}")


def test_every_generated_type_is_listed_by_introspection() -> None:
    engine = Engine.build(read_schema(SCHEMA), "n", "d")
    generated = {name for name in core_of(engine.schema).type_map if name.startswith("Item_")}
    parts = ["", "_countDistinct", "_sum", "_avg", "_min", "_max"]
    assert generated == {
        *(f"Item_{each}" for each in ("filter", "orderBy", "order", "connection", "edge", "key", "groupBy", "version")),
        *(f"Item_aggregate{part}" for part in parts),
    }
    assert all(f" {name} " in engine.sdl() for name in generated)


async def test_aliases_of_figures_cost_one_pass(make: Any) -> None:
    index = await make("type A @entity { id: ID!  n: Int }", {})
    aliases = " ".join(f"a{at}: aggregate {{ count sum {{ n }} }} t{at}: totalCount" for at in range(20))
    assert index.statement(f"{{ asConnection {{ {aliases} }} }}").count("from (\nselect") == 1


async def test_what_is_not_asked_for_is_not_computed(make: Any) -> None:
    index = await make("type A @entity { id: ID!  n: Int }", {})
    page = index.statement("{ asConnection(first: 2) { nodes { id } pageInfo { hasNextPage } } }")
    total = index.statement("{ asConnection(first: 2) { totalCount } }")
    assert 'count(*) as "count$"' not in page
    assert "sha256" not in page
    assert "row_number" not in total
    assert json.dumps(await index.data("{ asConnection { aggregate { count } } }")) == (
        '{"asConnection": {"aggregate": {"count": 0}}}'
    )
