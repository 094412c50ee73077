"""What travels from a handler's run to the store: contributions, and the document changes of one block.

A row is a tuple of stored values in the order of `EntityType.stored_fields`; what
a stored value looks like for each scalar is told by `model/values.py`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import assert_never

import msgspec

from docgraph.model.problem import Location, Problem

Id = str | bytes | int  # by the id type: ID and String, Bytes, Int8
Row = tuple[object, ...]


class Save(msgspec.Struct, frozen=True, gc=False):
    """A document says: this entity exists and looks like this.

    Of a shared entity it says only what it assigns; the rest of the row is null.
    """

    type: str  # entity name
    id: Id
    row: Row  # `id` included, in its own place
    line: int | None = None  # of the record that was handled, from 1; None: the whole document
    assigned: tuple[int, ...] | None = None  # of a shared entity: places in the row; None: all of them


class Remove(msgspec.Struct, frozen=True):
    """A document says: whatever documents at lower positions say of this entity does not count."""

    type: str
    id: Id


Contribution = Save | Remove


class Read(msgspec.Struct, frozen=True):
    """A document's handlers looked whether an entity is there, and at these fields of it."""

    type: str
    id: Id
    fields: tuple[int, ...]  # places in the row, ascending
    row: Row | None  # as they saw it; None: it was not there


class Referring(msgspec.Struct, frozen=True):
    """A document's handlers looked which entities of a type refer to one."""

    type: str  # of those that refer
    field: str  # by which they do
    id: Id  # of the one that they refer to
    found: tuple[Id, ...]  # ascending


class Stat(msgspec.Struct, frozen=True, gc=False):
    """What a folder tells about a file without opening it."""

    size: int  # bytes
    mtime_ns: int
    inode: int
    ctime_ns: int = 0  # of its last change of any kind; whoever may write a file can set every other time, not this one


NO_FILE = Stat(0, 0, 0)  # the look of a path at which there is no file


class FileRead(msgspec.Struct, frozen=True):
    """A document's handlers read what stands at this path of its source, or looked that nothing does."""

    path: str  # relative to the source's root
    hash: bytes  # 16 bytes, of the content; empty: there is no file
    stat: Stat
    stands: str  # the path of the file itself, where links lead to it


class DocumentKey(msgspec.Struct, frozen=True, order=True, gc=False):
    """Which document. Sorting keys sorts documents by position.

    Text compares by code point in Python, which is the bytewise order of UTF-8.
    """

    source: int  # ordinal of the data source in the order of positions, from 0
    path: str  # relative to the source's root, `/` between parts


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the store remembers of a document."""

    stat: Stat
    hash: bytes  # 16 bytes, of the content
    code: bytes  # 16 bytes, of the handlers it was run through


class LogLine(msgspec.Struct, frozen=True):
    """A line for the log of the index."""

    level: str  # debug, info, warning, error, critical
    text: str
    arguments: tuple[tuple[str, str], ...]  # what the text was filled with: key and value
    at: Location  # in the author's code


class OnError(StrEnum):
    """What a document's failing does to what it said when it last worked."""

    KEEP = "keep"  # it stays, and is told to be stale
    DROP = "drop"  # it leaves
    HALT = "halt"  # it stays, and with it the index, at the block before


class Indexed(msgspec.Struct, frozen=True):
    """A document was run through its handlers: these are now its contributions, in the order they were made.

    At most one contribution per entity, but for shared ones: of those each counts.
    """

    key: DocumentKey
    known: Known
    contributions: tuple[Contribution, ...]
    logs: tuple[LogLine, ...] = ()
    on_error: OnError = OnError.KEEP  # for when the store cannot hold them
    reads: tuple[Read | Referring, ...] = ()
    files: tuple[FileRead, ...] = ()


class Failed(msgspec.Struct, frozen=True):
    """A document could not be run: these problems are told, and `on_error` says what becomes of its contributions."""

    key: DocumentKey
    known: Known
    problems: tuple[Problem, ...]  # at least one
    logs: tuple[LogLine, ...] = ()
    on_error: OnError = OnError.KEEP
    reads: tuple[Read | Referring, ...] = ()  # when they differ, it is tried again
    files: tuple[FileRead, ...] = ()  # so with these


class Touched(msgspec.Struct, frozen=True):
    """Only the file's stat moved; its content is what it was."""

    key: DocumentKey
    known: Known


class Gone(msgspec.Struct, frozen=True):
    """A document is no longer there (or no longer matched): so are its contributions."""

    key: DocumentKey


DocumentChange = Indexed | Failed | Touched | Gone
Ran = Indexed | Failed  # what becomes of a document that is run


def replaces(change: DocumentChange) -> bool:
    """Does what the document said before no longer count?"""
    match change:
        case Indexed() | Gone():
            return True
        case Failed(on_error=on_error):
            return on_error is OnError.DROP
        case Touched():
            return False
        case _:
            assert_never(change)


class TypeCounts(msgspec.Struct, frozen=True):
    """How many entities of one type a block created, changed and deleted."""

    created: int = 0
    changed: int = 0
    deleted: int = 0


class Block(msgspec.Struct, frozen=True):
    """One atomic step of an index: all changes of one scan, or none of them."""

    number: int  # from 1
    hash: bytes  # 32 bytes; equal documents give equal hashes, whatever the history
    timestamp: datetime  # UTC, when the block was made
    documents: int  # how many documents it touched
    counts: dict[str, TypeCounts]  # by entity name; types without a change are absent
    problems: tuple[Problem, ...] = ()  # that this block brought, conflicts included
