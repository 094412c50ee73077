"""One index kept equal to its documents: catching up with all of them, then following each change.

Both ways are one: look, decide, run, commit. They differ only in how much is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial

import msgspec

from docgraph.indexer.block import Writer, ahead, commit, look_at, one, readers_of, run_plan, with_misled
from docgraph.indexer.decide import Plan, decide, half_written
from docgraph.indexer.files import FileMemory, look_at_files, look_differs
from docgraph.indexer.look import Survey, look_everywhere, whole_sources
from docgraph.indexer.places import (
    Identity,
    absolute,
    concerns_project,
    holds_folder,
    identity,
    places,
    watched_folders,
)
from docgraph.indexer.project import Project, changed_files, feeds_of
from docgraph.indexer.run import Runner, clock, now, run, stopwatch
from docgraph.indexer.watch import Hints, WatcherLost, subscribe
from docgraph.indexer.work import CHUNK, Outcome, Work
from docgraph.model.changes import Block, DocumentChange, DocumentKey
from docgraph.model.events import BlockCommitted, HeldBack, Observe, Retrying, ScanFinished
from docgraph.model.known import Keys, KnownDocuments
from docgraph.model.problem import ConflictProblem
from docgraph.sources.notes import SourceAway

BURST = 16  # paths told at once, from which on more are waited for, so that they become one block
SETTLING = 0.3  # seconds that a document which looks half-written gets before it is taken as it is
CHECK_EVERY = 60.0  # seconds
LONGEST_DELAY = 5.0  # seconds


class Indexer:
    """Keeps what `writer` holds equal to the documents of `project`."""

    def __init__(self, project: Project, writer: Writer, observe: Observe, runner: Runner = run) -> None:
        """`runner`: who runs the documents of sources that read nothing."""
        self._project, self._writer, self._observe, self._runner = project, writer, observe, runner
        self._feeds = feeds_of(project)
        self._memory, self._files = KnownDocuments(), FileMemory({})
        self._links: Mapping[DocumentKey, DocumentKey] = {}  # as the last full scan found them
        self._file_links: Mapping[DocumentKey, DocumentKey] = {}  # by which documents read files
        self._told: frozenset[tuple[str, str]] = frozenset()
        self._folders: list[Identity | None] = []  # those that are watched, by source
        self._relinked = False  # whether a watched folder has lost the name by which the watcher knows it
        self._half_written: dict[DocumentKey, float] = {}  # → when it is taken as it is
        self._held: frozenset[DocumentKey] = frozenset()  # what a block that may not be committed was to take in
        self._halting: frozenset[DocumentKey] = frozenset()  # the documents that it failed for, as far as is known

    @property
    def halted(self) -> bool:
        """Does the index stay at the block before, because a document fails that may not be gone on without?"""
        return bool(self._held)

    async def catch_up(self) -> Block | None:
        """Make the index equal to the documents as they are now. None where nothing that readers see has changed:
        nothing had to, or a new index is held back (see `HeldBack`).

        Raises Unavailable: a source or the store cannot be reached. Nothing is lost; another try goes on from there.
        """
        started = stopwatch()
        known = await self._writer.known()
        survey = Survey()
        sightings = look_everywhere(self._feeds, survey)
        plan = await asyncio.to_thread(lambda: decide(known.packed(), sightings, blind=survey.blind))
        self._memory, self._files = known, FileMemory(await self._writer.known_files())
        looks = await asyncio.to_thread(look_at_files, self._feeds, self._files, whole_sources(self._feeds), clock)
        self._links, self._file_links = survey.links, looks.links
        self._half_written.clear()
        self._tell_skipped(survey, frozenset())
        plan, work = await with_misled(plan, self._work(None), looks, self._writer)
        self._observe(ScanFinished(plan.seen, len(plan.read), len(plan.gone), stopwatch() - started))
        if not self._writer.complete:
            return await self._load(plan, work, started)
        async with aclosing(ahead(run_plan(plan, work))) as chunks:
            outcome = await commit(chunks, readers_of(plan, work), work, self._writer)
        self._hold(outcome, whole_sources(self._feeds))
        return self._tell(outcome, started)

    async def watch(self, *, ready: asyncio.Event | None = None, check_every: float = CHECK_EVERY) -> tuple[str, ...]:
        """Catch up, then follow every change until one of the project's own files differs from what was loaded.

        Returns the paths of those files. `ready` is set once the index has caught up for the first time. Every
        `check_every` seconds all documents are compared with what is known, to find what no event told. A source that
        goes away is waited for; what is indexed of it stays.

        Raises Unavailable: the store cannot be reached. Nothing is lost; watch again with a new writer.
        """
        delay = 0.1
        while True:
            try:
                # Before the watcher is told of the folders: one that comes meanwhile is not watched, and counts as new.
                self._folders = [identity(feed) for feed in self._feeds]
                async with subscribe(*watched_folders(self._project, self._feeds)) as hints:
                    self._relinked = False
                    if changed := changed_files(self._project):
                        return changed
                    await self.catch_up()
                    if ready is not None:
                        ready.set()
                    delay = 0.1
                    async with self._checking(hints, check_every):
                        while not (self._relinked or self._replaced()):
                            if changed := await self._step(hints):
                                return changed
            except (SourceAway, WatcherLost) as fault:
                self._observe(Retrying(fault.what, delay))
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)

    async def follow(self, paths: Iterable[str]) -> Block | None:
        """Make the index equal to the documents at and beneath the absolute paths, in one block, without waiting.

        Raises Unavailable.
        """
        keys = self._places(paths)
        return await self._follow(keys, keys, stopwatch())

    def _places(self, paths: Iterable[str]) -> set[DocumentKey]:
        return places(paths, self._feeds, {**self._links, **self._file_links}, self._files)

    def _work(self, due: Collection[DocumentKey] | None) -> Work:
        """`due`: the documents that are taken as they are; None: all."""
        return Work(self._feeds, self._memory, self._files, self._observe, self._runner, partial(self._waits, due))

    async def _load(self, plan: Plan, work: Work, started: float) -> Block | None:
        """Fill an empty index, step by step, so that a crash costs one step."""
        work = msgspec.structs.replace(work, looks={})  # who read these files is not run in one step
        async with aclosing(ahead(run_plan(plan, work))) as chunks:
            async for changes in chunks:
                if not await self._load_step(changes, (), work):
                    return None
        readers = readers_of(plan, work)
        for start in range(0, len(readers), CHUNK):
            if not await self._load_step([], readers[start : start + CHUNK], work):
                return None
        return await self._finish_load(plan.read, started)

    async def _load_step(self, changes: list[DocumentChange], readers: Sequence[DocumentKey], work: Work) -> bool:
        """Commit a step of the first load. Returns whether it may go on."""
        outcome = await commit(one(changes), readers, work, self._writer)
        self._hold(outcome, whole_sources(self._feeds))
        self._tell_failed(outcome)
        return not outcome.halted

    async def _finish_load(self, changed: Keys, started: float) -> Block | None:
        """Let the new index be served, unless readers would lose a whole source by it."""
        if lost := await self._writer.lost_sources():
            self._observe(HeldBack(tuple(lost)))
            return None
        block = await self._writer.finish_first_load(now())
        self._tell_block(block, started, self._what(changed))
        return block

    async def _step(self, hints: Hints) -> tuple[str, ...]:
        """Wait for something to happen and take it in. Returns which of the project's own files have changed."""
        several = len(hints) > 1  # have come while the block before was made
        paths = await hints.take(self._patience())
        started = stopwatch()
        if several or len(paths) >= BURST or holds_folder(paths):
            # More may come; and what was made in a new folder before it was watched is only found by looking.
            paths |= await hints.take_until_quiet()
        if concerns_project(paths, self._project):
            paths |= await hints.take_until_quiet()
            if changed := changed_files(self._project):
                return changed
        due = frozenset(key for key, until in self._half_written.items() if until <= started)
        if keys := self._places(paths) | due:
            await self._follow(keys, due, started)
        return ()

    def _patience(self) -> float | None:
        """How long nothing needs to be done if nothing happens."""
        if not self._half_written:
            return None
        return max(0.0, min(self._half_written.values()) - stopwatch())

    async def _follow(
        self, keys: Collection[DocumentKey], due: Collection[DocumentKey], started: float
    ) -> Block | None:
        """Make the index equal to what is at and beneath the keys, in one block. What is due is taken as it is."""
        keys, due = self._held.union(keys), self._halting.union(due)
        was_halted = self.halted
        survey = Survey()
        work = self._work(due)
        look = partial(look_at, keys, work, survey)
        plan = await asyncio.to_thread(look) if len(keys) > BURST else look()
        lost = [key for key in keys if key in self._links and survey.links.get(key) != self._links[key]]
        self._relinked = any(self._memory.find(key) is None for key in lost)
        look_beside = partial(look_at_files, self._feeds, self._files, keys, clock)
        looks = await asyncio.to_thread(look_beside) if len(keys) > BURST else look_beside()
        self._links, self._file_links = {**self._links, **survey.links}, {**self._file_links, **looks.links}
        self._tell_skipped(survey, self._told)
        for key in due:
            self._half_written.pop(key, None)
        plan, work = await with_misled(plan, work, looks, self._writer)
        async with aclosing(ahead(run_plan(plan, work))) as chunks:
            outcome = await commit(chunks, readers_of(plan, work), work, self._writer)
        self._hold(outcome, keys)
        if self._writer.complete:
            return self._tell(outcome, started)
        self._tell_failed(outcome)
        if outcome.halted or not (outcome.changed or was_halted):
            return None
        return await self._finish_load(outcome.changed, started)

    def _hold(self, outcome: Outcome, keys: Collection[DocumentKey]) -> None:
        """What was not committed is tried again with whatever happens next."""
        self._file_links = {**self._file_links, **outcome.links}
        self._held = frozenset(keys) if outcome.halted else frozenset()
        self._halting = frozenset(outcome.halting)

    def _waits(self, due: Collection[DocumentKey] | None, change: DocumentChange) -> bool:
        """Does the document look half-written? Then it is looked at again, until it is due at last."""
        if due is None or change.key in due or not half_written(change):
            return False
        self._half_written.setdefault(change.key, stopwatch() + SETTLING)
        return True

    @asynccontextmanager
    async def _checking(self, hints: Hints, every: float) -> AsyncIterator[None]:
        """Inside, hints are given of what differs from what is known although no event told."""
        task = asyncio.create_task(self._check(hints, every))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _check(self, hints: Hints, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            survey = Survey()
            try:
                plan = await asyncio.to_thread(look_at, whole_sources(self._feeds), self._work(None), survey)
                files = await asyncio.to_thread(look_differs, self._feeds, self._files, whole_sources(self._feeds))
            except SourceAway as fault:
                hints.fail(fault)
                return
            self._links = survey.links
            self._tell_skipped(survey, frozenset())
            hints.add(absolute(key, self._feeds) for key in (*plan.read, *plan.gone, *files, *self._replaced()))
            hints.add(str(self._project.root / path) for path in changed_files(self._project))

    def _replaced(self) -> list[DocumentKey]:
        """The sources whose folder is another than the one that is watched."""
        pairs = zip(self._feeds, self._folders, strict=True)
        return [DocumentKey(feed.ordinal, "") for feed, watched in pairs if identity(feed) != watched]

    def _tell_skipped(self, survey: Survey, told: frozenset[tuple[str, str]]) -> None:
        """Tell what is left out, each thing once for as long as it is so."""
        found = {(each.source, str(each.problem)): each for each in survey.problems}
        for skipped, event in found.items():
            if skipped not in self._told:
                self._observe(event)
        self._told = told | found.keys()

    def _tell(self, outcome: Outcome, started: float) -> Block | None:
        if outcome.block is not None or outcome.halted:
            self._tell_failed(outcome)
        if outcome.block is not None:
            self._tell_block(outcome.block, started, self._what(outcome.changed))
        return outcome.block

    def _tell_failed(self, outcome: Outcome) -> None:
        for failed in outcome.failed:
            for problem in failed.problems:
                self._observe(self._feeds[failed.key.source].told(failed.key.path, problem))

    def _tell_block(self, block: Block, started: float, what: str) -> None:
        for problem in block.problems:
            if isinstance(problem, ConflictProblem):
                self._observe(self._feeds[problem.source].told(problem.at.path, problem))
        self._observe(BlockCommitted(block, stopwatch() - started, what))

    def _what(self, changed: Keys) -> str:
        if len(changed) != 1:
            return f"{len(changed):,} documents"
        (key,) = changed
        return self._feeds[key.source].source.shown(key.path)
