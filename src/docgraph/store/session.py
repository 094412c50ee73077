"""A connection that may write one deployment, and what it remembers between blocks."""

from __future__ import annotations

import msgspec

from docgraph.model.changes import DocumentKey
from docgraph.model.schema import Schema
from docgraph.store.adaptation import Adaptation
from docgraph.store.apply import Standing
from docgraph.store.blocks import Head, has_any, read_head
from docgraph.store.connection import Connection
from docgraph.store.deployment import Deployment
from docgraph.store.documents import read_last
from docgraph.store.prune import read_earliest

ENGINE_BYTES = 4  # of a fingerprint, at its beginning: equal for deployments that are built in the same way


class Target(msgspec.Struct, frozen=True):
    """Which deployment, of which index, in which database."""

    dsn: str
    index: str
    schema: Schema
    sources: tuple[str, ...]  # names, by ordinal
    fingerprint: bytes  # `ENGINE_BYTES` for how it is built, then what stands for schema and sources
    keep: int | None = None  # blocks that can be read back to; None: all


class Session(msgspec.Struct):
    """A connection that holds the right to write one deployment, and what it has seen committed."""

    dsn: str
    connection: Connection
    deployment: Deployment
    complete: bool  # the first load is over and the deployment is served
    head: Head = Head(0, 0)
    claims: bool = True  # whether any claim may exist
    flaws: bool = True  # whether any shared entity may have a flaw
    reads: bool = True  # whether any document may have read anything
    files: bool = True  # whether any document may have read a file
    folded: frozenset[str] = frozenset()  # shared types whose entities are kept in line with what is said of them
    last: DocumentKey | None = None  # no document at a higher position is present
    loaded: int | None = None  # what the documents of a first load add to their hash; None: not all came here
    halted: bool = True  # whether any document may hold the next block back
    codes: frozenset[bytes] = frozenset()  # of those it has been told what they are made of
    earliest: int = 0  # block that can still be read
    cut: bool = False  # whether versions that ended before it may be left
    beside: tuple[str, ...] = ()  # why it was made anew, although another one is served
    adapted: Adaptation | None = None  # what the next block lets readers go by

    async def refresh(self) -> None:
        self.last = await read_last(self.connection, self.deployment.layout)
        self.loaded = 0 if self.last is None and not self.complete else None
        self.head = await read_head(self.connection, self.deployment.layout)
        self.claims = await has_any(self.connection, self.deployment.layout.claim)
        self.flaws = await has_any(self.connection, self.deployment.layout.flaw)
        self.reads = await has_any(self.connection, self.deployment.layout.read)
        self.files = await has_any(self.connection, self.deployment.layout.beside)
        # Entities of a shared type are made at the end of the first load, or before it when a document loads one.
        tables = {each: self.deployment.layout.tables[each].current for each in self.deployment.shared}
        self.folded = frozenset([each for each, table in tables.items() if await has_any(self.connection, table)])
        self.halted = await has_any(self.connection, self.deployment.layout.halted)
        self.earliest = await read_earliest(self.connection, self.deployment.layout)

    def standing(self) -> Standing:
        """Where the next block begins."""
        return Standing(self.head.number + 1, self.claims, set(), self.last, self.flaws, self.reads, self.files)
