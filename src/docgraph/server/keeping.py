"""`docgraph status`, `list` and `drop`: what there is in the database. No project is loaded for it."""

from __future__ import annotations

from collections.abc import Callable

from docgraph.model.problem import Location, Problem
from docgraph.server.database import connected, database
from docgraph.server.settings import Settings
from docgraph.store.keeping import Kept, drop_index, has_index, list_deployments
from docgraph.store.served import Status, status


async def current_status(settings: Settings) -> Status:
    """What is indexed and what is wrong with it. Raises Unavailable."""
    async with database(settings) as dsn, connected(dsn) as connection:
        return await status(connection, settings.index)


async def kept(settings: Settings) -> tuple[Kept, ...]:
    """The deployments of the index. Raises Unavailable."""
    async with database(settings) as dsn, connected(dsn) as connection:
        return await list_deployments(connection, settings.index)


async def kept_of_all(settings: Settings) -> tuple[Kept, ...]:
    """The deployments of all indexes in the database. Raises Unavailable."""
    async with database(settings) as dsn, connected(dsn) as connection:
        return await list_deployments(connection, None)


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
