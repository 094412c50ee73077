"""A road to Postgres that takes time and counts round trips: what a change costs where the database is far away.

A round trip is whatever makes Postgres say that it is ready, or that a COPY may begin: the client has waited for it.
"""

from __future__ import annotations

import asyncio
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

SOCKET = ".s.PGSQL.5432"
SIMPLE, PREPARE, EXECUTE = b"Q", b"P", b"E"
ANSWERS = b"ZG"  # ready for the next, ready for the rows of a COPY
HEARTBEAT = b"docgraph heartbeat"


class Road:
    """Passes on what clients and server say, each time `delay` seconds later."""

    def __init__(self, there: str, delay: float) -> None:
        self._there = there  # the server's socket
        self.delay = delay  # seconds, one way
        self.dsn = ""  # that leads over this road
        self.trips = 0  # of all connections but those of heartbeats
        self.prepared: list[str] = []  # statements, as they came

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server = await asyncio.open_unix_connection(self._there)
        (size,) = struct.unpack("!i", head := await reader.readexactly(4))
        started = await reader.readexactly(size - 4)
        server.write(head + started)
        counts = HEARTBEAT not in started
        tasks = [
            asyncio.create_task(self._carry(reader, server, counts=counts, upwards=True)),
            asyncio.create_task(self._carry(server_reader, writer, counts=counts, upwards=False)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            server.close()
            writer.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool, upwards: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                kind, size = struct.unpack("!ci", head := await reader.readexactly(5))
                said = await reader.readexactly(size - 4)
                if counts:
                    self._count(kind, said, upwards=upwards)
                if self.delay:
                    loop.call_later(self.delay, writer.write, head + said)
                else:
                    writer.write(head + said)

    def _count(self, kind: bytes, said: bytes, *, upwards: bool) -> None:
        if not upwards:
            self.trips += kind in ANSWERS
        elif kind == SIMPLE:
            self.prepared.append(said.rstrip(b"\0").decode())
        elif kind == PREPARE:
            self.prepared.append(said.split(b"\0")[1].decode())


@asynccontextmanager
async def road(dsn: str, delay: float) -> AsyncIterator[Road]:
    """A road to the Postgres of the dsn, which is reached by a socket in the file system."""
    parts = urlsplit(dsn)
    (folder,) = parse_qs(parts.query)["host"]
    made = Road(str(Path(unquote(folder)) / SOCKET), delay)
    with tempfile.TemporaryDirectory(prefix="docgraph-road-") as own:
        user = parts.netloc.rpartition("@")[0]
        made.dsn = urlunsplit(parts._replace(netloc=f"{user}@", query=f"host={quote(own, safe='')}"))
        listening = await asyncio.start_unix_server(made.pass_on, Path(own) / SOCKET)
        try:
            yield made
        finally:
            listening.close()
