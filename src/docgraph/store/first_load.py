"""The end of a first load: entities that documents share, indexes, figures, and the swap that serves it."""

from __future__ import annotations

from datetime import datetime

from docgraph.model.changes import Block
from docgraph.store.blocks import Head, add_block, count_documents, count_rows, serve
from docgraph.store.computed import keep_all_figures
from docgraph.store.connection import run
from docgraph.store.ddl import analyze
from docgraph.store.ddl_indexes import index_ddl
from docgraph.store.documents import block_hash, sum_content
from docgraph.store.logs import line_of, prune_log, write_log
from docgraph.store.problems import read_conflicts, read_problems
from docgraph.store.session import Session
from docgraph.store.shared import fold_all
from docgraph.store.views import repoint


async def settle(session: Session) -> None:
    """Make of the load what readers would be served, short of serving it."""
    connection, deployed, layout = session.connection, session.deployment, session.deployment.layout
    async with connection.transaction():
        await fold_all(connection, deployed, session.standing(), deployed.shared)
    await run(connection, index_ddl(layout))
    async with connection.transaction():
        await keep_all_figures(connection, deployed, session.head.number + 1)
    await run(connection, analyze(layout))


async def finish(session: Session, timestamp: datetime) -> Block:
    """Serve the deployment in place of the one before: its first block."""
    connection, deployed, layout = session.connection, session.deployment, session.deployment.layout
    await settle(session)
    async with connection.transaction():
        await connection.execute("set local enable_seqscan = on")
        number, content = session.head.number + 1, session.loaded
        if content is None:  # the load was begun by another process, or broken off
            content = await sum_content(connection, layout)
        problems = [problem for _, problem in await read_problems(connection, layout)]
        conflicts = [each.problem for each in await read_conflicts(connection, layout)]
        await write_log(connection, layout, number, [*map(line_of, conflicts)])
        await prune_log(connection, layout)
        problems += conflicts
        documents = await count_documents(connection, layout)
        counts = await count_rows(connection, layout, number)
        block = Block(number, block_hash(content), timestamp, documents, counts, tuple(problems))
        await serve(connection, deployed.index, deployed.id, timestamp)
        await repoint(connection, deployed.index, layout)
        await add_block(connection, deployed.index, deployed.id, layout, block)
    session.head, session.complete, session.loaded = Head(number, content), True, None
    session.earliest = session.earliest or number
    session.folded = deployed.shared
    return block
