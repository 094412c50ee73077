"""What is known of every document, packed: the path and 64 bytes for each, however many there are.

Documents lie in the order of their positions, in pages of bounded size, so that one
document costs one page, and what is beneath a folder is found without looking at
anything else.
"""

from __future__ import annotations

import struct
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat

import msgspec

from docgraph.model.changes import DocumentKey, Known, Stat

LOOK = struct.Struct(">qqQq")  # size, mtime_ns, inode, ctime_ns
RECORD = struct.Struct(">qqQq16s16s")  # a look, then the hashes of content and code
PAGE = 256  # documents
BETWEEN = "\0"  # no path holds it

Packed = tuple[int, str, bytes]  # ordinal of the source, path, RECORD


def same(record: bytes, stat: Stat, code: bytes) -> bool:
    """Was the document that is known as `record` run by this code when it looked like this?"""
    look = LOOK.pack(stat.size, stat.mtime_ns, stat.inode, stat.ctime_ns)
    return record.startswith(look) and record.endswith(code)


class _Page(msgspec.Struct, frozen=True, gc=False):
    """Documents of one source, one after the other."""

    paths: str
    records: bytes

    def entries(self) -> Iterator[tuple[str, bytes]]:
        return self.some(self.paths.split(BETWEEN))

    def some(self, paths: Sequence[str], first: int = 0) -> Iterator[tuple[str, bytes]]:
        """Those of the entries that have these paths, which follow each other from the place `first` on."""
        size, records = RECORD.size, self.records
        pieces = [records[start : start + size] for start in range(first * size, (first + len(paths)) * size, size)]
        return zip(paths, pieces, strict=True)


class KnownDocuments(Mapping[DocumentKey, Known]):
    """DocumentKey → Known, in the order of positions. May be read by one thread while another changes it."""

    def __init__(self, known: Mapping[DocumentKey, Known] | None = None) -> None:
        self._lock = threading.Lock()  # of the lists; a page never changes
        self._firsts: list[tuple[int, str]] = []  # source and path of each page's first document
        self._pages: list[_Page] = []
        self._count = 0
        self._opened: tuple[_Page, list[str]] = _Page("", b""), []  # the page that was looked into last
        if known:
            self.remember(known.items())

    def append(self, source: int, paths: Sequence[str], records: bytes) -> None:
        """Take in documents of one source that come after all that are known, in order."""
        if paths:
            with self._lock:
                self._firsts.append((source, paths[0]))
                self._pages.append(_Page(BETWEEN.join(paths), records))
                self._count += len(paths)

    def remember(self, committed: Iterable[tuple[DocumentKey, Known | None]]) -> None:
        """Take in what has been committed; None for a document that is gone. The last word on a document counts."""
        self._change({(key.source, key.path): None if known is None else _packed(known) for key, known in committed})

    def take_in(self, committed: KnownDocuments) -> None:
        """As `remember`, of all that is known there."""
        with self._lock:
            if committed._count >= PAGE and self._is_before(committed._firsts[0]):  # a first load goes on
                self._firsts += committed._firsts
                self._pages += committed._pages
                self._count += committed._count
                return
        self._change({(source, path): record for source, path, record in committed.packed()})

    def _is_before(self, position: tuple[int, str]) -> bool:
        """Does all that is known stand before this?"""
        if not self._pages:
            return True
        last = self._pages[-1].paths.rpartition(BETWEEN)[2]
        return (self._firsts[-1][0], last) < position

    def _change(self, changes: Mapping[tuple[int, str], bytes | None]) -> None:
        wanted = sorted(changes)
        start = 0
        while start < len(wanted):
            with self._lock:
                start = self._rewrite(wanted, start, changes)

    def beneath(self, key: DocumentKey) -> Iterator[Packed]:
        """Everything known at `key` or beneath it, in order; an empty path is the whole source."""
        if not key.path:
            return self._between(key.source, "", None)
        at, folder = key.path, key.path + "/"
        return chain(self._between(key.source, at, at + BETWEEN), self._between(key.source, folder, at + "0"))

    def packed(self) -> Iterator[Packed]:
        """Everything, in order."""
        with self._lock:
            found = list(zip(self._firsts, self._pages, strict=True))
        for (source, _), page in found:
            for path, record in page.entries():
                yield source, path, record

    def find(self, key: DocumentKey) -> Known | None:
        """What is known of a document; None of one that is not known. During a first index, that is each."""
        if not self._count:
            return None
        with self._lock:
            at = bisect_right(self._firsts, (key.source, key.path)) - 1
            if at < 0 or self._firsts[at][0] != key.source:
                return None
            page = self._pages[at]
        paths = self._paths(page)
        place = bisect_left(paths, key.path)
        if place == len(paths) or paths[place] != key.path:
            return None
        *look, content, code = RECORD.unpack_from(page.records, place * RECORD.size)
        return Known(Stat(*look), content, code)

    def __getitem__(self, key: DocumentKey) -> Known:
        if (found := self.find(key)) is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[DocumentKey]:
        return (DocumentKey(source, path) for source, path, _ in self.packed())

    def __len__(self) -> int:
        return self._count

    def _between(self, source: int, low: str, high: str | None) -> Iterator[Packed]:
        """What is known from `low` on, short of `high`."""
        with self._lock:
            start = max(0, bisect_right(self._firsts, (source, low)) - 1)
            end = bisect_left(self._firsts, (source + 1, "") if high is None else (source, high))
            found = [
                page
                for (owner, _), page in zip(self._firsts[start:end], self._pages[start:end], strict=True)
                if owner == source
            ]
        for place, page in enumerate(found):
            if 0 < place < len(found) - 1:
                entries = page.entries()
            else:
                paths = self._paths(page)
                first, last = bisect_left(paths, low), len(paths) if high is None else bisect_left(paths, high)
                entries = page.some(paths[first:last], first)
            for path, record in entries:
                yield source, path, record

    def _paths(self, page: _Page) -> list[str]:
        """Taken apart once where one document after the other is asked for."""
        opened, paths = self._opened
        if opened is not page:
            paths = page.paths.split(BETWEEN)
            self._opened = page, paths
        return paths

    def _rewrite(
        self, wanted: Sequence[tuple[int, str]], start: int, changes: Mapping[tuple[int, str], bytes | None]
    ) -> int:
        """Make the page anew to which `wanted[start]` belongs. Returns where the changes of the next page begin."""
        source = wanted[start][0]
        at = max(0, bisect_right(self._firsts, wanted[start]) - 1)
        while at < len(self._firsts) and self._firsts[at][0] < source:  # it comes before all of its source
            at += 1
        there = at < len(self._firsts) and self._firsts[at][0] == source
        following = at + 1 if there else at
        end = bisect_left(wanted, (source + 1, ""), start)
        if following < len(self._firsts):
            end = bisect_left(wanted, self._firsts[following], start, end)
        if there and (page := _with(self._pages[at], [(path, changes[source, path]) for _, path in wanted[start:end]])):
            self._pages[at] = page
            return end
        entries = dict(self._pages[at].entries()) if there else {}
        before = len(entries)
        for each in wanted[start:end]:
            record = changes[each]
            if record is None:
                entries.pop(each[1], None)
            else:
                entries[each[1]] = record
        paths = sorted(entries)
        step = PAGE if len(paths) > 2 * PAGE else 2 * PAGE
        parts = [paths[begin : begin + step] for begin in range(0, len(paths), step)]
        self._firsts[at:following] = [(source, part[0]) for part in parts]
        self._pages[at:following] = [
            _Page(BETWEEN.join(part), b"".join(entries[path] for path in part)) for part in parts
        ]
        self._count += len(entries) - before
        return end


class Keys:
    """Keys of documents in the order in which they were added, packed."""

    def __init__(self, keys: Iterable[DocumentKey] = ()) -> None:
        self._pages: list[tuple[int, str]] = []  # source, and the paths of the page
        self._source = 0
        self._paths: list[str] = []  # of the page that is being filled
        self._count = 0
        for key in keys:
            self.add(key)

    def add(self, key: DocumentKey) -> None:
        if self._paths and (key.source != self._source or len(self._paths) == PAGE):
            self._pages.append((self._source, BETWEEN.join(self._paths)))
            self._paths = []
        self._source = key.source
        self._paths.append(key.path)
        self._count += 1

    def __iter__(self) -> Iterator[DocumentKey]:
        for source, paths in self._pages:
            yield from map(DocumentKey, repeat(source), paths.split(BETWEEN))
        yield from map(DocumentKey, repeat(self._source), self._paths)

    def __len__(self) -> int:
        return self._count


def _with(page: _Page, changes: Sequence[tuple[str, bytes | None]]) -> _Page | None:
    """The page after documents of it were run again; None: one of them is not in it, or is gone."""
    paths, records = page.paths.split(BETWEEN), bytearray(page.records)
    for path, record in changes:
        place = bisect_left(paths, path)
        if record is None or place == len(paths) or paths[place] != path:
            return None
        records[place * RECORD.size : (place + 1) * RECORD.size] = record
    return _Page(page.paths, bytes(records))


def _packed(known: Known) -> bytes:
    stat = known.stat
    return RECORD.pack(stat.size, stat.mtime_ns, stat.inode, stat.ctime_ns, known.hash, known.code)
