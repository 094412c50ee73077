"""The whole way from files to rows on a real Postgres, crashes included."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.events import BlockCommitted, Event, ProblemFound
from docgraph.store.commit import open_store

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Docs
    source: {path: ./docs}
    mapping: {file: ./mappings/pages.py, entities: [Page], documentHandlers: [{handler: handle}]}
"""
MAPPING = """\
from generated.schema import Page


def handle(document):
    Page(id=document.path, title=document.data["title"]).save()
"""
# A process of its own, so that it can be killed; it says how far it has come.
CHILD = """\
import asyncio, sys
from pathlib import Path
from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.store.commit import open_store

async def main():
    project = load_project(Path(sys.argv[1]), {})
    async with open_store(sys.argv[2], "pages") as store:
        async with store.writer(project.schema, ["Docs"], project.fingerprint) as writer:
            await Indexer(project, writer, lambda event: print(event, flush=True)).catch_up()

asyncio.run(main())
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mappings").mkdir()
    (tmp_path / "subgraph.yaml").write_text(MANIFEST)
    (tmp_path / "schema.graphql").write_text("type Page @entity { id: ID! title: String! }\n")
    (tmp_path / "mappings/pages.py").write_text(MAPPING)
    return tmp_path


def write(root: Path, path: str, title: object) -> None:
    (root / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
    (root / "docs" / path).write_text(f'{{"title": "{title}"}}')


class Told:
    """Events as they come, for tests that wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def all(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until_blocks(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.all(BlockCommitted)) < count:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def opened(root: Path, dsn: str, told: Told) -> AsyncIterator[Indexer]:
    project = load_project(root, {})
    async with (
        open_store(dsn, "pages") as store,
        store.writer(project.schema, ["Docs"], project.fingerprint) as writer,
    ):
        yield Indexer(project, writer, told)


async def rows(dsn: str) -> dict[str, str]:
    connection = await asyncpg.connect(dsn)
    try:
        return {row["id"]: row["title"] for row in await connection.fetch("select id, title from pages.page")}
    finally:
        await connection.close()


async def test_documents_become_rows_and_edits_change_exactly_theirs(root: Path, dsn: str) -> None:
    told = Told()
    write(root, "a.json", 1)
    write(root, "b/c.json", 2)
    async with opened(root, dsn, told) as indexer:
        ready = asyncio.Event()
        watch = asyncio.create_task(indexer.watch(ready=ready))
        await ready.wait()
        assert await rows(dsn) == {"a.json": "1", "b/c.json": "2"}
        write(root, "a.json", 3)
        await told.until_blocks(2)
        assert await rows(dsn) == {"a.json": "3", "b/c.json": "2"}
        os.rename(root / "docs/b", root / "docs/d")
        await told.until_blocks(3)
        assert await rows(dsn) == {"a.json": "3", "d/c.json": "2"}
        (root / "docs/a.json").unlink()
        await told.until_blocks(4)
        assert await rows(dsn) == {"d/c.json": "2"}
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
    counts = told.all(BlockCommitted)[1].block.counts["Page"]
    assert (counts.created, counts.changed, counts.deleted) == (0, 1, 0)


async def test_two_documents_that_claim_one_entity_are_told_and_the_loser_takes_over(root: Path, dsn: str) -> None:
    (root / "mappings/pages.py").write_text(MAPPING.replace("document.path", '"one"'))
    told = Told()
    write(root, "a.json", 1)
    write(root, "b.json", 2)
    async with opened(root, dsn, told) as indexer:
        await indexer.catch_up()
        assert await rows(dsn) == {"one": "1"}
        assert [event.problem.kind for event in told.all(ProblemFound)] == ["conflict"]
        (root / "docs/a.json").unlink()
        await indexer.catch_up()
        assert await rows(dsn) == {"one": "2"}


async def test_a_killed_first_load_is_gone_on_with_and_ends_in_the_same_rows(root: Path, dsn: str) -> None:
    for number in range(3_000):
        write(root, f"{number // 100}/{number}.json", number)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        str(root),
        dsn,
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert child.stdout is not None
    async for line in child.stdout:
        if b"done=1800" in line:  # the first thousand is committed, the second under way
            child.send_signal(signal.SIGKILL)
    assert await child.wait() == -signal.SIGKILL
    told = Told()
    async with opened(root, dsn, told) as indexer:
        block = await indexer.catch_up()
        assert block is not None
        assert block.number == 1
        assert await rows(dsn) == {f"{number // 100}/{number}.json": str(number) for number in range(3_000)}
        assert await indexer.catch_up() is None


async def test_lines_after_random_edits_are_those_of_a_rebuild(root: Path, dsn: str) -> None:
    (root / "subgraph.yaml").write_text(
        MANIFEST.replace("documentHandlers: [{handler: handle}]", "recordHandlers: [{handler: handle}]")
    )
    (root / "mappings/pages.py").write_text(
        'from generated.schema import Page\n\n\ndef handle(row):\n    Page(id=row.data["id"], title="same").save()\n'
    )
    chance = random.Random(3)
    for _ in range(6):
        for name in chance.sample("abc", 2):
            ids = chance.sample("uvwxyz", chance.randint(0, 4))  # some are claimed by several documents
            (root / f"docs/{name}.csv").write_text("".join(f"{each}\n" for each in ("id", *ids)))
        await catch_up(root, dsn, "pages")
    connection = await asyncpg.connect(dsn)
    try:
        followed = await lines(connection, await catch_up(root, dsn, "pages"))
        assert followed == await lines(connection, await catch_up(root, dsn, "rebuilt"))
        assert len({line for _, _, line in followed}) > 1
    finally:
        await connection.close()


async def catch_up(root: Path, dsn: str, index: str) -> str:
    """Brings the index up to the documents and returns its namespace."""
    project = load_project(root, {})
    async with open_store(dsn, index) as store, store.writer(project.schema, ["Docs"], project.fingerprint) as writer:
        await Indexer(project, writer, lambda event: None).catch_up()
        return writer.layout.namespace


async def lines(connection: asyncpg.Connection, namespace: str) -> set[tuple[str, str, int]]:
    query = """
    select p.id, d.path, p."$line" from {0}.page as p join {0}."$document" as d on d.id = p."$document"
    union all
    select c.id, d.path || ' waits', c.line from {0}."$claim" as c join {0}."$document" as d on d.id = c.document"""
    return {tuple(row) for row in await connection.fetch(query.format(namespace))}
