"""Every case of the dialect, on a real Postgres, in both forms; filters as literals and as variables.

The table of docs/dialect.md counts the cases. To write it anew: UPDATE_GOLDEN=1 pytest tests/dialect
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from api.conftest import Index
from graphql import parse_value, value_from_ast_untyped

from dialect.areas import AREAS
from dialect.areas.values import REFUSED_VALUES
from dialect.case import INPUT, REFUSED, Area, Case, Where
from dialect.worlds import WORLDS, World
from docgraph.model.sdl import read_schema

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dialect.md"
COUNTED = re.compile(r"(?<=<!-- cases -->\n)(.*?)(?=<!-- /cases -->)", re.DOTALL)
HELD = re.compile(r"^\|.*\| ([^|]+) \|$", re.MULTILINE)

ALL = [(area, case) for area in AREAS for case in area.cases]
FILTERS = [(area, case) for area, case in ALL if case.where is not None]


def ids(each: object) -> str:
    return each.world if isinstance(each, Area) else getattr(each, "name", "")


@asynccontextmanager
async def database(server_dsn: str, name: str) -> AsyncIterator[asyncpg.Connection]:
    server = await asyncpg.connect(server_dsn)
    await server.execute(f"create database {name} template template0")
    connection = await asyncpg.connect(urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}")))
    try:
        yield connection
    finally:
        await connection.close()
        await server.execute(f"drop database {name} with (force)")
        await server.close()


async def made(connection: asyncpg.Connection, world: World) -> Index:
    index = Index(connection, read_schema(world.schema))
    await index.make()
    for number in range(1, world.blocks + 1):
        await index.block(number)
    await index.fill(world.rows)
    for block in world.problems:
        await index.problem(block)
    return index


@pytest_asyncio.fixture(scope="module")
async def worlds(server_dsn: str) -> AsyncIterator[dict[str, Index]]:
    async with AsyncExitStack() as stack:
        found = {}
        for name, world in WORLDS.items():
            connection = await stack.enter_async_context(database(server_dsn, f"dialect_{os.getpid()}_{name}"))
            found[name] = await made(connection, world)
        yield found


def told(errors: list[dict[str, Any]]) -> Iterator[tuple[str, str, list[Any] | None]]:
    """What the errors of a response say, but for their places."""
    for each in errors:
        assert set(each) <= {"message", "locations", "path", "extensions"}
        yield each["message"], each["extensions"]["code"], each.get("path")


def expected(case: Case) -> list[tuple[str, str, list[Any] | None]]:
    return [(each.message, each.code, None if each.path is None else list(each.path)) for each in case.errors]


def as_variable(where: Where) -> tuple[str, dict[str, Any]]:
    """The query that sends the whole filter as a variable."""
    value = value_from_ast_untyped(parse_value(f"{{{where.text}}}"))
    return f"query ($w: {where.type}_filter) {{ {where.plural}(where: $w) {{ id }} }}", {"w": value}


@pytest.mark.parametrize(("area", "case"), ALL, ids=ids)
async def test_the_answer_is_the_one_of_the_specification(area: Area, case: Case, worlds: dict[str, Index]) -> None:
    index = worlds[area.world]
    index.statements.clear()
    response = await index.ask(case.query, dict(case.variables or {}), case.operation)
    assert list(told(response.get("errors", []))) == expected(case)
    assert response.get("data", REFUSED) == case.data
    assert len(index.statements) <= (0 if case.data is REFUSED else 2 if case.errors else 1)


@pytest.mark.parametrize(
    ("area", "case"), [(area, case) for area, case in ALL if not case.errors and not case.operation], ids=ids
)
async def test_the_exact_form_gives_the_same_answer(area: Area, case: Case, worlds: dict[str, Index]) -> None:
    assert await worlds[area.world].exactly(case.query, dict(case.variables or {})) == {"data": case.data}


@pytest.mark.parametrize(("area", "case"), FILTERS, ids=ids)
async def test_a_filter_means_the_same_in_a_variable(area: Area, case: Case, worlds: dict[str, Index]) -> None:
    assert case.where is not None
    query, variables = as_variable(case.where)
    response = await worlds[area.world].ask(query, variables)
    if case.data is REFUSED:
        assert "data" not in response
        assert {each["extensions"]["code"] for each in response["errors"]} == {INPUT}
    else:
        assert response == {"data": case.data}


@pytest.mark.parametrize(("declared", "value", "where"), REFUSED_VALUES)
async def test_a_variable_that_does_not_fit_its_type_or_its_place_is_refused(
    declared: str, value: object, where: str, worlds: dict[str, Index]
) -> None:
    index = worlds["kinds"]
    index.statements.clear()
    response = await index.ask(f"query ($v: {declared}) {{ samples(where: {{{where}}}) {{ id }} }}", {"v": value})
    assert {each["extensions"]["code"] for each in response["errors"]} == {INPUT}
    assert "data" not in response
    assert index.statements == []


async def test_keys_come_in_the_order_of_the_query(worlds: dict[str, Index]) -> None:
    query = '{ _meta { block { number } } __typename page(id: "a") { words id __typename title } }'
    answer = await worlds["pages"].answer(query)
    assert answer.body == (
        b'{"data":{"_meta":{"block":{"number":3}},"__typename":"Query",'
        b'"page":{"words":30,"id":"a","__typename":"Page","title":"Start"}}}'
    )


def test_no_two_cases_of_an_area_have_one_name() -> None:
    for area in AREAS:
        assert max(Counter(case.name for case in area.cases).values()) == 1, area.title


# The page -------------------------------------------------------------------------


def table() -> str:
    lines = ["| area | sections | cases |", "|---|---|---|"]
    for area in AREAS:
        sections = sorted({case.section for case in area.cases}, key=lambda each: [int(n) for n in each.split(".")])
        lines.append(f"| {area.title} | {', '.join(sections)} | {len(area.cases)} |")
    lines.append(f"| all | | {len(ALL)} |")
    return "\n".join(lines) + "\n"


def test_the_page_counts_the_cases_of_every_area() -> None:
    text = PAGE.read_text()
    found = COUNTED.search(text)
    assert found is not None
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PAGE.write_text(text[: found.start()] + table() + text[found.end() :])
        found = COUNTED.search(PAGE.read_text())
    assert found is not None
    assert found.group() == table()


def test_every_deviation_names_a_case_or_a_test_that_holds_it() -> None:
    _, _, deviations = PAGE.read_text().partition("## Where docgraph differs")
    rows = [row for row in HELD.findall(deviations) if row not in ("held by", "---")]
    assert len(rows) > 20
    names = {case.name for _, case in ALL}
    tests = "".join(file.read_text() for file in PAGE.parents[1].glob("tests/**/test_*.py"))
    for row in rows:
        for each in re.findall(r"`([^`]+)`", row):
            assert each in names or f"def {each}(" in tests, each
        assert "`" in row, row
