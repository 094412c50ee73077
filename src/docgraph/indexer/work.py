"""What running documents needs to know of the world, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import assert_never

import msgspec

from docgraph.indexer.feed import Feed
from docgraph.indexer.files import FileMemory
from docgraph.indexer.run import Runner
from docgraph.model.changes import Block, DocumentChange, DocumentKey, Failed, Gone, Indexed, Known, Touched
from docgraph.model.events import Observe
from docgraph.model.known import Keys, KnownDocuments

CHUNK = 1_000  # documents that are in memory at once


class Outcome(msgspec.Struct):
    """What a plan came to."""

    block: Block | None = None
    changed: Keys = msgspec.field(default_factory=Keys)
    failed: list[Failed] = []  # with the problems that are to be told
    kept: KnownDocuments = msgspec.field(default_factory=KnownDocuments)  # what to remember from now on
    lost: set[DocumentKey] = set()  # what to forget
    files: list[tuple[DocumentKey, Known]] = []  # that documents read, and those that were looked at again
    links: dict[DocumentKey, DocumentKey] = {}  # by which files were read
    halting: list[DocumentKey] = []  # nothing was committed, because these fail that may not be gone on without

    @property
    def halted(self) -> bool:
        return bool(self.halting)

    def take(self, changes: Sequence[DocumentChange]) -> None:
        self.kept.remember((change.key, None if isinstance(change, Gone) else change.known) for change in changes)
        for change in changes:
            match change:
                case Indexed():
                    self._take_run(change)
                case Failed():
                    self.failed.append(change)
                    self._take_run(change)
                case Touched():
                    self.lost.discard(change.key)
                case Gone():
                    self.lost.add(change.key)
                    self.changed.add(change.key)
                case _:
                    assert_never(change)

    def _take_run(self, change: Indexed | Failed) -> None:
        self.lost.discard(change.key)
        self.changed.add(change.key)
        for file in change.files:
            key = DocumentKey(change.key.source, file.path)
            self.files.append((key, Known(file.stat, file.hash, b"")))
            if file.stands != file.path:
                self.links[key] = DocumentKey(key.source, file.stands)


class Work(msgspec.Struct, frozen=True):
    """What running a plan needs to know of the world."""

    feeds: Sequence[Feed]
    memory: KnownDocuments
    files: FileMemory
    observe: Observe
    run: Runner
    waits: Callable[[DocumentChange], bool]  # is the document to be looked at once more, before this counts?
    looks: Mapping[DocumentKey, Known] = {}  # of files that documents read: how they look now
    misled: Collection[DocumentKey] = ()  # documents that read something else there
