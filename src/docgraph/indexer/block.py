"""From a plan to a block: run the documents chunk by chunk and hand what became of them to the writer.

Memory holds one chunk at a time, however many documents there are, and less than one where they say much.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import datetime
from itertools import chain, islice
from typing import Protocol

import msgspec

from docgraph.indexer.decide import Plan, decide, together
from docgraph.indexer.files import Looks, above
from docgraph.indexer.look import Survey, look
from docgraph.indexer.portions import Portions
from docgraph.indexer.readers import Readers, ReadingBlock
from docgraph.indexer.run import Task, now
from docgraph.indexer.work import CHUNK, Outcome, Work
from docgraph.mapping.parts import Parts
from docgraph.model.changes import Block, DocumentChange, DocumentKey, Failed, Gone, Known
from docgraph.model.events import DocumentsIndexed, Halted, SchemaAdapted
from docgraph.model.known import Keys, KnownDocuments
from docgraph.model.problem import Problem
from docgraph.store.halted import Halts

TOLD_EVERY = 200  # documents


class BlockWriter(ReadingBlock, Protocol):
    @property
    def committed(self) -> Block | None:
        """After the block's end: what was committed; None where nothing that readers see has changed."""

    async def look_again(self, files: Mapping[DocumentKey, Known]) -> None:
        """Remember how files look that documents read."""

    def explain(self, codes: Mapping[bytes, Parts]) -> None:
        """Keep what codes of documents are made of."""


class Writer(Protocol):
    """The store's writing side, as far as it is needed here. Every method may raise Unavailable."""

    @property
    def complete(self) -> bool:
        """Has the first load been finished?"""

    @property
    def adapting(self) -> Sequence[str]:
        """What is new in the schema that readers go by with the next block, which counts though no document changed."""

    async def known(self) -> KnownDocuments:
        """What is known of every document."""

    async def known_files(self) -> Mapping[DocumentKey, Known]:
        """What is known of every file that documents read."""

    async def misled(self, files: Mapping[DocumentKey, Known]) -> Collection[DocumentKey]:
        """The documents that read something else in these files than there is now."""

    def block(self, timestamp: datetime) -> AbstractAsyncContextManager[BlockWriter]:
        """All that is applied inside counts together, or not at all."""

    async def hold_back(self, failures: Sequence[Failed]) -> Sequence[Problem]:
        """Let these documents be those that hold the next block back, and no others. Returns the new problems."""

    async def lost_sources(self) -> Sequence[str]:
        """The data sources that would be served without a sound document if the first load were finished now."""

    async def finish_first_load(self, timestamp: datetime) -> Block: ...


def look_at(keys: Collection[DocumentKey], work: Work, survey: Survey) -> Plan:
    """The plan for all that is, or is known, at and beneath the keys.

    Raises SourceAway.
    """
    tops = [key for key in sorted(keys) if not any(each in keys for each in above(key))]
    return together(
        [
            decide(
                work.memory.beneath(key),
                look(work.feeds[key.source], key.path, survey),
                blind=survey.blind,
                suspects=keys,
            )
            for key in tops
        ]
    )


async def with_misled(plan: Plan, work: Work, looks: Looks, writer: Writer) -> tuple[Plan, Work]:
    """Take in who read something else in these files than there is now, whatever the documents look like."""
    if not looks.files:
        return plan, work
    misled = frozenset(await writer.misled(looks.files)).difference(plan.gone)
    read = Keys(sorted(misled.union(plan.read)))
    return (
        msgspec.structs.replace(plan, read=read),
        msgspec.structs.replace(work, looks=looks.files, misled=misled),
    )


def readers_of(plan: Plan, work: Work) -> list[DocumentKey]:
    """The plan's documents that may read what others say, in the order of positions."""
    reading = {feed.ordinal for feed in work.feeds if feed.reads}
    return [key for key in plan.read if key.source in reading] if reading else []


async def run_plan(plan: Plan, work: Work) -> AsyncGenerator[list[DocumentChange], None]:
    """What became of the plan's other documents, and of those that are gone, a chunk of them at a time."""
    reading = {feed.ordinal for feed in work.feeds if feed.reads}
    total = sum(key.source not in reading for key in plan.read) if reading else len(plan.read)
    done, portions = 0, Portions()
    # A renamed document's entities meet their new document before they lose the old one.
    steps = chain((key for key in plan.read if key.source not in reading), map(Gone, plan.gone))
    while chunk := list(islice(steps, CHUNK)):
        keys = [each for each in chunk if isinstance(each, DocumentKey)]
        changes: list[DocumentChange] = []
        while keys:
            part = keys[: min(portions.size, TOLD_EVERY - done % TOLD_EVERY)]
            keys = keys[len(part) :]
            ran = await work.run([task(key, work) for key in part], work.observe)
            changes += ran
            done += len(part)
            if total > TOLD_EVERY and (done % TOLD_EVERY == 0 or not keys):
                work.observe(DocumentsIndexed(done, total))
            if portions.ran(len(part), ran):
                yield _counting(changes, work)
                changes = []
                portions.handed_over()
        gone = [each for each in chunk if isinstance(each, Gone)]
        yield [*_counting(changes, work), *gone]
        portions.handed_over()


def _counting(changes: Sequence[DocumentChange], work: Work) -> list[DocumentChange]:
    """Those that need not be looked at once more before they count."""
    return [each for each in changes if each.key in work.misled or not work.waits(each)]


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
    """A single chunk, or none."""
    if changes:
        yield changes


def task(key: DocumentKey, work: Work) -> Task:
    """What it takes to run one document."""
    return Task(work.feeds[key.source], key, work.memory.find(key), key in work.misled)


async def commit(
    chunks: AsyncIterable[Sequence[DocumentChange]], readers: Sequence[DocumentKey], work: Work, writer: Writer
) -> Outcome:
    """One block of all the chunks, then of the documents `readers`, which may read what others say, and of all that
    see something else by it. Its transaction begins with the first change.

    Where a document fails that may not be gone on without, nothing is committed but that it is so.

    Raises Unavailable: nothing was committed.
    """
    adapting = writer.adapting
    try:
        outcome = await _commit(chunks, readers, work, writer)
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
    if adapting:
        work.observe(SchemaAdapted(tuple(adapting)))
    work.memory.remember((key, None) for key in outcome.lost)
    work.memory.take_in(outcome.kept)
    work.files.remember(outcome.files, work.looks)
    return outcome


async def _commit(
    chunks: AsyncIterable[Sequence[DocumentChange]], planned: Sequence[DocumentKey], work: Work, writer: Writer
) -> Outcome:
    outcome = Outcome()
    async with AsyncExitStack() as stack:
        block: BlockWriter | None = None
        readers: Readers | None = None
        async for changes in chunks:
            if changes:
                if block is None or readers is None:
                    block = await _begin(stack, work, writer)
                    readers = Readers(block, work, outcome)
                await block.apply(changes)
                outcome.take(changes)
                await readers.ask()
        if (planned or work.looks or writer.adapting) and (block is None or readers is None):
            block = await _begin(stack, work, writer)
            readers = Readers(block, work, outcome)
        if readers is not None:
            await readers.run(planned)
        if work.looks and block is not None:
            await block.look_again(work.looks)
    outcome.block = block.committed if block else None
    return outcome


async def _begin(stack: AsyncExitStack, work: Work, writer: Writer) -> BlockWriter:
    block = await stack.enter_async_context(writer.block(now()))
    block.explain({code: parts for feed in work.feeds for code, parts in feed.codes()})
    return block
