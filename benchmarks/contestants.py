"""Who answers queries in the benchmark: docgraph, the limits, and peers, each as a server of its own.

Every contestant stands over the same rows with the same indexes in the same Postgres, has one process and as many
connections, and is asked in its own words. How answers are made alike before they are compared is said here as well.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil

from hiring_rows import Size
from load import encoded
from measuring import docgraph, started
from raw import CONNECTIONS
from shapes import Shape, request

HERE = Path(__file__).resolve().parent
OURS, LIMIT, ORDINARY, FLOOR = "docgraph", "raw, tuned", "raw, pool", "fixed"
DIFFERENT_REQUESTS = 300  # of each shape


def as_told(answer: Any) -> Any:
    """Answers that are compared as they are."""
    return answer


class Contestant(msgspec.Struct, frozen=True):
    """A server that runs."""

    name: str
    port: int
    path: str
    process: psutil.Process
    words: Mapping[str, str] = {}  # shape → its query, where that is not docgraph's
    alike: Callable[[Any], Any] = as_told  # its answers in the form of docgraph's

    def bodies(self, shape: Shape, size: Size) -> list[bytes]:
        """What it is asked of a shape."""
        return bodies(shape, self.words.get(shape.name, shape.graphql), size)

    def requests(self, shape: Shape, size: Size) -> list[bytes]:
        """The same as it goes over the wire."""
        return [encoded(body, self.path) for body in self.bodies(shape, size)]


def bodies(shape: Shape, text: str, size: Size) -> list[bytes]:
    """Requests of a shape in somebody's words, with the same variables in the same order for everyone."""
    chance = random.Random(shape.name)
    return [request(shape, text, chance, size) for _ in range(DIFFERENT_REQUESTS)]


@asynccontextmanager
async def serving(project: Path, environment: Mapping[str, str]) -> AsyncIterator[Contestant]:
    """`docgraph serve`."""
    command = docgraph("serve", project, "--port", "0")
    async with started(*command, environment=environment, folder=project) as (process, said):
        async for line in said:
            if address := json.loads(line).get("address"):
                port = int(address.rstrip("/").rpartition(":")[2])
                yield Contestant(OURS, port, "/graphql", psutil.Process(process.pid))
                return
        raise SystemExit("docgraph serve ended")


@asynccontextmanager
async def raw(dsn: str, index: str) -> AsyncIterator[Contestant]:
    """The limit: hand-written SQL behind a bare ASGI application, with a queue of its own for its connections."""
    environment = {**os.environ, "DSN": dsn, "INDEX": index}
    async with uvicorn("raw:app", environment) as (port, process):
        yield Contestant(LIMIT, port, "/", process)


@asynccontextmanager
async def raw_pool(dsn: str, index: str) -> AsyncIterator[Contestant]:
    """The same as it is usually written, with asyncpg's pool."""
    environment = {**os.environ, "DSN": dsn, "INDEX": index}
    async with uvicorn("raw_pool:app", environment) as (port, process):
        yield Contestant(ORDINARY, port, "/", process)


@asynccontextmanager
async def fixed() -> AsyncIterator[Contestant]:
    """The floor of HTTP: answers of no content that are as long as docgraph's."""
    async with uvicorn("fixed:app", os.environ) as (port, process):
        yield Contestant(FLOOR, port, "/", process)


@asynccontextmanager
async def plain_strawberry(dsn: str, index: str) -> AsyncIterator[Contestant]:
    """A peer: Strawberry with DataLoader, over the very tables of docgraph."""
    environment = {**os.environ, "DSN": dsn, "INDEX": index, "CONNECTIONS": str(CONNECTIONS)}
    async with uvicorn("peers.strawberry_app:app", environment) as (port, process):
        yield Contestant("strawberry", port, "/graphql/", process)


@asynccontextmanager
async def uvicorn(application: str, environment: Mapping[str, str]) -> AsyncIterator[tuple[int, psutil.Process]]:
    """An ASGI application of this folder; its port and its process."""
    command = (sys.executable, "-m", "uvicorn", application, "--port", "0", "--no-access-log")
    async with started(*command, environment=environment, folder=HERE) as (process, said):
        told = b""
        async for line in said:
            told += line
            if b"Uvicorn running on" in line:
                yield int(line.split(b"http://", 1)[1].split()[0].rpartition(b":")[2]), psutil.Process(process.pid)
                return
        raise SystemExit(f"{application} ended\n{told.decode()}")
