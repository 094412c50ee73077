"""Run documents in worker processes, with the results that one process would give.

An outcome is a function of its document, so who works it out, and when, does not show:
what comes back is put in the order of the tasks, log lines and problems with it. A
document that ends the process it runs in is told as at fault, and costs no other.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from types import TracebackType
from typing import ParamSpec, TypeVar

import msgspec

from docgraph.indexer.jobs import Answer, Job, Recipe, recipe_of, work
from docgraph.indexer.project import Project
from docgraph.indexer.run import Runner, Task, run, run_document
from docgraph.mapping.parts import Parts
from docgraph.model.changes import Contribution, DocumentChange
from docgraph.model.document import Document
from docgraph.model.events import Event, Observe
from docgraph.model.problem import HandlerProblem, Location
from docgraph.model.reads import Reads

LARGEST = 25  # jobs that travel together
SHARES = 4  # parts of a run that each worker gets, so that none waits for long while another still works

Makes = Callable[[], AbstractContextManager[Executor]]
P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def runners(count: int, environment: Mapping[str, str]) -> Iterator[Callable[[Project], Runner]]:
    """Who runs the documents of a project: `count` worker processes; of 1, the process itself.

    The workers outlive a state of the project: they take the code of the one that they are asked for.
    """
    if count == 1:
        yield lambda project: run
        return
    with Pool(partial(processes, count), count) as pool:
        yield lambda project: Workers(pool, recipe_of(project, environment))


@contextmanager
def processes(count: int) -> Iterator[Executor]:
    """Worker processes. They end at once when the `with` ends, or the process that is in it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    lifeline, held = context.Pipe(duplex=False)
    with lifeline, ProcessPoolExecutor(count, context, _attend, (lifeline,)) as executor:
        try:
            yield executor
        finally:
            held.close()
            # Its threads are waited for: the interpreter's end would disturb one that is still about to end.
            executor.shutdown(wait=True, cancel_futures=True)


class Pool:
    """An executor, and another one in its place when its workers die. Used by one event loop."""

    def __init__(self, makes: Makes, width: int) -> None:
        self._makes = makes
        self.width = width  # how many workers there are

    def __enter__(self) -> Pool:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    async def call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """What the function returns, or raises, in one of the workers.

        Raises BrokenExecutor: a worker died while it was, or might have been, at it.
        """
        executor = self._executor
        try:
            return await asyncio.wrap_future(executor.submit(function, *arguments, **named))
        except BrokenExecutor:
            if executor is self._executor:
                self._stack.close()
                self._open()
            raise

    def _open(self) -> None:
        self._stack = ExitStack()
        self._executor = self._stack.enter_context(self._makes())


class Workers:
    """A runner: the documents of one state of a project, run by a pool."""

    def __init__(self, pool: Pool, recipe: Recipe) -> None:
        self._pool, self._recipe = pool, recipe

    async def __call__(self, tasks: Sequence[Task], observe: Observe) -> list[DocumentChange]:
        """What became of each document, in the same order; those of which there is nothing to say are absent.

        Raises SourceAway.
        """
        size = max(1, min(LARGEST, len(tasks) // (self._pool.width * SHARES)))
        parts = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        asked = [asyncio.ensure_future(self._ask(part)) for part in parts]
        try:
            answered = [await each for each in asked]
        finally:
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        changes: list[DocumentChange] = []
        for part, answers in zip(parts, answered, strict=True):
            # Nothing else is being run any more: whoever ends a worker now is found out.
            for answer in answers if answers is not None else [await self._alone(task) for task in part]:
                for event in answer.events:
                    observe(event)
                if answer.change is not None:
                    changes.append(answer.change)
        return changes

    async def _ask(self, tasks: Sequence[Task]) -> list[Answer] | None:
        """What became of the tasks; None: a worker died meanwhile."""
        try:
            answers = await self._pool.call(work, self._recipe, [_job(task) for task in tasks])
        except BrokenExecutor:
            return None
        return [await _here(task) for task in tasks] if answers is None else answers

    async def _alone(self, task: Task) -> Answer:
        """What became of a document of which it is not known whether it ends its worker: twice, and it does."""
        for _ in range(2):
            if (answers := await self._ask([task])) is not None:
                return answers[0]
        deadly = msgspec.structs.replace(task.feed, handlers=_Deadly(task.feed.handlers.fingerprint))
        return await _here(msgspec.structs.replace(task, feed=deadly))


class _Deadly:
    """In place of handlers that end the process that runs them for one document."""

    def __init__(self, fingerprint: bytes) -> None:
        self.fingerprint = fingerprint
        self.parts: Parts = {}

    async def run(self, document: Document, observe: Observe, reads: Reads) -> tuple[Contribution, ...]:
        raise HandlerProblem(
            "a handler ended the worker process that ran it for this document, and again when it was run alone",
            at=Location(document.path),
            mend="look for a library that crashes, a call of os._exit, or more memory than there is; "
            "then save the document or the handler",
        )


async def _here(task: Task) -> Answer:
    """What becomes of a document in this process: its code may no longer be in the files that workers load."""
    events: list[Event] = []
    change = await run_document(task, events.append)
    return Answer(change, tuple(events))


def _job(task: Task) -> Job:
    return Job(task.key, task.known, task.stale)


def _attend(lifeline: Connection) -> None:
    """In a worker, before its first job: Ctrl-C is for who gives the jobs, and without them there is nothing to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)
