"""What is wrong with documents, as the store keeps it: the problems of failed documents, and conflicts over ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from docgraph.model.changes import DocumentChange, DocumentKey, Failed, Gone, Indexed
from docgraph.model.problem import (
    ConflictProblem,
    FormatProblem,
    HandlerProblem,
    Location,
    MappingProblem,
    Origin,
    Problem,
    SourceProblem,
    ValueProblem,
)
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.deployment import Deployment
from docgraph.store.documents import Remembered
from docgraph.store.layout import Layout
from docgraph.store.sql import render, sql, value

KINDS: Mapping[str, type[Problem]] = {each.kind: each for each in (MappingProblem, FormatProblem, SourceProblem)}

READ = """
select p.document, d.source, p.kind, p.path, p.line, p."column", p.what, p.mend,
  p.place_path, p.place_line, p.place_column, p.entity, p.handler
from {} as p join (select id, source, path from {} union all select id, source, path from {}) as d on d.id = p.document
where {}::integer[] is null or p.document = any({}::integer[])
order by d.source, d.path, p.ordinal"""

WRITE = """
insert into {} (document, ordinal, block, kind, path, line, "column", what, mend,
  place_path, place_line, place_column, entity, handler)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"""

CLEAR = "delete from {} where document = any({}::integer[])"

CONFLICTS = """
select p.document, p.entity, p.id, d.source, p.path, p.message, p.mend
from {} as p join {} as d on d.id = p.document
where p.kind = 'conflict' and ({}::integer[] is null or p.document = any({}::integer[]))
order by d.source, p.path, p.entity, p.id"""


async def replace_problems(
    connection: Connection,
    deployment: Deployment,
    block: int,
    changes: Iterable[DocumentChange],
    numbers: Mapping[DocumentKey, int],
    before: Mapping[DocumentKey, Remembered],
) -> tuple[list[Problem], bool]:
    """Let these documents have the problems that they have now. Returns the new ones, and whether any came or went."""
    layout = deployment.layout
    now = {numbers[each.key]: each.problems for each in changes if isinstance(each, Failed)}
    if not now and not before:
        return [], False
    settled = [each for each in changes if isinstance(each, Indexed | Gone | Failed)]
    failed = [before[each.key].id for each in settled if each.key in before and before[each.key].failed]
    if not now and not failed:
        return [], False
    had: dict[int, list[Problem]] = {}
    for number, _, problem in await _read(connection, layout, failed):
        had.setdefault(number, []).append(problem)
    moved = [
        number
        for number in dict.fromkeys((*now, *failed))
        if _all_columns(had.get(number, ())) != _all_columns(now.get(number, ()))
    ]
    await run(connection, sql(CLEAR, layout.problem, value(moved)))
    await write_problems(connection, layout, block, {number: now.get(number, ()) for number in moved})
    told = {number: _texts(had.get(number, ())) for number in moved}
    return [each for number in moved for each in now.get(number, ()) if str(each) not in told[number]], bool(moved)


async def write_problems(
    connection: Connection, layout: Layout, block: int, problems: Mapping[int, Sequence[Problem]]
) -> None:
    """Write the problems of documents that have none written, by the documents' numbers."""
    statement, _ = render(sql(WRITE, layout.problem))
    records = [
        (number, ordinal, block, *_columns(problem))
        for number, each in problems.items()
        for ordinal, problem in enumerate(each)
    ]
    await connection.executemany(statement, records)


async def read_problems(connection: Connection, layout: Layout) -> list[tuple[int, Problem]]:
    """Every problem of a present document with the ordinal of its source, in the order of positions."""
    return [(source, problem) for _, source, problem in await _read(connection, layout, None)]


async def read_halting(connection: Connection, layout: Layout) -> list[Problem]:
    """The problems of the documents that hold the next block back."""
    return [problem for number, _, problem in await _read(connection, layout, None) if number < 0]


class Conflict(msgspec.Struct, frozen=True):
    """A document's save of an entity that is not served, because another document's is."""

    document: int  # the loser
    type: str  # entity name
    id: str  # as `$claim` writes it
    source: int  # ordinal of the losing document's source
    problem: ConflictProblem


async def read_conflicts(
    connection: Connection, layout: Layout, documents: Sequence[int] | None = None
) -> list[Conflict]:
    """Every conflict, in the order of the losers' positions; of all documents, or of some losers."""
    losers = value(documents)
    found = await fetch(connection, sql(CONFLICTS, layout.problems, layout.document, losers, losers))
    return [
        Conflict(document, type_name, text, source, ConflictProblem(what, at=Location(path), mend=mend, source=source))
        for document, type_name, text, source, path, what, mend in found
    ]


async def _read(
    connection: Connection, layout: Layout, documents: Sequence[int] | None
) -> list[tuple[int, int, Problem]]:
    wanted = value(documents)
    rows = await fetch(connection, sql(READ, layout.problem, layout.document, layout.halted, wanted, wanted))
    return [(document, source, _problem(*columns)) for document, source, *columns in rows]


def _problem(
    kind: str,
    path: str,
    line: int | None,
    column: int | None,
    what: str,
    mend: str,
    place_path: str | None,
    place_line: int | None,
    place_column: int | None,
    entity: str | None,
    handler: str | None,
) -> Problem:
    at, origin = Location(path, line, column), Origin(handler, entity)
    if kind == HandlerProblem.kind:
        place = None if place_path is None else Location(place_path, place_line, place_column)
        return HandlerProblem(what, at=at, mend=mend, document=place, origin=origin)
    if kind == ValueProblem.kind:
        return ValueProblem(what, at=at, mend=mend, origin=origin)
    return KINDS.get(kind, Problem)(what, at=at, mend=mend)


def _all_columns(problems: Iterable[Problem]) -> list[tuple[object, ...]]:
    return [_columns(problem) for problem in problems]


def _columns(problem: Problem) -> tuple[object, ...]:
    """What the table keeps of a problem, in the order of `WRITE`."""
    at = problem.at
    place = problem.document if isinstance(problem, HandlerProblem) else None
    origin = problem.origin if isinstance(problem, HandlerProblem | ValueProblem) else Origin()
    return (
        problem.kind,
        storable(at.path),
        at.line,
        at.column,
        storable(problem.what),
        storable(problem.mend),
        storable(place.path) if place else None,
        place.line if place else None,
        place.column if place else None,
        origin.entity,
        origin.handler,
    )


def storable(text: str) -> str:
    """The text, with what Postgres cannot hold (NUL, halves of surrogate pairs) written as escapes."""
    return text.replace("\0", "\\x00").encode(errors="backslashreplace").decode()


def _texts(problems: Iterable[Problem]) -> list[str]:
    return [storable(str(problem)) for problem in problems]
