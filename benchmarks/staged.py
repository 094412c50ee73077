"""docgraph as ever, which also says on its standard output when each block got through each stage.

    python benchmarks/staged.py dev --project …

One line of JSON for each block: stage → seconds of the machine's monotonic clock, which all processes share. The
product knows nothing of it: what is asked for the time are wrappers around its functions.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from docgraph.cli import main
from docgraph.indexer import run as running
from docgraph.indexer.indexer import Indexer
from docgraph.indexer.watch import Hints
from docgraph.store.block import BlockWriter

STAGES = ("heard", "taken", "run", "applied", "committed")
_times: dict[str, float] = {}


def note(stage: str) -> None:
    _times.setdefault(stage, time.monotonic())


def before(owner: Any, name: str, stage: str) -> None:
    """Note the stage when the function is first called."""
    wrapped: Callable[..., Any] = getattr(owner, name)

    def noting(*arguments: Any, **named: Any) -> Any:
        note(stage)
        return wrapped(*arguments, **named)

    setattr(owner, name, noting)


def after(owner: Any, name: str, stage: str) -> None:
    """Note the stage when the coroutine has ended."""
    wrapped: Callable[..., Any] = getattr(owner, name)

    async def noting(*arguments: Any, **named: Any) -> Any:
        found = await wrapped(*arguments, **named)
        note(stage)
        return found

    setattr(owner, name, noting)


async def tell_when_committed(self: BlockWriter, *ended: Any) -> None:
    await leave(self, *ended)
    note("committed")
    if self.committed is not None:
        print(json.dumps(_times), flush=True)
    _times.clear()


before(Hints, "add", "heard")
before(Indexer, "_follow", "taken")
after(running, "_handle", "run")
after(BlockWriter, "apply", "applied")
leave = BlockWriter.__aexit__
BlockWriter.__aexit__ = tell_when_committed  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
