"""`docgraph plan`: what indexing would do now, told without doing it."""

from __future__ import annotations

import asyncio

from docgraph.indexer.foresee import IndexPlan, foresee
from docgraph.indexer.project import Project, load_project
from docgraph.server.database import database
from docgraph.server.settings import Settings
from docgraph.server.verifying import target_of
from docgraph.store.connection import connect
from docgraph.store.outlook import Outlook, outlook


async def plan_index(settings: Settings) -> IndexPlan:
    """What `docgraph index` would do.

    Raises Problems: the project has mistakes. Raises Unavailable: the database or a source does not answer.
    """
    project = load_project(settings.project, settings.environment)
    return await asyncio.to_thread(foresee, project, settings.index, await _outlook(settings, project))


async def _outlook(settings: Settings, project: Project) -> Outlook:
    if settings.database_url is None and not settings.state.exists():
        # There has been no database yet, and none is made for a question.
        return Outlook(why=("nothing is served yet",))
    async with database(settings) as dsn:
        connection = await connect(dsn)
        try:
            return await outlook(connection, target_of(dsn, settings, project))
        finally:
            await connection.close()
