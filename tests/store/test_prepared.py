"""Statements of readers stay prepared, not too many of them, and follow the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from docgraph.store import prepared
from docgraph.store.prepared import PreparedConnection

PREPARED = "select count(*) from pg_prepared_statements where statement ~ '^select [^c].* as answer'"


@pytest_asyncio.fixture
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(dsn, connection_class=PreparedConnection)
    yield made
    await made.close()


async def test_a_statement_is_prepared_once_and_bound_each_time(connection: asyncpg.Connection) -> None:
    answers = [(await connection.fetchrow("select $1::int + 1 as answer", given))["answer"] for given in range(5)]
    assert answers == [1, 2, 3, 4, 5]
    assert await connection.fetchval(PREPARED) == 1


async def test_no_row_is_none(connection: asyncpg.Connection) -> None:
    assert await connection.fetchrow("select 1 as answer where false") is None


async def test_only_so_many_stay_prepared(connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "KEPT_STATEMENTS", 3)
    for _ in range(2):
        for number in range(10):
            assert (await connection.fetchrow(f"select {number} as answer"))["answer"] == number
    assert 1 < await connection.fetchval(PREPARED) <= 4  # one is closed with the next that is prepared


async def test_a_statement_of_great_length_is_not_kept(
    connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "KEPT_BYTES", 10)
    assert (await connection.fetchrow("select 1 as answer"))["answer"] == 1
    assert connection._kept == {}


async def test_a_statement_follows_its_table(connection: asyncpg.Connection) -> None:
    await connection.execute("create temporary table t as select 1 as a")
    for column, found in (("b", {"a": 1}), ("c", {"a": 1, "b": None}), ("d", {"a": 1, "b": None, "c": None})):
        for _ in range(2):
            assert dict(await connection.fetchrow("select * from t")) == found
        await connection.execute(f"alter table t add column {column} int")


async def test_an_error_of_a_statement_leaves_it_usable(connection: asyncpg.Connection) -> None:
    for _ in range(2):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.fetchrow("select 1 / $1::int as answer", 0)
        assert (await connection.fetchrow("select 1 / $1::int as answer", 1))["answer"] == 1
