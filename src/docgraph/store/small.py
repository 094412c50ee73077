"""A small change in two statements: one that looks, one that writes all of it and commits.

Saving one document is what most blocks are made of, and most of its time would go into waiting for Postgres: for what
is remembered, what is served, each write, the block's row and the commit. Here this is put together for what is by far
the most frequent: a few documents that were sound and are, with entities of their own. Whatever else may be the case is
left to `apply.py`, which ends in the same rows and can do everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from docgraph.model.changes import DocumentChange, DocumentKey, Id, Indexed, Known, Save, Stat
from docgraph.store.apply import Outcome, Standing
from docgraph.store.connection import Connection, fetch
from docgraph.store.ddl import sequence
from docgraph.store.decide import Contribution, Current, Decision, Insert, Key, Saved, decide
from docgraph.store.deployment import Deployment, figured_fields
from docgraph.store.documents import Remembered, insert_document, update_documents
from docgraph.store.heard import contributions
from docgraph.store.layout import ASSIGNED, DOCUMENT, HASH, LINE, SEQ, SINCE, UNTIL
from docgraph.store.read import id_as_text, served_rows
from docgraph.store.reads import touched
from docgraph.store.rows import Unstorable
from docgraph.store.said import Said, said_by, take_back
from docgraph.store.sql import Sql, integer, join, name, sql, text_literal, value

DOCUMENTS, SAVES = 4, 16  # at most: more are written better by other statements, of which there would be many

# A document that is not known yet gets its number here; a number that comes to nothing is never used.
LOOK = """
with known as (
  select w.source, w.path, d.id as number, d.hash, d.code, d.failed, d.types,
    exists (select from {} as r where r.document = d.id)
    or exists (select from {} as b where b.document = d.id) as reads
  from unnest({}::smallint[], {}::text[]) as w (source, path) left join {} as d using (source, path)
)
select 'document', coalesce(number, nextval({}::regclass)::integer), source, path, hash, code, failed, types, reads,
  number is null, null::integer, null::text, null::integer, null::integer
from known{}"""
SERVED = """
union all
select 'row', s.document, coalesce(d.source, 0), coalesce(d.path, ''), s.hash, null, null, null, null,
  null, s.type, s.id, s.line, null
from ({}) as s (type, id, document, hash, line) left join {} as d on d.id = s.document"""
OF_KNOWN = "{} = any(array(select number from known))"
OF_IDS = "id = any({}::{})"
SAID = """
union all
select 'said', {}, null, null, {}, null, null, null, null,
  null, {}, {}, {}, {}
from {} where {}"""
# Rows from which the same figures follow as from those that are to take their place.
STILL = """
union all
select 'still', null, null, null, null, null, null, null, null,
  null, {}, {}, null, null
from {} as t join (values {}) as n ({}) on t.id = n.id$ where row({}) is not distinct from row({})"""

# A version that this very block made leaves no history; there is none here.
RETIRE = """
{} as (delete from {} where id = any({}::{}) returning {}),
{} as (insert into {} ({}, {}) select was.*, {}::integer from {} as was)"""
# All parts see the table as it was, and are carried out in any order but for what one takes from another.
INSERT = "{} as (insert into {} ({}) {} where (select count(*) from {}) is not null)"
INSERT_NEW = "{} as (insert into {} ({}) {})"
PART = "{} as ({})"
TOGETHER = """
with {}
{}"""
NOTHING = sql("select")

OF_SAID: Mapping[str, str] = {
    DOCUMENT: "integer",
    SEQ: "smallint",
    ASSIGNED: "smallint[]",
    HASH: "bytea",
    LINE: "integer",
}
SYSTEM: Mapping[str, str] = {DOCUMENT: "integer", HASH: "bytea", SINCE: "integer", LINE: "integer"}


class SmallChange(msgspec.Struct, frozen=True):
    """One that is decided and not yet written."""

    batch: Sequence[DocumentChange]
    outcome: Outcome
    parts: tuple[Sql, ...]  # each a common table expression

    def statement(self, more: Sequence[Sql], last: Sql = NOTHING) -> Sql:
        """All that it writes, `more` writes, and `last`, none of which sees anything of the others."""
        parts = (*self.parts, *(sql(PART, name(f"more {at}"), each) for at, each in enumerate(more)))
        return sql(TOGETHER, join(", ", parts), last)


Place = tuple[str, Id, int, int]  # of what is said of a shared entity: type, id, document, seq


class _Stands(msgspec.Struct):
    """What there is of the documents and of their entities."""

    numbers: dict[DocumentKey, int] = {}
    before: dict[DocumentKey, Remembered] = {}
    served: dict[Key, Contribution] = {}
    said: dict[Place, tuple[bytes, int | None]] = {}  # of shared entities
    still: set[tuple[str, Id]] = set()  # rows that may be exchanged and leave all figures as they are
    reads: bool = False  # whether any of the documents read something


async def prepare(
    connection: Connection, deployment: Deployment, standing: Standing, batch: Sequence[DocumentChange]
) -> SmallChange | None:
    """Decide about a small change to a served deployment; None: it is not such a one. Changes nothing."""
    changes = [each for each in batch if isinstance(each, Indexed) and _is_plain(deployment, each)]
    saves = sum(len(each.contributions) for each in changes)
    if standing.claims or len(changes) < len(batch) or len(batch) > DOCUMENTS or saves > SAVES:
        return None
    stands = await _look(connection, deployment, changes)
    known = {deployment.ordinals[each.type] for change in changes for each in change.contributions}
    if stands.reads or any(each.failed or not known.issuperset(each.types) for each in stands.before.values()):
        return None
    fresh: dict[Key, list[Contribution]] = {}
    said: dict[Place, Said] = {}
    try:
        for change in changes:
            number = stands.numbers[change.key]
            said |= {(each.type, each.id, number, each.seq): each for each in said_by(deployment, change, number)}
            for key, sayings in contributions(deployment, change, number).items():
                fresh.setdefault(key, []).extend(sayings)
    except Unstorable:
        return None
    leaving = {each.id for each in stands.before.values()}
    decision = decide(stands.served, {}, fresh, lambda each: each.document in leaving)
    if decision.keep or decision.drop or decision.own or _moves(deployment, decision, stands):
        return None
    back = [place for place, told in stands.said.items() if place not in said or said[place].told != told]
    new = [each for place, each in said.items() if stands.said.get(place) != each.told]
    after = [_after(deployment, change, stands.numbers[change.key]) for change in changes]
    content = sum(each.content for each in after) - sum(each.content for each in stands.before.values())
    dirty: dict[str, frozenset[Id]] = {}
    for type_name, identifier in {*(place[:2] for place in back), *((each.type, each.id) for each in new)}:
        dirty[type_name] = dirty.get(type_name, frozenset()) | {identifier}
    outcome = Outcome(
        documents=len(changes),
        content=content,
        counts=decision.counts,
        retired=frozenset(decision.retire),
        dirty=dirty,
        changed=bool(content or dirty) or not decision.is_empty,
        touched=touched(deployment, decision, dirty) if standing.reads else {},
    )
    exchanged, talk = _rows(deployment, decision, standing.block), _sayings(deployment, back, new)
    parts = (*exchanged, *talk, *_documents(deployment, after, stands.before))
    return SmallChange(batch, outcome, parts)


def _is_plain(deployment: Deployment, change: Indexed) -> bool:
    """Does the document do nothing but save, and each of its own entities once?"""
    if change.logs or change.reads or change.files:
        return False
    own = [(each.type, each.id) for each in change.contributions if each.type not in deployment.shared]
    return len({*own}) == len(own) and all(isinstance(each, Save) for each in change.contributions)


def _moves(deployment: Deployment, decision: Decision, stands: _Stands) -> bool:
    """May something else follow from the decision than its own rows: a shared entity, or a figure?"""
    if any(each.type in deployment.shared for each in stands.served.values()):
        return True
    moved = {(type_name, each.id) for type_name, inserts in decision.insert.items() for each in inserts}
    moved |= {(type_name, each) for type_name, ids in decision.retire.items() for each in ids}
    return any(deployment.figured[type_name] and (type_name, each) not in stands.still for type_name, each in moved)


async def _look(connection: Connection, deployment: Deployment, changes: Sequence[Indexed]) -> _Stands:
    layout = deployment.layout
    sources, paths = value([each.key.source for each in changes]), value([each.key.path for each in changes])
    (called,) = sequence(layout).parts
    assert isinstance(called, str)
    saves = [each for change in changes for each in change.contributions if isinstance(each, Save)]
    more = join("", (*_served(deployment, saves), *_said(deployment, saves), *_still(deployment, saves)))
    look = sql(LOOK, layout.read, layout.beside, sources, paths, layout.document, text_literal(called), more)
    stands = _Stands()
    for kind, number, source, path, digest, *of_document, type_at, text, line, seq in await fetch(connection, look):
        if kind == "document":
            key, (code, failed, types, reads, is_new) = DocumentKey(source, path), of_document
            stands.numbers[key] = number
            stands.reads = stands.reads or reads
            if not is_new:
                stands.before[key] = Remembered(number, key, Known(Stat(0, 0, 0), digest, code), failed, tuple(types))
            continue
        type_name = deployment.types[type_at]
        space = deployment.spaces[type_name]
        identifier = deployment.claimed_id(space, text)
        if kind == "said":
            stands.said[type_name, identifier, number, seq] = digest, line
        elif kind == "still":
            stands.still.add((type_name, identifier))
        else:
            position = DocumentKey(source, path)
            served = Contribution(number, position, 0, type_name, digest, Current(), line=line)
            stands.served[space, identifier] = served
    return stands


def _served(deployment: Deployment, saves: Sequence[Save]) -> Iterator[Sql]:
    """What is served of the documents, and under the ids that they save."""
    ids: dict[str, list[Id]] = {}
    for each in saves:
        if each.type not in deployment.shared:
            for type_name in deployment.members[deployment.spaces[each.type]]:
                ids.setdefault(type_name, []).append(each.id)
    conditions = [
        (type_name, condition)
        for type_name in sorted(ids)
        for condition in (
            sql(OF_KNOWN, name(DOCUMENT)),
            sql(OF_IDS, value(ids[type_name]), deployment.id_array(type_name)),
        )
    ]
    if conditions:
        rows = (served_rows(deployment, *each) for each in conditions)
        yield sql(SERVED, join(" union all ", rows), deployment.layout.document)


def _said(deployment: Deployment, saves: Sequence[Save]) -> Iterator[Sql]:
    """What the documents said of shared entities."""
    for type_name in sorted({each.type for each in saves} & deployment.shared):
        identity = integer(deployment.ordinals[type_name]), id_as_text(deployment, type_name)
        columns = (name(DOCUMENT), name(HASH), *identity, name(LINE), name(SEQ))
        yield sql(SAID, *columns, deployment.layout.tables[type_name].said, sql(OF_KNOWN, name(DOCUMENT)))


def _still(deployment: Deployment, saves: Sequence[Save]) -> Iterator[Sql]:
    """Which of the rows that are saved leave all figures as they are."""
    for type_name in sorted({each.type for each in saves} - deployment.shared):
        table = deployment.layout.tables[type_name]
        if not deployment.figured[type_name] or table.computed:
            continue
        figuring = figured_fields(deployment.layout.schema, table.entity)
        fields = [(at, field) for at, field in enumerate(table.entity.stored_fields) if field.name in figuring]
        identity = [(at, field) for at, field in enumerate(table.entity.stored_fields) if field.name == "id"]
        cells = [(at, deployment.layout.postgres_type(field)) for at, field in (*identity, *fields)]
        rows = (
            sql("({})", join(", ", (_cell(each.row[at], held) for at, held in cells)))
            for each in saves
            if each.type == type_name
        )
        places = [name(f"{at}$") for at, _ in fields]
        columns = (table.column(field) for _, field in fields)
        yield sql(
            STILL,
            *(integer(deployment.ordinals[type_name]), id_as_text(deployment, type_name), table.current),
            *(join(", ", rows), join(", ", (sql("id$"), *places))),
            *(join(", ", (sql("t.{}", each) for each in columns)), join(", ", (sql("n.{}", each) for each in places))),
        )


def _after(deployment: Deployment, change: Indexed, number: int) -> Remembered:
    types = sorted({deployment.ordinals[each.type] for each in change.contributions})
    return Remembered(number, change.key, change.known, False, tuple(types))


def _rows(deployment: Deployment, decision: Decision, block: int) -> Iterator[Sql]:
    """Which rows go, and which come."""
    for type_name in sorted(decision.retire.keys() | decision.insert.keys()):
        table = deployment.layout.tables[type_name]
        gone = name(f"gone {table.name}")
        if ids := decision.retire.get(type_name):
            columns = join(", ", map(name, table.version))
            yield sql(
                RETIRE,
                *(gone, table.current, value(list(ids)), deployment.id_array(type_name), columns),
                *(name(f"kept {table.name}"), table.history, columns, name(UNTIL), value(block), gone),
            )
        if inserts := decision.insert.get(type_name):
            columns = join(", ", map(name, (*table.columns, *SYSTEM)))
            new = name(f"new {table.name}"), table.current, columns, _new(deployment, type_name, inserts, block)
            yield sql(INSERT, *new, gone) if ids else sql(INSERT_NEW, *new)


def _new(deployment: Deployment, type_name: str, inserts: Sequence[Insert], block: int) -> Sql:
    """The rows that come, as a query."""
    fields = deployment.layout.tables[type_name].entity.stored_fields
    types = (*map(deployment.layout.postgres_type, fields), *map(_held, SYSTEM.values()))
    rows = []
    for each in inserts:
        assert isinstance(each.content, Saved)  # what was kept as a claim is none of a small change
        rows.append((*each.content.row, each.document, each.hash, block, each.line))
    return _values(rows, types)


def _sayings(deployment: Deployment, back: Sequence[Place], new: Sequence[Said]) -> Iterator[Sql]:
    """What is taken back of what was said of shared entities, and what is said now."""
    for type_name in sorted({*(place[0] for place in back), *(each.type for each in new)}):
        table = deployment.layout.tables[type_name]
        gone = name(f"gone {table.said_name}")
        if places := [place[1:] for place in back if place[0] == type_name]:
            yield sql(PART, gone, sql("{} returning 1", take_back(deployment, table, places)))
        if sayings := [each for each in new if each.type == type_name]:
            types = (*map(deployment.layout.postgres_type, table.entity.stored_fields), *map(_held, OF_SAID.values()))
            rows = [(*each.row, each.document, each.seq, each.assigned, each.hash, each.line) for each in sayings]
            columns = join(", ", map(name, (*table.columns, *OF_SAID)))
            said = name(f"new {table.said_name}"), table.said, columns, _values(rows, types)
            yield sql(INSERT, *said, gone) if places else sql(INSERT_NEW, *said)


def _values(rows: Sequence[Sequence[object]], types: Sequence[Sql]) -> Sql:
    """The rows as a query."""
    cells = (join(", ", map(_cell, row, types)) for row in rows)
    return sql("select * from (values {}) as new", join(", ", (sql("({})", each) for each in cells)))


def _cell(cell: object, held: Sql) -> Sql:
    return sql("{}::{}", value(cell), held)


def _held(postgres_type: str) -> Sql:
    return Sql((postgres_type,))


def _documents(
    deployment: Deployment, after: Sequence[Remembered], before: Mapping[DocumentKey, Remembered]
) -> Iterator[Sql]:
    """What is remembered of the documents from now on."""
    if changed := [each for each in after if each.key in before]:
        yield sql(PART, name("changed documents"), update_documents(deployment.layout, changed))
    for at, each in enumerate(each for each in after if each.key not in before):
        yield sql(PART, name(f"new document {at}"), insert_document(deployment.layout, each))
