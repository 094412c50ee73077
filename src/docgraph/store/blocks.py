"""Rows of the control schema and of `$block`: which deployment there is, which block it is at, what a block did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import msgspec

from docgraph.model.changes import Block, TypeCounts
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.layout import DEPLOYMENT, SINCE, UNTIL, Layout, Table
from docgraph.store.sql import Sql, name, sql, value

CHANNEL = "docgraph"

FIND = "select id, namespace, status from {} where name = {} and fingerprint = {}"
MAKE = """
insert into {} (name, fingerprint, schema, sources, status) values ({}, {}, {}, {}, 'building')
returning id, namespace, status"""
REBUILD = "update {} set status = 'building' where id = {} and status = 'retired'"
RETIRE = "update {} set status = 'retired' where name = {} and status = 'serving' and id <> {}"
SERVE = "update {} set status = 'serving', served = {} where id = {}"

HEAD = "select number, hash from {} order by number desc limit 1"
ADD = """
insert into {} (number, hash, timestamp, documents, counts, flawed)
values ({}, {}, {}, {}, {}, exists (select from {}))"""
ADD_AND_TELL = """
with added as ({})
{}"""
TELL = "select pg_notify({}, {})"
ANY = "select exists (select from {})"
COUNT_DOCUMENTS = "select count(*)::integer from {}"

# Versions of a block that was filled by several transactions, told by the block numbers they carry.
COUNT = """
select
  (select count(*)::integer from {} where {} = {}::integer),
  (select count(*)::integer from {} where {} = {}::integer),
  (select count(*)::integer from {} as h join {} as c using (id) where h.{} = {}::integer and c.{} = {}::integer)"""


class Head(msgspec.Struct, frozen=True):
    """The last block of a deployment; number 0 before the first."""

    number: int
    content: int  # the sum behind the block's hash


class Found(msgspec.Struct, frozen=True):
    """A row of the control schema."""

    id: int
    namespace: str
    complete: bool  # it is served: its first load is over


async def find_deployment(connection: Connection, index: str, fingerprint: bytes) -> Found | None:
    """The deployment of this index and fingerprint. A retired one is taken up again: it has to catch up first."""
    rows = await fetch(connection, sql(FIND, DEPLOYMENT, value(index), value(fingerprint)))
    if not rows:
        return None
    number, namespace, status = rows[0]
    if status == "retired":
        await run(connection, sql(REBUILD, DEPLOYMENT, value(number)))
    return Found(number, namespace, status == "serving")


async def make_deployment(
    connection: Connection, index: str, fingerprint: bytes, schema: str, sources: tuple[str, ...]
) -> Found:
    """A new deployment's row; its tables are made in the same transaction by the caller."""
    columns = map(value, (index, fingerprint, schema, list(sources)))
    ((number, namespace, _),) = await fetch(connection, sql(MAKE, DEPLOYMENT, *columns))
    return Found(number, namespace, False)


async def serve(connection: Connection, index: str, deployment: int, timestamp: datetime) -> None:
    """Let this deployment be the one that the index serves."""
    await run(connection, sql(RETIRE, DEPLOYMENT, value(index), value(deployment)))
    await run(connection, sql(SERVE, DEPLOYMENT, value(timestamp), value(deployment)))


async def read_head(connection: Connection, layout: Layout) -> Head:
    rows = await fetch(connection, sql(HEAD, layout.block))
    return Head(rows[0][0], int.from_bytes(rows[0][1])) if rows else Head(0, 0)


async def has_any(connection: Connection, table: Sql) -> bool:
    """Whether the table has a row."""
    ((found,),) = await fetch(connection, sql(ANY, table))
    return bool(found)


async def count_documents(connection: Connection, layout: Layout) -> int:
    ((found,),) = await fetch(connection, sql(COUNT_DOCUMENTS, layout.document))
    return int(found)


async def add_block(connection: Connection, index: str, deployment: int, layout: Layout, block: Block) -> None:
    """Write the block's row and tell whoever listens, at commit."""
    await run(connection, sql(ADD_AND_TELL, block_row(layout, block), telling(index, deployment, block.number)))


def block_row(layout: Layout, block: Block) -> Sql:
    """The block's row as an `insert`."""
    counts = {type_name: [each.created, each.changed, each.deleted] for type_name, each in block.counts.items()}
    columns = map(value, (block.number, block.hash, block.timestamp, block.documents, json.dumps(counts)))
    return sql(ADD, layout.block, *columns, layout.problem)


async def tell(connection: Connection, index: str, deployment: int, block: int) -> None:
    """Tell whoever listens, at commit, that there is something new to be known as of a block."""
    await run(connection, telling(index, deployment, block))


def telling(index: str, deployment: int, block: int) -> Sql:
    """A `select` by which whoever listens hears at commit of what is new as of a block."""
    told = json.dumps({"index": index, "deployment": deployment, "block": block})
    return sql(TELL, value(CHANNEL), value(told))


async def count_rows(connection: Connection, layout: Layout, number: int) -> dict[str, TypeCounts]:
    """What the block did, counted in the tables; types it left alone are absent."""
    counts = {each: await _count(connection, table, number) for each, table in layout.tables.items()}
    return {type_name: found for type_name, found in counts.items() if found != TypeCounts()}


def summed_counts(one: Mapping[str, TypeCounts], other: Mapping[str, TypeCounts]) -> dict[str, TypeCounts]:
    """Both together; types that end with nothing are absent."""
    total = dict(one)
    for type_name, more in other.items():
        had = total.get(type_name, TypeCounts())
        total[type_name] = TypeCounts(
            had.created + more.created, had.changed + more.changed, had.deleted + more.deleted
        )
    return {type_name: each for type_name, each in total.items() if each != TypeCounts()}


async def _count(connection: Connection, table: Table, number: int) -> TypeCounts:
    block, since, until = value(number), name(SINCE), name(UNTIL)
    current, history = table.current, table.history
    statement = sql(COUNT, current, since, block, history, until, block, history, current, until, block, since, block)
    ((came, went, changed),) = await fetch(connection, statement)
    return TypeCounts(came - changed, changed, went - changed)
