"""Answers that are given again are those that the database would give."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from support.lending import Lent

from docgraph.api.answers import Answers
from docgraph.api.execute import Connection, Engine

ROWS = {"Author": [{"id": f"0x0{number}", "name": f"author {number}"} for number in range(1, 6)]}
ALL = "{ authors { name } }"
ONE = "query ($id: ID!) { author(id: $id) { name } }"
FOUND = "query ($where: Author_filter, $first: Int) { authors(where: $where, first: $first) { id name } }"


def nothing() -> None:
    """Nothing happens."""


class Asked(msgspec.Struct):
    """An engine that keeps answers, and how often its database was asked."""

    engine: Engine
    answers: Answers
    index: Any
    statements: int = 0
    meanwhile: Callable[[], None] = nothing  # happens while a statement is under way

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        self.statements += 1
        found = await self.index.fetchrow(query, *arguments)
        self.meanwhile()
        return found

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self

    async def data(self, query: str, **variables: Any) -> Any:
        response = json.loads((await self.engine.execute(self, query, variables)).body)
        assert "errors" not in response, response
        return response["data"]


@pytest_asyncio.fixture
async def asked(make: Any, pages_schema: str) -> Asked:
    return _keeping(await make(pages_schema, ROWS), 100_000)


def _keeping(index: Any, room: int) -> Asked:
    answers = Answers(room)
    answers.changed()
    return Asked(Engine.build(index.schema, index.layout.namespace, "d1", answers=answers), answers, index)


async def test_an_answer_is_given_again_until_a_change_is_heard(asked: Asked) -> None:
    before = await asked.data(ALL)
    assert await asked.data(ALL) == before
    assert asked.statements == 1
    await asked.index.fill({"Author": [{"id": "0x09", "name": "Zoe"}]}, since=2)
    asked.answers.changed()
    assert await asked.data(ALL) == {"authors": [*before["authors"], {"name": "Zoe"}]}
    assert asked.statements == 2


async def test_other_values_have_answers_of_their_own(asked: Asked) -> None:
    names = [(await asked.data(ONE, id=f"0x0{number}"))["author"]["name"] for number in (1, 2, 1, 2)]
    assert names == ["author 1", "author 2"] * 2
    assert asked.statements == 2


async def test_what_was_asked_before_a_change_was_heard_is_not_given_again(asked: Asked) -> None:
    asked.meanwhile = asked.answers.changed
    await asked.data(ALL)
    asked.meanwhile = nothing
    await asked.data(ALL)
    assert asked.statements == 2


async def test_nothing_is_kept_while_nobody_listens(asked: Asked) -> None:
    await asked.data(ALL)
    asked.answers.lost()
    await asked.data(ALL)
    await asked.data(ALL)
    assert asked.statements == 3
    asked.answers.changed()
    await asked.data(ALL)
    await asked.data(ALL)
    assert asked.statements == 4


@pytest.mark.parametrize(
    "query", ["{ authors(block: {number: 1}) { name } }", "{ authors(subgraphError: deny) { name } }"]
)
async def test_what_depends_on_more_than_changes_is_asked_each_time(asked: Asked, query: str) -> None:
    await asked.data(query)
    await asked.data(query)
    assert asked.statements == 2


async def test_answers_stay_within_their_room(make: Any, pages_schema: str) -> None:
    small = _keeping(await make(pages_schema, ROWS), 2_000)
    for _ in range(2):
        for number in range(1, 6):
            await small.data(ONE, id=f"0x0{number}")
    assert small.statements > 5
    none = _keeping(small.index, 0)
    await none.data(ALL)
    await none.data(ALL)
    assert none.statements == 2


async def test_with_answers_kept_all_is_as_without(asked: Asked) -> None:
    chance = random.Random(4)
    plain = Lent(asked.index)
    for turn in range(120):
        if chance.random() < 0.1:
            await asked.index.fill({"Author": [{"id": f"0x1{turn:03}", "name": f"turn {turn}"}]}, since=1)
            asked.answers.changed()
        where = chance.choice([{}, {"name_contains": str(chance.randrange(4))}, {"id_in": ["0x01", "0x04"]}])
        variables = {"where": where, "first": chance.randrange(1, 4)}
        kept = await asked.engine.execute(asked, FOUND, variables)
        assert kept == await asked.index.engine.execute(plain, FOUND, variables)
    assert 20 < asked.statements < 100
