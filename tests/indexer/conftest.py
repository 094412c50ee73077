"""An index kept in memory over real files, real formats and a real watcher.

Its handlers say one Page per document, or one per record; its writer keeps what it
is given as the store promises to, so that what was and was not run can be seen.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import Project, own_files
from docgraph.manifest import read_manifest
from docgraph.model.changes import (
    Block,
    Contribution,
    DocumentChange,
    DocumentKey,
    Failed,
    Gone,
    Id,
    Indexed,
    Known,
    Row,
    Save,
    Touched,
)
from docgraph.model.document import Document
from docgraph.model.events import BlockCommitted, Event, Observe, ProblemFound
from docgraph.model.known import KnownDocuments
from docgraph.model.problem import HandlerProblem, Location, Problem, Unavailable
from docgraph.model.reads import Reads
from docgraph.model.schema import Schema

PATIENCE = 20  # seconds until a test that waits for something gives up

SOURCE = """\
  - kind: folder
    name: {name}
    source: {source}
    mapping: {{file: ./mappings/pages.py, entities: [Page], documentHandlers: [{{handler: handle}}]}}
"""


class Handlers:
    """Says Page(id=path, row=the document's data) and remembers each call."""

    def __init__(self, ran: Callable[[], None]) -> None:
        self.files: dict[str, bytes] = {}
        self.runs: list[str] = []
        self.fingerprint = b"one"
        self.parts: dict[str, bytes] = {}
        self._ran = ran

    def source(self, name: str) -> Handlers:
        return self

    async def run(self, document: Document, observe: Observe, reads: Reads) -> tuple[Contribution, ...]:
        self.runs.append(document.path)
        self._ran()
        data = document.data
        if data == "wrong":
            raise HandlerProblem("ValueError: wrong", at=Location("mappings/pages.py", 1), mend="do not")
        return (Save("Page", document.path, (document.path, repr(data) + document.body)),)


class Writer:
    """The store's contract, in memory."""

    def __init__(self, complete: bool = True) -> None:
        self.complete = complete
        self.adapting = ()
        self.documents: dict[DocumentKey, tuple[Known, tuple[Contribution, ...]]] = {}
        self.failed: dict[DocumentKey, Failed] = {}
        self.blocks: list[Block] = []
        self.applied: list[DocumentChange] = []
        self.refusals = 0  # how many of the next blocks fail at their commit

    async def known(self) -> KnownDocuments:
        return KnownDocuments({key: known for key, (known, _) in self.documents.items()})

    async def known_files(self) -> Mapping[DocumentKey, Known]:
        return {}

    async def misled(self, files: Mapping[DocumentKey, Known]) -> Sequence[DocumentKey]:
        raise AssertionError("no document reads a file")

    @asynccontextmanager
    async def block(self, timestamp: datetime) -> AsyncIterator[Applying]:
        block = Applying()
        yield block
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("the connection to Postgres was lost", mend="wait")
        for change in block.changes:
            self._take(change)
        told = [change for change in block.changes if not isinstance(change, Touched)]
        if told and self.complete:
            block.committed = self._add(len(told), timestamp)

    async def hold_back(self, failures: Sequence[Failed]) -> tuple[Problem, ...]:
        return ()

    async def lost_sources(self) -> tuple[str, ...]:
        return ()

    async def finish_first_load(self, timestamp: datetime) -> Block:
        self.complete = True
        return self._add(len(self.documents), timestamp)

    def _add(self, documents: int, timestamp: datetime) -> Block:
        self.blocks.append(Block(len(self.blocks) + 1, bytes(32), timestamp, documents, {}))
        return self.blocks[-1]

    def _take(self, change: DocumentChange) -> None:
        self.applied.append(change)
        if not isinstance(change, Touched):
            self.failed.pop(change.key, None)
        kept = self.documents.get(change.key, (None, ()))[1]
        match change:
            case Indexed(key=key, known=known, contributions=contributions):
                self.documents[key] = (known, contributions)
            case Touched(key=key, known=known):
                self.documents[key] = (known, kept)
            case Failed(key=key, known=known):
                self.documents[key] = (known, kept)
                self.failed[key] = change
            case Gone(key=key):
                del self.documents[key]


class Applying:
    def __init__(self) -> None:
        self.changes: list[DocumentChange] = []
        self.committed: Block | None = None

    def explain(self, codes: Mapping[bytes, Mapping[str, bytes]]) -> None:
        """What codes are made of decides nothing."""

    async def apply(self, changes: Sequence[DocumentChange]) -> None:
        self.changes += changes

    async def load(self, type_name: str, ids: Sequence[Id], below: DocumentKey | None) -> dict[Id, Row]:
        raise AssertionError("no source reads anything")

    async def look_again(self, files: Mapping[DocumentKey, Known]) -> None:
        raise AssertionError("no document reads a file")

    async def touched_readers(self) -> tuple[DocumentKey, ...]:
        return ()

    async def stale(self, keys: Sequence[DocumentKey], moving: Collection[str]) -> dict[DocumentKey, set[str]]:
        raise AssertionError("no source reads anything")


class Index:
    """A project in a folder, and the index of it."""

    def __init__(self, root: Path, sources: Mapping[str, str]) -> None:
        self.root, self.sources = root, sources
        self.writer = Writer()
        self.events: list[Event] = []
        self._news = asyncio.Event()
        self.handlers = Handlers(self._news.set)
        (root / "docs").mkdir(exist_ok=True)
        (root / "mappings").mkdir(exist_ok=True)
        (root / "mappings" / "pages.py").write_text("def handle(document): ...\n")
        (root / "schema.graphql").write_text("type Page @entity { id: ID! }\n")
        text = "".join(SOURCE.format(name=name, source=source) for name, source in sources.items())
        text = f"specVersion: 1.0.0\nschema: {{file: ./schema.graphql}}\ndataSources:\n{text}"
        (root / "subgraph.yaml").write_text(text)
        self.indexer = self.open()

    def open(self) -> Indexer:
        """A new indexer over the same writer, as after a restart."""
        manifest = read_manifest((self.root / "subgraph.yaml").read_text())
        files = own_files(self.root, ("subgraph.yaml", "schema.graphql", "mappings/pages.py"))
        handlers: Any = self.handlers
        self.project = Project(self.root, manifest, Schema(entities={}), handlers, b"", files)
        self.indexer = Indexer(self.project, self.writer, self.observe)
        return self.indexer

    def observe(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def age(self, path: str, seconds: float = 3600) -> None:
        """Make the file look as if it had been written long ago."""
        status = (self.root / path).stat()
        os.utime(self.root / path, (status.st_atime - seconds, status.st_mtime - seconds))

    @property
    def pages(self) -> dict[str, str]:
        """What is served: the id of each page with what its document says, first source first."""
        rows = [
            each.row
            for _, (_, contributions) in sorted(self.writer.documents.items(), reverse=True)
            for each in contributions
            if isinstance(each, Save)
        ]
        return {str(row[0]): str(row[1]) for row in rows}

    @property
    def runs(self) -> list[str]:
        return self.handlers.runs

    def forget(self) -> None:
        self.runs.clear()
        self.events.clear()
        self.writer.applied.clear()

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def problems(self) -> list[str]:
        return [event.problem.what for event in self.told(ProblemFound)]

    @property
    def committed(self) -> list[str]:
        return [event.what for event in self.told(BlockCommitted)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait, event by event, until the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._news.clear()
                await self._news.wait()

    @asynccontextmanager
    async def watching(self, check_every: float = 3600) -> AsyncIterator[asyncio.Task[tuple[str, ...]]]:
        """Inside, the index follows its documents."""
        ready = asyncio.Event()
        task = asyncio.create_task(self.open().watch(ready=ready, check_every=check_every))
        waiting = asyncio.create_task(ready.wait())
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
        try:
            yield task
        finally:
            if task.cancel():
                with suppress(asyncio.CancelledError):
                    await task


@pytest.fixture
def make_index(tmp_path: Path) -> Callable[..., Index]:
    """Makes an index of the named sources, given as YAML flow mappings."""

    def make(**sources: str) -> Index:
        return Index(tmp_path, sources or {"Docs": "{path: ./docs}"})

    return make


@pytest.fixture
def index(make_index: Callable[..., Index]) -> Index:
    """An index of the folder `docs`."""
    return make_index()


@pytest.fixture(scope="session")
def open_index() -> Callable[[Path], Index]:
    """Opens an index of the folder `docs` below any folder."""
    return lambda root: Index(root, {"Docs": "{path: ./docs}"})
