"""Run documents through their handlers. The clock of the indexer is read here and nowhere else.

From a document to its outcome only values travel: nothing here knows the store
or other documents, so outcomes may be worked out in any order and anywhere.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from docgraph.indexer.decide import NO_HASH, UNREAD, content_hash, settle
from docgraph.indexer.feed import Feed, Reading
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

# Documents are read some at a time and then run: a processor that was in the kernel between two handlers has forgotten
# the way through them, which costs a tenth of all.
AT_ONCE = 1 << 18  # bytes, from which on no more is read before this is run
READING = 0.005  # seconds, after which no more is read either
# Seconds, after which others get their turn on the event loop. The store is one of them: it asks Postgres for one thing
# after the other, and each next one waits for us while Postgres has nothing to do.
BREATH = 0.001


class Task(msgspec.Struct, frozen=True):
    """A document to be read, with what is known of it."""

    feed: Feed
    key: DocumentKey
    known: Known | None
    stale: bool = False  # what it read differs now: it is run although its content and code are what they were


class Content(msgspec.Struct, frozen=True, gc=False):
    """What a document holds that has to be run."""

    task: Task
    reading: Reading
    bytes: bytes
    known: Known  # how it looks now


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
    for read in _read_in_turns(tasks):
        change = await _handle(read, observe, NOTHING) if isinstance(read, Content) else read
        if change is not None:
            changes.append(change)
        if stopwatch() - breathed > BREATH:
            await asyncio.sleep(0)
            breathed = stopwatch()
    return changes


async def run_document(task: Task, observe: Observe, others: Others = NOTHING) -> DocumentChange | None:
    """What became of one document; None where nothing did. Its handlers find what `others` say.

    Raises SourceAway.
    """
    read = _read(task)
    return await _handle(read, observe, others) if isinstance(read, Content) else read


def _read_in_turns(tasks: Sequence[Task]) -> Iterator[Content | DocumentChange | None]:
    """As `_read`, of each in its order."""
    turn: list[Content | DocumentChange | None] = []
    size, began = 0, stopwatch()
    for task in tasks:
        read = _read(task)
        turn.append(read)
        size += len(read.bytes) if isinstance(read, Content) else 0
        if size >= AT_ONCE or stopwatch() - began > READING:
            yield from turn
            turn, size, began = [], 0, stopwatch()
    yield from turn


def _read(task: Task) -> Content | DocumentChange | None:
    """What has to be run; otherwise what became of the document without. Raises SourceAway."""
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
    return Content(task, reading, content, now_known)


async def _handle(content: Content, observe: Observe, others: Others) -> DocumentChange:
    feed, key = content.task.feed, content.task.key
    files = Files(feed, clock)
    reader = content.reading.reader
    document = Document(
        key.path, content.bytes, source=feed.name, reader=reader, context=feed.context, files=files.read
    )
    logs: list[LogLine] = []

    def hear(event: Event) -> None:
        if isinstance(event, AuthorLogged):
            logs.append(event)
            if len(logs) >= 2 * KEPT:
                del logs[:-KEPT]
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
    noted = (tuple(logs[-KEPT:]), feed.on_error, reads.told(), files.told())
    known = content.known
    return Failed(key, known, problems, *noted) if problems else Indexed(key, known, contributions, *noted)
