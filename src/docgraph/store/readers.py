"""Connections for readers, handed from one request to the next.

The driver's own pool asks the server to reset each connection that comes back, and looks after it in a task of its
own: a round trip and half of the time of a small query. Readers leave nothing behind that would need it: they cannot
write, set nothing, and each of their statements is a transaction of its own. What a reader may leave behind is a
statement that is still at work, when it was cancelled: only such a connection is looked after, before it is lent again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from types import TracebackType
from typing import Any
from weakref import WeakSet

import asyncpg  # type: ignore[import-untyped]

from docgraph.model.problem import Unavailable
from docgraph.store.codecs import teach_dates
from docgraph.store.connection import CONNECT_SECONDS, SESSION, Connection, connect
from docgraph.store.prepared import PreparedConnection

Open = Callable[[], Awaitable[Connection]]

READING: Mapping[str, str] = {**SESSION, "default_transaction_read_only": "on"}
SETTLE_SECONDS = 1.0  # that a cancelled statement may take to end
KEPT_MEMORY = 4 << 20  # bytes, by each backend for the answers to come
# How often Postgres looks, while a statement is at work, whether its client is still there.
LOOK = ("client_connection_check_interval", "1s")


class Busy(Unavailable):
    """Others held all of the connections for as long as this one was willing to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no connection to Postgres got free within {seconds:g} seconds", mend="try again later")
        self.seconds = seconds


@asynccontextmanager
async def readers(dsn: str, largest: int, query_seconds: float) -> AsyncIterator[Readers]:
    """Up to `largest` connections that cannot write, and on which a slow query ends.

    `query_seconds` is both what a query may take and how long it waits for its turn.

    Raises Unavailable: as `connect`.
    """
    settings = {**READING, "statement_timeout": f"{query_seconds * 1000:.0f}ms"}

    async def open_one() -> Connection:
        connection: Connection = await asyncpg.connect(
            dsn,
            server_settings=settings,
            timeout=CONNECT_SECONDS,
            connection_class=PreparedConnection,
        )
        try:
            await teach_dates(connection)
            await _pass_json_on(connection)
            await _end_with_its_client(connection)
            await _keep_memory(connection)
        except BaseException:
            connection.terminate()
            raise
        return connection

    await (await connect(dsn)).close()
    made = Readers(open_one, largest, query_seconds)
    try:
        yield made
    finally:
        await made.close()


async def _pass_json_on(connection: Any) -> None:
    """JSON stays the bytes that Postgres made of it."""
    await connection.set_type_codec("json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


async def _end_with_its_client(connection: Connection) -> None:
    """Let Postgres end a statement whose client has gone, where its platform can see that.

    Where it cannot (Windows), Postgres refuses the setting, and `statement_timeout` is what ends such a statement.

    Source: https://www.postgresql.org/docs/current/runtime-config-connection.html
    """
    with suppress(asyncpg.InvalidParameterValueError):
        await connection.execute("select set_config($1, $2, false)", *LOOK)


async def _keep_memory(connection: Connection) -> None:
    """Let the backend keep the memory of one answer for the next.

    The allocator of glibc maps each large block anew and gives it back to the system, a page fault for each 4 kB, until
    it has seen one of that size freed: from then on it keeps up to twice as much. A fifth of Postgres's time for an
    answer of 250 kB went there.

    Source: https://man7.org/linux/man-pages/man3/mallopt.3.html, "M_MMAP_THRESHOLD".
    """
    await connection.fetchval("select octet_length(repeat(repeat(' ', 4096), $1 / 4096))", KEPT_MEMORY)


class Readers:
    """Up to `largest` connections, opened when they are needed. Who comes first is served first."""

    def __init__(self, open_one: Open, largest: int, patience: float) -> None:
        self._open_one, self._largest = open_one, largest
        self._patience = patience  # seconds to wait for a connection that is free
        self._idle: list[Connection] = []  # the last one to come back goes out first: its caches are warm
        self._settling: dict[asyncio.Task[None], Connection] = {}
        # With the time of the loop at which each gives up.
        self._waiting: deque[tuple[asyncio.Future[Connection | None], float]] = deque()
        self._ends_waiting = False  # whether a timer for that is set
        self._places = 0  # taken by connections that are open or being opened
        self._opened: WeakSet[Connection] = WeakSet()
        self._closed = False

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for as long as the `async with` lasts, with no statement at work.

        Entering raises Busy, and what opening one raises.
        """
        return _Loan(self)

    def back(self, connection: Connection, failure: type[BaseException] | None) -> None:
        """Take back what `take` gave; `failure`: what ended its use, if anything did."""
        # An error of Postgres is its last word on a statement.
        if failure is None or issubclass(failure, asyncpg.PostgresError):
            self._give_back(connection)
        else:
            self._settle(connection)

    def forget(self) -> None:
        """Give all connections up, those at work too: what they wait for will never come."""
        for connection in self._opened:
            connection.terminate()

    async def close(self) -> None:
        """Close the connections that nobody holds; those that are held close when they come back."""
        self._closed = True
        for task in self._settling:
            task.cancel()
        await asyncio.gather(*self._settling, return_exceptions=True)
        while self._idle:
            await self._idle.pop().close()

    async def take(self) -> Connection:
        """A connection, to be given `back`. Raises Busy, and what opening one raises."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._places -= 1
        if self._places < self._largest:
            self._places += 1
        elif (handed := await self._wait()) is not None:
            return handed
        try:
            opened = await self._open_one()
        except BaseException:
            self._leave_place()
            raise
        self._opened.add(opened)
        return opened

    async def _wait(self) -> Connection | None:
        """The connection that somebody gives back; None: their place, for a new one. Raises Busy."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Connection | None] = loop.create_future()
        self._waiting.append((turn, loop.time() + self._patience))
        if not self._ends_waiting:
            self._ends_waiting = True
            loop.call_later(self._patience, self._end_waiting)
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.exception() is None:  # handed over in the moment in which we gave up
                connection = turn.result()
                self._leave_place() if connection is None else self._give_back(connection)
            raise

    def _end_waiting(self) -> None:
        """Tell those who have waited too long. All wait equally long, so one timer does for who waits longest."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            turn, until = self._waiting[0]
            if not turn.done() and until > loop.time():
                loop.call_at(until, self._end_waiting)
                return
            self._waiting.popleft()
            if not turn.done():
                turn.set_exception(Busy(self._patience))
        self._ends_waiting = False

    def _settle(self, connection: Connection) -> None:
        """Give the connection back when its statement has ended, without letting who leaves wait for that."""
        if self._closed or connection.is_closed():
            self._give_back(connection)
            return
        task = asyncio.get_running_loop().create_task(_ended(connection))
        self._settling[task] = connection
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[None]) -> None:
        connection = self._settling.pop(task)
        if task.cancelled() or task.exception() is not None:
            connection.terminate()
        self._give_back(connection)

    def _give_back(self, connection: Connection) -> None:
        if self._closed or connection.is_closed():
            connection.terminate()
            self._leave_place()
        elif not self._pass_on(connection):
            self._idle.append(connection)

    def _leave_place(self) -> None:
        if not self._pass_on(None):
            self._places -= 1

    def _pass_on(self, connection: Connection | None) -> bool:
        """To whoever waits longest. False: nobody waits."""
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False


class _Loan:
    """A class of its own: a decorated generator would take longer than all of our part in a small query."""

    __slots__ = ("_connection", "_readers")

    def __init__(self, lender: Readers) -> None:
        self._readers = lender

    async def __aenter__(self) -> Connection:
        self._connection = await self._readers.take()
        return self._connection

    async def __aexit__(
        self, failure: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._readers.back(self._connection, failure)


async def _ended(connection: Connection) -> None:
    """Wait until nothing is at work on the connection any more: a round trip comes behind all of it.

    Raises TimeoutError: its statement goes on. The driver asks Postgres to cancel it, once; asked before it has begun
    to work on the statement, Postgres takes no notice. Raises also what a lost connection raises.

    Source: https://www.postgresql.org/docs/current/protocol-flow.html, "Canceling Requests in Progress".
    """
    async with asyncio.timeout(SETTLE_SECONDS):
        await connection.execute("select")
