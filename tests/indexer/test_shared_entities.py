"""Three hundred documents name one company: whatever order they come and go in, the index is that of a rebuild."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.store.commit import open_store

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Companies
    source: {path: ./companies}
    mapping: {file: ./mappings/companies.py, entities: [Company], documentHandlers: [{handler: handle}]}
  - kind: folder
    name: Postings
    source: {path: ./postings}
    mapping: {file: ./mappings/postings.py, entities: [Company, Posting], documentHandlers: [{handler: handle}]}
"""
SCHEMA = """\
type Company @entity(shared: true) {
  id: ID!
  name: String
  aliases: [String!]! @merge(fn: UNION)
  mentions: Int! @merge(fn: SUM)
  first: String @merge(fn: FIRST)
  postings: [Posting!]! @derivedFrom(field: "company")
  postingCount: Int! @aggregate(of: "postings", fn: COUNT)
  pay: Int8! @aggregate(of: "postings", fn: SUM, field: "pay")
}
type Posting @entity { id: ID! company: Company! pay: Int }
"""
COMPANIES = """\
from generated.schema import Company


def handle(document):
    Company(id=document.stem, name=document.data["name"], first=document.path).save()
"""
POSTINGS = """\
from generated.schema import Company, Posting
from mappings.words import plain


def handle(document):
    company = Company(id="acme", aliases=[plain(document.data["alias"])], mentions=1, first=document.path)
    company.save()
    Posting(id=document.stem, company=company, pay=document.data["pay"]).save()
"""
WORDS = "def plain(text):\n    return text\n"
COUNT = 300
TABLES = {
    "company": "id, name, aliases, mentions, first, posting_count, pay",
    "posting": "id, company, pay",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("companies", "postings", "mappings"):
        (tmp_path / folder).mkdir()
    (tmp_path / "subgraph.yaml").write_text(MANIFEST)
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "mappings/companies.py").write_text(COMPANIES)
    (tmp_path / "mappings/postings.py").write_text(POSTINGS)
    (tmp_path / "mappings/words.py").write_text(WORDS)
    return tmp_path


@asynccontextmanager
async def opened(root: Path, dsn: str, name: str, events: list[Any]) -> AsyncIterator[Indexer]:
    project = load_project(root, {})
    async with (
        open_store(dsn, name) as store,
        store.writer(project.schema, ["Companies", "Postings"], project.fingerprint) as writer,
    ):
        yield Indexer(project, writer, events.append)


def documents(chance: random.Random) -> dict[str, str]:
    postings = {
        f"postings/{at:03}.json": f'{{"alias": "A{chance.randint(1, 9)}", "pay": {chance.randint(1, 9)}}}'
        for at in range(COUNT)
    }
    return {"companies/acme.json": '{"name": "Acme"}', **postings}


def write(root: Path, files: dict[str, str]) -> list[str]:
    for path, text in files.items():
        (root / path).write_text(text)
    return [str(root / path) for path in files]


async def served(dsn: str, name: str) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        return {
            table: [tuple(row) for row in await connection.fetch(f"select {columns} from {name}.{table} order by id")]
            for table, columns in TABLES.items()
        }
    finally:
        await connection.close()


async def rebuilt(root: Path, dsn: str) -> dict[str, list[Any]]:
    async with opened(root, dsn, "clean", []) as indexer:
        await indexer.catch_up()
    return await served(dsn, "clean")


async def test_every_order_gives_one_company_made_of_all(root: Path, dsn: str) -> None:
    files = documents(random.Random(1))
    write(root, files)
    clean = await rebuilt(root, dsn)
    ((_, name, aliases, mentions, first, count, pay),) = clean["company"]
    assert (name, mentions, first, count, len(clean["posting"])) == ("Acme", COUNT, "acme.json", COUNT, COUNT)
    assert aliases == sorted(set(aliases))
    assert pay == sum(row[2] for row in clean["posting"])
    for seed in range(3):
        order = random.Random(seed).sample(sorted(files), len(files))
        for path in order:
            (root / path).unlink()
        async with opened(root, dsn, f"order{seed}", []) as indexer:
            await indexer.catch_up()
            for start in range(0, len(order), 60):
                await indexer.follow(write(root, {path: files[path] for path in order[start : start + 60]}))
        assert await served(dsn, f"order{seed}") == clean


async def test_the_company_stays_right_when_contributors_come_change_and_go(root: Path, dsn: str) -> None:
    chance = random.Random(2)
    files = documents(chance)
    write(root, files)
    async with opened(root, dsn, "live", []) as indexer:
        await indexer.catch_up()
        for path in ("postings/007.json", "companies/acme.json", "postings/000.json"):
            (root / path).unlink()
            await indexer.follow([str(root / path)])
        (root / "postings/001.json").rename(root / "postings/zzz.json")
        await indexer.follow([str(root / "postings/001.json"), str(root / "postings/zzz.json")])
        await indexer.follow(write(root, {"postings/002.json": '{"alias": "Z", "pay": 1000}'}))
    live = await served(dsn, "live")
    assert live == await rebuilt(root, dsn)
    ((_, name, _, mentions, first, count, _),) = live["company"]
    assert (name, mentions, first, count) == (None, COUNT - 2, "002.json", COUNT - 2)


async def test_an_edited_helper_runs_the_documents_that_it_serves_and_no_other(root: Path, dsn: str) -> None:
    write(root, documents(random.Random(3)))
    async with opened(root, dsn, "live", []) as indexer:
        await indexer.catch_up()
    (root / "mappings/words.py").write_text("def plain(text):\n    return text.lower()\n")
    events: list[Any] = []
    async with opened(root, dsn, "live", events) as indexer:
        block = await indexer.catch_up()
    assert block is not None
    assert block.documents == COUNT
    assert {name: each.changed for name, each in block.counts.items()} == {"Company": 1}
    assert await served(dsn, "live") == await rebuilt(root, dsn)


async def test_many_files_rewritten_at_once_are_one_block(root: Path, dsn: str) -> None:
    write(root, documents(random.Random(4)))
    async with opened(root, dsn, "live", []) as indexer:
        before = await indexer.catch_up()
        block = await indexer.follow(write(root, documents(random.Random(5))))
    assert before is not None
    assert block is not None
    assert block.number == before.number + 1
    assert await served(dsn, "live") == await rebuilt(root, dsn)
