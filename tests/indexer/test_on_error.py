"""What a failing document's last good contributions become, as its source says, on a real Postgres."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.events import Event, ProblemFound
from docgraph.store.commit import open_store

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
