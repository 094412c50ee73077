"""A project whose documents are not its own, but those that a test writes into empty folders.

The folders lie below one that stands for the root of the file system, so that data
sources inside and outside of the project keep their places to each other.
"""

from __future__ import annotations

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

    def __init__(self, project: Project) -> None:
        self._feeds = feeds_of(project)

    def place(self, path: str) -> Path:
        """The file that a document's path, as docgraph shows it, stands for. It need not be there.

        Raises ValueError: it is in no data source's folder.
        """
        found = [(feed, inside) for feed in self._feeds if (inside := _inside(feed, path)) is not None]
        if not found:
            known = ", ".join(sorted({feed.source.shown("") for feed in self._feeds}))
            raise ValueError(f"{path!r} is in no data source's folder; these are: {known}")
        # A path in a source outside of the project is relative to the source, and might be any of them.
        feed, inside = next(((feed, inside) for feed, inside in found if feed.source.relevant(inside)), found[0])
        return feed.source.folder / inside


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
        return path
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None
