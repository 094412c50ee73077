"""Subscriptions on a real Postgres, without a transport: what is evaluated when, and who is told what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from graphql import OperationType

from docgraph.api.execute import Answer, Engine
from docgraph.api.schema import core_of
from docgraph.api.subscriptions import AT_ONCE, Closed, Question, Subscriptions
from docgraph.model.sdl import read_schema

ROWS = {"Author": [{"id": "0x01", "name": "Ann"}]}
NAMES = Question("subscription { authors { name } }")


class Gate:
    """The connection of an index behind a gate; counts the statements that come to it."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.open = asyncio.Event()
        self.open.set()
        self.statements = self.waiting = self.most = 0
        self.news = asyncio.Condition()
        self.fault: Exception | None = None

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Gate]:
        yield self

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        self.statements += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        async with self.news:
            self.news.notify_all()
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        if self.fault is not None:
            raise self.fault
        async with self._turn:
            return await self._connection.fetchrow(query, *arguments)

    async def came(self, statements: int) -> None:
        """Wait until so many statements have come in all."""
        async with self.news:
            await self.news.wait_for(lambda: self.statements >= statements)


class Live:
    """An index, its subscriptions, and the gate between them."""

    def __init__(self, index: Any, connection: asyncpg.Connection, most: int = 1000) -> None:
        self.index = index
        self.engine: Engine = index.engine
        self.gate = Gate(connection)
        self.subscriptions = Subscriptions(lambda: self.engine, self.gate, most)

    def ask(self, question: Question = NAMES) -> AsyncGenerator[Answer]:
        return self.subscriptions.answers(question)

    async def name(self, name: str) -> None:
        """A block in which the only author changes their name."""
        await self.index.connection.execute("update docgraph_d1.author set name = $1", name)
        self.subscriptions.changed()


@pytest_asyncio.fixture
async def reader(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def live(make: Any, pages_schema: str, reader: asyncpg.Connection) -> Live:
    return Live(await make(pages_schema, ROWS), reader)


def names(answer: Answer) -> list[str]:
    return [each["name"] for each in json.loads(answer.body)["data"]["authors"]]


async def test_the_answer_comes_now_and_again_when_a_block_has_changed_it(live: Live) -> None:
    async with aclosing(live.ask()) as answers:
        assert names(await anext(answers)) == ["Ann"]
        await live.name("Bea")
        assert names(await anext(answers)) == ["Bea"]


async def test_a_block_that_changes_nothing_of_the_answer_is_not_told(live: Live) -> None:
    async with aclosing(live.ask()) as answers:
        await anext(answers)
        await live.name("Ann")
        following = asyncio.ensure_future(anext(answers))
        await live.gate.came(2)
        await live.name("Bea")
        assert names(await following) == ["Bea"]


async def test_a_query_is_answered_once(live: Live) -> None:
    async with aclosing(live.ask(Question("{ authors { name } }"))) as answers:
        assert [names(answer) async for answer in answers] == [["Ann"]]


async def test_whoever_asks_the_same_shares_the_evaluations(live: Live) -> None:
    by_id = "subscription($id: ID!, $in: Boolean!) { author(id: $id) { name @include(if: $in) } }"
    one, other = Question(by_id, {"id": "0x01", "in": True}), Question(by_id, {"in": True, "id": "0x01"})
    asked = [live.ask(one if number % 2 else other) for number in range(50)]
    first = await asyncio.gather(*(anext(each) for each in asked))
    assert {json.loads(each.body)["data"]["author"]["name"] for each in first} == {"Ann"}
    assert live.gate.statements <= 2
    before = live.gate.statements
    following = [asyncio.ensure_future(anext(each)) for each in asked]
    await live.name("Bea")
    assert {(await each).body for each in following} == {b'{"data":{"author":{"name":"Bea"}}}'}
    assert live.gate.statements == before + 1
    for each in asked:
        await each.aclose()
    assert not live.subscriptions._shared


async def test_who_comes_later_is_answered_by_what_is_there_by_then(live: Live) -> None:
    async with aclosing(live.ask()) as early, aclosing(live.ask()) as late:
        await anext(early)
        await live.index.connection.execute("update docgraph_d1.author set name = 'Bea'")  # not told yet
        assert names(await anext(late)) == ["Bea"]


async def test_many_blocks_during_one_evaluation_lead_to_one_more(live: Live) -> None:
    async with aclosing(live.ask()) as answers:
        live.gate.open.clear()
        first = asyncio.ensure_future(anext(answers))
        await live.gate.came(1)
        for number in range(100):
            await live.name(f"name {number}")
        live.gate.open.set()
        assert names(await first) == ["name 99"]
        await live.name("Bea")
        assert names(await anext(answers)) == ["Bea"]
        assert live.gate.statements <= 3


async def test_a_slow_subscriber_finds_the_latest_answer_and_none_of_those_before(live: Live) -> None:
    async with aclosing(live.ask()) as slow, aclosing(live.ask()) as quick:
        await anext(slow)
        await anext(quick)
        for name in ("Bea", "Cleo", "Dora"):
            await live.name(name)
            assert names(await anext(quick)) == [name]
        assert names(await anext(slow)) == ["Dora"]


async def test_a_block_leaves_connections_to_those_who_ask_something_else(live: Live) -> None:
    asked = [live.ask(Question(f"subscription {{ authors(first: {number}) {{ name }} }}")) for number in range(1, 31)]
    live.gate.open.clear()
    answers = asyncio.gather(*(anext(each) for each in asked))
    await live.gate.came(AT_ONCE)
    live.gate.open.set()
    assert len(await answers) == len(asked)
    assert live.gate.most == AT_ONCE
    for each in asked:
        await each.aclose()


async def test_the_subscriptions_of_a_process_are_bounded(live: Live, reader: asyncpg.Connection) -> None:
    live = Live(live.index, reader, most=1)
    async with aclosing(live.ask()) as first:
        await anext(first)
        (refused,) = [answer async for answer in live.ask()]
        (error,) = json.loads(refused.body)["errors"]
        assert (refused.status, error["extensions"]["code"]) == (400, "TOO_MANY_SUBSCRIPTIONS")
        assert "at most 1 " in error["message"]
    async with aclosing(live.ask()) as next_one:
        assert names(await anext(next_one)) == ["Ann"]


async def test_a_subscription_goes_on_with_the_deployment_that_takes_over(live: Live) -> None:
    async with aclosing(live.ask(Question("subscription { _meta { deployment } }"))) as answers:
        assert b'"d1"' in (await anext(answers)).body
        live.engine = Engine.build(live.index.schema, live.index.layout.namespace, "d2")
        live.subscriptions.changed()
        assert b'"d2"' in (await anext(answers)).body


async def test_a_subscription_that_the_next_deployment_cannot_answer_ends_with_the_reason(live: Live) -> None:
    async with aclosing(live.ask()) as answers, aclosing(live.ask()) as unread:
        await anext(answers)
        await anext(unread)
        live.engine = Engine.build(read_schema("type Other @entity { id: ID! }"), "docgraph_d2", "d2")
        live.subscriptions.changed()
        for each in (answers, unread):
            refused = await anext(each)
            assert refused.status == 400
            assert json.loads(refused.body)["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
            with pytest.raises(StopAsyncIteration):
                await anext(each)
        (again,) = [answer async for answer in live.ask()]
        assert again.status == 400


async def test_a_database_that_is_away_ends_only_who_has_no_answer_yet(live: Live) -> None:
    async with aclosing(live.ask()) as answered:
        await anext(answered)
        live.gate.fault = OSError("away")
        following = asyncio.ensure_future(anext(answered))
        live.subscriptions.changed()
        (refused,) = [answer async for answer in live.ask()]
        assert (refused.status, json.loads(refused.body)["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
        await live.index.connection.execute("update docgraph_d1.author set name = 'Bea'")
        live.gate.fault = None  # nobody tells that it is back: it is tried again
        assert names(await following) == ["Bea"]


async def test_a_block_to_come_is_waited_for_in_silence(live: Live) -> None:
    awaiting = Question("subscription { authors(block: {number_gte: 2}) { name } }")
    async with aclosing(live.ask(awaiting)) as answers:
        first = asyncio.ensure_future(anext(answers))
        await live.gate.came(2)  # both forms, which find that it is too early
        assert not first.done()
        await live.index.block(2)
        live.subscriptions.changed()
        assert names(await first) == ["Ann"]


async def test_an_answer_with_errors_is_an_answer(live: Live) -> None:
    await live.index.fill({"Note": [{"id": "n", "title": "t", "page": "gone"}]})
    async with aclosing(live.ask(Question('subscription { note(id: "n") { page { id } } }'))) as answers:
        told = json.loads((await anext(answers)).body)
    assert told == await live.index.ask('query        { note(id: "n") { page { id } } }')
    assert told["errors"][0]["path"] == ["note", "page"]


async def test_each_evaluation_is_one_statement(live: Live) -> None:
    question = Question('subscription { authors(where: {name_contains: "n"}, orderBy: name) { id name __typename } }')
    async with aclosing(live.ask(question)) as answers:
        await anext(answers)
        assert live.gate.statements == 1


async def test_closing_ends_all_subscriptions_and_those_to_come(live: Live) -> None:
    async with aclosing(live.ask()) as answers:
        await anext(answers)
        following = asyncio.ensure_future(anext(answers))
        live.subscriptions.close()
        with pytest.raises(Closed):
            await following
    with pytest.raises(Closed):
        await anext(live.ask())


async def test_the_statement_of_the_last_who_leaves_is_cancelled(live: Live, dsn: str) -> None:
    running = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with (
        asyncpg.create_pool(dsn, min_size=0) as pool,
        pool.acquire() as locking,
        pool.acquire() as watching,
        locking.transaction(),
    ):
        await locking.execute("lock table docgraph_d1.author in access exclusive mode")
        async with aclosing(live.ask()) as answers:
            first = asyncio.ensure_future(anext(answers))
            while await watching.fetchval(running) != 1:
                pass
            first.cancel()
            await asyncio.wait([first])
        while await watching.fetchval(running):
            pass
    assert not live.subscriptions._shared


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("subscription { authors { name } author(id: 1) { name } }", "must select only one top level field"),
        ("subscription { __typename }", "must not select an introspection top level field"),
        ("subscription { nothing { name } }", "Cannot query field"),
    ],
)
async def test_a_subscription_that_is_not_valid_is_refused_before_sql(live: Live, text: str, told: str) -> None:
    (refused,) = [answer async for answer in live.ask(Question(text))]
    assert refused.status == 400
    assert told in json.loads(refused.body)["errors"][0]["message"]
    assert live.gate.statements == 0


async def test_every_query_field_is_a_subscription(pages_schema: str) -> None:
    core = core_of(Engine.build(read_schema(pages_schema), "docgraph_d1", "d1").schema)
    query, subscription = core.get_root_type(OperationType.QUERY), core.get_root_type(OperationType.SUBSCRIPTION)
    assert query is not None
    assert subscription is not None
    assert {name: str(field.type) for name, field in subscription.fields.items()} == {
        name: str(field.type) for name, field in query.fields.items()
    }
    for name, field in query.fields.items():
        assert {key: str(each.type) for key, each in field.args.items()} == {
            key: str(each.type) for key, each in subscription.fields[name].args.items()
        }
