"""Work for clients that may leave: it ends when its client does.

Nearly all answers are there before a look at the client would cost less than they do,
so nobody looks at one that has not waited for about a tenth of a second; and one timer
serves all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Outcome = TypeVar("Outcome")

LOOK_EVERY = 0.1  # seconds


class Clients:
    """The clients that wait for something, in one event loop."""

    def __init__(self) -> None:
        self._waiting: set[_Client] = set()
        self._older: set[_Client] = set()  # that have waited at the last look
        self._looks = False

    async def while_wanted(self, receive: Receive, work: Awaitable[Outcome]) -> Outcome:
        """The outcome of the work, which is cancelled when the client leaves; its request has been read before.

        Raises ClientDisconnect: the client left before the outcome was there.
        """
        working = asyncio.current_task()
        if working is None:
            raise RuntimeError("work is done by a task")
        client = _Client(working, receive)
        self._waiting.add(client)
        if not self._looks:
            self._looks = True
            asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)
        try:
            return await work
        except asyncio.CancelledError:
            if client.left and working.uncancel() == 0:
                raise ClientDisconnect from None
            raise
        finally:
            self._waiting.discard(client)
            if client.watch is not None:
                client.watch.cancel()

    def _look(self) -> None:
        for client in self._waiting & self._older:
            if client.watch is None:
                client.watch = asyncio.create_task(client.until_left())
        self._older = set(self._waiting)
        self._looks = bool(self._waiting)
        if self._looks:
            asyncio.get_running_loop().call_later(LOOK_EVERY, self._look)


class _Client:
    __slots__ = ("_receive", "_working", "left", "watch")

    def __init__(self, working: asyncio.Task[object], receive: Receive) -> None:
        self._working, self._receive = working, receive
        self.left = False
        self.watch: asyncio.Task[None] | None = None

    async def until_left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        self._working.cancel()
