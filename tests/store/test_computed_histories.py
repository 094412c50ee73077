"""Figures about other entities: after any history, and at every block of it, those that the rows themselves give."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from docgraph.model.changes import Contribution, DocumentChange, DocumentKey, Gone, Indexed, Known, Save, Stat
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.store import apply
from docgraph.store.apply import FEW

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HISTORIES = 60
STEPS = 5

SDL = """
type Company @entity {
  id: ID!
  name: String
  postings: [Posting!]! @derivedFrom(field: "company")
  postingCount: Int! @aggregate(of: "postings", fn: COUNT)
  hours: Int8! @aggregate(of: "postings", fn: SUM, field: "hours")
  pay: BigDecimal @aggregate(of: "postings", fn: AVG, field: "pay")
  weight: Float! @aggregate(of: "postings", fn: SUM, field: "weight")
  latest: Date @aggregate(of: "postings", fn: MAX, field: "posted")
  first: String @aggregate(of: "postings", fn: MIN, field: "id")
  shared: [Work!]! @derivedFrom(field: "partners")
  sharedCount: BigInt! @aggregate(of: "shared", fn: COUNT)
}
interface Work { id: ID! hours: Int partners: [Company!]! }
type Posting implements Work @entity {
  id: ID! hours: Int partners: [Company!]! company: Company pay: BigDecimal weight: Float posted: Date
}
type Project implements Work @entity(shared: true) {
  id: ID! hours: Int @merge(fn: SUM) partners: [Company!]! @merge(fn: UNION)
}
"""
FIGURES = ("posting_count", "hours", "pay", "weight", "latest", "first", "shared_count")
Present = dict[DocumentKey, tuple[Contribution, ...]]


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(SDL)


def company(chance: random.Random, identifier: str) -> Save:
    return Save("Company", identifier, (identifier, chance.choice("AB")))


def partners(chance: random.Random) -> list[str]:
    return chance.sample("xyz", chance.randint(0, 2))


def posting(chance: random.Random, identifier: str) -> Save:
    return Save(
        "Posting",
        identifier,
        (
            *(identifier, chance.choice((None, 1, 2**31 - 1)), partners(chance), chance.choice((None, *"xyz"))),
            *(chance.choice((None, Decimal("0.1"), Decimal(7))), chance.choice((None, 0.1, 1e17))),
            chance.choice((None, date(2024, 2, 29), date(2026, 1, 1))),
        ),
    )


def project(chance: random.Random, identifier: str) -> Save:
    return Save("Project", identifier, (identifier, chance.randint(0, 5), partners(chance)), None, (0, 1, 2))


def random_change(chance: random.Random, present: Present) -> DocumentChange:
    """Documents own what is called like them; projects are named by all."""
    path = chance.choice("abcdef")
    key, known = DocumentKey(0, path), Known(Stat(1, chance.getrandbits(60), 1), chance.randbytes(16), b"c" * 16)
    if key in present and chance.random() < 0.3:
        del present[key]
        return Gone(key)
    said: list[Contribution] = [posting(chance, f"{path}{at}") for at in range(chance.randint(0, 2))]
    if path in "abc" and chance.random() < 0.7:
        said.append(company(chance, {"a": "x", "b": "y", "c": "z"}[path]))
    if chance.random() < 0.5:
        said.append(project(chance, chance.choice(("P", "Q"))))
    present[key] = tuple(said)
    return Indexed(key, known, present[key])


def figures(present: Present) -> dict[str, Mapping[str, Any]]:
    said = [each for key in sorted(present) for each in present[key] if isinstance(each, Save)]
    postings = {each.id: each.row for each in said if each.type == "Posting"}
    projects: dict[Any, set[Any]] = {}
    for each in said:
        if each.type == "Project":
            projects.setdefault(each.id, set()).update(each.row[2])  # type: ignore[call-overload]
    found = {}
    for name in {str(each.id) for each in said if each.type == "Company"}:
        of = [row for row in postings.values() if row[3] == name]
        pay: list[Any] = [row[4] for row in of if row[4] is not None]
        weights = [Decimal(str(row[5])) for row in of if row[5] is not None]
        days: list[Any] = [row[6] for row in of if row[6] is not None]
        found[name] = {
            "posting_count": len(of),
            "hours": sum(int(str(row[1])) for row in of if row[1] is not None),
            "pay": round(sum(pay) / len(pay), 9) if pay else None,
            "weight": float(sum(weights)),
            "latest": max(days, default=None),
            "first": min((str(row[0]) for row in of), default=None),
            "shared_count": sum(name in row[2] for row in postings.values())  # type: ignore[operator]
            + sum(name in each for each in projects.values()),
        }
    return found


@pytest.mark.parametrize("few", [FEW, 0])
async def test_figures_are_right_at_every_block_of_any_history(
    writer_of, connection, monkeypatch: pytest.MonkeyPatch, few: int
):
    monkeypatch.setattr(apply, "FEW", few)  # new rows that are decided about, though there is nothing to decide
    async with writer_of() as writer:
        namespace = writer.layout.namespace
        await writer.finish_first_load(NOW)
        for seed in range(HISTORIES):
            chance = random.Random(seed)
            present: Present = {}
            at_block: dict[int, Any] = {}
            for _ in range(STEPS):
                async with writer.block(NOW) as block:
                    for _ in range(chance.randint(1, 2)):
                        await block.apply([random_change(chance, present) for _ in range(chance.randint(1, 4))])
                if block.committed:
                    at_block[block.committed.number] = figures(present)
            for number, expected in at_block.items():
                assert await companies(connection, namespace, number) == expected, f"seed {seed}, block {number}"
            async with writer.block(NOW) as block:
                await block.apply([Gone(key) for key in present])


async def test_a_first_load_has_its_figures(writer_of, connection):
    chance = random.Random(3)
    present: Present = {}
    for _ in range(30):
        random_change(chance, present)
    async with writer_of() as writer:
        async with writer.block(NOW) as block:
            await block.apply(
                [Indexed(key, Known(Stat(1, 1, 1), b"h" * 16, b"c" * 16), present[key]) for key in present]
            )
        await writer.finish_first_load(NOW)
        assert await companies(connection, writer.layout.namespace, 1) == figures(present)


async def test_a_row_whose_figures_stay_is_not_written(writer_of, connection):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        said = (company(random.Random(1), "x"), posting(random.Random(1), "p"))
        for path, content in (("a", said), ("b", ()), ("a", said)):
            async with writer.block(NOW) as block:
                known = Known(Stat(1, 1, 1), path.encode() * 16, b"c" * 16)
                await block.apply([Indexed(DocumentKey(0, path), known, content)])
        namespace = writer.layout.namespace
        assert await connection.fetchval(f'select array_agg("$since") from {namespace}.company') == [2]


async def companies(connection: Any, namespace: str, number: int) -> dict[str, Any]:
    columns = ", ".join(("id", *(f'"{each}"' for each in FIGURES)))
    query = f"""
    select {columns} from {namespace}.company where "$since" <= $1
    union all
    select {columns} from {namespace}.company$history where "$since" <= $1 and $1 < "$until" """
    rows = await connection.fetch(query, number)
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: {each: _rounded(row[each]) for each in FIGURES} for row in rows}


def _rounded(value: Any) -> Any:
    return round(value, 9) if isinstance(value, Decimal) else value
