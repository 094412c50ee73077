"""Compare two deployments of one schema: every table that says what the documents say, in SQL, both ways.

Numbers of blocks and of documents differ between any two, so a document is told by its
source and path, and blocks are left out. All values are compared as Postgres writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from docgraph.model.schema import Scalar
from docgraph.store.blocks import count_documents
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.deployment import Deployment
from docgraph.store.layout import ASSIGNED, DOCUMENT, HASH, LINE, SEQ, Layout, Table, fit
from docgraph.store.sql import Sql, join, name, sql, text_literal, value

SHOWN = 20  # differences told of each table

MOVED = """
select coalesce(one.source, other.source), coalesce(one.path, other.path), count(*) over ()::integer
from {} as one full join {} as other using (source, path)
where one.hash is distinct from other.hash or one.code is distinct from other.code
order by 1, 2 limit 1"""

# A file that documents read, of another content now.
MOVED_FILES = """
select b.source, b.path, count(*) over ()::integer
from {} as b join {} as d on d.id = b.document
join {} as e on (e.source, e.path) = (d.source, d.path)
join {} as c on c.document = e.id and (c.source, c.path) = (b.source, b.path)
where c.hash <> b.hash
group by b.source, b.path order by 1, 2 limit 1"""

FAILED = """
create temp table "$failed" on commit drop as
select source, path from {} where failed union select source, path from {} where failed"""
COUNT_FAILED = 'select count(*)::integer from "$failed"'
LEFT_OUT = """
create temp table "$left_out" (space text collate "C", id text collate "C", primary key (space, id)) on commit drop"""
LEAVE_OUT = 'insert into "$left_out" {} on conflict do nothing'
FED = """
select {}::text, {} from {} as t join {} as d on d.id = t.{}
  join "$failed" as f on (f.source, f.path) = (d.source, d.path)"""
CLAIMED = 'select c.space, c.id from {} as c join {} as d on d.id = c.document join "$failed" using (source, path)'

MISLED = """
insert into "$failed"
select d.source, d.path from {} as r join {} as d on d.id = r.document
where (r.type = {} and exists (select from "$left_out" as o where o.space = {} and o.id = r.id))
  or (r.type like '%.%' and split_part(r.type, '.', 1) = {}
    and exists (select from "$left_out" as o where o.space = {}))
except select source, path from "$failed"
returning 1"""

DIFFERENCES = """
with one (key, document, said) as ({}), other (key, document, said) as ({}),
differing as (
  select false as rebuilt, lost.* from (select * from one except all select * from other) as lost
  union all
  select true, found.* from (select * from other except all select * from one) as found
),
keys as (select distinct key from differing order by key limit {}::integer)
select rebuilt, key, document, said, (select count(distinct key)::integer from differing)
from differing where key in (select key from keys) order by key, rebuilt"""

ROWS = """
select {}, d.source || ' ' || d.path, array[{}]::text[]
from {} as t left join {} as d on d.id = t.{}
where not exists (select from "$left_out" as o where o.space = {} and o.id = {})"""
DOCUMENTS = """
select d.source || ' ' || d.path, d.source || ' ' || d.path, array[
  encode(d.hash, 'hex'), encode(d.code, 'hex'), d.failed::text,
  case when not exists (select from "$failed" as f where (f.source, f.path) = (d.source, d.path)) then d.types::text end
] from {} as d"""
CLAIMS = """
select c.type || '[' || c.id || '] ' || c.space || ' ' || d.source || ' ' || d.path || ' ' || c.seq,
  d.source || ' ' || d.path,
  array[encode(c.hash, 'hex'), encode(c.row, 'hex'), winner.source || ' ' || winner.path, c.line::text]
from {} as c join {} as d on d.id = c.document left join {} as winner on winner.id = c.against
where not exists (select from "$left_out" as o where o.space = c.space and o.id = c.id)"""
SAID = """
select t.id::text || ' ' || d.source || ' ' || d.path || ' ' || t.{}, d.source || ' ' || d.path, array[{}]::text[]
from {} as t join {} as d on d.id = t.{}
where not exists (select from "$left_out" as o where o.space = {} and o.id = {})"""
FLAWS = """
select f.type || '[' || f.id || '] ' || f.ordinal, d.source || ' ' || d.path, array[f.what, f.mend, f.line::text]
from {} as f join {} as d on d.id = f.document
where not exists (select from "$left_out" as o where o.id = f.id)"""
PROBLEMS = """
select d.source || ' ' || d.path || ' ' || p.ordinal, d.source || ' ' || d.path,
  array[p.kind, p.path, p.line::text, p."column"::text, p.what, p.mend, p.place_path, p.place_line::text,
    p.place_column::text, p.entity, p.handler]
from {} as p join {} as d on d.id = p.document"""

READS = """
select d.source || ' ' || d.path || ' ' || r.type || '[' || r.id || ']', d.source || ' ' || d.path,
  array[r.fields::text, encode(r.seen, 'hex')]
from {} as r join {} as d on d.id = r.document"""

BESIDE = """
select d.source || ' ' || d.path || ' ' || b.path, d.source || ' ' || d.path, array[encode(b.hash, 'hex')]
from {} as b join {} as d on d.id = b.document"""

OF_DOCUMENTS = ("content", "code", "failed", "types")
OF_CLAIMS = ("hash", "row", "against", "line")
OF_FLAWS = ("what", "mend", "line")
OF_READS = ("fields", "what was seen")
OF_FILES = ("content",)
OF_PROBLEMS = (
    *("kind", "path", "line", "column", "what", "mend", "place", "line of the place", "column of the place"),
    *("entity", "handler"),
)


class Difference(msgspec.Struct, frozen=True):
    """Something that one deployment says otherwise than the other."""

    kind: str  # name of the entity, or `document`, `claim`, `problem`
    key: str  # the entity's id, or what else tells one of the kind from the others
    field: str | None  # None: one of the two does not have it at all
    served: str | None  # as Postgres writes it; without a field: whether it is served
    rebuilt: str | None  # the same of the rebuild
    document: str  # which says so: ordinal of its source and path, of the served one where there are two


class Comparison(msgspec.Struct, frozen=True):
    """What two deployments differ in."""

    differences: tuple[Difference, ...]  # the first ones of each table
    total: int  # how many rows differ
    documents: int  # of the rebuild
    failed: int  # documents left out since they failed: what stays of them cannot be rebuilt


class _Compared(msgspec.Struct, frozen=True):
    """One table of both deployments, each as rows of key, document and what is said."""

    kind: str
    fields: tuple[str, ...]
    one: Sql
    other: Sql


class _Found(msgspec.Struct, frozen=True):
    """One row that only one of the two has."""

    document: str | None  # None: its document is unknown, which must not be
    said: list[str | None]


async def moved_documents(connection: Connection, served: Layout, rebuilt: Layout) -> tuple[int, str]:
    """How many documents, or else files that they read, the two know with another content or by other code, and the
    path of the first.
    """
    rows = await fetch(connection, sql(MOVED, served.document, rebuilt.document))
    if not rows:
        moved = sql(MOVED_FILES, served.beside, served.document, rebuilt.document, rebuilt.beside)
        rows = await fetch(connection, moved)
    return (rows[0][2], rows[0][1]) if rows else (0, "")


async def compare(connection: Connection, served: Deployment, rebuilt: Layout) -> Comparison:
    """All differences between two deployments of the same documents. Needs a repeatable-read transaction around it.

    Whatever a failed document has a say in is left out: what stays of it when `onError` keeps it was said by a content
    that is gone.
    """
    await run(connection, sql(FAILED, served.layout.document, rebuilt.document))
    await run(connection, sql(LEFT_OUT))
    ((failed,),) = await fetch(connection, sql(COUNT_FAILED))
    if failed:
        await _leave_out(connection, served, rebuilt)
    differences: list[Difference] = []
    total = 0
    for compared in _tables(served, rebuilt, figures=not failed):
        rows = await fetch(connection, sql(DIFFERENCES, compared.one, compared.other, value(SHOWN)))
        total += rows[0][4] if rows else 0
        differences += _differences(compared, rows)
    documents = await count_documents(connection, rebuilt)
    return Comparison(tuple(differences), total, documents, failed)


async def _leave_out(connection: Connection, served: Deployment, rebuilt: Layout) -> None:
    """Leave out what failed documents have a say in, then what those say that read it, and so on."""
    told = True
    while told:
        told = False
        for places in (served.layout, rebuilt):
            for each in _left_out(served, places):
                await run(connection, sql(LEAVE_OUT, each))
            for type_name, space in served.spaces.items():
                misled = sql(MISLED, places.read, places.document, *(2 * (value(type_name), value(space))))
                told = bool(await fetch(connection, misled)) or told


def _left_out(served: Deployment, places: Layout) -> Iterator[Sql]:
    """What failed documents have a say in, as queries for space and id."""
    for table in places.tables.values():
        space = text_literal(served.spaces[table.entity.name])
        tables = (table.current, table.said) if table.entity.shared else (table.current,)
        for each in tables:
            yield sql(FED, space, _id(served, table), each, places.document, name(DOCUMENT))
    yield sql(CLAIMED, places.claim, places.document)


def _tables(served: Deployment, rebuilt: Layout, *, figures: bool) -> Iterator[_Compared]:
    """`figures`: whether figures and reads are compared, in which what failed documents left may show."""
    one, other = served.layout, rebuilt
    for type_name, table in one.tables.items():
        fields = tuple(field.name for field in table.entity.stored_fields)
        computed = table.entity.computed_fields if figures else ()
        columns = (*table.columns, *(fit(field.column) for field in computed), LINE)
        rows = [_rows(served, places, places.tables[type_name], columns) for places in (one, other)]
        yield _Compared(type_name, (*fields, *(field.name for field in computed), "line", "hash"), *rows)
        if table.entity.shared:
            said = [_said(served, places, places.tables[type_name]) for places in (one, other)]
            yield _Compared(f"contribution to {type_name}", (*fields, "assigned", "line"), *said)
    flaws = [sql(FLAWS, places.flaw, places.document) for places in (one, other)]
    yield _Compared("conflict", OF_FLAWS, *flaws)
    documents = [sql(DOCUMENTS, places.document) for places in (one, other)]
    yield _Compared("document", OF_DOCUMENTS, *documents)
    claims = [sql(CLAIMS, places.claim, places.document, places.document) for places in (one, other)]
    yield _Compared("claim", OF_CLAIMS, *claims)
    problems = [sql(PROBLEMS, places.problem, places.document) for places in (one, other)]
    yield _Compared("problem", OF_PROBLEMS, *problems)
    if figures:
        reads = [sql(READS, places.read, places.document) for places in (one, other)]
        yield _Compared("read", OF_READS, *reads)
        files = [sql(BESIDE, places.beside, places.document) for places in (one, other)]
        yield _Compared("file", OF_FILES, *files)


def _said(served: Deployment, places: Layout, table: Table) -> Sql:
    key, space = _id(served, table), text_literal(served.spaces[table.entity.name])
    said = join(", ", (sql("t.{}::text", name(column)) for column in (*table.columns, ASSIGNED, LINE)))
    return sql(SAID, name(SEQ), said, table.said, places.document, name(DOCUMENT), space, key)


def _rows(served: Deployment, places: Layout, table: Table, columns: Sequence[str]) -> Sql:
    key, space = _id(served, table), text_literal(served.spaces[table.entity.name])
    said = [sql("t.{}::text", name(column)) for column in columns]
    said.append(sql("encode(t.{}, 'hex')", name(HASH)))
    return sql(ROWS, key, join(", ", said), table.current, places.document, name(DOCUMENT), space, key)


def _id(served: Deployment, table: Table) -> Sql:
    """The id as claims write it."""
    return sql("encode(t.id, 'hex')") if served.id_type(table.entity.name) is Scalar.BYTES else sql("t.id::text")


def _differences(compared: _Compared, rows: Sequence[Sequence[object]]) -> Iterator[Difference]:
    sides: dict[str, tuple[list[_Found], list[_Found]]] = {}
    for rebuilt, key, document, said, _ in rows:
        found = msgspec.convert((document, said), tuple[str | None, list[str | None]])
        sides.setdefault(str(key), ([], []))[bool(rebuilt)].append(_Found(*found))
    for key, (served, built) in sides.items():
        yield from _difference(compared, key, served[0] if served else None, built[0] if built else None)


def _difference(compared: _Compared, key: str, served: _Found | None, built: _Found | None) -> Iterator[Difference]:
    if served is None or built is None:
        there = served or built
        document = there.document if there else None
        one, other = ["there" if each else None for each in (served, built)]
        yield Difference(compared.kind, key, None, one, other, document or "")
        return
    document = served.document or built.document or ""
    said = [
        (field, had, has)
        for field, had, has in zip(compared.fields, served.said, built.said, strict=True)
        if had != has
    ]
    # These follow from the other fields; alone they differ only where bookkeeping is at fault.
    for field, had, has in [each for each in said if each[0] not in ("hash", "row")] or said:
        yield Difference(compared.kind, key, field, had, has, document)
    if served.document != built.document:
        yield Difference(compared.kind, key, "document", served.document, built.document, document)
