"""The rows of the query benchmark: companies, authors, skills, postings and the skills they ask for.

The same size gives the same bytes on every machine and every run.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

PER_FILE = 2_000  # records
COUNTRIES = ["DE", "FR", "GB", "IN", "JP", "KE", "NL", "PL", "US", "ZA"]
CITIES = [f"City {number}" for number in range(40)]
SKILLS = 500
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
SYLLABLES = tuple(
    "an be co di en fa go hi in ju ka lo mi no ou pe qui ra so tu un ve wa xi yo zu".split()  # noqa: SIM905 - reads better
)


class Size(msgspec.Struct, frozen=True):
    """How many rows; the proportions are those of a job site."""

    postings: int

    @property
    def companies(self) -> int:
        return max(20, self.postings // 100)

    @property
    def authors(self) -> int:
        return max(20, self.postings // 20)


def words(chance: random.Random, count: int) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(count))


def company_id(number: int) -> str:
    return f"c{number:06}"


def posting_id(number: int) -> str:
    return f"p{number:08}"


def rows(size: Size) -> Iterator[tuple[str, Iterable[dict[str, object]]]]:
    """Names of files, without their numbers, with the records in them."""
    chance = random.Random(20_251_121)
    yield (
        "companies",
        (
            {
                "id": company_id(number),
                "name": f"{words(chance, 2).title()} {number}",
                "country": chance.choice(COUNTRIES),
                "employees": chance.randint(3, 40_000),
            }
            for number in range(size.companies)
        ),
    )
    yield (
        "authors",
        (
            {"id": f"a{number:06}", "name": words(chance, 2).title(), "email": f"author{number}@example.org"}
            for number in range(size.authors)
        ),
    )
    yield "skills", ({"id": f"s{number:04}", "name": f"{words(chance, 1)}-{number}"} for number in range(SKILLS))
    yield "postings", (_posting(chance, size, number) for number in range(size.postings))
    yield (
        "posting_skills",
        (
            {"id": f"{posting_id(number)}-{at}", "posting": posting_id(number), "skill": f"s{skill:04}"}
            for number in range(size.postings)
            for at, skill in enumerate(chance.sample(range(SKILLS), 3))
        ),
    )


def _posting(chance: random.Random, size: Size, number: int) -> dict[str, object]:
    posted = BEGAN + timedelta(seconds=chance.randint(0, 180_000_000), microseconds=chance.randint(0, 999_999))
    return {
        "id": posting_id(number),
        "title": words(chance, 4).capitalize(),
        "body": words(chance, 60),
        "city": chance.choice(CITIES),
        "remote": chance.random() < 0.3,
        "salary": chance.randrange(20_000, 200_000, 500),
        "posted_at": posted.isoformat().replace("+00:00", "Z"),
        "tags": chance.sample(SYLLABLES, 3),
        "company": company_id(chance.randrange(size.companies)),
        "author": f"a{chance.randrange(size.authors):06}",
    }


def write(size: Size, folder: Path) -> int:
    """Fill an empty folder with JSONL files. Returns how many rows."""
    encode, count = msgspec.json.encode, 0
    for name, records in rows(size):
        lines: list[bytes] = []
        files = 0
        for record in records:
            lines.append(encode(record))
            if len(lines) == PER_FILE:
                _write(folder, name, files, lines)
                count, files, lines = count + len(lines), files + 1, []
        if lines:
            _write(folder, name, files, lines)
            count += len(lines)
    return count


def _write(folder: Path, name: str, number: int, lines: list[bytes]) -> None:
    (folder / f"{name}-{number:05}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
