"""Random histories of documents, what a rebuild of their end gives, and what the tables hold."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime

from docgraph.model.changes import (
    Contribution,
    DocumentChange,
    DocumentKey,
    Failed,
    Gone,
    Indexed,
    Known,
    OnError,
    Remove,
    Save,
    Stat,
)
from docgraph.model.problem import Location, Problem
from docgraph.store.documents import block_hash, content_number

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
State = dict[DocumentKey, tuple[Known, tuple[Contribution, ...]]]

ROWS = 'select t.id, {1}, source, path, "$line" from {0}.{2} as t join {0}."$document" as d on d.id = "$document"'
TABLES = {"Post": "title, author", "Person": "name", "Robot": "name"}


def save(type_name: str, identifier: str, text: str, line: int | None) -> Save:
    row = (identifier, text, None, [], None, None) if type_name == "Post" else (identifier, text)
    return Save(type_name, identifier, row, line)


def random_contributions(chance: random.Random) -> tuple[Contribution, ...]:
    keys = chance.sample([(space, each) for space in ("Post", "Named") for each in "xyz"], chance.randint(0, 4))
    said: list[Contribution] = []
    for space, identifier in keys:
        type_name = "Post" if space == "Post" else chance.choice(("Person", "Robot"))
        remove = chance.random() < 0.15
        said.append(
            Remove(type_name, identifier)
            if remove
            else save(type_name, identifier, chance.choice("12"), chance.choice((None, 2, 3)))
        )
    return tuple(said)


def random_change(chance: random.Random, present: State) -> DocumentChange:
    key = DocumentKey(chance.randint(0, 1), chance.choice("abc"))
    known = Known(Stat(1, chance.getrandbits(60), 1), chance.randbytes(16), b"c" * 16)
    match chance.randint(0, 9):
        case 0 | 1 | 2 if key in present:
            del present[key]
            return Gone(key)
        case 3:
            on_error = chance.choice((OnError.KEEP, OnError.DROP))
            stays = key in present and on_error is OnError.KEEP
            present[key] = (known, present[key][1] if stays else ())
            return Failed(key, known, (Problem("broken", at=Location(key.path), mend="mend it"),), on_error=on_error)
        case _:
            present[key] = (known, random_contributions(chance))
            return Indexed(key, known, present[key][1])


def rebuild(present: State) -> dict[str, set[tuple[object, ...]]]:
    """Start empty and follow every document in the order of positions."""
    live: dict[tuple[str, object], list[tuple[str, tuple[object, ...]]]] = {}
    for key in sorted(present):
        for said in present[key][1]:
            standing = live.setdefault(("Post" if said.type == "Post" else "Named", said.id), [])
            match said:
                case Remove(type=type_name):
                    standing[:] = [each for each in standing if each[0] != type_name]
                case Save(row=row):
                    values = row[:3] if said.type == "Post" else row
                    standing.append((said.type, (*values, key.source, key.path, said.line)))
    served = [standing[0] for standing in live.values() if standing]
    return {name: {row for each, row in served if each == name} for name in TABLES}


def hash_of(present: Mapping[DocumentKey, tuple[Known, object]]) -> bytes:
    return block_hash(sum(content_number(key, known.hash, known.code) for key, (known, _) in present.items()))


async def rows(connection, namespace: str) -> dict[str, set[tuple[object, ...]]]:
    return {
        name: {tuple(row) for row in await connection.fetch(ROWS.format(namespace, columns, name.lower()))}
        for name, columns in TABLES.items()
    }


async def leftovers(connection, namespace: str) -> int:
    query = """
    select (select count(*) from {0}.post) + (select count(*) from {0}.person) + (select count(*) from {0}.robot)
      + (select count(*) from {0}."$claim") + (select count(*) from {0}."$problem")
      + (select count(*) from {0}."$document")"""
    return await connection.fetchval(query.format(namespace))


def post(identifier: str, title: str) -> Save:
    return save("Post", identifier, title, None)


def indexed(path: str, *said: Contribution, content: str = "") -> Indexed:
    digest = (content or repr(said)).encode().ljust(16, b".")[-16:]
    return Indexed(DocumentKey(0, path), Known(Stat(1, 0, 1), digest, b"c" * 16), said)


async def commit(writer, *changes: DocumentChange):
    """What one block of these changes came to."""
    async with writer.block(NOW) as block:
        await block.apply(changes)
    return block.committed


def catching_up(present: State, known, chance: random.Random) -> list[DocumentChange]:
    """What a scan would find: documents that are not as they are known, and those that are gone."""
    changes: list[DocumentChange] = [Gone(key) for key in known if key not in present]
    for key, (now, said) in present.items():
        before = known.get(key)
        if before is None or (before.hash, before.code) != (now.hash, now.code):
            changes.append(Indexed(key, now, said))
    chance.shuffle(changes)
    return changes
