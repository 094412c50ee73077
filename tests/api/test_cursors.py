"""Cursors: each finds its place again, and none is accepted where it does not belong."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from docgraph.query.filters import orders_of

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ROWS = json.loads((GOLDEN / "rows.json").read_text())
FOREIGN = "the cursor belongs to another type, order or filter"
DAMAGED = "it is not a cursor, or no longer the one that was given out"


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any) -> Any:
    more = [
        {
            "id": 3,
            "text": "\U0001f600\n",
            "real": -0.1,
            "exact": "1e-30",
            "moment": "1",
            "data": [0.1, Decimal("1e400")],
        }
    ]
    return await shared((GOLDEN / "schema.graphql").read_text(), {**ROWS, "Sample": [*ROWS["Sample"], *more]})


def refused(argument: str, why: str) -> str:
    return f"Invalid value provided for argument `{argument}`: {why}"


async def cursors(index: Any, field: str, arguments: str) -> list[str]:
    answer = await index.data(f"{{ c: {field}({arguments}) {{ edges {{ cursor }} }} }}")
    return [each["cursor"] for each in answer["c"]["edges"]]


async def refusals(index: Any, field: str, **arguments: str) -> list[str]:
    given = ", ".join(f"{name}: {value}" for name, value in arguments.items())
    index.statements.clear()
    found = await index.errors(f"{{ c: {field}({given}) {{ totalCount }} }}")
    assert index.statements == []
    return list(found)


@pytest.mark.parametrize("direction", ["asc", "desc"])
async def test_rows_of_every_order_are_walked_one_by_one(index: Any, direction: str) -> None:
    for type_name, field in (("Sample", "samplesConnection"), ("Page", "pagesConnection"), ("Doc", "docsConnection")):
        owner = index.schema.entities.get(type_name) or index.schema.interfaces[type_name]
        for key in orders_of(index.schema, owner):
            order = f"orderBy: {{field: {key}, direction: {direction}}}"
            query = (
                f"query ($after: String) {{ c: {field}({order}, first: 1, after: $after) {{"
                " nodes { id } pageInfo { endCursor hasNextPage } } }"
            )
            whole = (await index.data(f"{{ c: {field}({order}) {{ nodes {{ id }} }} }}"))["c"]["nodes"]
            found: list[Any] = []
            page: Any = {"pageInfo": {"endCursor": None, "hasNextPage": True}}
            while page["pageInfo"]["hasNextPage"]:
                page = (await index.data(query, {"after": page["pageInfo"]["endCursor"]}))["c"]
                found += page["nodes"]
            assert found == whole, key
            assert len(whole) > 2


async def test_a_key_that_is_given_again_decides_nothing_nor_does_its_direction(index: Any) -> None:
    once = await index.data("{ c: pagesConnection(orderBy: {field: kind}) { edges { cursor } } }")
    again = "[{field: kind}, {field: kind, direction: desc}]"
    assert await index.data(f"{{ c: pagesConnection(orderBy: {again}) {{ edges {{ cursor }} }} }}") == once


@pytest.mark.parametrize(
    "other",
    [
        {"orderBy": "{field: title, direction: desc}"},
        {"orderBy": "[{field: title}, {field: words}]"},
        {"orderBy": "{field: id}"},
        {"where": '{title: "a"}'},
        {"where": "{}"},
    ],
)
async def test_a_cursor_of_another_order_or_filter_is_refused(index: Any, other: dict[str, str]) -> None:
    own = {"orderBy": "{field: title}", "where": '{title_not: "b"}'}
    cursor, *_ = await cursors(index, "pagesConnection", ", ".join(f"{key}: {own[key]}" for key in own))
    for argument in ("after", "before"):
        place = {argument: json.dumps(cursor)}
        assert await refusals(index, "pagesConnection", **{**own, **other}, **place) == [
            refused(argument, FOREIGN + "; give the `orderBy` and `where` of the page that the cursor was taken from")
        ]
        assert await index.data(
            f"{{ c: pagesConnection(orderBy: {own['orderBy']}, where: {own['where']}, {argument}: {place[argument]})"
            " { totalCount } }"
        )


async def test_a_cursor_of_another_type_is_refused(index: Any) -> None:
    cursor, *_ = await cursors(index, "pagesConnection", "first: 1")
    (told,) = await refusals(index, "notesConnection", after=json.dumps(cursor))
    assert FOREIGN in told


async def test_a_cursor_is_good_for_other_sizes_directions_and_blocks(index: Any) -> None:
    cursor, *_ = await cursors(index, "pagesConnection", "first: 1, block: {number: 1}")
    answer = await index.data(f'{{ c: pagesConnection(last: 2, after: "{cursor}") {{ nodes {{ id }} }} }}')
    assert answer == {"c": {"nodes": [{"id": "c"}, {"id": "e"}]}}


async def test_a_cursor_keeps_its_place_when_its_row_is_gone(make: Any) -> None:
    index = await make("type A @entity { id: ID!  n: Int }", {"A": [{"id": str(n), "n": n} for n in range(4)]})
    _, cursor, *_ = await cursors(index, "asConnection", "orderBy: {field: n}")
    await index.connection.execute("delete from docgraph_d1.a where n = 1")
    query = (
        f'{{ c: asConnection(orderBy: {{field: n}}, first: 1, after: "{cursor}") '
        "{ nodes { id } pageInfo { hasPreviousPage } } }"
    )
    assert await index.data(query) == {"c": {"nodes": [{"id": "2"}], "pageInfo": {"hasPreviousPage": True}}}


async def test_a_cursor_that_was_changed_anywhere_is_refused(index: Any) -> None:
    cursor, *_ = await cursors(index, "pagesConnection", "first: 1")
    changed = [cursor[:at] + ("A" if each != "A" else "B") + cursor[at + 1 :] for at, each in enumerate(cursor)]
    shapes = [
        cursor[:-1],
        cursor[1:],
        cursor + "A",
        cursor + "=",
        cursor + "\n",
        " " + cursor,
        cursor * 2,
        "",
        "ü",
        "\0",
    ]
    for text in (*changed, *shapes):
        (told,) = await refusals(index, "pagesConnection", after=json.dumps(text))
        assert told.startswith(refused("after", DAMAGED))


@pytest.mark.parametrize(
    "payload",
    [
        *('["x"]', '["a", null]', '["a", "x", "y"]', "{}", "5", "[", "[1]", "", '["a", ["x"]]'),
        *('["\\u0000", "x"]', '["\\ud800", "x"]', '[{"a": 1}, "x"]', "[NaN, NaN]", "[" * 50),
    ],
)
async def test_a_forged_cursor_is_refused_before_there_is_a_statement(index: Any, payload: str) -> None:
    """What somebody could make who knows how cursors are made."""
    order = "{field: title}"
    cursor, *_ = await cursors(index, "pagesConnection", f"orderBy: {order}, first: 1")
    mark = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:16].decode()
    check = hashlib.sha256((mark + payload).encode()).hexdigest()[:8]
    forged = base64.urlsafe_b64encode((mark + check + payload).encode()).decode().rstrip("=")
    (told,) = await refusals(index, "pagesConnection", orderBy=order, after=json.dumps(forged))
    assert told.startswith(refused("after", DAMAGED))
