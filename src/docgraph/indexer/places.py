"""From a path that something happened to, to the places in the data sources that this can concern.

One file can have several: sources may overlap, and links give it more names. Also
knows which folders must be watched for all of that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from docgraph.indexer.feed import Feed
from docgraph.indexer.files import FileMemory
from docgraph.indexer.project import Project, code_folders
from docgraph.manifest.read import MANIFEST
from docgraph.model.changes import DocumentKey

Identity = tuple[int, int]  # device and inode


def identity(feed: Feed) -> Identity | None:
    """Which folder stands where the source's should; None where there is none."""
    try:
        status = os.stat(feed.source.folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def watched_folders(project: Project, feeds: Sequence[Feed]) -> tuple[list[str], list[str]]:
    """The folders to watch with all that is beneath them, and those to watch alone.

    A source's own folder can be replaced as a whole, which only its parent tells.
    """
    deep = [os.path.realpath(feed.source.folder) for feed in feeds]
    flat = [os.path.dirname(folder) for folder in deep]
    flat += [os.path.realpath(os.path.dirname(os.path.abspath(feed.source.folder))) for feed in feeds]
    root = os.path.realpath(project.root)
    flat += [root, os.path.dirname(os.path.join(root, project.manifest.schema_file))]
    deep += [os.path.join(root, folder) for folder in code_folders(project) if folder != "."]
    return [folder for folder in deep if os.path.isdir(folder)], [folder for folder in flat if os.path.isdir(folder)]


def holds_folder(paths: Iterable[str]) -> bool:
    """Is one of the paths a folder?"""
    return any(os.path.isdir(path) for path in paths)


def concerns_project(paths: Iterable[str], project: Project) -> bool:
    """Can one of the paths be one of the project's own files, or a folder that holds one?

    Of a new folder all that may be told is the folder: what is in it may be older than the watch on it.
    """
    own = (os.sep + MANIFEST, os.sep + os.path.basename(project.manifest.schema_file), ".py")
    folders = [os.path.realpath(project.root / folder) for folder in code_folders(project) if folder != "."]
    return any(
        path.endswith(own) or any((path + os.sep).startswith(each + os.sep) for each in folders) for path in paths
    )


def places(
    paths: Iterable[str], feeds: Sequence[Feed], links: Mapping[DocumentKey, DocumentKey], files: FileMemory
) -> set[DocumentKey]:
    """Where to look, for documents and for `files` that they read, because something happened at `paths`."""
    roots = [(feed, os.path.realpath(feed.source.folder)) for feed in feeds]
    told: set[DocumentKey] = set()
    found: set[DocumentKey] = set()
    folders: dict[str, str] = {}  # as told → real
    for path in paths:
        folder, name = os.path.split(path)
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        # The watcher tells a file by any of the names under which it was met.
        for each in {path, os.path.join(folders[folder], name)}:
            for feed, root in roots:
                if (inside := _inside(each, root)) is None:
                    continue
                key = DocumentKey(feed.ordinal, inside)
                told.add(key)
                if feed.source.relevant(inside) or files.beneath(key):
                    found.add(key)
    return found | {other for key in told for other in _other_names(key, links)}


def absolute(key: DocumentKey, feeds: Sequence[Feed]) -> str:
    """The path that the key's document has in the file system."""
    root = os.path.realpath(feeds[key.source].source.folder)
    return f"{root}/{key.path}" if key.path else root


def _inside(path: str, root: str) -> str | None:
    """The path relative to the root; None where it is not beneath it, or has a name that no document can have."""
    if path == root:
        return ""
    return path[len(root) + 1 :] if path.startswith(root + "/") else None


def _other_names(key: DocumentKey, links: Mapping[DocumentKey, DocumentKey]) -> Iterator[DocumentKey]:
    for link, target in links.items():
        if link.source != key.source:
            continue
        if key.path == target.path or key.path.startswith(target.path + "/"):
            yield DocumentKey(key.source, link.path + key.path[len(target.path) :])
        elif target.path.startswith(key.path + "/"):  # what holds the target has changed as a whole
            yield link
