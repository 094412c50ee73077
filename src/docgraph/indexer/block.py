"""From a plan to a block: run the documents chunk by chunk and hand what became of them to the writer.

Memory holds one chunk at a time, however many documents there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime
from typing import Protocol

import msgspec

from docgraph.indexer.decide import Plan, Sighting, decide
from docgraph.indexer.feed import Feed
from docgraph.indexer.look import Survey, look
from docgraph.indexer.memory import Memory
from docgraph.indexer.run import Task, now, run
from docgraph.mapping.parts import Parts
from docgraph.model.changes import Block, DocumentChange, DocumentKey, Failed, Gone, Indexed, Known
from docgraph.model.events import DocumentsIndexed, Halted, Observe
from docgraph.model.problem import Problem
from docgraph.store.halted import Halts

CHUNK = 1_000  # documents
TOLD_EVERY = 200  # documents


class BlockWriter(Protocol):
    @property
    def committed(self) -> Block | None:
        """After the block's end: what was committed; None where nothing that readers see has changed."""

    def explain(self, codes: Mapping[bytes, Parts]) -> None:
        """Keep what codes of documents are made of."""

    async def apply(self, changes: Sequence[DocumentChange]) -> None: ...


class Writer(Protocol):
    """The store's writing side, as far as it is needed here. Every method may raise Unavailable."""

    @property
    def complete(self) -> bool:
        """Has the first load been finished?"""

    async def known(self) -> Mapping[DocumentKey, Known]:
        """What is known of every document."""

    def block(self, timestamp: datetime) -> AbstractAsyncContextManager[BlockWriter]:
        """All that is applied inside counts together, or not at all."""

    async def hold_back(self, failures: Sequence[Failed]) -> Sequence[Problem]:
        """Let these documents be those that hold the next block back, and no others. Returns the new problems."""

    async def lost_sources(self) -> Sequence[str]:
        """The data sources that would be served without a sound document if the first load were finished now."""

    async def finish_first_load(self, timestamp: datetime) -> Block: ...


class Outcome(msgspec.Struct):
    """What a plan came to."""

    block: Block | None = None
    changed: list[DocumentKey] = []
    failed: list[Failed] = []  # with the problems that are to be told
    remembered: list[tuple[DocumentKey, Known | None]] = []
    halting: list[DocumentKey] = []  # nothing was committed, because these fail that may not be gone on without

    @property
    def halted(self) -> bool:
        return bool(self.halting)

    def take(self, changes: Sequence[DocumentChange]) -> None:
        for change in changes:
            self.remembered.append((change.key, None if isinstance(change, Gone) else change.known))
            if isinstance(change, Failed):
                self.failed.append(change)
            if isinstance(change, Indexed | Failed | Gone):
                self.changed.append(change.key)


class Work(msgspec.Struct, frozen=True):
    """What running a plan needs to know of the world."""

    feeds: Sequence[Feed]
    memory: Memory
    observe: Observe


def look_at(keys: Collection[DocumentKey], work: Work, survey: Survey) -> Plan:
    """The plan for all that is, or is known, at and beneath the keys.

    Raises SourceAway.
    """
    known: dict[DocumentKey, Known] = {}
    seen: dict[DocumentKey, Sighting] = {}
    looked: set[DocumentKey] = set()
    for key in sorted(keys):
        if not looked.isdisjoint(_above(key)):
            continue
        known.update(work.memory.beneath(key))
        sightings = {sighting.key: sighting for sighting in look(work.feeds[key.source], key.path, survey)}
        seen.update(sightings)
        if key not in sightings:  # a folder, or nothing: what is beneath has been looked at, too
            looked.add(key)
    return decide(known, seen.values(), blind=survey.blind, suspects=keys)


async def run_plan(plan: Plan, work: Work) -> AsyncGenerator[list[DocumentChange], None]:
    """What became of the plan's documents, a chunk of them at a time."""
    total = len(plan.read)
    for start in range(0, total + len(plan.gone), CHUNK):
        changes: list[DocumentChange] = []
        for beginning in range(start, min(start + CHUNK, total), TOLD_EVERY):
            end = min(beginning + TOLD_EVERY, start + CHUNK, total)
            changes += await run([task(key, work) for key in plan.read[beginning:end]], work.observe)
            if total > TOLD_EVERY:
                work.observe(DocumentsIndexed(end, total))
        # A renamed document's entities meet their new document before they lose the old one.
        gone = plan.gone[max(0, start - total) : max(0, start + CHUNK - total)]
        yield [*changes, *(Gone(key) for key in gone)]


async def ahead(chunks: AsyncGenerator[list[DocumentChange], None]) -> AsyncGenerator[list[DocumentChange], None]:
    """The same chunks; while one is used, the next is being worked out."""
    coming = asyncio.ensure_future(anext(chunks, None))
    try:
        while (changes := await coming) is not None:
            coming = asyncio.ensure_future(anext(chunks, None))
            yield changes
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await chunks.aclose()


async def one(changes: list[DocumentChange]) -> AsyncGenerator[list[DocumentChange], None]:
    """A single chunk."""
    yield changes


def task(key: DocumentKey, work: Work) -> Task:
    """What it takes to run one document."""
    return Task(work.feeds[key.source], key, work.memory.get(key))


async def commit(chunks: AsyncIterable[Sequence[DocumentChange]], work: Work, writer: Writer) -> Outcome:
    """One block of all the chunks; its transaction begins with the first change.

    Where a document fails that may not be gone on without, nothing is committed but that it is so.

    Raises Unavailable: nothing was committed.
    """
    try:
        outcome = await _commit(chunks, work, writer)
    except Halts as halts:
        new = await writer.hold_back(halts.failures)
        if new:
            work.observe(Halted(len(halts.failures)))
        told = [
            msgspec.structs.replace(each, problems=tuple(problem for problem in each.problems if problem in new))
            for each in halts.failures
        ]
        return Outcome(failed=told, halting=[each.key for each in halts.failures])
    await writer.hold_back(())
    work.memory.remember(outcome.remembered)
    return outcome


async def _commit(chunks: AsyncIterable[Sequence[DocumentChange]], work: Work, writer: Writer) -> Outcome:
    outcome = Outcome()
    async with AsyncExitStack() as stack:
        block: BlockWriter | None = None
        async for changes in chunks:
            if changes:
                if block is None:
                    block = await stack.enter_async_context(writer.block(now()))
                    block.explain({code: parts for feed in work.feeds for code, parts in feed.codes()})
                await block.apply(changes)
                outcome.take(changes)
    outcome.block = block.committed if block else None
    return outcome


def _above(key: DocumentKey) -> Iterator[DocumentKey]:
    """The folders that hold what the key names, the source itself included."""
    at = len(key.path)
    while at > 0:
        at = max(0, key.path.rfind("/", 0, at))
        yield DocumentKey(key.source, key.path[:at])
