"""Go on with the served deployment under another schema, or with more data sources, where its tables lie.

In two steps. First the tables get what they need, which nobody reads yet. Then, in the
transaction of the next block, which also brings what documents say under the new
schema, readers are told to go by it. Until that is committed, the deployment is what it
was; given up before, it still is, and the next attempt begins anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import msgspec

from docgraph.model.problem import Problems, Unavailable
from docgraph.model.sdl import read_schema
from docgraph.store.adaptation import Adaptation, Rebuild, adaptation
from docgraph.store.blocks import Found
from docgraph.store.connection import Connection, LockNotAvailable, delays, fetch, run
from docgraph.store.ddl_changes import comments_ddl, moves, preparing_ddl
from docgraph.store.ddl_indexes import create_beside, drop_beside, indexes
from docgraph.store.deployment import Deployment
from docgraph.store.layout import DEPLOYMENT, Layout, layout
from docgraph.store.session import ENGINE_BYTES, Target
from docgraph.store.sql import sql, value
from docgraph.store.turns import take_turn_soon, turn_of
from docgraph.store.views import repoint

SERVED = "select id, namespace, schema, sources, fingerprint from {} where name = {} and status = 'serving'"
LOCK_TRIES = 8  # for a moment without a query on the tables: some 20 seconds
ONE_MOMENT = "set local lock_timeout = '1s'"
A_WHILE = "set lock_timeout = '10s'"
LABELS = """
select t.typname, array_agg(e.enumlabel::text order by e.enumsortorder)
from pg_enum as e join pg_type as t on t.oid = e.enumtypid
where t.typnamespace = to_regnamespace({}) group by t.typname"""
INDEXES = """
select c.relname, i.indisvalid from pg_index as i join pg_class as c on c.oid = i.indexrelid
where c.relnamespace = to_regnamespace({}) and strpos(c.relname, '$by_') > 0"""
GO_BY = "update {} set schema = {}, sources = {}, fingerprint = {} where id = {}"


class Served(msgspec.Struct, frozen=True):
    """The served deployment, as far as going on with it is concerned."""

    id: int
    namespace: str
    schema: str  # SDL
    sources: tuple[str, ...]  # names, by ordinal
    fingerprint: bytes

    def adaptation(self, target: Target) -> Adaptation | Rebuild:
        """What it takes to go on with it as `target` says."""
        if self.fingerprint[:ENGINE_BYTES] != target.fingerprint[:ENGINE_BYTES]:
            return Rebuild(("docgraph now builds indexes in another way",))
        try:
            before = read_schema(self.schema)
        except Problems:
            return Rebuild(("the schema changed",))
        return adaptation(before, target.schema, self.sources, target.sources)


async def read_served(connection: Connection, index: str) -> Served | None:
    """The deployment that the index serves."""
    rows = await fetch(connection, sql(SERVED, DEPLOYMENT, value(index)))
    if not rows:
        return None
    number, namespace, schema, sources, fingerprint = rows[0]
    return Served(number, namespace, schema, tuple(sources), bytes(fingerprint))


async def prepare(connection: Connection, target: Target) -> tuple[Found, Adaptation] | Rebuild:
    """Let the tables of the served deployment be able to hold what `target` says.

    Rebuild: it cannot be gone on with, or not now; with nothing to tell where none is served. Raises Unavailable:
    queries hold its tables.
    """
    served = await read_served(connection, target.index)
    if served is None:
        return Rebuild(())
    adapted = served.adaptation(target)
    if isinstance(adapted, Rebuild):
        return adapted
    if not await take_turn_soon(connection, turn_of(target.index, served.fingerprint)):
        return Rebuild(("another process writes what is served",))
    if await read_served(connection, target.index) != served:
        return Rebuild(("another process has changed what is served meanwhile",))
    places = layout(target.schema, served.namespace)
    if moved := await _enums_moved(connection, places, adapted):
        return Rebuild(
            tuple(f"a change that was given up left values of enum {each} in another order" for each in moved)
        )
    await _prepare_tables(connection, places, adapted)
    try:
        async with _waiting_at_most(connection):
            await _prepare_indexes(connection, places)
    except LockNotAvailable as error:
        raise _held() from error
    return Found(served.id, served.namespace, True), adapted


async def _enums_moved(connection: Connection, places: Layout, adapted: Adaptation) -> list[str]:
    """The enums that are to have more values, and have some already, of a given-up attempt, in another order."""
    rows = await fetch(connection, sql(LABELS, value(places.namespace)))
    there: Mapping[str, list[str]] = dict(map(tuple, rows))
    moved = []
    for enum in sorted({label.enum for label in adapted.labels}):
        wanted = [each.name for each in places.schema.enums[enum].values]
        had = [label for label in there.get(places.enum_name(enum), ()) if label in wanted]
        if had != [label for label in wanted if label in had]:
            moved.append(enum)
    return moved


async def _prepare_tables(connection: Connection, places: Layout, adapted: Adaptation) -> None:
    """Each table is taken for a moment; a query on one of them is waited for, and nobody waits long behind us."""
    ddl = preparing_ddl(places, adapted)
    if not ddl:
        return
    for delay, _ in zip(delays(), range(LOCK_TRIES), strict=False):
        try:
            async with connection.transaction():
                await connection.execute(ONE_MOMENT)
                await run(connection, ddl)
            return
        except LockNotAvailable:
            await asyncio.sleep(delay)
    raise _held()


def _held() -> Unavailable:
    return Unavailable(
        "a query or a transaction holds the tables, which are to change",
        mend="let it end (select pid, query from pg_stat_activity), or wait: docgraph tries again by itself",
    )


@asynccontextmanager
async def _waiting_at_most(connection: Connection) -> AsyncIterator[None]:
    """Inside, statements wait for other transactions no longer than that. Raises LockNotAvailable."""
    await connection.execute(A_WHILE)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("reset lock_timeout")


async def _prepare_indexes(connection: Connection, places: Layout) -> None:
    """Build what is missing while the tables are read; what a killed build left is of no use."""
    there = dict(map(tuple, await fetch(connection, sql(INDEXES, value(places.namespace)))))
    for called, valid in there.items():
        if not valid:
            await run(connection, drop_beside(places, called))
    for index in indexes(places):
        if not there.get(index.name):
            await run(connection, create_beside(index))


async def begin(connection: Connection, deployment: Deployment, adapted: Adaptation) -> None:
    """Let what is remembered go by the schema that is gone on with. The first thing in the block's transaction."""
    for statement in moves(deployment.layout, adapted):
        await run(connection, statement)


async def switch(connection: Connection, deployment: Deployment, target: Target) -> None:
    """Let readers go by the schema that is gone on with. The last thing in the block's transaction."""
    await run(connection, comments_ddl(deployment.layout))
    await repoint(connection, deployment.index, deployment.layout)
    changed = map(value, (target.schema.text, list(target.sources), target.fingerprint, deployment.id))
    await run(connection, sql(GO_BY, DEPLOYMENT, *changed))


async def drop_unused_indexes(connection: Connection, places: Layout) -> None:
    """Drop the indexes that the schema which is gone on with no longer wants. Stands in no transaction.

    What others' transactions keep from being dropped goes after the next change.
    """
    wanted = {index.name for index in indexes(places)}
    with suppress(LockNotAvailable):
        async with _waiting_at_most(connection):
            for called, _ in await fetch(connection, sql(INDEXES, value(places.namespace))):
                if called not in wanted:
                    await run(connection, drop_beside(places, called))
