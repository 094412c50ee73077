"""Where documents come from: one file per kind, each declaring its own options.

A source answers two questions and no other: what is there that may differ from
what is remembered (`scan`, `look`), and what does this document or file hold (`read`, `read_file`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from docgraph.model.changes import Stat
from docgraph.sources.folder import FolderOptions, FolderSource
from docgraph.sources.notes import File, Notes

# By `kind` in the manifest: what stands under `source`.
SOURCES: Mapping[str, type[FolderOptions]] = {"folder": FolderOptions}


class Source(Protocol):
    """A named set of documents outside of docgraph. Paths are relative, with `/` between parts."""

    @property
    def folder(self) -> Path:
        """What to watch: a change below it is a hint that documents changed."""

    @property
    def format(self) -> str | None:
        """The format of all documents; None where the file's extension says it."""

    @property
    def takes_everything(self) -> bool:
        """Did the author not say which documents are wanted?"""

    def scan(self, under: str = "", notes: Notes | None = None) -> Iterator[tuple[str, Stat]]:
        """Every document at or beneath `under`, in bytewise order of paths, with its look.

        What could not be looked into, and what stands for something else, goes to `notes`.

        Raises SourceAway: the whole source is not there.
        """

    def read(self, path: str) -> tuple[bytes, Stat]:
        """The document's content and its look at that moment.

        Raises Missing: it is not there, or not one of the source's. SourceProblem: it cannot be read. SourceAway.
        """

    def look(self, path: str, notes: Notes) -> Stat:
        """How the file at `path` looks, be it a document or not; `NO_FILE` where there is none.

        Where a link leads elsewhere goes to `notes`.
        """

    def read_file(self, path: str) -> File:
        """The file at `path`, be it a document or not.

        Raises SourceProblem: it cannot be read, or is outside of the source. SourceAway.
        """

    def shown(self, path: str) -> str:
        """The document's path as the author would type it."""

    def relevant(self, path: str) -> bool:
        """Can a change at `path`, of a document or of a folder, concern the source at all?"""


def open_source(project: Path, options: FolderOptions) -> Source:
    """The source that the options describe, for a project whose files lie below `project`."""
    return FolderSource(project, options)
