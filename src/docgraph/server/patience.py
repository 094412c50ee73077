"""Waiting out the world's faults, longer each time until something has worked."""

from __future__ import annotations

import asyncio

from docgraph.model.events import Observe, Retrying
from docgraph.model.problem import Unavailable
from docgraph.store.connection import delays


class Patience:
    """The growing delay of one loop that tries again and again."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._delays = delays()

    def worked(self) -> None:
        """Begin with the shortest delay the next time."""
        self._delays = delays()

    async def wait_out(self, fault: Unavailable) -> None:
        """Tell the fault and wait.

        Raises CancelledError: we were told to end, and the fault came while closing up.
        """
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from fault
        delay = next(self._delays)
        self._observe(Retrying(fault.what, delay))
        await asyncio.sleep(delay)
