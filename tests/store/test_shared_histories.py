"""Promise 1 for entities that several documents feed: any history leaves what a clean rebuild would make."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.histories import catching_up

from docgraph.model.changes import (
    Contribution,
    DocumentChange,
    DocumentKey,
    Gone,
    Indexed,
    Known,
    Remove,
    Save,
    Stat,
)
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.store.compare import Comparison, compare
from docgraph.store.deployment import deployment
from docgraph.store.documents import block_hash, content_number
from docgraph.store.rewind import rewind

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HISTORIES = 300
STEPS = 4
REWOUND = 25

SDL = """
enum Tint { RED GREEN BLUE }
interface Named { id: ID! name: String }
type Company implements Named @entity(shared: true) {
  id: ID!
  name: String
  first: String @merge(fn: FIRST)
  agreed: Int @merge(fn: UNIQUE)
  score: Int! @merge(fn: SUM)
  worth: BigDecimal @merge(fn: SUM)
  weight: Float @merge(fn: SUM)
  mentions: Int! @merge(fn: COUNT)
  since: Date @merge(fn: MIN)
  label: String @merge(fn: MAX)
  open: Boolean @merge(fn: AND)
  known: Boolean @merge(fn: OR)
  aliases: [String!]! @merge(fn: UNION)
  notes: [String] @merge(fn: COLLECT)
  places: [Int!]
  tints: [Tint!] @merge(fn: FIRST)
  tint: Tint
  must: String!
}
type Person implements Named @entity { id: ID! name: String }
"""
FIELDS: Mapping[str, Callable[[random.Random], object]] = {
    "name": lambda chance: chance.choice(("A", "B", None)),
    "first": lambda chance: chance.choice(("A", "B", None)),
    "agreed": lambda chance: chance.choice((1, 1, 1, 2, None)),
    "score": lambda chance: chance.randint(-3, 3),
    "worth": lambda chance: chance.choice((Decimal("0.1"), Decimal(7), None)),
    "weight": lambda chance: chance.choice((0.1, 1e17, -1e17, 3.0)),
    "mentions": lambda chance: 1,
    "since": lambda chance: chance.choice((date(2020, 1, 1), date(1999, 12, 31))),
    "label": lambda chance: chance.choice(("é", "Z", "a", "")),
    "open": lambda chance: chance.choice((True, False)),
    "known": lambda chance: chance.choice((True, False, None)),
    "aliases": lambda chance: chance.sample(["x", "Y", "é", ""], chance.randint(0, 3)),
    "notes": lambda chance: chance.choice((None, [], ["n", None], ["m", "n"])),
    "places": lambda chance: chance.choice((None, [], [2, 1], [1, 1, 1])),
    "tints": lambda chance: chance.choice((["RED"], ["BLUE", "GREEN"], None)),
    "tint": lambda chance: chance.choice(("RED", "GREEN")),
    "must": lambda chance: "there",
}
ORDER = ("id", *FIELDS)

State = dict[DocumentKey, tuple[Known, tuple[Contribution, ...]]]
Said = tuple[DocumentKey, Mapping[str, Any]]
Conflict = tuple[str, int | None, str, str]  # path and line of the loser, entity, id


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(SDL)


# What documents say ----------------------------------------------------------------


def company(chance: random.Random, identifier: str) -> Save:
    """`must` is left out now and then, as by a document whose earlier word stays although it no longer runs."""
    assigned = {name: make(chance) for name, make in FIELDS.items() if chance.random() < 0.5}
    if chance.random() < 0.8:
        assigned["must"] = "there"
    row = tuple({"id": identifier, **assigned}.get(name) for name in ORDER)
    places = tuple(place for place, name in enumerate(ORDER) if name == "id" or name in assigned)
    return Save("Company", identifier, row, chance.choice((None, 2, 3)), places)


def random_contributions(chance: random.Random) -> tuple[Contribution, ...]:
    said: list[Contribution] = []
    for identifier in chance.sample("xyz", chance.randint(0, 3)):
        if chance.random() < 0.15:
            removed = chance.random() < 0.2
            said.append(
                Remove("Person", identifier)
                if removed
                else Save("Person", identifier, (identifier, chance.choice("AB")))
            )
            continue
        said += [
            Remove("Company", identifier) if chance.random() < 0.1 else company(chance, identifier)
            for _ in range(chance.choice((1, 1, 2, 3)))
        ]
    return tuple(said)


def random_change(chance: random.Random, present: State) -> DocumentChange:
    key = DocumentKey(chance.randint(0, 1), chance.choice("abc"))
    known = Known(Stat(1, chance.getrandbits(60), 1), chance.randbytes(16), b"c" * 16)
    if key in present and chance.random() < 0.3:
        del present[key]
        return Gone(key)
    if key in present and chance.random() < 0.2:  # the same words again
        present[key] = (known, present[key][1])
    else:
        present[key] = (known, random_contributions(chance))
    return Indexed(key, known, present[key][1])


# The rebuild, in a few lines of Python -----------------------------------------------


def rebuild(present: State) -> tuple[dict[str, Any], dict[str, Any], set[Conflict]]:
    """Companies and people by id, and the conflicts."""
    companies: dict[str, list[tuple[Said, int | None]]] = {}
    people: dict[str, list[Said]] = {}
    for key in sorted(present):
        for said in present[key][1]:
            match said:
                case Remove(type="Company"):
                    companies[said.id] = []  # type: ignore[index]
                case Remove(type="Person"):
                    people[said.id] = []  # type: ignore[index]
                case Save(type="Company", assigned=places) if places is not None:
                    assigned = {ORDER[place]: said.row[place] for place in places}
                    companies.setdefault(str(said.id), []).append(((key, assigned), said.line))
                case Save():
                    people.setdefault(str(said.id), []).append((key, {"name": said.row[1], "line": said.line}))
    found: tuple[dict[str, Any], dict[str, Any], set[Conflict]] = ({}, {}, set())
    for identifier in {*companies, *people}:
        settle(identifier, companies.get(identifier, []), people.get(identifier, []), *found)
    return found


def settle(
    identifier: str,
    company: Sequence[tuple[Said, int | None]],
    people: Sequence[Said],
    companies: dict[str, Any],
    persons: dict[str, Any],
    conflicts: set[Conflict],
) -> None:
    """Who is served under an id, and who loses."""
    claimants = [(key, "Person", assigned) for key, assigned in people]
    if company:
        (first, _), line = company[0]
        row = {name: merge(name, [said for said, _ in company]) for name in FIELDS}
        agreed = [(at(key), told, each["agreed"]) for (key, each), told in company if "agreed" in each]
        others = [(path, told) for path, told, value in agreed if value != agreed[0][2]]
        if others:
            conflicts.add((*others[0], "Company", identifier))
        if row["must"] is None:
            conflicts.add((at(first), line, "Company", identifier))
        else:
            claimants.append((first, "Company", {**row, "line": line}))
    claimants.sort(key=lambda each: each[0])
    for key, name, row in claimants[:1]:
        (companies if name == "Company" else persons)[identifier] = (at(key), row)
    conflicts |= {(at(key), row["line"], name, identifier) for key, name, row in claimants[1:]}


def merge(name: str, said: Sequence[Said]) -> object:
    values = [assigned[name] for _, assigned in said if name in assigned]
    there = [value for value in values if value is not None]
    match name:
        case "name" | "places" | "tint" | "must":
            return values[-1] if values else None
        case "first" | "agreed" | "tints":
            return values[0] if values else None
        case "score":
            return sum(there)
        case "worth":
            return sum(there) if there else None
        case "weight":
            return float(sum(Decimal(str(each)) for each in there)) if there else None
        case "mentions":
            return len(there)
        case "since":
            return min(there, default=None)
        case "label":
            return max(there, default=None)
        case "open":
            return all(there) if there else None
        case "known":
            return any(there) if there else None
        case "aliases":
            return sorted({each for value in there for each in value})
        case _:
            return [each for value in there for each in value] if there else None


def at(key: DocumentKey) -> str:
    return f"{key.source}/{key.path}"


# The comparison ------------------------------------------------------------------------


async def test_random_histories_of_shared_entities_equal_a_rebuild(writer_of, connection):
    async with writer_of() as writer:
        namespace = writer.layout.namespace
        await writer.finish_first_load(NOW)
        for seed in range(HISTORIES):
            chance = random.Random(seed)
            present: State = {}
            for _ in range(STEPS):
                async with writer.block(NOW) as block:
                    for _ in range(chance.randint(1, 2)):
                        await block.apply([random_change(chance, present) for _ in range(chance.randint(1, 4))])
                assert await tables(connection, namespace) == rebuild(present), f"seed {seed}"
            async with writer.block(NOW) as block:
                await block.apply([Gone(key) for key in present])
            assert await leftovers(connection, namespace) == 0, f"seed {seed}"


async def test_a_first_load_gives_what_blocks_give(writer_of, connection):
    chance = random.Random(5)
    present: State = {}
    for _ in range(40):
        random_change(chance, present)
    async with writer_of() as writer:
        for key, (known, said) in sorted(present.items()):
            async with writer.block(NOW) as block:
                await block.apply([Indexed(key, known, said)])
        finished = await writer.finish_first_load(NOW)
        assert await tables(connection, writer.layout.namespace) == rebuild(present)
        companies, people, _ = rebuild(present)
        created = {name: each.created for name, each in finished.counts.items()}
        assert created == {name: len(rows) for name, rows in (("Company", companies), ("Person", people)) if rows}
        content = sum(content_number(key, known.hash, known.code) for key, (known, _) in present.items())
        assert finished.hash == block_hash(content)


async def test_a_past_makes_no_difference_to_a_comparison_and_tampering_does(writer_of, schema, connection):
    one, other = (deployment(number, "shop", ["first", "second"], schema, f"docgraph_d{number}") for number in (1, 2))

    async def compared() -> Comparison:
        async with connection.transaction(isolation="repeatable_read"):
            return await compare(connection, one, other.layout)

    async with writer_of(b"with a past") as past, writer_of(b"clean") as clean:
        await past.finish_first_load(NOW)
        chance, present = random.Random(9), State()
        for _ in range(12):
            async with past.block(NOW) as block:
                await block.apply([random_change(chance, present) for _ in range(4)])
        async with clean.block(NOW) as block:
            await block.apply([Indexed(key, known, said) for key, (known, said) in present.items()])
        await clean.settle_first_load()
        assert (await compared()).differences == ()
        await connection.execute("update docgraph_d1.company set score = score + 1")
        assert {(each.kind, each.field) for each in (await compared()).differences} == {("Company", "score")}
        await connection.execute("update docgraph_d1.company set score = score - 1")
        await connection.execute("update docgraph_d1.company$said set score = 7 where score is not null")
        assert {each.kind for each in (await compared()).differences} == {"contribution to Company"}


async def test_the_rows_of_a_block_come_back_and_catching_up_equals_a_rebuild(writer_of, schema, connection):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        namespace = writer.layout.namespace
    deployed = deployment(1, "shop", ["first", "second"], schema, namespace)
    for seed in range(REWOUND):
        chance, present = random.Random(seed), State()
        states: dict[int, Any] = {}
        async with writer_of() as writer:
            for _ in range(STEPS):
                async with writer.block(NOW) as block:
                    await block.apply([random_change(chance, present) for _ in range(chance.randint(1, 4))])
                if block.committed:
                    states[block.committed.number] = (await tables(connection, namespace))[:2]
        if len(states) < 2:
            continue
        back = chance.choice(sorted(states)[:-1])
        await rewind(connection, deployed, b"one", back, NOW)
        assert [_values(each) for each in (await tables(connection, namespace))[:2]] == [
            _values(each) for each in states[back]
        ], f"seed {seed}"
        for _ in range(chance.randint(0, 3)):
            random_change(chance, present)
        async with writer_of() as writer:
            changes = catching_up(present, await writer.known(), chance)
            for at_ in range(0, len(changes), 3):
                async with writer.block(NOW) as block:
                    await block.apply(changes[at_ : at_ + 3])
            assert await tables(connection, namespace) == rebuild(present), f"seed {seed}"
            async with writer.block(NOW) as block:
                await block.apply([Gone(key) for key in present])


def _values(rows: Mapping[str, Any]) -> dict[str, Any]:
    """What is served, whoever says it."""
    return {identifier: {**row, "line": None} for identifier, (_, row) in rows.items()}


async def test_saying_the_same_again_writes_no_row(writer_of, connection):
    chance = random.Random(7)
    present: State = {}
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        async with writer.block(NOW) as block:
            await block.apply([random_change(chance, present) for _ in range(9)])
        stamps = await versions(connection, writer.layout.namespace)
        async with writer.block(NOW) as block:
            known = Known(Stat(2, 2, 2), b"d" * 16, b"c" * 16)
            await block.apply([Indexed(key, known, said) for key, (_, said) in present.items()])
        assert block.committed is not None
        assert block.committed.counts == {}
        assert await versions(connection, writer.layout.namespace) == stamps


async def tables(connection: Any, namespace: str) -> Any:
    columns = ", ".join(f't."{name}"' for name in FIELDS)
    query = """
    select t.id, {1}, "$line" as line, d.source || '/' || d.path as at
    from {0}.{2} as t join {0}."$document" as d on d.id = t."$document" """
    companies = await connection.fetch(query.format(namespace, columns, "company"))
    people = await connection.fetch(query.format(namespace, "t.name", "person"))
    conflicts = await connection.fetch(
        f"""select d.source || '/' || d.path, p.line, p.entity, p.id from {namespace}."$problems" as p
        join {namespace}."$document" as d on d.id = p.document"""
    )
    shown = [{row["id"]: (row["at"], _plain(row)) for row in found} for found in (companies, people)]
    return (*shown, {tuple(each) for each in conflicts})


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "at")}


async def versions(connection: Any, namespace: str) -> list[Any]:
    query = "select 1, id, xmin::text from {0}.company union all select 2, id, xmin::text from {0}.company$said"
    return sorted(map(tuple, await connection.fetch(query.format(namespace))))


async def leftovers(connection: Any, namespace: str) -> int:
    names = ("company", '"company$said"', "person", '"$claim"', '"$flaw"', '"$document"')
    query = " + ".join(f"(select count(*) from {namespace}.{each})" for each in names)
    return int(await connection.fetchval(f"select {query}"))
