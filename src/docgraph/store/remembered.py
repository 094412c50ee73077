"""What the store remembers that a document said, and in what that differs from what a run of it says."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import msgspec

from docgraph.model.changes import DocumentKey, Indexed, Row
from docgraph.store.connection import Connection, fetch
from docgraph.store.decide import Saved
from docgraph.store.deployment import Deployment
from docgraph.store.heard import contributions
from docgraph.store.layout import ASSIGNED, DOCUMENT, HASH, LINE, SEQ, Table
from docgraph.store.rows import id_text
from docgraph.store.said import said_by
from docgraph.store.sql import join, name, sql, value

PICK = """
select id, source, path, hash, code, types from (
  select *, row_number() over (order by source, path) - 1 as place from {} where not failed
) as numbered where place = any({}::bigint[]) order by source, path"""
SOUND = "select count(*)::integer from {} where not failed"
SAID = "select {}, {}, {}, {}, {} from {} where {} = {}"
SERVED = "select {}, {}, {} from {} where {} = {}"
CLAIMED = "select space, id, seq, type, hash, line, row from {} where document = {}"

Place = tuple[str, str, int]  # id space, id as text, which of the document's saves of it: -1 a removal


class Saying(msgspec.Struct, frozen=True):
    """What a document says about one id."""

    type: str  # entity name; empty: a removal
    hash: bytes | None
    line: int | None
    row: Row | None


Sayings = Mapping[Place, Saying]


class Picked(msgspec.Struct, frozen=True):
    """A document that is present and sound."""

    id: int
    key: DocumentKey
    hash: bytes  # of its content
    code: bytes
    types: tuple[int, ...]  # ordinals of the entity types it says something of


class Contrast(msgspec.Struct, frozen=True):
    """Where two accounts of what a document says differ."""

    entity: str  # type and id, as Item[a]
    field: str | None  # None: one of the two says nothing of the entity
    one: object  # the field's values; without a field: whether it is said
    other: object


async def pick_documents(connection: Connection, deployment: Deployment, count: int, seed: int) -> list[Picked]:
    """That many sound documents, or all if there are not so many; the same for the same seed and documents."""
    document = deployment.layout.document
    ((sound,),) = await fetch(connection, sql(SOUND, document))
    places = random.Random(seed).sample(range(sound), min(count, sound))
    return [
        Picked(number, DocumentKey(source, path), content, code, tuple(types))
        for number, source, path, content, code, types in await fetch(connection, sql(PICK, document, value(places)))
    ]


async def remembered(connection: Connection, deployment: Deployment, document: Picked) -> Sayings:
    """What the index holds from the document, served or not."""
    said: dict[Place, Saying] = {}
    for type_name in (deployment.types[ordinal] for ordinal in document.types):
        table = deployment.layout.tables[type_name]
        columns = join(", ", map(name, table.columns))
        if type_name in deployment.shared:
            said |= await _said(connection, table, document)
            continue
        wanted = sql(SERVED, columns, name(HASH), name(LINE), table.current, name(DOCUMENT), value(document.id))
        at = table.columns.index("id")
        for *row, digest, line in await fetch(connection, wanted):
            place = (deployment.spaces[type_name], id_text(row[at]), 0)
            said[place] = Saying(type_name, digest, line, tuple(row))
    claims = await fetch(connection, sql(CLAIMED, deployment.layout.claim, value(document.id)))
    for space, text, seq, type_name, digest, line, encoded in claims:
        row = None if encoded is None else deployment.codecs[type_name].decode(encoded)
        said[space, text, seq] = Saying(type_name if row else "", digest, line, row)
    return said


async def _said(connection: Connection, table: Table, document: Picked) -> Sayings:
    """The contributions to the shared entities of one type, each under the type's name."""
    columns = (join(", ", map(name, table.columns)), *map(name, (SEQ, ASSIGNED, HASH, LINE)))
    at, type_name = table.columns.index("id"), table.entity.name
    return {
        (type_name, id_text(row[at]), seq): _saying(type_name, assigned, digest, line, tuple(row))
        for *row, seq, assigned, digest, line in await fetch(
            connection, sql(SAID, *columns, table.said, name(DOCUMENT), value(document.id))
        )
    }


def _saying(type_name: str, assigned: object, digest: bytes, line: int | None, row: Row) -> Saying:
    """A contribution to a shared entity; what assigns nothing is a removal."""
    return Saying("", None, None, None) if assigned is None else Saying(type_name, digest, line, row)


def sayings(deployment: Deployment, run: Indexed) -> Sayings:
    """What a run of a document says. Raises Unstorable: Postgres could not hold it."""
    shared = {
        (each.type, id_text(each.id), each.seq): _saying(each.type, each.assigned, each.hash, each.line, each.row)
        for each in said_by(deployment, run, 0)
    }
    return shared | {
        (space, id_text(identifier), each.seq): Saying(
            each.type if each.content else "",
            each.hash,
            each.line,
            each.content.row if isinstance(each.content, Saved) else None,
        )
        for (space, identifier), said in contributions(deployment, run, 0).items()
        for each in said
    }


def contrasts(deployment: Deployment, one: Sayings, other: Sayings) -> Iterator[Contrast]:
    """Where the two differ, by entity."""
    for place in sorted(one.keys() | other.keys()):
        first, second = one.get(place), other.get(place)
        if first == second:
            continue
        either = first or second
        entity = f"{either.type if either and either.type else place[0]}[{place[1]}]"
        if first is None or second is None or first.type != second.type:
            yield Contrast(entity, None, _told(first), _told(second))
        elif first.hash != second.hash and first.row is not None and second.row is not None:
            fields = deployment.layout.tables[first.type].entity.stored_fields
            for field, had, has in zip(fields, first.row, second.row, strict=True):
                if _plain(had) != _plain(has):
                    yield Contrast(entity, field.name, had, has)
        elif first.line != second.line:
            yield Contrast(entity, "line", first.line, second.line)


def _told(said: Saying | None) -> str | None:
    if said is None:
        return None
    return f"saved as {said.type}" if said.type else "removed"


def _plain(held: object) -> object:
    """A value as both a handler and the driver give it: lists are tuples, JSON is read."""
    match held:
        case list() | tuple():
            return tuple(_plain(each) for each in held)
        case str() if held[:1] in ("{", "["):
            try:
                return msgspec.json.decode(held)
            except msgspec.MsgspecError:
                return held
        case _:
            return held
