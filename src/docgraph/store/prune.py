"""Forget history: versions that ended before the earliest block that is still to be read.

Forgetting a block is one thing, freeing what it held another. As soon as its row in
`$block` is gone no reader asks for it; the versions it held are then removed a bounded
number at a time, so that no block waits long for it.
"""

from __future__ import annotations

from docgraph.store.connection import Connection, fetch, run, told
from docgraph.store.layout import DEPLOYMENT, UNTIL, Layout
from docgraph.store.sql import Sql, integer, name, sql, value

AT_ONCE = 5_000  # versions that one block removes at most
AT_ONCE_ALONE = 50_000  # where nobody waits
SLACK = 5  # history grows by one in so many of the blocks kept before it is cut: work comes rarely, and together

EARLIEST = "select min(number) from {}"
FORGET_BLOCKS = "delete from {} where number < {}::integer"
FORGET_NAMES = "delete from {} where block <= {}::integer"
# By an index on the block that ended a version, oldest first.
REMOVE = """
with removed as (
  delete from {} where ctid = any(array(select ctid from {} where {} <= {}::integer order by {} limit {}))
  returning 1
)
select count(*)::integer from removed"""
HEAD = "select max(number) from {}"
NAMESPACE = "select namespace from {} where name = {} and status = 'serving'"
HISTORIES = """
select c.relname from pg_class as c where c.relnamespace = to_regnamespace({}) and c.relkind = 'r'
  and right(c.relname, 8) = '$history' order by c.relname"""


def earliest_due(first: int, last: int, keep: int) -> int | None:
    """The block from which on history is kept, once enough has come together; None: there is nothing to do yet."""
    wanted = last - keep + 1
    return wanted if wanted - first >= max(1, keep // SLACK) else None


async def read_earliest(connection: Connection, layout: Layout) -> int:
    """The earliest block that can still be read; 0: there is none."""
    ((number,),) = await fetch(connection, sql(EARLIEST, layout.block))
    return number or 0


async def forget_blocks(connection: Connection, layout: Layout, earliest: int) -> None:
    """Let no reader ask for what was before the block `earliest`."""
    await run(connection, sql(FORGET_BLOCKS, layout.block, value(earliest)))
    # What a document that went away said had ended with that block.
    await run(connection, sql(FORGET_NAMES, layout.gone, value(earliest)))


async def remove_versions(connection: Connection, layout: Layout, earliest: int) -> bool:
    """Remove versions that ended before `earliest`, a bounded number. True: there may be more."""
    left = AT_ONCE
    for table in layout.tables.values():
        left -= await _remove(connection, table.history, earliest, left)
        if left <= 0:
            return True
    return False


async def prune_now(connection: Connection, index: str, keep: int) -> int:
    """Forget all but the last `keep` blocks of what the index serves; returns how many versions were removed.

    May run beside the writer. Raises Unavailable.
    """
    with told(""):
        rows = await fetch(connection, sql(NAMESPACE, DEPLOYMENT, value(index)))
        if not rows:
            return 0
        ((namespace,),) = rows
        block, gone = name(namespace, "$block"), name(namespace, "$gone")
        ((head,),) = await fetch(connection, sql(HEAD, block))
        earliest = max(1, head - keep + 1)
        async with connection.transaction():
            await run(connection, sql(FORGET_BLOCKS, block, value(earliest)))
            await run(connection, sql(FORGET_NAMES, gone, value(earliest)))
        removed = 0
        for (table,) in await fetch(connection, sql(HISTORIES, value(namespace))):
            while count := await _remove(connection, name(namespace, str(table)), earliest, AT_ONCE_ALONE):
                removed += count
    return removed


async def _remove(connection: Connection, history: Sql, earliest: int, most: int) -> int:
    until = name(UNTIL)
    statement = sql(REMOVE, history, history, until, value(earliest), until, integer(most))
    ((count,),) = await fetch(connection, statement)
    return int(count)
