"""A project whose documents are not its own, but those that a test writes into empty folders.

The folders lie below one that stands for the root of the file system, so that data
sources inside and outside of the project keep their places to each other.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from docgraph.indexer.feed import Feed
from docgraph.indexer.project import Project, feeds_of, fingerprint, read_model
from docgraph.manifest.values import DataSource
from docgraph.mapping.load import load_handlers
from docgraph.sources import open_source


def load_project_over(root: Path, environment: Mapping[str, str], below: Path) -> Project:
    """The project in the folder `root`; its data sources' folders are empty ones in `below`.

    Raises Problems: mistakes in manifest, schema and mappings.
    """
    manifest, schema = read_model(root, environment)
    moved = msgspec.structs.replace(manifest, sources=tuple(_moved(each, below) for each in manifest.sources))
    handlers = load_handlers(root, moved, schema)
    project = Project(_beneath(below, root), moved, schema, handlers, fingerprint(moved, schema), {})
    project.root.mkdir(parents=True)
    for feed in feeds_of(project):
        feed.source.folder.mkdir(parents=True, exist_ok=True)
    return project


class Folders:
    """Where the documents of a project are that a test writes."""

    def __init__(self, project: Project, below: Path) -> None:
        self._feeds, self._below = feeds_of(project), below

    def place(self, path: str) -> Path:
        """The file that a document's path stands for: as docgraph shows it, or absolute. It need not be there.

        Raises ValueError: it is in no data source's folder.
        """
        plain = posixpath.normpath(path)
        if posixpath.isabs(plain):
            file = _beneath(self._below, Path(plain))
            files = [file for feed in self._feeds if Path(posixpath.normpath(feed.source.folder)) in file.parents]
        else:
            found = [(inside, feed) for feed in self._feeds if (inside := _inside(feed, plain)) is not None]
            # Of folders within each other the innermost; a source outside of the project shows paths without its own.
            files = [feed.source.folder / inside for inside, feed in sorted(found, key=lambda each: len(each[0]))]
        if not files:
            known = ", ".join(sorted({feed.source.shown("") for feed in self._feeds}))
            raise ValueError(f"{path!r} is in no data source's folder; these are: {known}")
        return files[0]


def documents_of(root: Path, environment: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """The project's own documents: their paths as docgraph shows them, and what they hold.

    Raises SourceAway: the folder of a data source is not there. Raises SourceProblem: a document cannot be read.
    """
    manifest, _ = read_model(root, environment)
    for each in manifest.sources:
        source = open_source(root, each.options)
        for path, _ in source.scan():
            yield source.shown(path), source.read(path)[0]


def _beneath(below: Path, path: Path) -> Path:
    return below / path.relative_to(path.anchor)


def _moved(source: DataSource, below: Path) -> DataSource:
    path = Path(source.options.path)
    if not path.is_absolute():  # it goes along with the project
        return source
    options = msgspec.structs.replace(source.options, path=str(_beneath(below, path)))
    return msgspec.structs.replace(source, options=options)


def _inside(feed: Feed, path: str) -> str | None:
    """The path relative to the source's folder; None: it is not in there."""
    folder = feed.source.shown("")
    if folder == ".":
        return None if path.split("/")[0] == ".." else path
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None
