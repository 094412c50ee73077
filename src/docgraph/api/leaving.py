"""Work for a client that may leave: it ends when the client does.

Nearly all answers are there before a look at the client would cost less than they do,
so nobody looks for the first few milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

Outcome = TypeVar("Outcome")

LOOK_AFTER = 0.01  # seconds


async def while_wanted(receive: Receive, work: Awaitable[Outcome]) -> Outcome:
    """The outcome of the work, which is cancelled when the client leaves; its request has been read before.

    Raises ClientDisconnect: the client left before the outcome was there.
    """
    working = asyncio.current_task()
    if working is None:
        raise RuntimeError("work is done by a task")
    watch = _Watch(working, receive)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.left and working.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels a task when the client leaves."""

    def __init__(self, working: asyncio.Task[object], receive: Receive) -> None:
        self.left = False
        self._working, self._receive = working, receive
        self._looking: asyncio.Task[None] | None = None
        self._begin = asyncio.get_running_loop().call_later(LOOK_AFTER, self._look)

    def _look(self) -> None:
        self._looking = asyncio.create_task(self._until_left())

    async def _until_left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        self._working.cancel()

    def end(self) -> None:
        """From now on nothing is cancelled."""
        self._begin.cancel()
        if self._looking is not None:
            self._looking.cancel()
