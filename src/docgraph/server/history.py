"""`docgraph prune` and `rewind`: less history, and an earlier block again."""

from __future__ import annotations

import msgspec

from docgraph.indexer.project import read_model
from docgraph.indexer.run import now
from docgraph.model.changes import Block
from docgraph.model.problem import Unavailable
from docgraph.model.sdl import read_schema
from docgraph.server.database import connected, database
from docgraph.server.settings import Settings
from docgraph.store.deployment import deployment
from docgraph.store.keeping import fingerprint_of, prune_deployments
from docgraph.store.prune import prune_now
from docgraph.store.rewind import rewind
from docgraph.store.served import served


class Pruned(msgspec.Struct, frozen=True):
    deployments: tuple[int, ...]  # that were dropped
    versions: int  # of entities that were removed from history
    keep: int | None  # blocks of history kept; None: all


async def prune(settings: Settings) -> Pruned:
    """Drop what is retired, and history beyond what the manifest wants kept.

    Raises Problems: the manifest or the schema has mistakes. Raises Unavailable.
    """
    manifest, _ = read_model(settings.project, settings.environment)
    keep = manifest.kept_blocks
    async with database(settings) as dsn, connected(dsn) as connection:
        dropped = await prune_deployments(connection, settings.index)
        versions = 0 if keep is None else await prune_now(connection, settings.index, keep)
    return Pruned(dropped, versions, keep)


async def rewound(settings: Settings, number: int) -> Block:
    """Make the index look as of the block `number` again; returns the block that does it.

    Raises Unavailable: nothing is served, a process writes the index, or the block is not kept.
    """
    async with database(settings) as dsn, connected(dsn) as connection:
        found = await served(connection, settings.index)
        fingerprint = await fingerprint_of(connection, found.deployment) if found else None
        if found is None or fingerprint is None:
            raise Unavailable(
                f"nothing is served as '{settings.index}' yet", mend="run docgraph index, or docgraph dev"
            )
        schema = read_schema(found.schema)
        deployed = deployment(found.deployment, settings.index, found.sources, schema, found.namespace)
        return await rewind(connection, deployed, fingerprint, number, now())
