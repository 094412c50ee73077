"""A data source as the indexer meets it: where its documents are, how they are read, what handles them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, Protocol

import msgspec

from docgraph.formats import FORMATS, reader_for
from docgraph.mapping.parts import Parts
from docgraph.model.changes import Contribution, OnError
from docgraph.model.document import Document, Reader
from docgraph.model.events import Observe, ProblemFound
from docgraph.model.problem import HandlerProblem, Location, Problem
from docgraph.model.reads import Reads
from docgraph.sources import Source


class SourceHandlers(Protocol):
    """The handlers of one data source."""

    @property
    def fingerprint(self) -> bytes:
        """Differs when the handlers could say something else about the same document."""

    @property
    def parts(self) -> Parts:
        """What the fingerprint is made of, by name."""

    async def run(self, document: Document, observe: Observe, reads: Reads) -> tuple[Contribution, ...]:
        """What the document says, at most one contribution per entity. What it reads is noted in `reads`.

        Raises Problem or Problems.
        """


class Reading(msgspec.Struct, frozen=True):
    """How documents of one kind are run."""

    reader: Reader
    code: bytes  # 16 bytes: of the handlers and the format; a document is run again when it differs
    parts: Parts  # what the code is made of


class Feed(msgspec.Struct, frozen=True):
    """One data source of the manifest."""

    ordinal: int  # in the order of positions, from 0
    name: str
    source: Source
    handlers: SourceHandlers
    context: Mapping[str, Any]
    readings: dict[str, Reading | None]  # by extension, filled as extensions are met
    on_error: OnError = OnError.KEEP
    reads: frozenset[str] = frozenset()  # names of the types that its handlers may load
    moving: frozenset[str] = frozenset()  # those of them that sources of its own stage write

    def reading(self, path: str) -> Reading | None:
        """How the document at `path` is read and by what code; None where no format is known for it."""
        dot = path.rfind(".")
        try:
            return self.readings[path[dot:]]  # what follows the dot of a folder is never met here
        except KeyError:
            extension = path[dot:] if dot > path.rfind("/") else ""
            if extension not in self.readings:
                self.readings[extension] = self._reading(path)
            return self.readings[extension]

    def codes(self) -> Iterator[tuple[bytes, Parts]]:
        """What the source's documents are run through, as far as their extensions have been met."""
        return ((reading.code, reading.parts) for reading in self.readings.values() if reading is not None)

    def told(self, path: str, problem: Problem) -> ProblemFound:
        """A problem of the document at `path`, its place as the author would type it."""
        shown = copy(problem)
        shown.at = self._shown(path, problem.at)
        if isinstance(shown, HandlerProblem) and shown.document is not None:
            shown.document = self._shown(path, shown.document)
        return ProblemFound(self.name, shown)

    def _shown(self, path: str, at: Location) -> Location:
        """Places in the author's code are relative to the project already."""
        return msgspec.structs.replace(at, path=self.source.shown(path)) if at.path == path else at

    def _reading(self, path: str) -> Reading | None:
        reader = FORMATS[self.source.format] if self.source.format else reader_for(path)
        if reader is None:
            return None
        digest = hashlib.blake2b(reader.name.encode() + b"\0" + self.handlers.fingerprint, digest_size=16)
        read_as = hashlib.blake2b(reader.name.encode(), digest_size=16).digest()
        return Reading(reader, digest.digest(), {**self.handlers.parts, "the format of the documents": read_as})
