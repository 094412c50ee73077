"""What a document sees of a shared entity after its own words is what the store makes of all of them in SQL."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from docgraph.mapping.own_words import finish, is_whole, with_words
from docgraph.mapping.shape import Shape, shapes
from docgraph.model.changes import Contribution, DocumentKey, Gone, Indexed, Known, Remove, Row, Save, Stat
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.store.commit import open_store
from docgraph.store.deployment import deployment
from docgraph.store.rows import Codec

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEQUENCES = 250
OWN = DocumentKey(1, "own.json")
IDS = ("x", "y", "z")

SDL = """
enum Tint { RED GREEN BLUE }
type Thing @entity(shared: true) {
  id: ID!
  must: String!
  last: String
  places: [Int]
  first: String @merge(fn: FIRST)
  firsts: [String] @merge(fn: FIRST)
  agreed: Int @merge(fn: UNIQUE)
  small: Int @merge(fn: SUM)
  score: Int! @merge(fn: SUM)
  long: Int8 @merge(fn: SUM)
  worth: BigDecimal @merge(fn: SUM)
  weight: Float @merge(fn: SUM)
  mentions: Int! @merge(fn: COUNT)
  named: Int @merge(fn: COUNT)
  since: Date @merge(fn: MIN)
  label: String @merge(fn: MAX)
  open: Boolean @merge(fn: AND)
  known: Boolean @merge(fn: OR)
  aliases: [String!]! @merge(fn: UNION)
  tints: [Tint] @merge(fn: UNION)
  amounts: [BigDecimal!] @merge(fn: UNION)
  notes: [String] @merge(fn: COLLECT)
  extra: JSON
}
"""
LARGE = Decimal("12345678901234567890123456789012345.25")
VALUES: Mapping[str, Callable[[random.Random], object]] = {
    "must": lambda chance: chance.choice("ab"),
    "last": lambda chance: chance.choice(("a", "b", None)),
    "places": lambda chance: chance.choice((None, [], [2, None, 1])),
    "first": lambda chance: chance.choice(("a", "b", None)),
    "firsts": lambda chance: chance.choice((None, [], ["a", None])),
    "agreed": lambda chance: chance.choice((1, 2, None)),
    "small": lambda chance: chance.choice((2**31 - 1, -5, 1, None)),
    "score": lambda chance: chance.choice((3, -3)),
    "long": lambda chance: chance.choice((2**62, -(2**62), 1, None)),
    "worth": lambda chance: chance.choice((Decimal("0.1"), LARGE, Decimal("1E+3"), None)),
    "weight": lambda chance: chance.choice((0.1, 1e17, -1e17, 3.0, None)),
    "mentions": lambda chance: 1,
    "named": lambda chance: chance.choice((1, None)),
    "since": lambda chance: chance.choice((date(2020, 1, 1), date(1999, 12, 31), None)),
    "label": lambda chance: chance.choice(("é", "Z", "a", "", None)),
    "open": lambda chance: chance.choice((True, False, None)),
    "known": lambda chance: chance.choice((True, False, None)),
    "aliases": lambda chance: chance.sample(["x", "Y", "é", ""], chance.randint(0, 3)),
    "tints": lambda chance: chance.choice((None, [], ["RED", None], ["BLUE", "GREEN"], ["GREEN", "GREEN"])),
    "amounts": lambda chance: chance.choice((None, [Decimal(2), Decimal("10")], [Decimal("1.5")])),
    "notes": lambda chance: chance.choice((None, [], ["n", None], ["m", "n"])),
    "extra": lambda chance: chance.choice((None, '{"a":1}', "[1,2]")),
}
ORDER = ("id", *VALUES)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(SDL)


def thing(chance: random.Random) -> Contribution:
    identifier = chance.choice(IDS)
    if chance.random() < 0.1:
        return Remove("Thing", identifier)
    # A document that loaded an entity need not say what it must have, and its word stays when that entity goes.
    assigned = {name: make(chance) for name, make in VALUES.items() if chance.random() < 0.4}
    row = tuple({"id": identifier, **assigned}.get(name) for name in ORDER)
    places = tuple(place for place, name in enumerate(ORDER) if name == "id" or name in assigned)
    return Save("Thing", identifier, row, None, places)


def said_by(chance: random.Random, key: DocumentKey) -> Indexed:
    said = tuple(thing(chance) for _ in range(chance.randint(1, 5)))
    return Indexed(key, Known(Stat(1, chance.getrandbits(60), 1), chance.randbytes(16), b"c" * 16), said)


def seen_after(shape: Shape, below: Mapping[str, Row], own: Indexed) -> dict[str, Row]:
    """What the document would load at its end."""
    rows: dict[str, Row | None] = {each: below.get(each) for each in IDS}
    for each in own.contributions:
        identifier = str(each.id)
        if isinstance(each, Save):
            said = {ORDER[place]: each.row[place] for place in each.assigned or ()}
            rows[identifier] = with_words(shape, rows[identifier], said)
        else:
            rows[identifier] = None
    finished = {each: finish(shape, row) for each, row in rows.items() if row is not None}
    return {each: row for each, row in finished.items() if is_whole(shape, row)}


def shown(codec: Codec, row: Row) -> Row:
    """Equal values alike, whoever merged them."""
    values = codec.decode(codec.encode(row))
    return tuple(
        json.loads(each) if name == "extra" and each else each for name, each in zip(ORDER, values, strict=True)
    )


async def test_any_words_of_one_document_on_top_of_others_are_merged_as_the_store_does(
    dsn: str, schema: Schema
) -> None:
    shape = shapes(schema)["Thing"]
    partial = 0
    async with (
        open_store(dsn, "shop") as store,
        store.writer(schema, ["first", "second"], b"f" * 32) as writer,
    ):
        await writer.finish_first_load(NOW)
        codec = deployment(1, "shop", ["first", "second"], schema, writer.layout.namespace).codecs["Thing"]
        for seed in range(SEQUENCES):
            chance = random.Random(seed)
            lower = [said_by(chance, DocumentKey(0, name)) for name in "abc"[: chance.randint(0, 3)]]
            own = said_by(chance, OWN)
            async with writer.block(NOW) as block:
                await block.apply(lower)
                below = await block.load("Thing", IDS, OWN)
                await block.apply([own])
                served = await block.load("Thing", IDS, None)
            told = seen_after(shape, below, own)
            assert told.keys() == served.keys(), seed
            for each, row in told.items():
                for name, mine, theirs in zip(ORDER, shown(codec, row), shown(codec, served[each]), strict=True):
                    assert mine == theirs, (seed, each, name)
            partial += sum(not is_whole(shape, finish(shape, row)) for row in below.values())
            async with writer.block(NOW) as block:
                await block.apply([Gone(each.key) for each in (*lower, own)])
    assert partial  # what lacks a value that it must have, until more is said
