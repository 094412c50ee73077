"""`docgraph list`, `prune`, `drop` and `rewind`: what there is in the database, and less of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from docgraph.indexer.project import read_model
from docgraph.indexer.run import now
from docgraph.model.changes import Block
from docgraph.model.problem import Location, Problem, Unavailable
from docgraph.model.sdl import read_schema
from docgraph.server.database import database
from docgraph.server.settings import Settings
from docgraph.server.verifying import connected
from docgraph.store.deployment import deployment
from docgraph.store.keeping import Kept, drop_index, fingerprint_of, has_index, list_deployments, prune_deployments
from docgraph.store.prune import prune_now
from docgraph.store.rewind import rewind
from docgraph.store.served import served


class Pruned(msgspec.Struct, frozen=True):
    deployments: tuple[int, ...]  # that were dropped
    versions: int  # of entities that were removed from history
    keep: int | None  # blocks of history kept; None: all


async def kept(settings: Settings) -> tuple[Kept, ...]:
    """The deployments of the index. Raises Unavailable."""
    async with database(settings) as dsn, connected(dsn) as connection:
        return await list_deployments(connection, settings.index)


async def kept_of_all(settings: Settings) -> tuple[Kept, ...]:
    """The deployments of all indexes in the database. Raises Unavailable."""
    async with database(settings) as dsn, connected(dsn) as connection:
        return await list_deployments(connection, None)


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


async def drop(settings: Settings, confirm: Callable[[], None]) -> int:
    """Remove the index with everything of it; returns how many deployments it had.

    `confirm` is called when there is something to be removed, and raises where it shall stay.

    Raises Problem: there is no such index. Raises Unavailable: a process writes it.
    """
    async with database(settings) as dsn, connected(dsn) as connection:
        if not await has_index(connection, settings.index):
            raise Problem(
                f"there is no index '{settings.index}'",
                at=Location("drop"),
                mend="docgraph list --all names those there are",
            )
        confirm()
        return await drop_index(connection, settings.index)


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
