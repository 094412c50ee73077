"""What a failing document's last good contributions become, as its source says, on a real Postgres."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.events import Event, Halted, ProblemFound
from docgraph.store.commit import open_store
from docgraph.store.connection import connect
from docgraph.store.served import Status, status

MANIFEST = """\
specVersion: 1.0.0
schema: {{file: ./schema.graphql}}
dataSources:
  - kind: folder
    name: Docs
    source: {{path: ./docs}}
    mapping: {{file: ./pages.py, entities: [Page], onError: {policy}, documentHandlers: [{{handler: handle}}]}}
"""
MAPPING = """\
from generated.schema import Page


def handle(document):
    data = document.data
    Page(id=data["id"], title=data["title"]).save()
"""


class Docs:
    """A project and what is told while it is indexed."""

    def __init__(self, root: Path, dsn: str) -> None:
        self.root, self.dsn = root, dsn
        self.events: list[Event] = []
        (root / "docs").mkdir()
        (root / "schema.graphql").write_text("type Page @entity { id: ID! title: String! }\n")
        (root / "pages.py").write_text(MAPPING)
        self.policy("keep")

    def policy(self, policy: str) -> None:
        (self.root / "subgraph.yaml").write_text(MANIFEST.format(policy=policy))

    def write(self, path: str, identifier: str, title: str) -> None:
        (self.root / "docs" / path).write_text(f'{{"id": "{identifier}", "title": "{title}"}}')

    def spoil(self, path: str) -> None:
        (self.root / "docs" / path).write_text("{")

    async def index(self, name: str = "pages") -> None:
        async with self.opened(name) as indexer:
            await indexer.catch_up()

    @asynccontextmanager
    async def opened(self, name: str = "pages") -> AsyncIterator[Indexer]:
        project = load_project(self.root, {})
        async with (
            open_store(self.dsn, name) as store,
            store.writer(project.schema, ["Docs"], project.fingerprint) as writer,
        ):
            yield Indexer(project, writer, self.events.append)

    async def rows(self, name: str = "pages") -> dict[str, str]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return {row["id"]: row["title"] for row in await connection.fetch(f"select id, title from {name}.page")}
        finally:
            await connection.close()

    async def problems(self) -> list[tuple[str, bool]]:
        """The path of each problem, and whether older data of its document is served."""
        connection = await asyncpg.connect(self.dsn)
        try:
            found = await connection.fetch('select path, stale from docgraph_d1."$problems" order by path, kind')
            return [(row["path"], row["stale"]) for row in found]
        finally:
            await connection.close()

    async def status(self) -> Status:
        connection = await connect(self.dsn)
        try:
            return await status(connection, "pages")
        finally:
            await connection.close()

    def path(self, path: str) -> str:
        return str(self.root / "docs" / path)

    def age(self, path: str, seconds: int = 3_600) -> None:
        """Let the document look as if it had been written some time ago, so that nobody waits for the rest of it."""
        then = time.time() - seconds
        os.utime(self.path(path), (then, then))

    def told(self) -> list[str]:
        return [event.problem.at.path for event in self.events if isinstance(event, ProblemFound)]


@pytest.fixture
def docs(tmp_path: Path, dsn: str) -> Docs:
    return Docs(tmp_path, dsn)


async def test_under_keep_what_a_failing_document_said_stays_and_is_stale(docs: Docs) -> None:
    docs.write("a.json", "a", "good")
    await docs.index()
    docs.spoil("a.json")
    await docs.index()
    assert await docs.rows() == {"a": "good"}
    assert await docs.problems() == [("a.json", True)]


async def test_under_drop_it_leaves_and_who_lost_the_id_takes_over_until_the_document_is_mended(docs: Docs) -> None:
    docs.policy("drop")
    docs.write("a.json", "one", "first")
    docs.write("b.json", "one", "second")
    docs.write("c.json", "c", "alone")
    await docs.index()
    docs.spoil("a.json")
    docs.spoil("c.json")
    await docs.index()
    assert await docs.rows() == {"one": "second"}
    assert await docs.problems() == [("a.json", False), ("c.json", False)]
    docs.events.clear()
    await docs.index()
    assert docs.told() == []  # once
    docs.write("a.json", "one", "mended")
    await docs.index()
    assert await docs.rows() == {"one": "mended"}
    assert await docs.problems() == [("b.json", False), ("c.json", False)]  # b.json has lost the id again


async def test_another_policy_counts_for_documents_that_failed_before(docs: Docs) -> None:
    docs.write("a.json", "a", "good")
    await docs.index()
    docs.spoil("a.json")
    await docs.index()
    docs.policy("drop")
    await docs.index()
    assert await docs.rows() == {}


async def test_a_value_that_the_database_refuses_makes_its_document_leave_as_well(docs: Docs) -> None:
    docs.policy("drop")
    docs.write("a.json", "a", "good")
    docs.write("b.json", "b", "good")
    await docs.index()
    docs.write("a.json", "a" * 4_000, "too long for an index")
    await docs.index()
    assert await docs.rows() == {"b": "good"}
    assert await docs.problems() == [("a.json", False)]


async def test_under_halt_the_index_stays_at_the_block_before_and_says_so(docs: Docs) -> None:
    docs.policy("halt")
    docs.write("a.json", "a", "good")
    await docs.index()
    docs.write("a.json", "a", "newer")
    docs.write("b.json", "b", "new")
    docs.spoil("c.json")  # a document that the index has never heard of
    await docs.index()
    assert await docs.rows() == {"a": "good"}
    assert await docs.problems() == [("c.json", False)]
    found = await docs.status()
    assert found.block is not None
    assert (found.block.number, found.halted) == (1, 1)
    assert [(each.source, each.path) for each in found.problems] == [("Docs", "c.json")]
    assert docs.told() == ["docs/c.json"]
    assert [event.documents for event in docs.events if isinstance(event, Halted)] == [1]


async def test_a_halted_index_tells_a_problem_once_and_goes_on_with_all_that_waited(docs: Docs) -> None:
    docs.policy("halt")
    docs.write("a.json", "a", "good")
    async with docs.opened() as indexer:
        await indexer.catch_up()
        docs.spoil("a.json")
        docs.age("a.json")
        assert await indexer.follow([docs.path("a.json")]) is None
        docs.write("b.json", "b", "new")
        docs.age("b.json")
        assert await indexer.follow([docs.path("b.json")]) is None
        assert indexer.halted
        assert docs.told() == ["docs/a.json"]
        assert await docs.rows() == {"a": "good"}
        assert await docs.problems() == [("a.json", True)]
        docs.write("a.json", "a", "mended")
        docs.age("a.json", 1_800)
        block = await indexer.follow([docs.path("a.json")])
        assert block is not None
        assert (block.number, block.documents) == (2, 2)
    assert await docs.rows() == {"a": "mended", "b": "new"}
    assert await docs.problems() == []


async def test_a_halted_index_goes_on_after_a_restart_once_the_code_is_mended(docs: Docs) -> None:
    docs.policy("halt")
    docs.write("a.json", "a", "good")
    await docs.index()
    (docs.root / "pages.py").write_text(MAPPING.replace('data["title"]', 'data["titel"]'))
    await docs.index()
    await docs.index()
    assert len(docs.told()) == 1
    (docs.root / "pages.py").write_text(MAPPING.replace('data["title"]', 'data["title"] + "!"'))
    await docs.index()
    assert await docs.rows() == {"a": "good!"}
    assert (await docs.status()).halted == 0


async def test_taking_back_what_failed_lifts_the_halt_without_a_block(docs: Docs) -> None:
    docs.policy("halt")
    docs.write("a.json", "a", "good")
    await docs.index()
    docs.spoil("b.json")
    await docs.index()
    (docs.root / "docs/b.json").unlink()
    await docs.index()
    found = await docs.status()
    assert found.block is not None
    assert (found.block.number, found.halted, found.problems) == (1, 0, ())


async def test_a_first_load_that_halts_serves_nothing_until_it_is_mended(docs: Docs) -> None:
    docs.policy("halt")
    docs.write("a.json", "a", "good")
    docs.spoil("b.json")
    async with docs.opened() as indexer:
        assert await indexer.catch_up() is None
        assert (await docs.status()).block is None
        (docs.root / "docs/b.json").unlink()
        docs.age("a.json")
        assert await indexer.follow([docs.path("b.json")]) is not None
    assert await docs.rows() == {"a": "good"}
    assert await docs.problems() == []


async def test_a_value_that_the_database_refuses_halts_as_well(docs: Docs) -> None:
    docs.policy("halt")
    docs.write("a.json", "a", "good")
    await docs.index()
    docs.write("a.json", "a" * 4_000, "too long for an index")
    await docs.index()
    assert await docs.rows() == {"a": "good"}
    assert (await docs.status()).halted == 1
