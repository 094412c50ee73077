"""Files beside documents: handlers read them, and what they read is watched as documents are.

Any file inside a source's folder can be read, be it a document of the source or not.
What one run read is noted here, and what of it looks different now is found here.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy

import msgspec

from docgraph.formats import FORMATS, reader_for
from docgraph.indexer.decide import NO_HASH, UNREAD, UNSETTLED, content_hash, settle
from docgraph.indexer.feed import Feed
from docgraph.mapping.collect import AWAIT_TASKS, Misuse
from docgraph.model.changes import NO_FILE, DocumentKey, FileRead, Known, Stat
from docgraph.model.document import Document
from docgraph.model.problem import FormatProblem, Problem, SourceProblem, Unavailable
from docgraph.sources.notes import Notes

NO_CONTENT = b""  # the hash of no file

Clock = Callable[[], int]  # nanoseconds since 1970


class Files:
    """What the run of one document reads of files. A file is read once: within a run it does not change."""

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed, self._clock = feed, clock
        self._read: dict[str, FileRead] = {}
        self._found: dict[str, bytes | SourceProblem | None] = {}
        self._fault: Unavailable | None = None
        self._open = True

    def read(self, path: str, wanted: str) -> Document | None:
        """The file that is called `wanted` from where `path` is; None where there is none.

        Raises Misuse; SourceProblem; SourceAway.
        """
        if not self._open:
            raise Misuse(f"the file {wanted!r} is read after the handler has ended", AWAIT_TASKS)
        at = beside(path, wanted)
        if at not in self._found:
            self._look(at)
        match self._found[at]:
            case bytes(content):
                return Document(
                    at,
                    content,
                    source=self._feed.name,
                    reader=reader_for(at) or FORMATS["text"],
                    context=self._feed.context,
                    files=self.read,
                )
            case None:
                return None
            case problem:
                raise problem

    def close(self) -> None:
        """The handlers are done. Raises Unavailable: the source could not be reached, whatever they made of it."""
        self._open = False
        if self._fault is not None:
            raise self._fault

    def told(self) -> tuple[FileRead, ...]:
        """All that has been read, in an order of its own."""
        if not self._read:
            return ()
        return tuple(self._read[path] for path in sorted(self._read))

    def placed(self, problem: Problem) -> Problem:
        """A problem in a file that was read, its place as the author would type it."""
        if not isinstance(problem, FormatProblem) or problem.at.path not in self._read:
            return problem
        shown = copy(problem)
        shown.at = msgspec.structs.replace(problem.at, path=self._feed.source.shown(problem.at.path))
        return shown

    def _look(self, path: str) -> None:
        try:
            file = self._feed.source.read_file(path)
        except SourceProblem as problem:
            self._found[path], self._read[path] = problem, FileRead(path, NO_HASH, UNREAD, path)
        except Unavailable as fault:
            self._fault = fault
            raise
        else:
            self._found[path] = file.content
            self._read[path] = FileRead(path, _hash(file.content), _settled(file.stat, self._clock), file.stands)


def beside(path: str, wanted: str) -> str:
    """The path within the source of what a file at `path` calls `wanted`. Raises Misuse: it can be none."""
    shown = f"the file {wanted!r}"
    if not wanted or "\0" in wanted or "\\" in wanted or not _is_text(wanted):
        raise Misuse(f"{shown} has a name that no file is read by", "name a file, with / between folders")
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted))
    if wanted.startswith("/") or found == ".." or found.startswith("../"):
        raise Misuse(
            f"{shown} is outside of the data source's folder",
            "write the path from the document's folder, and keep the file inside the data source's folder",
        )
    return found


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:  # half of a character, which no path of a source has
        return False
    return True


class FileMemory:
    """What is known of files that documents read. May be read by one thread while another changes it."""

    def __init__(self, known: Mapping[DocumentKey, Known]) -> None:
        self._known: dict[DocumentKey, Known] = {}
        self._beneath: dict[DocumentKey, set[DocumentKey]] = defaultdict(set)  # by folder
        for key, each in known.items():
            self._put(key, each)

    def beneath(self, key: DocumentKey) -> dict[DocumentKey, Known]:
        """Everything known at `key`, and beneath it; an empty path is the whole source."""
        keys = [key, *self._beneath.get(key, ())]
        return {each: self._known[each] for each in keys if each in self._known}

    def remember(self, read: Iterable[tuple[DocumentKey, Known]], looks: Mapping[DocumentKey, Known]) -> None:
        """Take in what has been committed: what documents read, and what was compared with all that read it."""
        for key, now in read:
            self._put(key, to_remember(self._known.get(key), now))
        for key, now in looks.items():
            self._put(key, now)

    def _put(self, key: DocumentKey, known: Known) -> None:
        if key not in self._known:
            for folder in above(key):
                self._beneath[folder].add(key)
        self._known[key] = known


class Looks(msgspec.Struct, frozen=True):
    """Files that documents read, as far as they look different or have to be compared."""

    files: Mapping[DocumentKey, Known]  # as they are now; code is empty
    links: Mapping[DocumentKey, DocumentKey]  # what some of them lead to


def look_at_files(feeds: Sequence[Feed], memory: FileMemory, keys: Collection[DocumentKey], clock: Clock) -> Looks:
    """What documents read at and beneath the keys, where it looks different from what is known.

    What the keys name itself counts as different. All that does is read, to know its content.

    Raises SourceAway.
    """
    files: dict[DocumentKey, Known] = {}
    notes: dict[int, Notes] = {}
    for key, known in _known(memory, keys):
        source = feeds[key.source].source
        stat = source.look(key.path, notes.setdefault(key.source, Notes()))
        if key in keys or stat != known.stat:
            files[key] = _as_it_is(feeds[key.source], key.path, clock)
    links = {
        DocumentKey(source, link): DocumentKey(source, target)
        for source, each in notes.items()
        for link, target in each.links.items()
    }
    return Looks(files, links)


def look_differs(feeds: Sequence[Feed], memory: FileMemory, keys: Collection[DocumentKey]) -> list[DocumentKey]:
    """What documents read at and beneath the keys, where it looks different from what is known. Opens no file.

    Raises SourceAway.
    """
    return [
        key for key, known in _known(memory, keys) if feeds[key.source].source.look(key.path, Notes()) != known.stat
    ]


def to_remember(before: Known | None, now: Known) -> Known:
    """What to remember of a file that a document read: one that has changed is still to be compared with all that
    read it.
    """
    settled = before is None or (before.hash == now.hash and before.stat.mtime_ns != UNSETTLED)
    return now if settled else Known(Stat(now.stat.size, UNSETTLED, now.stat.inode), now.hash, b"")


def above(key: DocumentKey) -> Iterator[DocumentKey]:
    """The folders that hold what the key names, the source itself included."""
    at = len(key.path)
    while at > 0:
        at = max(0, key.path.rfind("/", 0, at))
        yield DocumentKey(key.source, key.path[:at])


def _known(memory: FileMemory, keys: Collection[DocumentKey]) -> Iterator[tuple[DocumentKey, Known]]:
    met: set[DocumentKey] = set()
    for key in sorted(keys):
        for each, known in memory.beneath(key).items():
            if each not in met:
                met.add(each)
                yield each, known


def _as_it_is(feed: Feed, path: str, clock: Clock) -> Known:
    try:
        file = feed.source.read_file(path)
    except SourceProblem:
        return Known(UNREAD, NO_HASH, b"")
    return Known(_settled(file.stat, clock), _hash(file.content), b"")


def _hash(content: bytes | None) -> bytes:
    return NO_CONTENT if content is None else content_hash(content)


def _settled(stat: Stat, clock: Clock) -> Stat:
    return stat if stat == NO_FILE else settle(stat, clock())
