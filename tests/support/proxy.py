"""A road to Postgres that can be cut: at once, at the n-th statement, or after an answer that nobody hears."""

from __future__ import annotations

import asyncio
import struct
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

SOCKET = ".s.PGSQL.5432"
STATEMENTS = frozenset(b"QEc")  # simple query, execute, end of a COPY
READY = ord("Z")
HEARTBEAT = b"docgraph heartbeat"


Reach = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]  # a connection to the server


class Proxy:
    """Passes on what clients and server say. Statements of heartbeats do not count."""

    def __init__(self, reach: Reach, dsn: str) -> None:
        self._reach = reach
        self.dsn = dsn  # that leads over this road
        self.statements: list[bytes] = []  # of all connections, as they came
        self._roads: set[_Road] = set()
        self._cut_at: int | None = None
        self._when_cut: Callable[[], None] = _nothing
        self._unheard: bytes | None = None
        self._unheard_at = 1
        self.open = asyncio.Event()  # while it is clear, nothing comes through and nobody is told
        self.open.set()

    def cut(self) -> int:
        """Cut all connections; returns how many there were."""
        roads = [*self._roads]
        for road in roads:
            road.cut()
        return len(roads)

    def silence(self) -> int:
        """Pass on nothing any more on the connections that there are, as when a host is gone; returns how many."""
        for road in self._roads:
            road.silent = True
        return len(self._roads)

    def cut_at(self, number: int | None, then: Callable[[], None] = lambda: None) -> None:
        """Cut all connections instead of passing on the `number`-th statement from now on; `then` is called first."""
        self.statements.clear()
        self._cut_at, self._when_cut = number, then

    def lose_answer_to(self, statement: bytes, number: int = 1) -> None:
        """Cut all connections instead of passing on the answer to the `number`-th statement that begins so."""
        self._unheard, self._unheard_at = statement, number

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.open.wait()
        try:
            there = await self._reach()
        except OSError:
            writer.transport.abort()
            return
        road = _Road(writer, there[1])
        self._roads.add(road)
        try:
            await asyncio.gather(self._upwards(reader, road), self._downwards(there[0], road))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            road.cut()
            self._roads.discard(road)

    async def _upwards(self, reader: asyncio.StreamReader, road: _Road) -> None:
        (size,) = struct.unpack("!i", head := await reader.readexactly(4))
        started = await reader.readexactly(size - 4)
        counts = HEARTBEAT not in started
        road.server.write(head + started)
        while True:
            kind, size = struct.unpack("!Bi", head := await reader.readexactly(5))
            said = await reader.readexactly(size - 4)
            await self.open.wait()
            if road.silent:
                continue
            if counts and kind in STATEMENTS:
                self.statements.append(said)
                if len(self.statements) == self._cut_at:
                    self._cut_at = None
                    self._when_cut()
                    self.cut()
                if self._unheard is not None and said.startswith(self._unheard):
                    self._unheard_at -= 1
                    if not self._unheard_at:
                        self._unheard, road.deaf = None, True
            road.server.write(head + said)
            await road.server.drain()

    async def _downwards(self, reader: asyncio.StreamReader, road: _Road) -> None:
        while True:
            kind, size = struct.unpack("!Bi", head := await reader.readexactly(5))
            said = await reader.readexactly(size - 4)
            await self.open.wait()
            if road.silent:
                continue
            if not road.deaf:
                road.client.write(head + said)
                await road.client.drain()
            elif kind == READY:
                self.cut()


class _Road:
    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client, self.server = client, server
        self.silent = False
        self.deaf = False  # whether what the server says is kept from the client

    def cut(self) -> None:
        for each in (self.client, self.server):
            with suppress(RuntimeError):
                each.transport.abort()


def _nothing() -> None:
    """Nobody wants to know."""


@asynccontextmanager
async def proxied(dsn: str) -> AsyncIterator[Proxy]:
    """A proxy before the Postgres of the dsn, on a unix socket."""
    parts = urlsplit(dsn)
    reach: Reach
    if parts.hostname:
        reach = partial(asyncio.open_connection, parts.hostname, parts.port or 5432)
    else:
        (folder,) = parse_qs(parts.query)["host"]
        reach = partial(asyncio.open_unix_connection, str(Path(unquote(folder)) / SOCKET))
    user = parts.netloc.rpartition("@")[0]
    with tempfile.TemporaryDirectory(prefix="docgraph-proxy-") as own:
        road = urlunsplit(parts._replace(netloc=f"{user}@", query=f"host={quote(own, safe='')}"))
        proxy = Proxy(reach, road)
        listening = await asyncio.start_unix_server(proxy.pass_on, Path(own) / SOCKET)
        try:
            yield proxy
        finally:
            listening.close()
            proxy.open.set()
            proxy.cut()
