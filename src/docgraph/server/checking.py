"""`docgraph check`: everything that can be judged without a database."""

from __future__ import annotations

import asyncio

import msgspec

from docgraph.indexer.project import Project, load_project
from docgraph.indexer.rehearsal import rehearse
from docgraph.model.changes import Indexed, Save
from docgraph.model.events import Observe
from docgraph.server.settings import Settings


class Checked(msgspec.Struct, frozen=True):
    """How many documents were run, how many of them have problems, how many entities the rest said."""

    documents: int
    failed: int
    entities: int


def check_project(settings: Settings) -> Project:
    """Load manifest, schema and mappings.

    Raises Problems: all of their mistakes at once.
    """
    return load_project(settings.project, settings.environment)


async def check_documents(project: Project, observe: Observe) -> Checked:
    """Run every document through its handlers and keep nothing. Problems are told as ProblemFound."""
    documents = failed = entities = 0
    async for outcome in rehearse(project, observe):
        documents += 1
        await asyncio.sleep(0)  # handlers need not wait for anything, and Ctrl-C counts when somebody waits
        match outcome:
            case Indexed(contributions=contributions):
                entities += sum(isinstance(each, Save) for each in contributions)
            case _:
                failed += 1
    return Checked(documents, failed, entities)
