"""Connections for readers: lent to one after another, never more than agreed, whatever happens to whom."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from docgraph.store.connection import Connection, connect
from docgraph.store.readers import SETTLE_SECONDS, Busy, Readers, readers

LARGE_ANSWER = "select json_agg(repeat('x', 1000)) from generate_series(1, 1000)"  # a megabyte
PATIENCE = 60.0  # seconds to wait for a turn; seconds that a query may take


class Opened:
    """Opens real connections and counts them."""

    def __init__(self, dsn: str) -> None:
        self.dsn, self.all, self.refuse = dsn, [], False

    async def __call__(self) -> Any:
        if self.refuse:
            raise OSError("refused")
        connection = await connect(self.dsn)
        self.all.append(connection)
        return connection


@pytest_asyncio.fixture
async def opened(dsn: str) -> AsyncIterator[Opened]:
    made = Opened(dsn)
    yield made
    for connection in made.all:
        await connection.close()


@pytest_asyncio.fixture
async def watcher(dsn: str) -> AsyncIterator[Connection]:
    """Sees what others are doing."""
    connection = await connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
def no_cancel_request_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when it overtakes its statement: Postgres is told to cancel what it has not begun, and does nothing."""

    async def lost(**where: object) -> None: ...

    monkeypatch.setattr("asyncpg.connect_utils._cancel", lost)


async def test_a_connection_is_lent_again_and_again(opened):
    lent = Readers(opened, 4, PATIENCE)
    for _ in range(3):
        async with lent.acquire() as connection:
            assert await connection.fetchval("select 1") == 1
    assert len(opened.all) == 1


async def test_no_more_are_opened_than_agreed_and_all_are_served(opened):
    lent = Readers(opened, 2, PATIENCE)

    async def ask(number: int) -> int:
        async with lent.acquire() as connection:
            return await connection.fetchval("select $1::integer", number)

    assert await asyncio.gather(*map(ask, range(50))) == list(range(50))
    assert len(opened.all) == 2


async def test_who_waits_longest_is_next(opened):
    lent, served = Readers(opened, 1, PATIENCE), []

    async def ask(number: int) -> None:
        async with lent.acquire():
            served.append(number)

    async with lent.acquire():
        waiting = [asyncio.ensure_future(ask(number)) for number in range(5)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2, 3, 4]


async def test_a_lost_connection_makes_room_for_another(opened):
    lent = Readers(opened, 1, PATIENCE)
    async with lent.acquire() as lost:
        waiting = asyncio.ensure_future(_one(lent))
        await asyncio.sleep(0)
        lost.terminate()
    assert await waiting == 1
    assert len(opened.all) == 2
    opened.all[-1].terminate()
    assert await _one(lent) == 1, "one that was lost while nobody held it"


async def test_who_gives_up_waiting_loses_nobody_a_connection(opened):
    lent = Readers(opened, 1, PATIENCE)
    async with lent.acquire():
        first, second = (asyncio.ensure_future(_one(lent)) for _ in range(2))
        await asyncio.sleep(0)
    first.cancel()  # it has been handed the connection, and has not run yet
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await second == 1
    assert len(opened.all) == 1


async def test_who_waits_too_long_is_told_so_and_loses_nobody_a_connection(opened):
    lent = Readers(opened, 1, 0.01)
    async with lent.acquire():
        with pytest.raises(Busy, match=r"within 0\.01 seconds") as busy:
            await _one(lent)
    assert busy.value.seconds == 0.01
    assert await _one(lent) == 1
    assert len(opened.all) == 1


async def test_a_cancelled_statement_leaves_a_connection_that_works(dsn, watcher):
    async with readers(dsn, 1, PATIENCE) as lent:
        sleeping, number = await _asleep(lent, watcher)
        waiting = asyncio.ensure_future(_number(lent))
        await _cancelled(sleeping)
        assert await waiting == number


async def test_a_connection_whose_statement_goes_on_makes_room_for_another_and_its_statement_ends(
    dsn, watcher, no_cancel_request_arrives
):
    async with readers(dsn, 1, PATIENCE) as lent:
        sleeping, number = await _asleep(lent, watcher)
        await _cancelled(sleeping)
        assert await _at_work(watcher, number), "whoever was cancelled does not wait for its end"
        assert await _number(lent) != number
        await _end(watcher, number)


async def test_a_connection_is_not_lent_on_while_it_may_still_be_at_work(opened):
    lent = Readers(opened, 1, PATIENCE)

    async def fail() -> None:
        async with lent.acquire() as connection:
            asking = asyncio.ensure_future(connection.fetchval("select 1 from pg_sleep(0.05)"))
            await asyncio.sleep(0)
            asking.cancel()
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await fail()
    assert await _one(lent) == 1
    assert len(opened.all) == 1


async def test_an_error_of_the_database_leaves_a_connection_that_is_lent_again_at_once(opened):
    lent = Readers(opened, 1, PATIENCE)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with lent.acquire() as connection:
            await connection.fetchval("select 1 / 0")
    assert not _settling()
    assert await _one(lent) == 1
    assert len(opened.all) == 1


async def test_closing_does_not_wait_for_a_cancelled_statement_and_leaves_nothing_behind(
    dsn, watcher, no_cancel_request_arrives
):
    async with readers(dsn, 2, PATIENCE) as lent:
        sleeping, number = await _asleep(lent, watcher)
        await _cancelled(sleeping)
        with pytest.raises(ValueError, match="mine"):
            async with lent.acquire() as just_left:
                raise ValueError("mine")
        async with asyncio.timeout(SETTLE_SECONDS / 2):
            await lent.close()
        assert just_left.is_closed()
        await asyncio.sleep(0)
        assert not _settling()
        await _end(watcher, number)


async def test_whoever_is_cancelled_after_closing_takes_its_connection_along(opened):
    lent = Readers(opened, 1, PATIENCE)

    async def fail() -> None:
        async with lent.acquire():
            await lent.close()
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await fail()
    assert opened.all[0].is_closed()
    assert not _settling()


async def test_a_refused_connection_is_told_and_its_place_is_free_again(opened):
    lent = Readers(opened, 1, PATIENCE)
    opened.refuse = True
    for _ in range(3):
        with pytest.raises(OSError, match="refused"):
            await _one(lent)
    opened.refuse = False
    assert await _one(lent) == 1


async def test_closing_closes_what_is_idle_at_once_and_what_is_lent_when_it_comes_back(opened):
    lent = Readers(opened, 2, PATIENCE)
    async with lent.acquire() as held:
        async with lent.acquire() as idle:
            pass
        await lent.close()
        assert idle.is_closed()
        assert not held.is_closed()
    assert held.is_closed()


async def test_readers_cannot_write(dsn):
    async with readers(dsn, 1, 10.0) as lent, lent.acquire() as reader:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reader.execute("create table mine ()")


async def test_a_query_of_a_reader_ends_when_it_takes_too_long(dsn):
    async with readers(dsn, 1, 10.0) as lent, lent.acquire() as reader:
        limit = await reader.fetchval("select setting::int from pg_settings where name = 'statement_timeout'")
        assert limit == 10_000
        await reader.execute("set statement_timeout = '20ms'")
        with pytest.raises(asyncpg.QueryCanceledError):
            await reader.execute("select pg_sleep(60)")


async def test_readers_are_opened_where_postgres_cannot_see_that_a_client_left(dsn, monkeypatch):
    monkeypatch.setattr("docgraph.store.readers.LOOK", ("client_connection_check_interval", "-1"))  # is refused
    async with readers(dsn, 1, 10.0) as lent:
        assert await _one(lent) == 1


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
async def test_a_backend_keeps_the_memory_of_an_answer_for_the_next(dsn):
    async def faults_of_answers(connection: Connection) -> float:
        """Page faults of the backend for each of ten large answers."""
        number = connection.get_server_pid()
        await connection.fetchval(LARGE_ANSWER)  # now everything else is at its place
        before = _page_faults(number)
        for _ in range(10):
            await connection.fetchval(LARGE_ANSWER)
        return (_page_faults(number) - before) / 10

    async with readers(dsn, 1, PATIENCE) as lent, lent.acquire() as connection:
        kept = await faults_of_answers(connection)
    plain = await connect(dsn)
    try:
        mapped_anew = await faults_of_answers(plain)
    finally:
        await plain.close()
    assert kept < 20 < 200 < mapped_anew


def _page_faults(process: int) -> int:
    """That were served without a disk. Source: proc_pid_stat(5), `minflt`."""
    status = Path(f"/proc/{process}/stat")
    if not status.exists():
        pytest.skip("Postgres is on another machine")
    return int(status.read_text().rpartition(")")[2].split()[7])


async def _one(lent: Readers) -> int:
    async with lent.acquire() as connection:
        found: int = await connection.fetchval("select 1")
        return found


async def _number(lent: Readers) -> int:
    """Of the process of Postgres behind the connection."""
    async with lent.acquire() as connection:
        found: int = await connection.fetchval("select pg_backend_pid()")
        return found


async def _asleep(lent: Readers, watcher: Connection) -> tuple[asyncio.Task[None], int]:
    """Somebody whose statement does not end, and the number of the process that is at work on it."""
    number = await _number(lent)

    async def sleep() -> None:
        async with lent.acquire() as connection:
            await connection.fetchval("select pg_sleep(1000)")

    sleeping = asyncio.create_task(sleep())
    while not await _at_work(watcher, number):
        pass
    return sleeping, number


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _at_work(watcher: Connection, number: int) -> bool:
    found: bool = await watcher.fetchval(
        "select exists (select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep')", number
    )
    return found


async def _end(watcher: Connection, number: int) -> None:
    """Wait until the process is no longer at work, for less than a query may take."""
    async with asyncio.timeout(PATIENCE / 2):
        while await _at_work(watcher, number):
            pass


def _settling() -> set[asyncio.Task[object]]:
    """What is at work for connections that came back in the middle of something."""
    return {task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__qualname__", "") == "_ended"}
