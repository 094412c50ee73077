"""SIGTERM as Ctrl-C: whatever is open is closed, the private Postgres is stopped."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def until_terminated(work: Coroutine[Any, Any, T]) -> T:
    """Do the work. Raises CancelledError: SIGTERM came, and the work has ended in good order."""
    task = asyncio.current_task()
    assert task is not None

    def end() -> None:
        # Once: a supervisor that signals a whole group reaches us twice through make, and must not cut that short.
        if not task.cancelling():
            task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    return await work
