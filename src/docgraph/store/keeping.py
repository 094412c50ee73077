"""The deployments there are, and dropping those that are no longer wanted.

Nothing that a writer holds is ever dropped: whoever drops takes the writer's turn for
the length of the transaction.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

import msgspec

from docgraph.model.problem import Unavailable
from docgraph.store.blocks import tell
from docgraph.store.connection import Connection, DependentObjects, fetch, run, told
from docgraph.store.layout import DEPLOYMENT, fit
from docgraph.store.served import HAS_CONTROL
from docgraph.store.sql import Sql, name, sql, value
from docgraph.store.turns import take_turn_briefly, taken_turns, turn_of
from docgraph.store.views import VIEWS, check_free, scratch_name

ALL = "select id, name, fingerprint, namespace, status, created, served from {} order by name, id"
OF_INDEX = "select id, name, fingerprint, namespace, status, created, served from {} where name = {} order by id"
# One deployment may be dropped while the list is being made.
FIGURES = """
select (select min(number) from {}), (select max(number) from {}), (select count(*)::integer from {})"""
HAS_TABLES = "select to_regnamespace({}) is not null"
SIZE = """
select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
from pg_class as c where c.relnamespace = to_regnamespace({}) and c.relkind = 'r'"""
FINGERPRINT = "select fingerprint from {} where id = {}"
STATUS = "select status from {} where id = {} for update"
FORGET = "delete from {} where id = {}"
DROP_TABLES = "drop schema if exists {} cascade"
DROP_VIEW = "drop view {}"
DROP_VIEWS = "drop schema {}"


class State(enum.StrEnum):
    SERVING = "serving"
    BUILDING = "building"
    RETIRED = "retired"


class Kept(msgspec.Struct, frozen=True):
    """One deployment of an index."""

    index: str
    id: int
    state: State
    created: datetime
    served: datetime | None  # since when, or when it was last made so
    first_block: int | None  # the earliest that can still be read; None: no block yet
    last_block: int | None
    documents: int  # present
    bytes: int  # on disk, indexes included
    writing: bool  # whether a process holds the right to write it now


class _Row(msgspec.Struct, frozen=True):
    """A row of the control schema."""

    id: int
    index: str
    fingerprint: bytes
    namespace: str
    state: State
    created: datetime
    served: datetime | None

    @property
    def turn(self) -> int:
        return turn_of(self.index, self.fingerprint)


async def list_deployments(connection: Connection, index: str | None) -> tuple[Kept, ...]:
    """The deployments of an index, oldest first; None: of all indexes, by name. Raises Unavailable."""
    with told(""):
        taken = await taken_turns(connection)
        rows = [row for row in await _rows(connection, index) if not _is_scratch(row)]
        found = [await _kept(connection, row, row.turn in taken) for row in rows]
    return tuple(each for each in found if each is not None)


async def fingerprint_of(connection: Connection, deployment: int) -> bytes | None:
    """What the deployment was built for; None: it is gone."""
    rows = await fetch(connection, sql(FINGERPRINT, DEPLOYMENT, value(deployment)))
    return bytes(rows[0][0]) if rows else None


async def prune_deployments(connection: Connection, index: str) -> tuple[int, ...]:
    """Drop the retired deployments of the index, and unfinished ones that a newer one has overtaken.

    Returns the ids of what was dropped. Raises Unavailable.
    """
    with told(""):
        rows = await _rows(connection, index)
        newest = max((row.id for row in rows if row.state is not State.RETIRED), default=0)
        doomed = [
            row for row in rows if row.state is State.RETIRED or (row.state is State.BUILDING and row.id < newest)
        ]
        dropped = [row.id for row in doomed if await _drop(connection, row, row.state)]
        await drop_scratch(connection, index)
    return tuple(dropped)


async def has_index(connection: Connection, index: str) -> bool:
    """Whether there is any deployment of it."""
    return bool(await _rows(connection, index))


async def drop_index(connection: Connection, index: str) -> int:
    """Remove an index with everything of it; returns how many deployments it had, 0 where there is none.

    Whoever serves the index is told at commit, by a change of each deployment to block 0.

    Raises Unavailable: a process writes it, or something was built on its views. Then nothing is removed.
    """
    with told(""):
        async with connection.transaction():
            rows = await _rows(connection, index)
            for row in rows:
                if not await take_turn_briefly(connection, row.turn):
                    raise Unavailable(
                        f"another process is indexing '{index}'", mend="end it (docgraph dev, docgraph index --watch)"
                    )
            if rows:
                await _drop_views(connection, index)
            for row in rows:
                await _remove(connection, row)
                await tell(connection, index, row.id, 0)
    return len(rows)


async def drop_scratch(connection: Connection, index: str) -> None:
    """Drop what comparisons of this index have left behind when they were killed."""
    with told(""):
        for row in await _rows(connection, scratch_name(index)):
            await _drop(connection, row, row.state)


async def _rows(connection: Connection, index: str | None) -> list[_Row]:
    if not await connection.fetchval(HAS_CONTROL):
        return []
    wanted = sql(ALL, DEPLOYMENT) if index is None else sql(OF_INDEX, DEPLOYMENT, value(index))
    return [
        _Row(number, called, fingerprint, namespace, State(status), created, served)
        for number, called, fingerprint, namespace, status, created, served in await fetch(connection, wanted)
    ]


def _is_scratch(row: _Row) -> bool:
    return row.index.endswith(scratch_name(""))


async def _kept(connection: Connection, row: _Row, writing: bool) -> Kept | None:
    """None: it was dropped a moment ago."""
    namespace: Sql = value(row.namespace)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        ((there,),) = await fetch(connection, sql(HAS_TABLES, namespace))
        if not there:
            return None
        block, document = name(row.namespace, "$block"), name(row.namespace, "$document")
        ((first, last, documents),) = await fetch(connection, sql(FIGURES, block, block, document))
        ((size,),) = await fetch(connection, sql(SIZE, namespace))
    return Kept(row.index, row.id, row.state, row.created, row.served, first, last, documents, int(size), writing)


async def _drop(connection: Connection, row: _Row, state: State) -> bool:
    """Drop one deployment, unless a writer has it or it is no longer in that state."""
    async with connection.transaction():
        if not await take_turn_briefly(connection, row.turn):
            return False
        found: Sequence[tuple[str]] = await fetch(connection, sql(STATUS, DEPLOYMENT, value(row.id)))
        if [State(status) for (status,) in found] != [state]:
            return False
        await _remove(connection, row)
    return True


async def _remove(connection: Connection, row: _Row) -> None:
    await run(connection, sql(DROP_TABLES, name(row.namespace)))
    await run(connection, sql(FORGET, DEPLOYMENT, value(row.id)))


async def _drop_views(connection: Connection, index: str) -> None:
    """Drop the views of the index. What somebody else has put there, or has built on them, stays and is told."""
    schema = fit(index)
    if not await check_free(connection, index):
        return
    try:
        for (view,) in await fetch(connection, sql(VIEWS, value(schema))):
            await run(connection, sql(DROP_VIEW, name(schema, str(view))))
        await run(connection, sql(DROP_VIEWS, name(schema)))
    except DependentObjects as error:
        raise Unavailable(
            f"something that docgraph did not make stands in the schema {schema!r}, or was built on its views",
            mend="drop that first",
        ) from error
