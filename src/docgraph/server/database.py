"""Which Postgres a process talks to: the one of DATABASE_URL, or the project's private one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from docgraph.server.checking import require_manifest
from docgraph.server.settings import Settings
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
