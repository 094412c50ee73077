"""Run the handlers of a data source for one document, and hand over what they say.

A handler is a function of its document, the context and what it loads, and of nothing
else: it is not told the time and sees no other document.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any, NoReturn

import msgspec

from docgraph.manifest.values import BatchHandler, DocumentHandler, RecordHandler
from docgraph.mapping.blame import Blame
from docgraph.mapping.collect import CURRENT, MOST_PROBLEMS, Call, Collector, Misuse
from docgraph.mapping.frames import Spot, place_of_caller
from docgraph.mapping.loaded import Library
from docgraph.mapping.modules import Modules
from docgraph.mapping.parts import Parts
from docgraph.mapping.shape import Shape
from docgraph.mapping.subject import Subject
from docgraph.model.changes import Contribution
from docgraph.model.document import Document
from docgraph.model.events import Observe
from docgraph.model.problem import FormatProblem, Location, Problem, Problems
from docgraph.model.reads import Reads

Function = Callable[[object], object]
FAILURES = (Exception, SystemExit, asyncio.CancelledError)  # of an author's code, but for a cancellation of ours


class Bound(msgspec.Struct, frozen=True):
    """A handler of the manifest with the author's function and where it begins."""

    handler: DocumentHandler | RecordHandler | BatchHandler
    function: Function
    begins: Spot


class Code(msgspec.Struct, frozen=True):
    """What makes handlers do what they do."""

    fingerprint: bytes  # 16 bytes
    parts: Parts


class Reach(msgspec.Struct, frozen=True):
    """Which entity types handlers have to do with, by name."""

    writable: Mapping[str, Shape]
    readable: Mapping[str, Shape]
    moving: frozenset[str]  # of the readable ones, those that sources of the same stage write
    classes: Mapping[str, type[Any]]  # of all entity types


class _Run(msgspec.Struct, frozen=True):
    """One document on its way through the handlers."""

    document: Document
    collector: Collector
    problems: list[Problem]


class SourceHandlers:
    """The handlers of one data source, ready to run."""

    def __init__(self, name: str, code: Code, bound: tuple[Bound, ...], reach: Reach, modules: Modules) -> None:
        self.name = name
        self.fingerprint, self.parts = code.fingerprint, code.parts
        self._bound, self._reach, self._modules = bound, reach, modules
        self._places = {each.handler.handler: partial(_place, modules, each.begins.at) for each in bound}

    async def run(self, document: Document, observe: Observe, reads: Reads) -> tuple[Contribution, ...]:
        """What the document says: at most one contribution per entity, in the order of their first mention.

        Document handlers run before record handlers, those before batch handlers, each kind in the manifest's order.
        They find through `reads` what other documents say, and what they look at is noted there.

        Raises Problem or Problems, and nothing else but cancellation.
        """
        library = Library(self._reach.readable, reads, self._reach.moving)
        collector = Collector(self.name, document.path, self._reach.writable, observe, library)
        run = _Run(document, collector, [])
        try:
            for bound in self._bound:
                if not bound.handler.fits(document.path):
                    continue
                match bound.handler:
                    case RecordHandler(at=at):
                        await self._run_each(bound, (Subject(document, each, at) for each in document.records(at)), run)
                    case BatchHandler():
                        await self._run_each(bound, (Subject(document, batch=each) for each in document.batches()), run)
                    case _ if (given := self._call(bound, Subject(document), run)) is not None:
                        await given
        finally:
            collector.close()
        if problems := run.problems:
            raise problems[0] if len(problems) == 1 else Problems(problems)
        return collector.contributions()

    async def _run_each(self, bound: Bound, subjects: Iterable[Subject], run: _Run) -> None:
        try:
            for subject in subjects:
                if (given := self._call(bound, subject, run)) is not None:
                    await given
                if len(run.problems) >= MOST_PROBLEMS:
                    return
        except FormatProblem as problem:
            run.problems.append(problem)

    def _call(self, bound: Bound, subject: Subject, run: _Run) -> Awaitable[None] | None:
        """Call one handler once; what it saves says which record it was called for.

        Returns what is still to be awaited, which a plain function leaves nothing of.
        """
        call = Call(run.collector, subject.line, self._places[bound.handler.handler], self._reach.classes)
        token = CURRENT.set(call)
        try:
            given = bound.function(subject.argument)
            if given is not None:
                if inspect.isawaitable(given):
                    return self._finish(given, bound, subject, call, run)
                _refuse_result(bound, given)
        except FAILURES as error:
            self._fail(error, bound, subject, run)
        finally:
            CURRENT.reset(token)
        return None

    async def _finish(self, given: Awaitable[object], bound: Bound, subject: Subject, call: Call, run: _Run) -> None:
        """Wait for a handler that was called. Whatever its code raises becomes problems."""
        token = CURRENT.set(call)
        try:
            with run.collector.waiting():
                result = await given
            if result is not None:
                _refuse_result(bound, result)
        except FAILURES as error:
            self._fail(error, bound, subject, run)
        finally:
            CURRENT.reset(token)

    def _fail(self, error: BaseException, bound: Bound, subject: Subject, run: _Run) -> None:
        """Make problems of what a handler raised. Raises a cancellation that was meant for us."""
        if isinstance(error, asyncio.CancelledError) and _is_wanted():
            raise error
        run.problems.extend(Blame(self._modules, bound.handler.handler, bound.begins, subject).problems(error))


def _place(modules: Modules, begins: Location) -> Location:
    """Where the author's code is at this moment; where the handler begins, if that cannot be told."""
    return place_of_caller(modules) or begins


def _refuse_result(bound: Bound, result: object) -> NoReturn:
    raise Misuse(
        f"{bound.handler.handler} returned {type(result).__name__}, and nobody looks at what it returns",
        "call .save() on what should be kept, and return nothing",
    )


def _is_wanted() -> bool:
    """Was our own task cancelled, rather than something that the handler awaited?"""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
