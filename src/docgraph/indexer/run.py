"""Run documents through their handlers. The clock of the indexer is read here and nowhere else.

From a document to its outcome only values travel: nothing here knows the store
or other documents, so outcomes may be worked out in any order and anywhere.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec

from docgraph.indexer.decide import NO_HASH, UNREAD, content_hash, settle
from docgraph.indexer.feed import Feed
from docgraph.indexer.files import Files
from docgraph.model.changes import (
    Contribution,
    DocumentChange,
    DocumentKey,
    Failed,
    Gone,
    Indexed,
    Known,
    LogLine,
    Touched,
)
from docgraph.model.document import Document
from docgraph.model.events import AuthorLogged, Event, Observe
from docgraph.model.problem import Problem, Problems, SourceProblem
from docgraph.model.reads import NOTHING, Others, Reads
from docgraph.sources.notes import Missing
from docgraph.store.logs import KEPT

BREATH = 0.005  # seconds; who shares the event loop with us never waits much longer than this and one document


class Task(msgspec.Struct, frozen=True):
    """A document to be read, with what is known of it."""

    feed: Feed
    key: DocumentKey
    known: Known | None
    stale: bool = False  # what it read differs now: it is run although its content and code are what they were


def clock() -> int:
    """Nanoseconds since 1970."""
    return time.time_ns()


def now() -> datetime:
    """UTC."""
    return datetime.now(UTC)


def stopwatch() -> float:
    """Seconds since some moment; only differences mean anything."""
    return time.perf_counter()


Runner = Callable[[Sequence[Task], Observe], Awaitable[list[DocumentChange]]]  # who runs documents: `run`, or others


async def run(tasks: Sequence[Task], observe: Observe) -> list[DocumentChange]:
    """What became of each document, in the same order; those of which there is nothing to say are absent.

    Raises SourceAway.
    """
    changes: list[DocumentChange] = []
    breathed = stopwatch()
    for task in tasks:
        change = await run_document(task, observe)
        if change is not None:
            changes.append(change)
        if stopwatch() - breathed > BREATH:
            await asyncio.sleep(0)
            breathed = stopwatch()
    return changes


async def run_document(task: Task, observe: Observe, others: Others = NOTHING) -> DocumentChange | None:
    """What became of one document; None where nothing did. Its handlers find what `others` say."""
    feed, key, known = task.feed, task.key, task.known
    reading = feed.reading(key.path)
    gone = Gone(key) if known else None
    if reading is None:
        return gone
    try:
        content, stat = feed.source.read(key.path)
    except Missing:
        return gone
    except SourceProblem as problem:
        unread = Known(UNREAD, NO_HASH, reading.code)
        return None if known == unread else Failed(key, unread, (problem,), on_error=feed.on_error)
    digest = content_hash(content)
    now_known = Known(settle(stat, clock()), digest, reading.code)
    if known is not None and known.hash == digest and known.code == reading.code and not task.stale:
        return None if known == now_known else Touched(key, now_known)
    files = Files(feed, clock)
    document = Document(
        key.path, content, source=feed.name, reader=reading.reader, context=feed.context, files=files.read
    )
    logs: deque[LogLine] = deque(maxlen=KEPT)

    def hear(event: Event) -> None:
        if isinstance(event, AuthorLogged):
            logs.append(event)
        observe(event)

    reads = Reads(others.load, others.refer)
    contributions: tuple[Contribution, ...] = ()
    problems: tuple[Problem, ...] = ()
    try:
        contributions = await feed.handlers.run(document, hear, reads)
    except Problem as problem:
        problems = (files.placed(problem),)
    except Problems as several:
        problems = tuple(map(files.placed, several.problems))
    files.close()
    noted = (tuple(logs), feed.on_error, reads.told(), files.told())
    return Failed(key, now_known, problems, *noted) if problems else Indexed(key, now_known, contributions, *noted)
