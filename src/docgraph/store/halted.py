"""Documents that hold the next block back: their source says `onError: halt`, and they fail.

What they would have changed is not committed, so they may be unknown to `$document`.
Their problems stand in `$problem` nevertheless, under numbers of their own below zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from docgraph.model.changes import Failed
from docgraph.model.problem import Problem
from docgraph.store.connection import Connection, run
from docgraph.store.layout import Layout
from docgraph.store.problems import read_halting, storable, write_problems
from docgraph.store.sql import sql, value

CLEAR = "delete from {} where document < 0"
FORGET = "delete from {}"
WRITE = """
insert into {} (id, source, path)
select id, source, path from unnest({}::integer[], {}::smallint[], {}::text[]) as n (id, source, path)"""


class Halts(Exception):
    """A block cannot be committed: documents fail in it that may not be gone on without."""

    def __init__(self, failures: Sequence[Failed]) -> None:
        super().__init__(failures)
        self.failures = tuple(failures)  # in the order of positions


async def replace_halting(
    connection: Connection, layout: Layout, block: int, failures: Sequence[Failed]
) -> list[Problem]:
    """Let these documents be what holds the block after `block` back. Returns the problems that are new."""
    had = {storable(str(problem)) for problem in await read_halting(connection, layout)}
    await clear_halting(connection, layout)
    numbers = [-1 - at for at in range(len(failures))]
    sources, paths = value([each.key.source for each in failures]), value([each.key.path for each in failures])
    await run(connection, sql(WRITE, layout.halted, value(numbers), sources, paths))
    problems = {number: each.problems for number, each in zip(numbers, failures, strict=True)}
    await write_problems(connection, layout, block, problems)
    told = (problem for each in failures for problem in each.problems)
    return [problem for problem in told if storable(str(problem)) not in had]


async def clear_halting(connection: Connection, layout: Layout) -> None:
    """Nothing holds the next block back."""
    await run(connection, sql(CLEAR, layout.problem))
    await run(connection, sql(FORGET, layout.halted))
