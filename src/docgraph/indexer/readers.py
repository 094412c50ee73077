"""Run the documents that read what others say: in the order of their positions, those that changed and those whose
reads did.

A source begins when all before it are applied, so what its documents see is what a
sequential rebuild would show them. Where a source reads what its own stage writes, the
same holds for each of its documents, so they are run one after the other.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from docgraph.indexer.feed import Feed
from docgraph.indexer.loader import Loader
from docgraph.indexer.run import Task, run_document
from docgraph.indexer.work import CHUNK, Outcome, Work
from docgraph.model.changes import DocumentChange, DocumentKey, Id, Row
from docgraph.model.events import DocumentsIndexed, RunAgain

TOGETHER = 100  # documents that are run beside each other, so that what they load is looked for at once
MANY = 100  # documents of one source that are run again in one block because of each other


class ReadingBlock(Protocol):
    """The store's block in the making, as far as reading goes."""

    async def apply(self, changes: Sequence[DocumentChange]) -> None: ...

    async def load(self, type_name: str, ids: Sequence[Id], below: DocumentKey | None) -> Mapping[Id, Row]:
        """Entities as documents at positions below say them; None: as all say that are present."""

    async def refer(self, type_name: str, field: str, ids: Sequence[Id]) -> Mapping[Id, Mapping[Id, Row]]:
        """For each of the ids, the entities that refer to it by the field, as all say that are present."""

    async def touched_readers(self) -> Sequence[DocumentKey]:
        """Who read something that the block says differently since this was asked last."""

    async def stale(
        self, keys: Sequence[DocumentKey], moving: Collection[str]
    ) -> Mapping[DocumentKey, Collection[str]]:
        """Who would see something else now, and in which fields."""


class Readers:
    """The reading sources' part of one block."""

    def __init__(self, block: ReadingBlock, work: Work, outcome: Outcome) -> None:
        self._block, self._work, self._outcome = block, work, outcome
        self._planned: dict[int, set[DocumentKey]] = defaultdict(set)  # by source
        self._touched: dict[int, set[DocumentKey]] = defaultdict(set)  # who may see something else, by source

    async def ask(self) -> None:
        """Hear who read what was applied since."""
        for key in await self._block.touched_readers():
            self._touched[key.source].add(key)

    async def run(self, planned: Iterable[DocumentKey]) -> None:
        """Run these documents, and all that see something else."""
        for key in planned:
            self._planned[key.source].add(key)
        for feed in self._work.feeds:
            if feed.moving:
                await self._one_by_one(feed)
            elif feed.reads:
                await self._together(feed)

    async def _together(self, feed: Feed) -> None:
        """What the documents read is final: they are run in any order."""
        touched = sorted(self._touched.pop(feed.ordinal, ()))
        stale: set[DocumentKey] = set()
        for start in range(0, len(touched), CHUNK):
            stale |= (await self._block.stale(touched[start : start + CHUNK], ())).keys()
        keys = sorted(self._planned[feed.ordinal] | stale)
        for start in range(0, len(keys), CHUNK):
            changes: list[DocumentChange] = []
            for beginning in range(start, min(start + CHUNK, len(keys)), TOGETHER):
                part = keys[beginning : min(beginning + TOGETHER, start + CHUNK)]
                changes += await self._beside(feed, part, stale)
                if len(keys) > CHUNK:
                    self._work.observe(DocumentsIndexed(beginning + len(part), len(keys)))
            await self._apply(changes, stale)

    async def _beside(
        self, feed: Feed, keys: Sequence[DocumentKey], stale: Collection[DocumentKey]
    ) -> list[DocumentChange]:
        async def look(type_name: str, ids: Sequence[Id]) -> Mapping[Id, Row]:
            return await self._block.load(type_name, ids, None)

        async with Loader(look, self._block.refer) as loader:
            tasks = [self._task(feed, key, key in stale) for key in keys]
            running = (run_document(task, self._work.observe, loader.others) for task in tasks)
            found = await asyncio.gather(*running, return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException):
                raise each
        return [each for each in found if each is not None and not isinstance(each, BaseException)]

    async def _one_by_one(self, feed: Feed) -> None:
        """What the documents read is final below each one's position once those before it are applied."""
        planned = self._planned[feed.ordinal]
        touched = self._touched.pop(feed.ordinal, set())
        queue = sorted(planned | touched)
        queued = set(queue)
        causes: Counter[str] = Counter()
        while queue:
            key = heapq.heappop(queue)
            fields = (await self._block.stale([key], feed.moving)).get(key, ()) if key in touched else ()
            if not fields and key not in planned:
                continue
            causes.update(each for each in fields if each.partition(".")[0] in feed.moving)
            change = await self._alone(feed, key, stale=bool(fields))
            if change is not None:
                await self._apply([change], [key] if fields else [])
            for each in self._touched.pop(feed.ordinal, ()):
                if each > key:
                    touched.add(each)
                    if each not in queued:
                        queued.add(each)
                        heapq.heappush(queue, each)
        for field, count in causes.most_common(1):
            if count >= MANY:
                self._work.observe(RunAgain(feed.name, field, count))

    async def _alone(self, feed: Feed, key: DocumentKey, *, stale: bool) -> DocumentChange | None:
        async def look(type_name: str, ids: Sequence[Id]) -> Mapping[Id, Row]:
            return await self._block.load(type_name, ids, key if type_name in feed.moving else None)

        async with Loader(look, self._block.refer) as loader:
            return await run_document(self._task(feed, key, stale), self._work.observe, loader.others)

    def _task(self, feed: Feed, key: DocumentKey, stale: bool) -> Task:
        return Task(feed, key, self._work.memory.find(key), stale or key in self._work.misled)

    async def _apply(self, changes: Iterable[DocumentChange], stale: Collection[DocumentKey]) -> None:
        """Apply what need not wait: what a document says cannot, once it sees something else."""
        final = {*stale, *self._work.misled}
        kept = [each for each in changes if each.key in final or not self._work.waits(each)]
        if kept:
            await self._block.apply(kept)
            self._outcome.take(kept)
            await self.ask()
