"""What documents read of entities when they were run last: one row of `$read` for each entity.

Kept with it is what they saw, as 16 bytes. Whether a document would see something else
now is found by looking again, at its position.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import msgspec

from docgraph.model.changes import DocumentChange, DocumentKey, Failed, Id, Indexed, Row
from docgraph.store.act import Ids
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.decide import Decision
from docgraph.store.deployment import Deployment
from docgraph.store.documents import COPY_FROM
from docgraph.store.rows import id_text, text_id
from docgraph.store.sql import render, sql, value

FORGET = "delete from {} where document = any({}::integer[])"
WRITE = "insert into {} (document, type, id, fields, seen) values ($1, $2, $3, $4, $5)"
COLUMNS = ("document", "type", "id", "fields", "seen")
READERS = """
select distinct d.source, d.path
from unnest({}::text[], {}::text[]) as touched (type, id)
join {} as r using (type, id)
join {} as d on d.id = r.document"""
OF_DOCUMENTS = """
select d.source, d.path, r.type, r.id, r.fields, r.seen
from unnest({}::smallint[], {}::text[]) as wanted (source, path)
join {} as d using (source, path)
join {} as r on r.document = d.id"""

Look = Callable[[str, Sequence[Id], DocumentKey | None], Awaitable[Mapping[Id, Row]]]  # entity name, ids, below which
Stale = Mapping[DocumentKey, Collection[str]]  # document → "Type.field" of what it read where it sees something else

_ID = (0,)  # of who only looked whether there is such an entity


class _Seen(msgspec.Struct, frozen=True):
    """One row of `$read`."""

    key: DocumentKey
    type: str
    id: Id
    fields: tuple[int, ...]
    seen: bytes


async def replace_reads(
    connection: Connection,
    deployment: Deployment,
    changes: Sequence[DocumentChange],
    numbers: Mapping[DocumentKey, int],
    replaced: Sequence[int],
) -> bool:
    """Remember what these documents read, and forget what `replaced` ones did. Returns whether they read anything."""
    table = deployment.layout.read
    if replaced:
        await run(connection, sql(FORGET, table, value(list(replaced))))
    records = [
        (
            numbers[change.key],
            each.type,
            id_text(each.id),
            each.fields,
            deployment.codecs[each.type].stands_for(each.row, each.fields),
        )
        for change in changes
        if isinstance(change, Indexed | Failed)
        for each in change.reads
    ]
    if len(records) > COPY_FROM:
        namespace = deployment.layout.namespace
        await connection.copy_records_to_table("$read", schema_name=namespace, columns=COLUMNS, records=records)
    elif records:
        await connection.executemany(render(sql(WRITE, table))[0], records)
    return bool(records)


def touched(deployment: Deployment, decision: Decision, dirty: Ids) -> Ids:
    """The entities that may look different, at some position, after this decision."""
    found: dict[str, set[Id]] = defaultdict(set)
    for type_name, ids in (*decision.retire.items(), *dirty.items()):
        found[type_name].update(ids)
    for type_name, inserts in decision.insert.items():
        found[type_name].update(each.id for each in inserts)
    for type_name, moved in decision.own.items():
        found[type_name].update(each.id for each in moved)
    for space, identifier in (*(each.key for each in decision.keep), *(each.key for each in decision.drop)):
        for type_name in deployment.members[space]:
            found[type_name].add(identifier)
    return {type_name: frozenset(ids) for type_name, ids in found.items()}


async def readers(
    connection: Connection, deployment: Deployment, entities: Mapping[str, Collection[Id]]
) -> list[DocumentKey]:
    """The documents that read any of these entities."""
    pairs = [(type_name, id_text(each)) for type_name, ids in entities.items() for each in ids]
    if not pairs:
        return []
    types, ids = value([each for each, _ in pairs]), value([each for _, each in pairs])
    found = await fetch(connection, sql(READERS, types, ids, deployment.layout.read, deployment.layout.document))
    return [DocumentKey(source, path) for source, path in found]


async def stale(
    connection: Connection,
    deployment: Deployment,
    look: Look,
    keys: Sequence[DocumentKey],
    moving: Collection[str],
) -> Stale:
    """Those of the documents that would see something else now.

    What is said of the types `moving` counts as far as it is said below each document's position.
    """
    groups: dict[tuple[str, DocumentKey | None], list[_Seen]] = defaultdict(list)
    for each in await _reads_of(connection, deployment, keys):
        groups[each.type, each.key if each.type in moving else None].append(each)
    found: dict[DocumentKey, set[str]] = defaultdict(set)
    for (type_name, below), reads in groups.items():
        rows = await look(type_name, sorted({each.id for each in reads}), below)
        fields = deployment.layout.tables[type_name].entity.stored_fields
        for each in reads:
            if deployment.codecs[type_name].stands_for(rows.get(each.id), each.fields) != each.seen:
                found[each.key].update(".".join((type_name, fields[at].name)) for at in (each.fields or _ID))
    return found


async def _reads_of(connection: Connection, deployment: Deployment, keys: Sequence[DocumentKey]) -> list[_Seen]:
    if not keys:
        return []
    sources, paths = value([key.source for key in keys]), value([key.path for key in keys])
    layout = deployment.layout
    found = await fetch(connection, sql(OF_DOCUMENTS, sources, paths, layout.document, layout.read))
    return [
        _Seen(DocumentKey(source, path), name, text_id(text, deployment.id_type(name)), tuple(fields), before)
        for source, path, name, text, fields, before in found
    ]
