"""A project indexed for one test: everything that is done in the workroom's loop.

Its deployment is an index of its own in the database, and leaves nothing there.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from docgraph.api.execute import Engine
from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import Project, feeds_of
from docgraph.model.events import Event, ProblemFound
from docgraph.model.problem import HandlerProblem, Problem
from docgraph.server.settings import Settings
from docgraph.store.changed import changed_rows
from docgraph.store.commit import open_store
from docgraph.store.connection import Connection, connect, told
from docgraph.store.keeping import drop_index
from docgraph.store.layout import layout
from docgraph.store.problems import read_conflicts, read_problems
from docgraph.store.readers import Readers, readers
from docgraph.store.served import Served, served
from docgraph.testing.changes import Changes, changes_of
from docgraph.testing.edits import Edit, Write, carry_out
from docgraph.testing.folders import Folders, documents_of, load_project_over

NAMED = "docgraph_test_"  # how the names of tests' indexes begin
CONNECTIONS = 4  # that queries can use at once


class Place(msgspec.Struct, frozen=True):
    """Where a trial happens."""

    settings: Settings  # of the project
    project: Project  # over folders that the test fills
    below: Path  # what these lie in
    served: Served
    connection: Connection
    readers: Readers


@asynccontextmanager
async def open_trial(settings: Settings, dsn: str, below: Path) -> AsyncIterator[Trial]:
    """The project over empty folders below `below`, indexed in the database `dsn` until the `async with` ends.

    Raises Problems: the project has mistakes. Raises Unavailable: the database cannot be used.
    """
    project = load_project_over(settings.project, settings.environment, below)
    index = f"{NAMED}{uuid.uuid4().hex[:12]}"
    sources = [source.name for source in project.manifest.sources]
    events: list[Event] = []
    async with open_store(dsn, index) as store, readers(dsn, CONNECTIONS, settings.limits.statement_seconds) as lent:
        connection = await connect(dsn)
        try:
            async with store.writer(project.schema, sources, project.fingerprint) as writer:
                indexer = Indexer(project, writer, events.append)
                await indexer.catch_up()
                found = await served(connection, index)
                assert found is not None, "an index without documents is served at once"
                yield Trial(Place(settings, project, below, found, connection, lent), indexer, events)
        finally:
            await drop_index(connection, index)
            await connection.close()


class Trial:
    """An index, the documents that it is made of, and what it told meanwhile."""

    def __init__(self, place: Place, indexer: Indexer, events: list[Event]) -> None:
        self.events = events  # so far; grows
        self._place, self._indexer = place, indexer
        self._folders = Folders(place.project, place.below)
        self._layout = layout(place.project.schema, place.served.namespace)
        self._engine: Engine | None = None
        self._turn = asyncio.Lock()

    async def edit(self, edits: Sequence[Edit]) -> Changes:
        """Carry out the edits and take them in as one block.

        Raises ValueError: a path is in no data source's folder. Raises FileNotFoundError: there is nothing to remove or
        to rename. Raises Unavailable.
        """
        async with self._turn:
            began = len(self.events)
            touched: list[Path] = []
            try:
                for each in edits:
                    touched += carry_out(each, self._folders.place, self._place.below / ".coming")
            finally:
                block = await self._indexer.follow(map(str, touched))
            problems = [event.problem for event in self.events[began:] if isinstance(event, ProblemFound)]
            if block is None:
                return Changes(problems=tuple(problems))
            with told(""):
                rows = await changed_rows(self._place.connection, self._layout, block.number, sorted(block.counts))
            return changes_of(self._place.project.schema, rows, problems)

    async def load(self) -> Changes:
        """Take in the project's own documents. Raises SourceAway, SourceProblem, Unavailable."""
        root = self._place.settings.project
        found = documents_of(root, self._place.settings.environment)
        return await self.edit([Write(path, content) for path, content in found])

    async def ask(self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> bytes:
        """The response to a GraphQL request, as JSON."""
        if self._engine is None:
            place = self._place
            self._engine = Engine.build(
                place.project.schema, place.served.namespace, str(place.served.deployment), place.settings.limits
            )
        answer = await self._engine.execute(self._place.readers, query, variables, operation_name)
        return answer.body

    async def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with the documents now: failed ones in the order of positions, then conflicts."""
        async with self._turn:
            with told(""):
                failures = await read_problems(self._place.connection, self._layout)
                conflicts = await read_conflicts(self._place.connection, self._layout)
        found = (*failures, *((each.source, each.problem) for each in conflicts))
        feeds = feeds_of(self._place.project)
        return tuple(feeds[source].told(_document(problem), problem).problem for source, problem in found)


def _document(problem: Problem) -> str:
    """The path of the document that has the problem."""
    place = problem.document if isinstance(problem, HandlerProblem) else None
    return (place or problem.at).path
