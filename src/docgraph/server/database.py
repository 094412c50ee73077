"""Which Postgres a process talks to: the one of DATABASE_URL, or the project's private one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from docgraph.manifest.read import MANIFEST
from docgraph.model.problem import Location, Problem
from docgraph.server.settings import Settings
from docgraph.store.connection import Connection, connect
from docgraph.store.postgres import private_postgres


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[str]:
    """The dsn; a private Postgres runs (and is started again if it died) for as long as somebody is inside.

    Raises Unavailable: the private Postgres cannot be started. Raises Problem: there is no project to start one for.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    if not settings.state.exists():
        require_manifest(settings)
    async with private_postgres(settings.state / "postgres") as dsn:
        yield dsn


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Connection]:
    """A connection that is closed when the `async with` ends. Raises Unavailable."""
    connection = await connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


def require_manifest(settings: Settings) -> None:
    """Nothing, where the folder is a project.

    Raises Problem: it is none, and nothing should be put into it.
    """
    if not (settings.project / MANIFEST).exists():
        raise Problem(
            "there is no such file",
            at=Location(MANIFEST),
            mend="go to the project's folder, or make one: docgraph init",
        )
