"""Files that handlers read beside their documents: what was read is known, and only its readers run again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.indexer.run import run
from docgraph.model.events import AuthorLogged, BlockCommitted, ProblemFound
from docgraph.store.commit import open_store

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Pages
    source: {path: ./pages, include: ["**/*.md"], exclude: ["templates/**"]}
    mapping: {file: ./mappings/pages.py, entities: [Page], onError: ERROR, documentHandlers: [{handler: handle}]}
"""
SCHEMA = "type Page @entity { id: ID! text: String! }\n"
MAPPING = """\
from docgraph import Document, log
from generated.schema import Page


def handle(document: Document) -> None:
    log.info("ran {}", document.path)
    found = document.read_file(document.front_matter["reads"])
    if found is None:
        text = "nothing"
    elif document.front_matter["reads"].endswith(".json"):
        text = found.data["text"]
    else:
        text = found.text
    Page(id=document.stem, text=text).save()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings/pages.py").write_text(MAPPING)
    (tmp_path / "subgraph.yaml").write_text(MANIFEST.replace("ERROR", "keep"))
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "pages/templates").mkdir(parents=True)
    return tmp_path


class Opened:
    def __init__(self, root: Path, indexer: Indexer, events: list[Any]) -> None:
        self.root, self.indexer, self.events = root, indexer, events

    async def follow(self, *paths: str) -> list[str]:
        """Which documents ran because something happened at these paths of the source."""
        return await self.ran(lambda: self.indexer.follow([str(self.root / "pages" / path) for path in paths]))

    async def ran(self, act: Callable[[], Any]) -> list[str]:
        self.events.clear()
        await act()
        return [each.arguments[0][1] for each in self.events if isinstance(each, AuthorLogged)]

    def problems(self) -> list[str]:
        return [str(each.problem) for each in self.events if isinstance(each, ProblemFound)]


@asynccontextmanager
async def opened(root: Path, dsn: str, name: str = "live") -> AsyncIterator[Opened]:
    project, events = load_project(root, {}), []
    async with (
        open_store(dsn, name) as store,
        store.writer(project.schema, [each.name for each in project.manifest.sources], project.fingerprint) as writer,
    ):
        yield Opened(root, Indexer(project, writer, events.append), events)


def page(root: Path, name: str, reads: str) -> str:
    path = root / "pages" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\nreads: {reads}\n---\n")
    return name


def settled(root: Path) -> None:
    """As if all was written long ago: of a file written a moment before it was read, a look proves nothing."""
    for file in (root / "pages").rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000), follow_symlinks=False)


async def texts(dsn: str, name: str = "live") -> dict[str, str]:
    connection = await asyncpg.connect(dsn)
    try:
        return {row["id"]: row["text"] for row in await connection.fetch(f"select id, text from {name}.page")}
    finally:
        await connection.close()


async def test_exactly_those_that_read_a_file_run_again_when_it_changes_appears_or_goes(root: Path, dsn: str) -> None:
    page(root, "a.md", "cover.txt")
    page(root, "sub/b.md", "../cover.txt")
    page(root, "c.md", "other.txt")
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        assert await texts(dsn) == {"a": "nothing", "b": "nothing", "c": "nothing"}
        cover = root / "pages/cover.txt"
        cover.write_text("one")
        assert await index.follow("cover.txt") == ["a.md", "sub/b.md"]
        cover.write_text("two")
        assert await index.follow("cover.txt") == ["a.md", "sub/b.md"]
        assert await texts(dsn) == {"a": "two", "b": "two", "c": "nothing"}
        cover.unlink()
        assert await index.follow("cover.txt") == ["a.md", "sub/b.md"]
        assert await texts(dsn) == {"a": "nothing", "b": "nothing", "c": "nothing"}
        (root / "pages/unread.txt").write_text("x")
        assert await index.follow("unread.txt") == []


async def test_a_file_that_is_written_again_with_the_same_content_runs_nothing(root: Path, dsn: str) -> None:
    page(root, "a.md", "cover.txt")
    cover = root / "pages/cover.txt"
    cover.write_text("one")
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        cover.write_text("one")
        assert await index.follow("cover.txt") == []
        assert await index.ran(index.indexer.catch_up) == []


async def test_what_changed_while_nobody_watched_is_found_by_its_look(root: Path, dsn: str) -> None:
    page(root, "a.md", "templates/card.html")
    page(root, "b.md", ".hidden/card.json")
    card, hidden = root / "pages/templates/card.html", root / "pages/.hidden/card.json"
    card.write_text("one")
    settled(root)
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
    card.write_text("two")
    hidden.parent.mkdir()
    hidden.write_text('{"text": "hidden"}')
    async with opened(root, dsn) as index:
        assert await index.ran(index.indexer.catch_up) == ["a.md", "b.md"]
        assert await texts(dsn) == {"a": "two", "b": "hidden"}
        card.unlink()
        assert await index.ran(index.indexer.catch_up) == ["a.md"]


async def test_a_file_that_changed_between_two_reads_of_one_scan_is_found_by_the_next(
    root: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(root, "a.md", "cover.txt")
    page(root, "b.md", "cover.txt")
    cover = root / "pages/cover.txt"
    cover.write_text("one")
    settled(root)
    mapping = root / "mappings/pages.py"
    # What an editor would do at that moment is done by the handler itself: an edit after the first read, then a rest.
    mapping.write_text(
        "import os\n" + MAPPING + "    if document.stem == 'a' and text == 'one':\n"
        f"        open({str(cover)!r}, 'w').write('two')\n        os.utime({str(cover)!r}, (2_000_000_000,) * 2)\n"
    )
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        assert await texts(dsn) == {"a": "one", "b": "two"}
        assert await index.ran(index.indexer.catch_up) == ["a.md"]
        assert await texts(dsn) == {"a": "two", "b": "two"}
        assert await index.ran(index.indexer.catch_up) == []


async def test_a_failed_document_is_tried_again_when_a_file_that_it_read_changes(root: Path, dsn: str) -> None:
    page(root, "a.md", "data.json")
    data = root / "pages/data.json"
    data.write_text('{\n "text": oops}')
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        assert [each.partition(": ")[0] for each in index.problems()] == ["pages/data.json:2:10"]
        data.write_text('{"text": "right"}')
        assert await index.follow("data.json") == ["a.md"]
        assert await texts(dsn) == {"a": "right"}


async def test_a_halted_index_goes_on_when_the_file_is_mended(root: Path, dsn: str) -> None:
    (root / "subgraph.yaml").write_text(MANIFEST.replace("ERROR", "halt"))
    page(root, "a.md", "data.json")
    page(root, "b.md", "data.json")
    data = root / "pages/data.json"
    data.write_text('{"text": "right"}')
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        data.write_text("{")
        assert await index.follow("data.json") == ["a.md", "b.md"]
        assert index.indexer.halted
        assert await texts(dsn) == {"a": "right", "b": "right"}
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        assert index.indexer.halted
        data.write_text('{"text": "mended"}')
        assert await index.follow("data.json") == ["a.md", "b.md"]
        assert not index.indexer.halted
        assert await texts(dsn) == {"a": "mended", "b": "mended"}


@pytest.mark.parametrize("wanted", ["../../subgraph.yaml", "/etc/hostname", "..", "a\\b", "sub/../../x"])
async def test_what_lies_outside_of_the_sources_folder_is_refused(root: Path, dsn: str, wanted: str) -> None:
    page(root, "a.md", f"'{wanted}'")
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        (told,) = index.problems()
    assert told.startswith("mappings/pages.py:7:13: the file ")
    assert "source's folder" in told or "name that no file" in told


async def test_links_are_followed_inside_the_folder_and_refused_where_they_lead_out(root: Path, dsn: str) -> None:
    page(root, "a.md", "in.txt")
    page(root, "b.md", "out.txt")
    (root / "pages/templates/real.txt").write_text("one")
    (root / "pages/in.txt").symlink_to(root / "pages/templates/real.txt")
    (root / "secret.txt").write_text("secret")
    out = root / "pages/out.txt"
    out.symlink_to(root / "secret.txt")
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
        (told,) = index.problems()
        assert told.startswith("pages/out.txt: the link leads out of the source's folder")
        (root / "pages/templates/real.txt").write_text("two")
        assert await index.follow("templates/real.txt") == ["a.md"]
        out.unlink()
        out.write_text("a file of its own")
        assert await index.follow("out.txt") == ["b.md"]
        assert await texts(dsn) == {"a": "two", "b": "a file of its own"}


async def test_a_first_load_that_ended_half_way_goes_on_with_the_files_as_they_are_then(
    root: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgraph.indexer.block.CHUNK", 1)
    for name in "abc":
        page(root, f"{name}.md", "cover.txt")
    cover = root / "pages/cover.txt"
    cover.write_text("one")
    settled(root)
    async with opened(root, dsn) as index:
        monkeypatch.setattr(index.indexer._writer, "finish_first_load", _interrupted)
        with pytest.raises(Interrupted):
            await index.indexer.catch_up()
    cover.write_text("two")
    os.utime(cover, (2_000_000_000,) * 2)
    async with opened(root, dsn) as index:
        monkeypatch.setattr(index.indexer, "_runner", _after(2, _interrupted))
        with pytest.raises(Interrupted):
            await index.indexer.catch_up()
    monkeypatch.undo()
    async with opened(root, dsn) as index:
        await index.indexer.catch_up()
    assert await texts(dsn) == {"a": "two", "b": "two", "c": "two"}


class Interrupted(Exception):
    pass


async def _interrupted(*anything: object) -> None:
    raise Interrupted


def _after(calls: int, act: Callable[..., Any]) -> Callable[..., Any]:
    left = [calls]

    async def counted(*arguments: Any) -> Any:
        left[0] -= 1
        return await (run if left[0] >= 0 else act)(*arguments)

    return counted


async def test_the_watcher_hears_of_files_that_are_no_documents(root: Path, dsn: str) -> None:
    page(root, "a.md", "templates/card.html")
    page(root, "b.md", "templates/deep/card.html")
    card = root / "pages/templates/card.html"
    card.write_text("one")
    async with opened(root, dsn) as index:
        heard = asyncio.Event()
        index.indexer._observe = lambda event: heard.set() if isinstance(event, BlockCommitted) else None
        ready = asyncio.Event()
        watching = asyncio.create_task(index.indexer.watch(ready=ready))
        try:
            async with asyncio.timeout(30):
                await ready.wait()
                heard.clear()
                card.write_text("two")
                await heard.wait()
                assert await texts(dsn) == {"a": "two", "b": "nothing"}
                heard.clear()
                (root / "pages/templates/deep").mkdir()
                (root / "pages/templates/deep/card.html").write_text("deep")
                while (await texts(dsn))["b"] != "deep":
                    await heard.wait()
                    heard.clear()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def test_the_periodic_check_finds_what_no_event_told(root: Path, dsn: str) -> None:
    page(root, "a.md", "cover.txt")
    cover = root / "pages/cover.txt"
    cover.write_text("one")
    elsewhere = root / "elsewhere.txt"  # the same file under a name that nobody watches
    os.link(cover, elsewhere)
    async with opened(root, dsn) as index:
        ready = asyncio.Event()
        heard = asyncio.Event()
        index.indexer._observe = lambda event: heard.set() if isinstance(event, BlockCommitted) else None
        watching = asyncio.create_task(index.indexer.watch(ready=ready, check_every=0.2))
        try:
            async with asyncio.timeout(30):
                await ready.wait()
                heard.clear()
                elsewhere.write_text("two")
                await heard.wait()
                assert await texts(dsn) == {"a": "two"}
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
