"""What the index knows of every document, arranged so that one path costs one path.

A tree of folders: whatever is at or beneath a path is found without looking at
anything else, so that a folder that vanished costs what it held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from docgraph.model.changes import DocumentKey, Known

Folder = dict[str, "Folder | Known"]


class Memory:
    """DocumentKey → Known. May be read by one thread while another changes it."""

    def __init__(self, known: Mapping[DocumentKey, Known]) -> None:
        self._sources: dict[int, Folder] = {}
        for key, each in known.items():
            self._put(key, each)

    def get(self, key: DocumentKey) -> Known | None:
        """What is known of the document."""
        found = self._at(key)
        return found if isinstance(found, Known) else None

    def beneath(self, key: DocumentKey) -> dict[DocumentKey, Known]:
        """Everything known at `key`, or beneath it if it was a folder; an empty path is the whole source."""
        match self._at(key):
            case None:
                return {}
            case Known() as known:
                return {key: known}
            case folder:
                prefix = key.path and key.path + "/"
                return {DocumentKey(key.source, path): known for path, known in _walk(folder, prefix)}

    def remember(self, committed: Iterable[tuple[DocumentKey, Known | None]]) -> None:
        """Take in what has been committed; None for a document that is gone."""
        for key, known in committed:
            if known is None:
                self._drop(key)
            else:
                self._put(key, known)

    def _at(self, key: DocumentKey) -> Folder | Known | None:
        found: Folder | Known | None = self._sources.get(key.source)
        for part in key.path.split("/") if key.path else ():
            if not isinstance(found, dict):
                return None
            found = found.get(part)
        return found

    def _put(self, key: DocumentKey, known: Known) -> None:
        *folders, name = key.path.split("/")
        folder = self._sources.setdefault(key.source, {})
        for part in folders:
            within = folder.get(part)
            if not isinstance(within, dict):  # a folder has taken a document's place
                within = folder[part] = {}
            folder = within
        folder[name] = known

    def _drop(self, key: DocumentKey) -> None:
        *folders, name = key.path.split("/")
        way = [self._sources.get(key.source, {})]
        for part in folders:
            within = way[-1].get(part)
            if not isinstance(within, dict):
                return
            way.append(within)
        if isinstance(way[-1].get(name), Known):
            del way[-1][name]
        for depth in range(len(folders), 0, -1):  # an empty folder is not remembered
            if way[depth]:
                return
            del way[depth - 1][folders[depth - 1]]


def _walk(folder: Folder, prefix: str) -> Iterator[tuple[str, Known]]:
    for name, found in list(folder.items()):
        if isinstance(found, Known):
            yield prefix + name, found
        else:
            yield from _walk(found, prefix + name + "/")
