"""Make an index look as of an earlier block again, as a block of its own: time is not undone, it goes on.

History says what the rows were. It does not say what the documents were, so every
document that had a say since, and every one that waits for an id, is marked as unknown:
the next time the index catches up it is run again, and what it says then takes the place
of what was brought back. So catching up ends in the same rows as without a rewind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from docgraph.model.changes import Block
from docgraph.model.problem import Unavailable
from docgraph.model.schema import Scalar
from docgraph.store.blocks import add_block, count_rows, read_head
from docgraph.store.connection import Connection, fetch, run, told
from docgraph.store.deployment import Deployment
from docgraph.store.documents import block_hash, sum_content
from docgraph.store.layout import ASSIGNED, DOCUMENT, HASH, LINE, SEQ, SINCE, UNTIL, Layout, Table
from docgraph.store.prune import read_earliest
from docgraph.store.sql import Sql, join, name, sql, value
from docgraph.store.turns import take_turn_briefly, turn_of

MARKED = 'create temp table "$marked" (id integer primary key) on commit drop'
MARK_ROWS = """
insert into "$marked"
select {} from {} where {} > {}::integer union select {} from {} where {} > {}::integer
on conflict do nothing"""
# Of a shared entity that moved since, or that waits for its id, every contribution is taken back, to be said again.
MARK_SAID = """
with moved as (
  select id from {} where {} > {}::integer union select id from {} where {} > {}::integer
  union select {} from {} where type = {}
), back as (
  delete from {} where id in (select id from moved) returning {}
)
insert into "$marked" select distinct * from back on conflict do nothing"""
# Until its first contributor is run again, or gone, something must tell that the entity is to be made anew.
SAY_AGAIN = """
insert into {} (id, {}, {}, {}, {}) select id, {}, -1, '{{}}', '' from {} where {} = {}::integer"""
CLAIMED_ID: Mapping[Scalar, Sql] = {Scalar.BYTES: sql("decode(id, 'hex')"), Scalar.INT8: sql("id::bigint")}
MARK_CLAIMS = 'insert into "$marked" select distinct document from {} on conflict do nothing'
# Under the number that it has now, if it went away and came back.
MARK_RETURNED = """
insert into "$marked" select d.id from {} as g join "$marked" as m on m.id = g.id join {} as d using (source, path)
on conflict do nothing"""

RETIRE = """
with gone as (delete from {} where {} > {}::integer returning {})
insert into {} ({}, {}) select gone.*, {}::integer from gone"""
RESTORE = """
insert into {} ({}, {}) select {}, {}::integer from {} where {} <= {}::integer and {} > {}::integer"""
RENUMBER = "update {} as t set {} = d.id from {} as g join {} as d using (source, path) where g.id = t.{}"

# Present again, for as long as nobody looks: then they are gone, and with them what was brought back of them. No
# document has hashes of zeros, so whatever is there is run again.
BRING_BACK = """
with lost as (
  select distinct on (source, path) g.id from {} as g join "$marked" as m on m.id = g.id
  where not exists (select from {} as d where (d.source, d.path) = (g.source, g.path))
  order by source, path, g.id desc
), back as (
  delete from {} where id in (select id from lost) returning id, source, path
)
insert into {} (id, source, path, size, mtime_ns, inode, hash, code, failed, types)
select id, source, path, 0, 0, 0, '\\x00000000000000000000000000000000', '\\x00000000000000000000000000000000',
  false, '{{}}' from back"""
UNKNOWN = """
update {} set hash = '\\x00000000000000000000000000000000',
  code = '\\x00000000000000000000000000000000', types = {}::smallint[] where id in (select id from "$marked")"""
FORGET_CLAIMS = "delete from {}"
COUNT = 'select count(*)::integer from {} where id in (select id from "$marked")'


async def rewind(
    connection: Connection, deployed: Deployment, fingerprint: bytes, number: int, timestamp: datetime
) -> Block:
    """Bring back the rows of the block `number`, in one transaction; returns the block that does it.

    Raises Unavailable: a process writes the index, or there is no such block before the last one.
    """
    with told(""):
        async with connection.transaction():
            if not await take_turn_briefly(connection, turn_of(deployed.index, fingerprint)):
                raise Unavailable(
                    f"another process is indexing '{deployed.index}', and would undo this at once",
                    mend="end it first (docgraph dev, docgraph index --watch)",
                )
            head = (await read_head(connection, deployed.layout)).number
            earliest = await read_earliest(connection, deployed.layout)
            if not earliest <= number < head:
                raise Unavailable(
                    f"block {number} is none to go back to: history is kept from block {earliest}, the last is {head}",
                    mend="name a block of those that are kept, before the last one; docgraph list shows them",
                )
            await _mark(connection, deployed.layout, number)
            for table in deployed.layout.tables.values():
                await _bring_back(connection, table, number, head + 1)
            await _forget_documents(connection, deployed, head + 1)
            return await _add_block(connection, deployed, head + 1, timestamp)


async def _mark(connection: Connection, layout: Layout, number: int) -> None:
    """Gather the documents whose say is not what it was, or not known to be."""
    await run(connection, sql(MARKED))
    document, wanted = name(DOCUMENT), value(number)
    for table in layout.tables.values():
        now, once = (document, table.current, name(SINCE), wanted), (document, table.history, name(UNTIL), wanted)
        await run(connection, sql(MARK_ROWS, *now, *once))
        if table.entity.shared:
            waiting = (CLAIMED_ID.get(table.entity.id_type, name("id")), layout.claim, value(table.entity.name))
            await run(connection, sql(MARK_SAID, *now[1:], *once[1:], *waiting, table.said, document))
    await run(connection, sql(MARK_CLAIMS, layout.claim))
    await run(connection, sql(MARK_RETURNED, layout.gone, layout.document))


async def _bring_back(connection: Connection, table: Table, number: int, block: int) -> None:
    since, until, wanted = name(SINCE), name(UNTIL), value(number)
    columns: Sql = join(", ", map(name, (*table.columns, *table.computed, DOCUMENT, HASH, LINE)))
    version = join(", ", map(name, table.version))
    await run(
        connection,
        sql(RETIRE, table.current, since, wanted, version, table.history, version, until, value(block)),
    )
    await run(
        connection,
        sql(RESTORE, table.current, columns, since, columns, value(block), table.history, since, wanted, until, wanted),
    )


async def _forget_documents(connection: Connection, deployed: Deployment, block: int) -> None:
    """Let nothing be known of the marked documents but their names."""
    layout = deployed.layout
    await run(connection, sql(FORGET_CLAIMS, layout.claim))
    await run(connection, sql(BRING_BACK, layout.gone, layout.document, layout.gone, layout.document))
    for table in layout.tables.values():
        document = name(DOCUMENT)
        await run(connection, sql(RENUMBER, table.current, document, layout.gone, layout.document, document))
        if table.entity.shared:
            columns = (document, *map(name, (SEQ, ASSIGNED, HASH)))
            await run(
                connection, sql(SAY_AGAIN, table.said, *columns, document, table.current, name(SINCE), value(block))
            )
    # What they say may stand in any table now.
    await run(connection, sql(UNKNOWN, layout.document, value(list(range(len(deployed.types))))))


async def _add_block(connection: Connection, deployed: Deployment, number: int, timestamp: datetime) -> Block:
    layout = deployed.layout
    content = await sum_content(connection, layout)
    ((documents,),) = await fetch(connection, sql(COUNT, layout.document))
    counts = await count_rows(connection, layout, number)
    block = Block(number, block_hash(content), timestamp, documents, counts)
    await add_block(connection, deployed.index, deployed.id, layout, block)
    return block
