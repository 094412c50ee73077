"""What documents say about shared entities: one row of `<type>$said` for each contribution.

A shared entity is made of all of these, so none of them is ever a row that readers
see. Here they are compared and exchanged; `fold.py` makes entities of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from docgraph.model.changes import Id, Indexed, Row, Save
from docgraph.store.act import Ids
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.deployment import Deployment
from docgraph.store.documents import COPY_FROM
from docgraph.store.layout import ASSIGNED, DOCUMENT, HASH, LINE, SEQ, Table
from docgraph.store.rows import digest
from docgraph.store.sql import Sql, integer, join, name, render, sql, value

STANDING = "select id, {}, {}, {}, {} from {} where {} = any({}::integer[])"
TAKE_BACK = """
delete from {} as s using unnest({}::{}, {}::integer[], {}::integer[]) as n (id, document, seq)
where s.id = n.id and s.{} = n.document and s.{} = n.seq"""
SAY = "insert into {} ({}) values ({})"

SYSTEM = (DOCUMENT, SEQ, ASSIGNED, HASH, LINE)


class Said(msgspec.Struct, frozen=True, gc=False):
    """One contribution to a shared entity."""

    type: str
    id: Id
    document: int  # $document.id
    seq: int  # order among what the document says about this entity
    assigned: tuple[int, ...] | None  # places in the row; None: a removal
    hash: bytes
    row: Row
    line: int | None

    @property
    def told(self) -> tuple[bytes, int | None]:
        """What tells two of them apart that stand in the same place."""
        return self.hash, self.line


def said_by(deployment: Deployment, change: Indexed, number: int) -> Iterator[Said]:
    """What a document says about shared entities, in its order. Raises Unstorable."""
    seqs: dict[tuple[str, Id], int] = {}
    for each in change.contributions:
        if each.type not in deployment.shared:
            continue
        seq = seqs[each.type, each.id] = seqs.get((each.type, each.id), -1) + 1
        if isinstance(each, Save):
            assigned = tuple(range(len(each.row))) if each.assigned is None else each.assigned
            codec = deployment.codecs[each.type]
            hashed = digest(codec.encode(each.row) + codec.named(assigned))
            yield Said(each.type, each.id, number, seq, assigned, hashed, each.row, each.line)
        else:
            entity = deployment.layout.tables[each.type].entity
            row = tuple(each.id if field.name == "id" else None for field in entity.stored_fields)
            yield Said(each.type, each.id, number, seq, None, b"", row, None)


async def replace_said(
    connection: Connection, deployment: Deployment, said: Sequence[Said], replaced: Mapping[str, Sequence[int]]
) -> Ids:
    """Put `said` in the place of all that the documents `replaced`, by entity name, said before.

    Returns the entities about which something else is said now.
    """
    dirty: dict[str, frozenset[Id]] = {}
    for type_name in sorted({each.type for each in said} | replaced.keys()):
        table = deployment.layout.tables[type_name]
        now = {(each.id, each.document, each.seq): each for each in said if each.type == type_name}
        before = await _standing(connection, table, replaced.get(type_name, ()))
        back = [place for place, told in before.items() if place not in now or now[place].told != told]
        new = [each for place, each in now.items() if before.get(place) != each.told]
        await _take_back(connection, deployment, table, back)
        await _say(connection, table, new)
        if back or new:
            dirty[type_name] = frozenset([place[0] for place in back] + [each.id for each in new])
    return dirty


async def _standing(
    connection: Connection, table: Table, documents: Sequence[int]
) -> dict[tuple[Id, int, int], tuple[bytes, int | None]]:
    """What these documents said, by id, document and seq."""
    if not documents:
        return {}
    columns = map(name, (DOCUMENT, SEQ, HASH, LINE))
    statement = sql(STANDING, *columns, table.said, name(DOCUMENT), value(list(documents)))
    return {
        (identifier, document, seq): (hashed, line)
        for identifier, document, seq, hashed, line in await fetch(connection, statement)
    }


async def _take_back(
    connection: Connection, deployment: Deployment, table: Table, places: Sequence[tuple[Id, int, int]]
) -> None:
    if places:
        await run(connection, take_back(deployment, table, places))


def take_back(deployment: Deployment, table: Table, places: Sequence[tuple[Id, int, int]]) -> Sql:
    """A `delete` of what was said in these places: id, document and seq."""
    ids, documents, seqs = map(value, map(list, zip(*places, strict=True)))
    array = deployment.id_array(table.entity.name)
    return sql(TAKE_BACK, table.said, ids, array, documents, seqs, name(DOCUMENT), name(SEQ))


async def _say(connection: Connection, table: Table, said: Sequence[Said]) -> None:
    records = [(*each.row, each.document, each.seq, each.assigned, each.hash, each.line) for each in said]
    columns = (*table.columns, *SYSTEM)
    if len(records) > COPY_FROM:
        await connection.copy_records_to_table(
            table.said_name, schema_name=table.namespace, columns=columns, records=records
        )
    elif records:
        await connection.executemany(render(_say_one(table, columns))[0], records)


def _say_one(table: Table, columns: Sequence[str]) -> Sql:
    places = join(", ", (sql("${}", integer(at)) for at in range(1, len(columns) + 1)))
    return sql(SAY, table.said, join(", ", map(name, columns)), places)
