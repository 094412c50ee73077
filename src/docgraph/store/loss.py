"""What readers would lose if a deployment took the place of the one that is served."""

from __future__ import annotations

from collections.abc import Sequence

from docgraph.model.schema import Schema
from docgraph.store.connection import Connection, fetch
from docgraph.store.layout import DEPLOYMENT, Layout
from docgraph.store.sql import sql, value

SERVED = "select namespace, sources from {} where name = {} and status = 'serving'"
SOUND = "select source, bool_or(not failed) from {} group by source"


async def lost_sources(connection: Connection, index: str, layout: Layout, sources: Sequence[str]) -> tuple[str, ...]:
    """The data sources all of whose documents fail in this deployment, although some are sound in the served one.

    A handler that no longer fits the schema looks so; single documents that fail do not.
    """
    rows = await fetch(connection, sql(SERVED, DEPLOYMENT, value(index)))
    if not rows:
        return ()
    ((namespace, served_sources),) = rows
    before = await _sound(connection, Layout(Schema({}), namespace, {}), served_sources)
    now = await _sound(connection, layout, sources)
    return tuple(name for name in sources if before.get(name) and now.get(name) is False)


async def _sound(connection: Connection, layout: Layout, sources: Sequence[str]) -> dict[str, bool]:
    """Name of the data source → whether any of its documents is sound; sources without documents are absent."""
    return {sources[source]: sound for source, sound in await fetch(connection, sql(SOUND, layout.document))}
