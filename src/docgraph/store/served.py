"""What readers ask the store: what is served, how the index is doing, and when something changes. Writes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Protocol

import msgspec

from docgraph.model.problem import HandlerProblem, Problem, Unavailable
from docgraph.model.schema import Schema
from docgraph.store.blocks import CHANNEL
from docgraph.store.connection import AGAIN, LOST, Connection, MissingTable, connect, fetch, told
from docgraph.store.layout import DEPLOYMENT, Layout
from docgraph.store.problems import read_conflicts, read_problems
from docgraph.store.sql import name, sql, value

HAS_CONTROL = "select to_regclass('docgraph.deployment') is not null"
DEPLOYMENTS = """
select id, namespace, schema, sources, created from {}
where name = {} and status = {} order by id desc limit 1"""
BLOCK = "select number, hash, timestamp from {} order by number desc limit 1"
DOCUMENTS = "select source, count(*)::integer, count(*) filter (where failed)::integer from {} group by source"
TABLES = """
select c.relname, c.reltuples::bigint from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = {} and c.relkind = 'r' and strpos(c.relname, '$') = 0 order by c.relname"""
COUNT = "select count(*)::bigint from {}"
COUNT_UP_TO = 100_000  # larger tables are estimated, by the planner's statistics
LOOKS = 2  # at what is served, where it was dropped between two statements: another one may have taken its place
HEARTBEAT = 4.0  # seconds of silence after which the connection is tried; and that it has to answer


class Silent(Unavailable):
    """Postgres keeps silent: its host, or the network to it, is gone, and other connections wait in vain as well."""

    def __init__(self) -> None:
        super().__init__("Postgres keeps silent", mend=AGAIN)


class Served(msgspec.Struct, frozen=True):
    """The deployment that an index serves."""

    deployment: int
    namespace: str
    schema: str  # SDL
    sources: tuple[str, ...]  # names, by ordinal
    block: int  # number of the last one
    hash: bytes  # of the last block
    timestamp: datetime  # of the last block


class Changed(msgspec.Struct, frozen=True):
    """A block was committed, or another deployment is served as of this block, or the deployment was dropped."""

    deployment: int
    block: int  # 0: it is gone


class SourceStatus(msgspec.Struct, frozen=True):
    name: str
    documents: int  # present
    failed: int  # of these


class ToldProblem(msgspec.Struct, frozen=True):
    """A problem as plain values."""

    source: str  # name of the data source
    kind: str
    path: str
    line: int | None
    column: int | None
    what: str
    mend: str
    document: str | None = None  # of a handler's problem: the place in the document

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        reading = f"\n  while reading {self.document}" if self.document else ""
        return f"{place}: {self.what}{reading}\n  mend: {self.mend}"


class BlockStatus(msgspec.Struct, frozen=True):
    number: int
    hash: str  # hexadecimal
    timestamp: datetime


class Building(msgspec.Struct, frozen=True):
    """A deployment in its first load."""

    deployment: int
    documents: int  # so far
    since: datetime


class Status(msgspec.Struct, frozen=True):
    """How an index is doing. Everything but `building` is about the deployment that is served."""

    index: str
    deployment: int | None = None
    block: BlockStatus | None = None
    sources: tuple[SourceStatus, ...] = ()
    entities: Mapping[str, int] = {}  # rows by table name; large tables are estimated
    problems: tuple[ToldProblem, ...] = ()  # of failed documents, then conflicts over ids
    building: Building | None = None
    halted: int = 0  # documents that hold the next block back; 0: nothing does


async def served(connection: Connection, index: str) -> Served | None:
    """What `index` serves, None while nothing is complete. Raises Unavailable."""
    for _ in range(LOOKS):
        with told(""), suppress(MissingTable):
            found = await _deployment(connection, index, "serving")
            if found is None:
                return None
            ((number, digest, timestamp),) = await fetch(connection, sql(BLOCK, name(found.namespace, "$block")))
            return Served(found.id, found.namespace, found.schema, found.sources, number, digest, timestamp)
    return None


async def status(connection: Connection, index: str) -> Status:
    """How `index` is doing. Raises Unavailable."""
    for _ in range(LOOKS):
        with told(""), suppress(MissingTable):
            return await _status(connection, index)
    return Status(index)


class Ear(Protocol):
    """Whoever has to know at once."""

    def changed(self) -> None:
        """Something has changed, or may have before anybody listened."""

    def lost(self) -> None:
        """Changes are no longer heard."""


class _Deaf:
    def changed(self) -> None: ...

    def lost(self) -> None: ...


@asynccontextmanager
async def listen(dsn: str, index: str, ear: Ear | None = None) -> AsyncIterator[AsyncIterator[Changed]]:
    """What changes from now on: `async with listen(...) as changes: async for change in changes: ...`.

    Several blocks in quick succession may be told as the last of them. An `ear` is told of each at once, however long
    the body of the loop takes, and of the end.

    Raises Unavailable, also from the iterator: the connection was lost. Listen again, then look at what is served,
    since something may have been missed.
    """
    connection = await connect(dsn)
    ear = ear or _Deaf()
    heard: asyncio.Queue[Changed | None] = asyncio.Queue()

    def hear(_connection: object, _process: int, _channel: str, payload: str) -> None:
        said = json.loads(payload)
        if said["index"] == index:
            ear.changed()
            heard.put_nowait(Changed(said["deployment"], said["block"]))

    def end(_connection: object) -> None:
        ear.lost()
        heard.put_nowait(None)

    try:
        with told(dsn):
            connection.add_termination_listener(end)
            await connection.add_listener(CHANNEL, hear)
        ear.changed()
        yield _changes(connection, heard)
    finally:
        ear.lost()
        with suppress(Unavailable), told(dsn):
            await connection.close()


async def _changes(connection: Connection, heard: asyncio.Queue[Changed | None]) -> AsyncIterator[Changed]:
    while True:
        try:
            change = await asyncio.wait_for(heard.get(), HEARTBEAT)
        except TimeoutError:
            # A network that went away says nothing by itself.
            try:
                with told(""):
                    await asyncio.wait_for(connection.execute("select 1"), HEARTBEAT)
            except Unavailable as fault:
                if not isinstance(fault.__cause__, TimeoutError):
                    raise
                connection.terminate()  # to close it in good order would take an answer
                raise Silent from fault
            continue
        while not heard.empty() and change is not None:
            change = heard.get_nowait()
        if change is None:
            raise Unavailable(LOST, mend=AGAIN)
        yield change


async def _status(connection: Connection, index: str) -> Status:
    building = await _building(connection, index)
    found = await _deployment(connection, index, "serving")
    if found is None:
        return Status(index, building=building)
    places = _places(found.namespace)
    ((number, digest, timestamp),) = await fetch(connection, sql(BLOCK, places.block))
    return Status(
        index,
        found.id,
        BlockStatus(number, digest.hex(), timestamp),
        await _sources(connection, places, found.sources),
        await _entities(connection, places),
        await _problems(connection, places, found.sources),
        building,
        (await fetch(connection, sql(COUNT, places.halted)))[0][0],
    )


class _Row(msgspec.Struct, frozen=True):
    id: int
    namespace: str
    schema: str
    sources: tuple[str, ...]
    created: datetime


async def _deployment(connection: Connection, index: str, wanted: str) -> _Row | None:
    if not await connection.fetchval(HAS_CONTROL):
        return None
    rows = await fetch(connection, sql(DEPLOYMENTS, DEPLOYMENT, value(index), value(wanted)))
    if not rows:
        return None
    number, namespace, schema, sources, created = rows[0]
    return _Row(number, namespace, schema, tuple(sources), created)


async def _building(connection: Connection, index: str) -> Building | None:
    found = await _deployment(connection, index, "building")
    if found is None:
        return None
    ((documents,),) = await fetch(connection, sql(COUNT, _places(found.namespace).document))
    return Building(found.id, documents, found.created)


async def _sources(connection: Connection, places: Layout, names: Sequence[str]) -> tuple[SourceStatus, ...]:
    rows = await fetch(connection, sql(DOCUMENTS, places.document))
    counts = {source: (documents, failed) for source, documents, failed in rows}
    return tuple(SourceStatus(each, *counts.get(ordinal, (0, 0))) for ordinal, each in enumerate(names))


async def _entities(connection: Connection, places: Layout) -> dict[str, int]:
    tables = await fetch(connection, sql(TABLES, value(places.namespace)))
    counts: dict[str, int] = {}
    for table, estimate in tables:
        if estimate <= COUNT_UP_TO:
            ((estimate,),) = await fetch(connection, sql(COUNT, name(places.namespace, table)))
        counts[table] = estimate
    return counts


async def _problems(connection: Connection, places: Layout, names: Sequence[str]) -> tuple[ToldProblem, ...]:
    failures = await read_problems(connection, places)
    conflicts = [(each.source, each.problem) for each in await read_conflicts(connection, places)]
    return tuple(_told(names[source], problem) for source, problem in (*failures, *conflicts))


def _places(namespace: str) -> Layout:
    """Where the bookkeeping of a deployment lies; its entity tables are not asked for."""
    return Layout(Schema({}), namespace, {})


def _told(source: str, problem: Problem) -> ToldProblem:
    place = problem.document if isinstance(problem, HandlerProblem) else None
    at = problem.at
    return ToldProblem(
        source, problem.kind, at.path, at.line, at.column, problem.what, problem.mend, str(place) if place else None
    )
