"""An event loop in a thread of its own, in which a test run's indexes do their work.

Connections belong to the loop that opened them, and each test may have another one.
From here they serve all tests, whatever runs these.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from docgraph.store.postgres import private_postgres

T = TypeVar("T")


class Workroom:
    """Where coroutines of other threads are run, and resources held."""

    def __init__(self, loop: asyncio.AbstractEventLoop, held: ExitStack) -> None:
        self._loop, self._held = loop, held
        self._databases: dict[Path, str] = {}

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns or raises; cancelled, it is cancelled as well."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    @contextmanager
    def held(self, opening: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """The resource, opened and closed by one task of the room. Blocks the caller meanwhile."""
        opened: concurrent.futures.Future[T] = concurrent.futures.Future()
        leave = asyncio.Event()

        async def hold() -> None:
            async with opening as resource:
                opened.set_result(resource)
                await leave.wait()

        holding = asyncio.run_coroutine_threadsafe(hold(), self._loop)
        either: tuple[concurrent.futures.Future[Any], ...] = (opened, holding)
        concurrent.futures.wait(either, return_when=concurrent.futures.FIRST_COMPLETED)
        if not opened.done():
            holding.result()
        try:
            yield opened.result()
        finally:
            self._loop.call_soon_threadsafe(leave.set)
            holding.result()

    def private_database(self, data: Path) -> str:
        """The dsn of the private Postgres in the folder `data`, which runs as long as the room is there.

        What is in it need not outlive the machine. Raises Unavailable: it cannot be started.
        """
        if data not in self._databases:
            dsn = self._held.enter_context(self.held(private_postgres(data)))
            self._databases[data] = f"{dsn}&synchronous_commit=off"
        return self._databases[data]


@contextmanager
def workroom() -> Iterator[Workroom]:
    """A room that is there until the `with` ends; what it still holds is closed."""
    ready: concurrent.futures.Future[asyncio.AbstractEventLoop] = concurrent.futures.Future()
    end = asyncio.Event()

    async def live() -> None:
        ready.set_result(asyncio.get_running_loop())
        await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(live()), name="docgraph.testing", daemon=True)
    thread.start()
    loop = ready.result()
    try:
        with ExitStack() as held:
            yield Workroom(loop, held)
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
