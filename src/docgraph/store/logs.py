"""The log of a deployment: what handlers logged, and what was wrong with documents, as lines of a block.

It tells what happened, so it depends on the order of events: a rebuild has another
one. Only the newest lines are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from docgraph.model.changes import LogLine
from docgraph.model.problem import HandlerProblem, Problem, ValueProblem
from docgraph.store.connection import Connection, run
from docgraph.store.documents import COPY_FROM
from docgraph.store.layout import Layout
from docgraph.store.problems import storable
from docgraph.store.sql import integer, render, sql

KEPT = 10_000  # lines
COLUMNS = ("block", "level", "text", "keys", "values", "module", "line", "column")
WRITE = """
insert into {} (block, level, text, keys, "values", module, line, "column")
values ($1, $2, $3, $4, $5, $6, $7, $8)"""
PRUNE = "delete from {} where id <= (select id from {} order by id desc offset {} limit 1)"


async def write_log(connection: Connection, layout: Layout, block: int, lines: Sequence[LogLine]) -> None:
    """Add lines, oldest first."""
    records = [_record(block, line) for line in lines[-KEPT:]]
    if len(records) > COPY_FROM:
        await connection.copy_records_to_table("$log", schema_name=layout.namespace, columns=COLUMNS, records=records)
    elif records:
        await connection.executemany(render(sql(WRITE, layout.log))[0], records)


async def prune_log(connection: Connection, layout: Layout) -> None:
    """Forget all but the newest lines."""
    await run(connection, sql(PRUNE, layout.log, layout.log, integer(KEPT)))


def line_of(problem: Problem) -> LogLine:
    """A problem as a line, at the author's code where that is known, else in the document."""
    match problem:
        case HandlerProblem(at=at, document=place):
            place = place or at
        case ValueProblem(at=place, code=code):
            at = code or place
        case _:
            at = place = problem.at
    arguments = (("kind", problem.kind), ("document", str(place)), ("mend", problem.mend))
    return LogLine("error", problem.what, arguments, at)


def _record(block: int, line: LogLine) -> tuple[object, ...]:
    keys, values = [key for key, _ in line.arguments], [storable(value) for _, value in line.arguments]
    at = line.at
    place = storable(at.path), at.line or 0, at.column or 0
    return block, line.level.upper(), storable(line.text), keys, values, *place
