"""`docgraph verify`: hold what is served against a clean rebuild of the present documents.

The index may be written meanwhile: both sides are compared as of one snapshot, and only
once they know the same documents with the same content.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import msgspec

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import Project, load_project
from docgraph.indexer.workers import runners
from docgraph.model.events import DocumentsIndexed, Event, Observe, ScanFinished
from docgraph.model.problem import Unavailable
from docgraph.server.database import connected, database
from docgraph.server.settings import Settings
from docgraph.store.commit import open_store
from docgraph.store.compare import Comparison, compare, moved_documents
from docgraph.store.connection import Connection, told
from docgraph.store.deployment import Deployment, deployment
from docgraph.store.keeping import fingerprint_of
from docgraph.store.layout import Layout
from docgraph.store.scratch import scratch
from docgraph.store.served import Served, served
from docgraph.store.session import Target
from docgraph.store.turns import taken_turns, turn_of

ATTEMPTS = 3  # rebuilds before we give up on documents that do not keep still
PATIENCE = 5.0  # seconds that a process which writes the index gets to take in what it has not seen yet
LOOK_EVERY = 0.1  # seconds

OnMoved = Callable[[int], None]  # told how many documents have changed while verifying


class Verified(msgspec.Struct, frozen=True):
    """How what is served compares with a clean rebuild."""

    deployment: int
    block: int
    sources: tuple[str, ...]  # names, by the ordinals that differences speak of
    comparison: Comparison


async def verify(settings: Settings, observe: Observe, on_moved: OnMoved) -> Verified:
    """Rebuild the served index beside it and compare.

    Raises Problems: the project has mistakes. Raises Unavailable: nothing is served, what is served has not caught up
    with the project or its documents, or these keep changing.
    """
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(database(settings))
        store = await stack.enter_async_context(open_store(dsn, settings.index))
        connection = await stack.enter_async_context(connected(dsn))
        runner = stack.enter_context(runners(settings.workers, settings.environment))
        for _ in range(ATTEMPTS):
            project = load_project(settings.project, settings.environment)
            target = target_of(dsn, settings, project)
            with told(dsn):
                await find_served(connection, target)
            async with scratch(store, target) as built:
                await Indexer(project, built, _progress(observe), runner(project)).catch_up()
                found = await _compare(connection, target, built.layout)
            if isinstance(found, Verified):
                return found
            on_moved(found)
    raise Unavailable(
        "the documents keep changing, so there is nothing to compare with",
        mend="verify again when they rest, or look at some of them: docgraph verify --sample 100",
    )


def target_of(dsn: str, settings: Settings, project: Project) -> Target:
    """The deployment that the project as it is now belongs to."""
    sources = tuple(source.name for source in project.manifest.sources)
    return Target(dsn, settings.index, project.schema, sources, project.fingerprint)


async def find_served(connection: Connection, target: Target) -> tuple[Served, Deployment]:
    """What is served, and where it lies.

    Raises Unavailable: nothing is, or it was built for another schema or other sources.
    """
    found = await served(connection, target.index)
    if found is None:
        raise Unavailable(f"nothing is served as '{target.index}' yet", mend="run docgraph index, or docgraph dev")
    if await fingerprint_of(connection, found.deployment) != target.fingerprint:
        raise Unavailable(
            "what is served was built for another schema, or for other data sources",
            mend="run docgraph index, then verify again",
        )
    return found, deployment(found.deployment, target.index, target.sources, target.schema, found.namespace)


async def _compare(connection: Connection, target: Target, built: Layout) -> Verified | int:
    """The comparison, or how many documents differ between the two although a writer had time to catch up.

    Raises Unavailable: documents differ, and nobody writes the index.
    """
    waited = 0.0
    while True:
        with told(target.dsn):
            async with connection.transaction(isolation="repeatable_read"):
                found, deployed = await find_served(connection, target)
                count, first = await moved_documents(connection, deployed.layout, built)
                if not count:
                    comparison = await compare(connection, deployed, built)
                    return Verified(found.deployment, found.block, deployed.sources, comparison)
            writing = turn_of(target.index, target.fingerprint) in await taken_turns(connection)
        if not writing:
            which = f"{first} is" if count == 1 else f"{count:,} documents are, {first} among them,"
            raise Unavailable(f"{which} not what the index was made of", mend="run docgraph index, then verify again")
        if waited >= PATIENCE:
            return count
        await asyncio.sleep(LOOK_EVERY)
        waited += LOOK_EVERY


def _progress(observe: Observe) -> Observe:
    """Only how far it is: what is wrong with the documents was told when they were indexed."""

    def hear(event: Event) -> None:
        if isinstance(event, ScanFinished | DocumentsIndexed):
            observe(event)

    return hear
