"""What documents read of entities when they were run last: one row of `$read` for each entity.

Kept with it is what they saw, as 16 bytes. Whether a document would see something else
now is found by looking again, at its position. Who looked which entities refer to one
has a row under "Type.field" and the id of that one: what it saw are their ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import assert_never

import msgspec

from docgraph.model.changes import DocumentChange, DocumentKey, Id, Ran, Read, Referring, Row
from docgraph.model.schema import Scalar
from docgraph.store.act import Ids
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.decide import Decision
from docgraph.store.deployment import Deployment
from docgraph.store.documents import COPY_FROM
from docgraph.store.referring import referred_id, targets
from docgraph.store.rows import ENCODER, digest, id_text, text_id
from docgraph.store.sql import Sql, render, sql, value

REMEMBERED = "select document, type, id, fields, seen from {} where document = any({}::integer[])"
FORGET = """
delete from {} as r using unnest({}::integer[], {}::text[], {}::text[]) as n (document, type, id)
where (r.document, r.type, r.id) = (n.document, n.type, n.id)"""
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
Refer = Callable[
    [str, str, Sequence[Id]], Awaitable[Mapping[Id, Mapping[Id, Row]]]
]  # entity name, field, ids of targets
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
    now = {
        (record[0], record[1], record[2]): record
        for change in changes
        if isinstance(change, Ran) and change.reads
        for record in ((numbers[change.key], *_record(deployment, each)) for each in change.reads)
    }
    before = await _remembered(connection, table, replaced)
    if back := [key for key, record in before.items() if now.get(key) != record]:
        await run(connection, sql(FORGET, table, *map(value, map(list, zip(*back, strict=True)))))
    records = [record for key, record in now.items() if before.get(key) != record]
    if len(records) > COPY_FROM:
        namespace = deployment.layout.namespace
        await connection.copy_records_to_table("$read", schema_name=namespace, columns=COLUMNS, records=records)
    elif records:
        await connection.executemany(render(sql(WRITE, table))[0], records)
    return bool(now)


async def _remembered(
    connection: Connection, table: Sql, documents: Sequence[int]
) -> dict[tuple[int, str, str], tuple[int, str, str, tuple[int, ...], bytes]]:
    """What these documents read when they were run last."""
    if not documents:
        return {}
    return {
        (document, name, identifier): (document, name, identifier, tuple(fields), seen)
        for document, name, identifier, fields, seen in await fetch(
            connection, sql(REMEMBERED, table, value(list(documents)))
        )
    }


def touched(deployment: Deployment, decision: Decision, dirty: Ids) -> Ids:
    """The entities that may look different, at some position, after this decision."""
    found: dict[str, set[Id]] = defaultdict(set)
    for type_name, ids in (*decision.retire.items(), *dirty.items()):
        found[type_name].update(ids)
    for type_name, inserts in decision.insert.items():
        found[type_name].update(each.id for each in inserts)
    for type_name, arrivals in decision.arriving.items():
        found[type_name].update(each.save.id for each in arrivals)
    for type_name, moved in decision.own.items():
        found[type_name].update(each.id for each in moved)
    for space, identifier in (*(each.key for each in decision.keep), *(each.key for each in decision.drop)):
        for type_name in deployment.members[space]:
            found[type_name].add(identifier)
    return {type_name: frozenset(ids) for type_name, ids in found.items()}


async def readers(
    connection: Connection, deployment: Deployment, entities: Mapping[str, Collection[Id]]
) -> list[DocumentKey]:
    """The documents that read any of these entities, or who refers to something to which one of them refers now."""
    pairs = [(type_name, id_text(each)) for type_name, ids in entities.items() for each in ids]
    if not pairs:
        return []
    for type_name, moved in entities.items():
        async for field, target in targets(connection, deployment, type_name, sorted(moved)):
            pairs.append((_of_referring(type_name, field), id_text(target)))
    types, ids = value([each for each, _ in pairs]), value([each for _, each in pairs])
    found = await fetch(connection, sql(READERS, types, ids, deployment.layout.read, deployment.layout.document))
    return [DocumentKey(source, path) for source, path in found]


async def stale(
    connection: Connection,
    deployment: Deployment,
    look: Look,
    refer: Refer,
    keys: Sequence[DocumentKey],
    moving: Collection[str],
) -> Stale:
    """Those of the documents that would see something else now.

    What is said of the types `moving` counts as far as it is said below each document's position.
    """
    groups: dict[tuple[str, DocumentKey | None], list[_Seen]] = defaultdict(list)
    referring: dict[tuple[str, str], list[_Seen]] = defaultdict(list)
    for each in await _reads_of(connection, deployment, keys):
        type_name, _, field = each.type.partition(".")
        if field:
            referring[type_name, field].append(each)
        else:
            groups[each.type, each.key if each.type in moving else None].append(each)
    found: dict[DocumentKey, set[str]] = defaultdict(set)
    for (type_name, field), reads in referring.items():
        now = await refer(type_name, field, sorted({each.id for each in reads}))
        for each in reads:
            if _stands_for(now.get(each.id, ())) != each.seen:
                found[each.key].add(each.type)
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
        _Seen(DocumentKey(source, path), name, text_id(text, _id_type(deployment, name)), tuple(fields), before)
        for source, path, name, text, fields, before in found
    ]


def _record(deployment: Deployment, read: Read | Referring) -> tuple[str, str, tuple[int, ...], bytes]:
    match read:
        case Read():
            seen = deployment.codecs[read.type].stands_for(read.row, read.fields)
            return read.type, id_text(read.id), read.fields, seen
        case Referring():
            return _of_referring(read.type, read.field), id_text(read.id), (), _stands_for(read.found)
        case _:
            assert_never(read)


def _of_referring(type_name: str, field: str) -> str:
    """What stands for a type in the row: no name in a schema holds a dot."""
    return ".".join((type_name, field))


def _stands_for(ids: Iterable[Id]) -> bytes:
    return digest(ENCODER.encode(sorted(ids)))


def _id_type(deployment: Deployment, name: str) -> Scalar:
    """Of the ids of what was read."""
    type_name, _, field = name.partition(".")
    return referred_id(deployment, type_name, field) if field else deployment.id_type(type_name)
