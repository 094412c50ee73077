"""What `docgraph index` runs: a process that indexes, once or for as long as it lives.

It shares nothing with processes that answer but the database, and imports nothing of theirs: much of what they need
takes as long to import as a small index takes to be made.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import Project, changed_files, load_project
from docgraph.indexer.run import Runner
from docgraph.indexer.watch import project_edited, project_stats
from docgraph.indexer.workers import runners
from docgraph.model.events import BuiltBeside, Observe, ProblemFound, ProjectChanged, StandingBy, TakingOver
from docgraph.model.problem import Location, Problem, Problems, Unavailable
from docgraph.server.database import database
from docgraph.server.generated import keep_current
from docgraph.server.memory import rare_collections
from docgraph.server.patience import Patience
from docgraph.server.settings import Settings
from docgraph.store.commit import open_store
from docgraph.store.connection import connect
from docgraph.store.served import status
from docgraph.store.writer import Writer

TURN = 0.0005  # seconds that a thread keeps the interpreter while one that answers, or follows edits, waits for it


class IndexReport(msgspec.Struct, frozen=True):
    """Where an index stands after it has caught up with its documents."""

    block: int
    documents: int
    problems: int


async def index_once(settings: Settings, observe: Observe) -> IndexReport:
    """Catch up with the documents and say where the index stands.

    Raises Problems: the project has mistakes. Raises Problem: a new index is held back. Raises Unavailable: the
    database does not answer.
    """
    project = load_project(settings.project, settings.environment)
    async with AsyncExitStack() as stack:
        stack.enter_context(rare_collections())
        dsn = await stack.enter_async_context(database(settings))
        async with _writer(dsn, settings, project, observe) as writer:
            runner = stack.enter_context(runners(settings.workers, settings.environment))
            indexer = Indexer(project, writer, observe, runner(project))
            await indexer.catch_up()
            if indexer.halted:
                raise Problem(
                    "the index stays as it was: documents fail, and their source says `onError: halt`",
                    at=Location(project.manifest.path),
                    mend="mend the problems told above, and index again",
                )
            if not writer.complete:
                raise Problem(
                    "the new index is not served: it would lose every document of a source",
                    at=Location(project.manifest.path),
                    mend="mend the problems told above, and index again; what was indexed before is served until then",
                )
        connection = await connect(dsn)
        try:
            found = await status(connection, settings.index)
        finally:
            await connection.close()
    return IndexReport(
        block=found.block.number if found.block else 0,
        documents=sum(source.documents for source in found.sources),
        problems=len(found.problems),
    )


async def keep_indexed(settings: Settings, observe: Observe) -> None:
    """Index what changes until told to stop.

    Raises Problems, Unavailable: at the start; later they are told and waited out.
    """
    sys.setswitchinterval(TURN)
    load_project(settings.project, settings.environment)
    async with database(settings) as dsn:
        await (await connect(dsn)).close()
    await index_forever(settings, observe)


async def index_forever(settings: Settings, observe: Observe) -> None:
    """Index what changes until cancelled. Mistakes in the project, and what is unavailable, are told and waited out."""
    with rare_collections(), runners(settings.workers, settings.environment) as runner:
        await _index_with(runner, settings, observe)


async def _index_with(runner: Callable[[Project], Runner], settings: Settings, observe: Observe) -> None:
    patience = Patience(observe)
    told: frozenset[str] = frozenset()
    while True:
        before = project_stats(settings.project)
        try:
            project = load_project(settings.project, settings.environment)
        except Problems as problems:
            for problem in problems.problems:
                if str(problem) not in told:
                    observe(ProblemFound("", problem))
            told = frozenset(map(str, problems.problems))
            if edited := await project_edited(settings.project, before):
                observe(ProjectChanged(edited))
                told = frozenset()
            continue
        told, caught_up = frozenset(), asyncio.Event()
        with suppress(OSError):  # a read-only project folder indexes as well
            keep_current(settings.project, project.schema)
        try:
            async with database(settings) as dsn, _writer(dsn, settings, project, observe) as writer:
                indexer = Indexer(project, writer, observe, runner(project))
                observe(ProjectChanged(await indexer.watch(ready=caught_up)))
        except _Outdated as edited:
            observe(ProjectChanged(edited.paths))
        except Unavailable as fault:
            if caught_up.is_set():
                patience.worked()
            await patience.wait_out(fault)


@asynccontextmanager
async def _writer(dsn: str, settings: Settings, project: Project, observe: Observe) -> AsyncIterator[Writer]:
    stand_by = _StandBy(settings.index, project, observe)
    async with (
        open_store(dsn, settings.index) as store,
        store.writer(
            project.schema,
            [source.name for source in project.manifest.sources],
            project.fingerprint,
            on_wait=stand_by,
            keep=project.manifest.kept_blocks,
        ) as writer,
    ):
        if stand_by.told:
            observe(TakingOver(settings.index))
        if writer.beside:
            observe(BuiltBeside(writer.beside))
        yield writer


class _Outdated(Unavailable):
    """The project was edited while another process had the right to write."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__("the project was edited while another process was indexing", mend="index again")
        self.paths = paths


class _StandBy:
    """What a process does again and again while another one has the right to write."""

    def __init__(self, index: str, project: Project, observe: Observe) -> None:
        self._index, self._project, self._observe = index, project, observe
        self.told = False  # whether it had to wait

    def __call__(self) -> None:
        """Tell it once. Raises _Outdated: what was loaded is no longer what there is to be indexed."""
        if not self.told:
            self._observe(StandingBy(self._index))
            self.told = True
        if changed := changed_files(self._project):
            raise _Outdated(changed)
