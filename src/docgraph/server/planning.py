"""`docgraph plan`: what indexing would do now, told without doing it."""

from __future__ import annotations

import asyncio

import msgspec

from docgraph.indexer.foresee import IndexPlan, foresee, runs
from docgraph.indexer.project import Project, load_project
from docgraph.server.database import database
from docgraph.server.settings import Settings
from docgraph.server.verifying import target_of
from docgraph.store.connection import Connection, connect
from docgraph.store.deployment import deployment
from docgraph.store.onward import readers_onward
from docgraph.store.outlook import Meant, Outlook, outlook


async def plan_index(settings: Settings) -> IndexPlan:
    """What `docgraph index` would do.

    Raises Problems: the project has mistakes. Raises Unavailable: the database or a source does not answer.
    """
    project = load_project(settings.project, settings.environment)
    if settings.database_url is None and not settings.state.exists():
        # There has been no database yet, and none is made for a question.
        nothing = Outlook(why=("nothing is served yet",))
        return await asyncio.to_thread(foresee, project, settings.index, nothing)
    async with database(settings) as dsn:
        connection = await connect(dsn)
        try:
            found = await outlook(connection, target_of(dsn, settings, project))
            plan = await asyncio.to_thread(foresee, project, settings.index, found)
            if found.meant is None or found.in_place:  # tables that are still to be made ready cannot be asked
                return plan
            return msgspec.structs.replace(plan, readers=await _readers(connection, project, found.meant, plan))
        finally:
            await connection.close()


async def _readers(connection: Connection, project: Project, meant: Meant, plan: IndexPlan) -> int:
    names = [source.name for source in project.manifest.sources]
    types = {name for source in project.manifest.sources for name in source.mapping.reads}
    deployed = deployment(meant.deployment, plan.index, names, project.schema, meant.namespace)
    return await readers_onward(connection, deployed, types, runs(plan))
