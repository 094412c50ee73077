"""Rows made by chance: several blocks of history, with the values that are likely to be handled wrongly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from fuzz.naive.values import ALL_DIGITS
from fuzz.nouns import DOCUMENTS, Block, Field, Rows, Schema, Version

PIECES = [
    *("a", "A", "b", "B", "z", "%", "_", "\\", "'", '"', "é", "e\u0301", "ß", "İ", "ı", "K", "k", "𝒳", "😀", "👩‍🚀"),
    *("\n", "\t", "\u2028", " ", "0", "9", "-", "{}", "$1", "\x01", "\x7f", "\ufffd", "\uffff", "ﬀ", "中", "/*", ";--"),
]
WHOLE = {"Int": 2**31, "Int8": 2**63, "BigInt": 10**60}
DECIMALS = [
    "0",
    "1",
    "-1",
    "0.1",
    "0.10",
    "1.5",
    "100",
    "1E+20",
    "1E-20",
    "9" * 34,
    "-" + "9" * 34,
    "1E+6000",
    "1E-6000",
]
FLOATS = [0.0, -0.0, 1.0, 1.5, 0.1, -1.5, 1e16, 123456789012345680.0, 1e308, -1e308, 5e-324, 1e-7, 2.5e-5, 1e22]
DAYS = [date(1, 1, 1), date(9999, 12, 31), date(1970, 1, 1), date(2024, 2, 29), date(1999, 12, 31), date(10, 10, 10)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    EPOCH,
    EPOCH - timedelta(microseconds=1),
    datetime(2024, 2, 29, 12, 30, 15, 120000, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=UTC),
    datetime(1900, 1, 1, 0, 0, 1, tzinfo=UTC),
]
JSONS = [
    *(True, False, 0, 1, -1, 1.5, 10**30, "", "a", "é😀", [], {}, [1, None], {"a": 1}, {"b": {"c": [1]}, "a": None}),
    *({"a": 1.0}, [[]], "null", {"": "x"}, [True], {"$v": "{}"}, Decimal("0.1000"), Decimal("1E+2"), {"a": [{}, "%"]}),
]


def text(chance: Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.choice([0, 1, 1, 1, 2, 2, 3, 4])))


def one_value(schema: Schema, held: str, chance: Random) -> Any:
    """A value of a scalar or an enum, as it is stored."""
    if held in schema.enums:
        return chance.choice(schema.enums[held])
    match held:
        case "ID" | "String":
            return text(chance)
        case "Bytes":
            return bytes(chance.choice([0, 1, 0x5F, 0xAB, 0xFF]) for _ in range(chance.randint(0, 3)))
        case "Boolean":
            return chance.random() < 0.5
        case "Int" | "Int8" | "BigInt":
            limit = WHOLE[held]
            return chance.choice([0, 1, 1, 2, 3, -1, 10, limit - 1, -limit, chance.randrange(-limit, limit)])
        case "BigDecimal":
            return Decimal(chance.choice(DECIMALS)).normalize(ALL_DIGITS)
        case "Float":
            return chance.choice(FLOATS)
        case "Date":
            return chance.choice(DAYS)
        case "Timestamp" | "DateTime":
            return chance.choice(MOMENTS)
        case "JSON":
            return chance.choice(JSONS)
    raise ValueError(held)


class Holder(msgspec.Struct, frozen=True):
    """Which ids there may be, by entity; what shares an interface or a union shares them."""

    schema: Schema
    ids: dict[str, list[Any]]

    def of(self, name: str) -> list[Any]:
        found = [each for entity in self.schema.concrete(name) for each in self.ids[entity.name]]
        return found or [""]


def make_rows(schema: Schema, chance: Random) -> Rows:
    """Blocks, and what each of them made, changed and removed."""
    families = _families(schema)
    pools = [_ids(schema, family, chance) for family in families]
    ids = {name: pool for family, pool in zip(families, pools, strict=True) for name in family}
    holder = Holder(schema, ids)
    dangling = chance.choice([0.0, 0.0, 0.0, 0.05, 0.2])
    versions: list[Version] = []
    blocks = _blocks(chance)
    for family, pool in zip(families, pools, strict=True):
        for identifier in pool:
            if chance.random() >= dangling:
                versions += _history(holder, family, identifier, blocks, chance)
    problems = tuple(chance.sample([each.number for each in blocks], chance.choice([0, 0, 0, 1])))
    return Rows(tuple(blocks), tuple(versions), problems)


def _blocks(chance: Random) -> list[Block]:
    first, count = chance.choice([1, 1, 3]), chance.randint(1, 4)
    hashes = [bytes([chance.randrange(256)]) * 16 for _ in range(count)]
    if count > 2 and chance.random() < 0.3:
        hashes[-1] = hashes[0]  # a state that came back
    return [Block(first + at, hashes[at], 1_700_000_000 + at * chance.randint(1, 99)) for at in range(count)]


def _families(schema: Schema) -> list[list[str]]:
    """Entities by the space of ids they share."""
    families = [{each.name} for each in schema.entities()]
    groups = [{each.name for each in schema.concrete(name)} for name in [*schema.types, *schema.unions]]
    for group in filter(None, groups):
        touched = [family for family in families if family & group]
        families = [family for family in families if not family & group] + [set().union(*touched)]
    return [sorted(family) for family in families]


def _ids(schema: Schema, family: list[str], chance: Random) -> list[Any]:
    held = schema.id_type(family[0])
    wanted = chance.randint(2, 4 + 2 * len(family))
    found = [one_value(schema, held, chance) for _ in range(wanted)]
    if held == "String":
        found = [each if chance.random() < 0.4 else chance.choice("pqP") + str(at) for at, each in enumerate(found)]
    return list(dict.fromkeys(found))


def _history(holder: Holder, family: list[str], identifier: Any, blocks: list[Block], chance: Random) -> list[Version]:
    """The versions of one entity, one after the other."""
    found: list[Version] = []
    entity = chance.choice(family)
    for block in blocks:
        present = bool(found) and found[-1].until is None
        changes = chance.random() < (0.3 if present else 0.8 if not found else 0.3)
        if not changes:
            continue
        if present:
            document = chance.randrange(len(DOCUMENTS))
            found[-1] = msgspec.structs.replace(found[-1], until=block.number, document=document)
            if chance.random() < 0.3:
                continue
        elif found:
            entity = chance.choice(family)
        found.append(_version(holder, entity, identifier, block.number, chance))
    return found


def _version(holder: Holder, name: str, identifier: Any, since: int, chance: Random) -> Version:
    values = {
        field.name: identifier if field.name == "id" else _stored(holder, field, chance)
        for field in holder.schema.types[name].fields
        if field.derived_from is None
    }
    return Version(name, values, since, None, chance.randrange(len(DOCUMENTS) - 1), chance.choice([None, 1, 70_000]))


def _stored(holder: Holder, field: Field, chance: Random) -> Any:
    if not field.required and chance.random() < 0.25:
        return None
    if not field.is_list:
        return _one(holder, field, chance)
    found = [_one(holder, field, chance) for _ in range(chance.choice([0, 1, 1, 2, 3, 4]))]
    return [None if not field.items_required and chance.random() < 0.15 else each for each in found]


def _one(holder: Holder, field: Field, chance: Random) -> Any:
    if holder.schema.leads(field):
        return chance.choice(holder.of(field.type))
    return one_value(holder.schema, field.type, chance)
