"""Subscriptions: a question answered now, and again after each block that changes the answer.

Whoever asks the same shares one evaluation. At most one more is due at any moment, however
many blocks come; a slow subscriber finds the latest answer, not a queue of them. Knows
nothing of transports.

Source: spec/subgraph-api.md, "every query field is also a subscription".
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from docgraph.api.errors import Code, NothingServed, Rejected, error, formatted
from docgraph.api.execute import Answer, Connections, Engine
from docgraph.api.limits import USUAL
from docgraph.store.connection import delays

logger = logging.getLogger(__name__)

AT_ONCE = 4  # evaluations, so that a block leaves connections to those who ask something else

Key = tuple[str, str | None, str]
Evaluate = Callable[[], Awaitable[Answer]]


class Question(msgspec.Struct, frozen=True):
    """One request."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None

    def key(self) -> Key:
        """Equal for equal questions. Raises Rejected: the variables nest too deeply."""
        try:
            return self.query, self.operation_name, json.dumps(self.variables or {}, sort_keys=True)
        except RecursionError as deep:
            raise Rejected([error("The variables are nested too deeply.", Code.TOO_COMPLEX)]) from deep


class Closed(Exception):
    """The process ends: there will be no more answers, and asking again may lead to another process."""


class Subscriptions:
    """All subscriptions of a process."""

    def __init__(self, engine: Callable[[], Engine], connections: Connections, most: int = USUAL.subscriptions) -> None:
        """`engine` gives the deployment that is served at the moment, or raises NothingServed; `most`: subscriptions
        at the same time.
        """
        self._engine = engine
        self._connections = connections
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._most = most
        self._count = 0
        self._shared: dict[Key, _Shared] = {}
        self._closed = False

    def changed(self) -> None:
        """A block was committed, or another deployment is served, or something may have been missed."""
        for each in self._shared.values():
            each.due.set()

    def close(self) -> None:
        """End all subscriptions, and those to come."""
        self._closed = True
        for each in self._shared.values():
            each.close()

    def subscribes(self, question: Question) -> bool:
        """Whether the question is a subscription, and not to be answered once. Raises NothingServed."""
        return self._engine().subscribes(question.query, question.operation_name)

    async def answers(self, question: Question) -> AsyncGenerator[Answer]:
        """One answer to a query, and to a subscription all that follow. A status that is not 200 is the last one.

        Raises Closed.
        """
        try:
            if not self.subscribes(question):
                yield await _answered(self._engine(), self._connections, question)
                return
            with self._joined(question) as subscription:
                async for answer in subscription:
                    yield answer
        except Rejected as rejected:
            yield Answer(msgspec.json.encode({"errors": [formatted(each) for each in rejected.errors]}), 400)
        except NothingServed as nothing:
            yield _not_ready(nothing)

    @contextmanager
    def _joined(self, question: Question) -> Iterator[AsyncIterator[Answer]]:
        if self._closed:
            raise Closed
        if self._count >= self._most:
            full = f"This server holds at most {self._most} subscriptions at a time. Try again later."
            raise Rejected([error(full, Code.TOO_MANY)])
        key = question.key()
        shared = self._shared.get(key)
        if shared is None or shared.over:
            shared = self._shared[key] = _Shared(lambda: self._evaluate(question))
        self._count += 1
        shared.subscribers += 1
        try:
            yield _following(shared)
        finally:
            self._count -= 1
            shared.subscribers -= 1
            if not shared.subscribers:
                shared.close()
                if self._shared.get(key) is shared:
                    del self._shared[key]

    async def _evaluate(self, question: Question) -> Answer:
        async with self._turns:
            try:
                return await _answered(self._engine().without_patience(), self._connections, question)
            except NothingServed as nothing:
                return _not_ready(nothing)


class _Shared:
    """A question that is kept answered for everybody who asks it."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.due = asyncio.Event()  # something may have changed since the last evaluation began
        self.begun = 0  # evaluations
        self.answered = 0  # the evaluation that the answer is of; 0: none yet
        self.answer: Answer | None = None
        self.news = asyncio.Event()  # replaced by the next one when it is set
        self.over = False
        self.subscribers = 0
        self._task = asyncio.create_task(self._keep_answered(evaluate))

    def close(self) -> None:
        self.over = True
        self._task.cancel()
        self._tell()

    async def _keep_answered(self, evaluate: Evaluate) -> None:
        waits = delays()
        while not self.over:
            self.due.clear()
            self.begun += 1
            evaluation = self.begun
            answer = await evaluate()
            if not answer.early:
                self.answer, self.answered = answer, evaluation
                self._tell()
            if 400 <= answer.status < 500:
                self.over = True
                return
            if answer.status < 500:
                waits = delays()
                await self.due.wait()
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(next(waits)):
                        await self.due.wait()

    def _tell(self) -> None:
        self.news.set()
        self.news = asyncio.Event()


async def _following(shared: _Shared) -> AsyncIterator[Answer]:
    """The answers of evaluations that begin from now on, each that differs from the one before.

    A failure of the world ends only a subscription that has not been answered yet; later it is waited out.

    Raises Closed.
    """
    wanted = shared.begun + 1
    shared.due.set()
    sent: bytes | None = None
    while True:
        news, answer = shared.news, shared.answer
        if answer is not None and 400 <= answer.status < 500:
            yield answer
            return
        if answer is not None and shared.answered >= wanted and answer.body != sent:
            if answer.status == 200:
                sent = answer.body
                yield answer
                continue
            if sent is None:
                yield answer
                return
        if shared.over:
            raise Closed
        await news.wait()


def _not_ready(nothing: NothingServed) -> Answer:
    return Answer(msgspec.json.encode({"errors": [formatted(error(str(nothing), Code.NOT_READY))]}), 503)


async def _answered(engine: Engine, connections: Connections, question: Question) -> Answer:
    try:
        return await engine.execute(connections, question.query, question.variables, question.operation_name)
    except Exception:
        # What ends here is one question of many on a connection. Told as the server tells any fault of ours.
        logger.exception("a question could not be answered")
        fault = error("Internal error: the request could not be answered.", Code.INTERNAL)
        return Answer(msgspec.json.encode({"data": None, "errors": [formatted(fault)]}), 500)
