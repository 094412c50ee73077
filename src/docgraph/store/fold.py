"""Shared entities from what documents say about them, as SQL.

The row of a shared entity is a pure function of its live contributions in the order of
their positions: documents by source and path, within a document as it was said; a
removal takes away all before it. One statement says this for each type, for the first
load as for the smallest change, so both give the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import msgspec

from docgraph.model.changes import DocumentKey, Id, Row
from docgraph.model.merging import Unfit, finished
from docgraph.model.schema import EntityType, Field, Merge, Scalar
from docgraph.store.connection import Connection, fetch
from docgraph.store.deployment import Deployment
from docgraph.store.layout import ASSIGNED, DOCUMENT, LINE, SEQ, Table
from docgraph.store.sql import EMPTY, Sql, integer, join, name, sql, value

# What is live: numbered in the order of positions, nothing of it before a removal.
LIVE = """
with said$ as (
  select s.*, d.source as source$, d.path as path$,
    row_number() over (partition by s.id order by d.source, d.path, s.{}) as at$
  from {} as s join {} as d on d.id = s.{}
  where {}
), live$ as (
  select * from (
    select s.*, max(at$) filter (where {} is null) over (partition by id) as cut$ from said$ as s
  ) as s
  where cut$ is null or at$ > cut$
)"""

FOLD = """{}, folded$ as (
  select id, {},
    (array_agg({} order by at$))[1] as document$, (array_agg({} order by at$))[1] as line$,
    (array_agg(source$ order by at$))[1] as source$, (array_agg(path$ order by at$))[1] as path$
  from live$ group by id
){}
select f.id, f.document$, f.line$, f.source$, f.path$, {} from folded$ as f{}"""

# Of a list one contribution's whole value, or the elements of all.
PICKED = """, {} as (
  select distinct on (id) id, {} as v from live$ where {} order by id, at$ {}
)"""
UNITED = """, {} as (
  select id, array_agg(distinct e order by e) as v from live$, unnest({}) as u (e) group by id
)"""
COLLECTED = """, {} as (
  select id, array_agg(e order by at$, o) as v from live$, unnest({}) with ordinality as u (e, o) group by id
)"""

DIFFERENT = """{}
select distinct on (id) id, document$, line$, first$ from (
  select id, at$, {} as document$, {} as line$, {} as v, first_value({}) over w as v1, first_value({}) over w as first$
  from live$ where {} window w as (partition by id order by at$)
) as l
where v is distinct from v1
order by id, at$"""

PATHS = "select id, source, path from {} where id = any({}::integer[])"

ASSIGNS = """{}
select distinct l.id, a from live$ as l, unnest(l.{}) as u (a) where a = any({}::smallint[])"""


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong with a shared entity that is made of sound contributions."""

    what: str
    mend: str
    document: int  # at whose path it is told
    line: int | None  # of the record in it


class Folded(msgspec.Struct, frozen=True):
    """A shared entity as its live contributions make it."""

    id: Id
    row: Row | None  # None: it lacks a value that it must have, and cannot be served
    document: int  # the first that speaks of it
    line: int | None
    position: DocumentKey  # of that document
    flaws: tuple[Flaw, ...]
    values: Row  # as far as they are there, where the row is None
    merged: Row  # the same before they were finished

    def with_flaw(self, flaw: Flaw) -> Folded:
        return msgspec.structs.replace(self, flaws=(*self.flaws, flaw))

    def without_row(self, what: str, mend: str) -> Folded:
        """The same, not to be served."""
        return msgspec.structs.replace(self.with_flaw(Flaw(what, mend, self.document, self.line)), row=None)


async def read_folded(
    connection: Connection, deployment: Deployment, type_name: str, ids: Sequence[Id], below: DocumentKey | None = None
) -> dict[Id, Folded]:
    """The shared entities with these ids, as far as they have live contributions, at positions `below` if given."""
    table = deployment.layout.tables[type_name]
    live = _live(deployment, table, ids, below)
    found = {}
    for identifier, document, line, source, path, *values in await fetch(connection, _fold(deployment, table, live)):
        row, whole, flaws = _row(table.entity, values, document, line)
        position = DocumentKey(source, path)
        found[identifier] = Folded(
            identifier, row if whole else None, document, line, position, flaws, row, tuple(values)
        )
    return found


async def read_assigned(
    connection: Connection,
    deployment: Deployment,
    type_name: str,
    ids: Sequence[Id],
    below: DocumentKey,
    places: Sequence[int],
) -> set[tuple[Id, int]]:
    """Which of the fields at these places a live contribution at a position `below` speaks of, for each entity."""
    table = deployment.layout.tables[type_name]
    live = _live(deployment, table, ids, below)
    return {
        (identifier, place)
        for identifier, place in await fetch(connection, sql(ASSIGNS, live, name(ASSIGNED), value(list(places))))
    }


async def read_differences(
    connection: Connection, deployment: Deployment, type_name: str, ids: Sequence[Id]
) -> list[tuple[Id, Flaw]]:
    """Of the fields on which all documents should agree (UNIQUE): the first one that does not, for each entity."""
    table = deployment.layout.tables[type_name]
    live = _live(deployment, table, ids, None)
    return [
        each
        for at, field in enumerate(table.entity.stored_fields)
        if field.merge is Merge.UNIQUE and field.name != "id"
        for each in await _different(connection, deployment, table, live, at)
    ]


def _live(deployment: Deployment, table: Table, ids: Sequence[Id], below: DocumentKey | None) -> Sql:
    which = sql("s.id = any({}::{})", value(list(ids)), deployment.id_array(table.entity.name))
    if below is not None:
        which = sql(
            "{} and (d.source, d.path) < ({}::smallint, {}::text)", which, value(below.source), value(below.path)
        )
    return sql(
        LIVE,
        *(name(SEQ), table.said, deployment.layout.document, name(DOCUMENT), which),
        name(ASSIGNED),
    )


def _fold(deployment: Deployment, table: Table, live: Sql) -> Sql:
    merged = [_merged(deployment, table, at, field) for at, field in enumerate(table.entity.stored_fields)]
    grouped = join(",\n    ", (sql("{} as {}", each.grouped, each.place) for each in merged))
    beside = join("", (each.beside for each in merged))
    shown = join(", ", (each.shown for each in merged))
    joined = join("", (sql("\nleft join {} using (id)", each.place) for each in merged if each.beside))
    document, line = name(DOCUMENT), name(LINE)
    return sql(FOLD, live, grouped, document, line, beside, shown, joined)


class _Merged(msgspec.Struct, frozen=True):
    """One field in the statement."""

    place: Sql  # a name for it
    grouped: Sql  # what is known of it when contributions are grouped
    shown: Sql  # the value, from that
    beside: Sql = EMPTY  # a table expression for what cannot be said while grouping


def _merged(deployment: Deployment, table: Table, at: int, field: Field) -> _Merged:
    place, column = name(f"{at}$"), table.column(field)
    if field.name == "id":
        return _Merged(place, sql("id"), sql("f.id"))
    said = sql("{} = any({})", integer(at), name(ASSIGNED))
    shown, base = sql("f.{}", place), deployment.layout.schema.stored_scalar(field)
    match field.merge:
        case Merge.LAST | Merge.FIRST | Merge.UNIQUE:
            order = sql("desc") if field.merge is Merge.LAST else EMPTY
            if field.is_list:
                beside = sql(PICKED, place, column, said, order)
                return _Merged(place, sql("null"), sql("{}.v", place), beside)
            first = sql("(array_agg({} order by at$ {}) filter (where {}))[1]", column, order, said)
            return _Merged(place, first, shown)
        case Merge.SUM:
            # Exact, and so the same in any order: the text of a float is the number that it stands for.
            number = sql("{}::text::numeric", column) if base is Scalar.FLOAT else column
            return _Merged(place, sql("sum({})", number), shown)
        case Merge.COUNT:
            return _Merged(place, sql("count({})", column), shown)
        case Merge.MIN | Merge.MAX:
            return _Merged(place, sql("{}({})", name(field.merge.value.lower()), column), shown)
        case Merge.AND | Merge.OR:
            return _Merged(place, sql("{}({})", name(f"bool_{field.merge.value.lower()}"), column), shown)
        case Merge.UNION | Merge.COLLECT:
            template = UNITED if field.merge is Merge.UNION else COLLECTED
            elements = sql(template, place, column)
            # A list that nobody has put anything into is empty where somebody has said so, and else not there.
            empty = sql("case when f.{} then '{{}}'::{} end", place, deployment.layout.postgres_type(field))
            shown = sql("coalesce({}.v, {})", place, empty)
            return _Merged(place, sql("count({}) > 0", column), shown, elements)
        case _:
            assert_never(field.merge)


def _row(
    entity: EntityType, values: Sequence[object], document: int, line: int | None
) -> tuple[Row, bool, tuple[Flaw, ...]]:
    """The values, whether all are there that must be, and what is wrong."""
    row: list[object] = []
    flaws: list[Flaw] = []
    for field, found in zip(entity.stored_fields, values, strict=True):
        try:
            row.append(finished(field, found))
        except Unfit as unfit:
            row.append(None)
            flaws.append(Flaw(unfit.what, unfit.mend, document, line))
    lacking = [
        field for field, found in zip(entity.stored_fields, row, strict=True) if field.required and found is None
    ]
    if not flaws:
        flaws += [Flaw(*_lacking(field), document, line) for field in lacking]
    return tuple(row), not lacking, tuple(flaws)


def _lacking(field: Field) -> tuple[str, str]:
    what = f"has no value for the non-null field `{field.name}`: no document that speaks of it gives one"
    return what, f"give `{field.name}` a value in one of them, or take the ! off in the schema"


async def _different(
    connection: Connection, deployment: Deployment, table: Table, live: Sql, at: int
) -> list[tuple[Id, Flaw]]:
    field = table.entity.stored_fields[at]
    document, column = name(DOCUMENT), table.column(field)
    said = sql("{} = any({})", integer(at), name(ASSIGNED))
    rows = await fetch(connection, sql(DIFFERENT, live, document, name(LINE), column, column, document, said))
    named = await _paths(connection, deployment, [first for _, _, _, first in rows])
    mend = "let the documents agree, or choose another fn for @merge"
    return [
        (
            identifier,
            Flaw(f"gets another value for `{field.name}` than from {named[first]}, which is served", mend, *told),
        )
        for identifier, *told, first in rows
    ]


async def _paths(connection: Connection, deployment: Deployment, documents: Sequence[int]) -> dict[int, str]:
    """What documents are called, for people."""
    if not documents:
        return {}
    statement = sql(PATHS, deployment.layout.document, value(list(documents)))
    return {
        number: f"{path} (of {deployment.sources[source]})"
        for number, source, path in await fetch(connection, statement)
    }
