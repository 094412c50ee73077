"""Pages of connections against a naive pager, and cursors that do not fit.

The pager is a list and slices: Relay's algorithm to the letter, sorted by Python.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = """
enum Kind { LOW HIGH ANY }
interface Thing { id: ID!  text: String  number: Int  owner: Owner }
type Item implements Thing @entity {
  id: ID!  text: String  number: Int  owner: Owner  kind: Kind  truth: Boolean  price: BigDecimal
  rank: Int!  raw: Bytes  real: Float
}
type Other implements Thing @entity { id: ID!  text: String  number: Int  owner: Owner }
type Owner @entity { id: ID!  name: String }
"""
KINDS = ["LOW", "HIGH", "ANY"]
OWNERS = ["o0", "o1", "gone"]

# Data and requests ---------------------------------------------------------------

maybe = lambda values: st.none() | values  # noqa: E731
texts = st.sampled_from(["", "a", "B", "é", "\U0001f600", '"quoted\\', "a%"])
COMMON = {"text": maybe(texts), "number": maybe(st.integers(-1, 1)), "owner": maybe(st.sampled_from(OWNERS))}
OF_ITEMS = {
    **COMMON,
    "kind": maybe(st.sampled_from(KINDS)),
    "truth": maybe(st.booleans()),
    "price": maybe(st.sampled_from(["-0.5", "1.5", "1e20", "0.1"])),
    "rank": st.integers(0, 2),
    "raw": maybe(st.sampled_from(["0x", "0x00ff", "0xff"])),
    "real": maybe(st.sampled_from([0.1, -2.5, 1e300])),
}


def rows(prefix: str, fields: dict[str, Any]) -> Any:
    made = st.lists(st.fixed_dictionaries(fields), max_size=7)
    return made.map(lambda each: [{"id": f"{prefix}{place}", **row} for place, row in enumerate(each)])


worlds = st.fixed_dictionaries(
    {
        "Item": rows("i", OF_ITEMS),
        "Other": rows("t", COMMON),
        "Owner": st.just([{"id": "o0", "name": "Ann"}, {"id": "o1", "name": None}]),
    }
)
KEYS = {
    "Item": [*OF_ITEMS, "id", "owner__name", "owner__id"],
    "Thing": [*COMMON, "id", "owner__name"],
}
PLURAL = {"Item": "items", "Thing": "things"}


def requests(kind: str) -> Any:
    order = st.fixed_dictionaries(
        {"field": st.sampled_from(KEYS[kind])}, optional={"direction": st.sampled_from(["asc", "desc", None])}
    )
    where = st.sampled_from([{}, {"number_gte": 0}, {"not": {"text": "a"}}, {"or": [{"text": None}, {"number": 1}]}])
    size = st.none() | st.integers(1, 4)
    return st.tuples(st.just(kind), st.lists(order, max_size=3), where, st.tuples(size, size), st.integers(1, 3))


# The pager -------------------------------------------------------------------------


def fulfils(row: Any, where: Any) -> bool:
    number, text = row["number"], row["text"]
    match where:
        case {"number_gte": least}:
            return number is not None and bool(number >= least)
        case {"not": {"text": other}}:
            return text is not None and bool(text != other)
        case {"or": _}:
            return text is None or number == 1
    return True


def comparable(world: Any, row: Any, key: str) -> Any:
    field, _, child = key.partition("__")
    value = row[field]
    if child:
        owner = next((each for each in world["Owner"] if each["id"] == value), None)
        value = owner and owner[child]
    if value is None:
        return None
    match field:
        case "kind":
            return KINDS.index(value)
        case "price":
            return Decimal(value)
        case "raw":
            return bytes.fromhex(value[2:])
    return value


def ordered(world: Any, kind: str, orders: Any, where: Any) -> list[str]:
    """The ids of the whole set: stable sorts, the tie-break first and the first key last."""
    found = [*world["Item"], *(world["Other"] if kind == "Thing" else [])]
    found = [row for row in found if fulfils(row, where)]
    telling = [each for at, each in enumerate(orders) if all(each["field"] != other["field"] for other in orders[:at])]
    tie = {"field": "id", "direction": telling[-1].get("direction") if telling else "asc"}
    for each in reversed([*telling, tie]):
        values = {row["id"]: comparable(world, row, each["field"]) for row in found}
        found.sort(key=ranking(values), reverse=each.get("direction") == "desc")
    return [row["id"] for row in found]


def ranking(values: dict[str, Any]) -> Callable[[Any], Any]:
    """Nulls after everything else; which is before everything else where the order is reversed."""
    return lambda row: (1, 0) if values[row["id"]] is None else (0, values[row["id"]])


def window(ids: list[str], first: int | None, last: int | None, after: str | None, before: str | None) -> list[str]:
    """Relay's EdgesToReturn, a hundred by default."""
    start = ids.index(after) + 1 if after else 0
    edges = ids[start : ids.index(before) if before else len(ids)]
    if first is None and last is None:
        first = 100
    if first is not None:
        edges = edges[:first]
    return edges[-last:] if last is not None else edges


QUERIES = {
    kind: f"""query (
  $where: {kind}_filter, $orderBy: [{kind}_order!], $first: Int, $after: String, $last: Int, $before: String
) {{
  c: {plural}Connection(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {{
    nodes {{ id text }}
    edges {{ cursor node {{ __typename id }} }}
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
    totalCount
  }}
}}"""
    for kind, plural in PLURAL.items()
}


async def test_pages_are_slices_of_the_whole_ordered_list(make: Any) -> None:
    index = await make(SCHEMA, {})
    loop = asyncio.get_running_loop()

    async def fill(world: Any) -> None:
        for table in index.layout.tables.values():
            await index.connection.execute("truncate " + "".join(map(str, table.current.parts)))
        await index.fill(world)

    async def page(kind: str, variables: Any) -> Any:
        index.statements.clear()
        answered = await index.data(QUERIES[kind], variables)
        assert len(index.statements) == 1
        assert (await index.exactly(QUERIES[kind], variables))["data"] == answered
        return answered["c"]

    async def walk(kind: str, given: Any, size: int, backwards: bool) -> list[tuple[str, str]]:
        """Id and cursor of everything, page by page, in the order of the whole."""
        names = (
            ("last", "before", "hasPreviousPage", "startCursor")
            if backwards
            else ("first", "after", "hasNextPage", "endCursor")
        )
        found: list[tuple[str, str]] = []
        at = None
        while True:
            got = await page(kind, {**given, names[0]: size, names[1]: at})
            edges = [(each["node"]["id"], each["cursor"]) for each in got["edges"]]
            assert [each["id"] for each in got["nodes"]] == [each for each, _ in edges]
            assert got["pageInfo"]["hasNextPage" if backwards else "hasPreviousPage"] is (at is not None)
            found = edges + found if backwards else found + edges
            if not got["pageInfo"][names[2]]:
                return found
            at = got["pageInfo"][names[3]]

    async def judge(world: Any, request: Any) -> None:
        kind, orders, where, (first, last), size = request
        whole = ordered(world, kind, orders, where)
        given = {"orderBy": orders, "where": where}
        forwards = await walk(kind, given, size, backwards=False)
        assert [each for each, _ in forwards] == whole
        assert await walk(kind, given, size, backwards=True) == forwards
        cursors = dict(forwards)
        for after, before in [
            (None, None),
            *zip([*whole[: len(whole) // 2], None], [None, *whole[::-1]], strict=False),
        ]:
            places = {"after": cursors.get(after), "before": cursors.get(before)}
            got = await page(kind, {**given, **places, "first": first, "last": last})
            expected = window(whole, first, last, after, before)
            assert [each["id"] for each in got["nodes"]] == expected
            told = got["pageInfo"]
            assert got["totalCount"] == len(whole)
            assert (told["startCursor"], told["endCursor"]) == (
                (cursors[expected[0]], cursors[expected[-1]]) if expected else (None, None)
            )
            if expected:
                assert told["hasNextPage"] is (expected[-1] != whole[-1])
                assert told["hasPreviousPage"] is (expected[0] != whole[0])

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(worlds, st.lists(st.sampled_from(["Item", "Thing"]).flatmap(requests), min_size=2, max_size=4))
    def alike(world: Any, requested: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(fill(world), loop).result()
        for request in requested:
            asyncio.run_coroutine_threadsafe(judge(world, request), loop).result()

    # Hypothesis calls plain functions, so it runs beside the loop that the connection belongs to.
    await asyncio.to_thread(alike)


async def test_a_page_tells_one_fact_alone_however_many_rows_it_has(make: Any) -> None:
    index = await make("type Page @entity { id: ID! }", {"Page": [{"id": "a"}, {"id": "b"}]})
    for sizes, fact in (("", "hasPreviousPage"), ("(last: 2)", "hasNextPage"), ("(last: 2)", "hasPreviousPage")):
        found = await index.data(f"{{ pagesConnection{sizes} {{ pageInfo {{ {fact} }} }} }}")
        assert found == {"pagesConnection": {"pageInfo": {fact: False}}}
    nothing = await index.data('{ pagesConnection(where: { id: "x" }) { pageInfo { hasPreviousPage } } }')
    assert nothing == {"pagesConnection": {"pageInfo": {"hasPreviousPage": False}}}
