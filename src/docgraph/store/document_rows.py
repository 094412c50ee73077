"""Rows of `$document` as a binary COPY takes them.

A first load writes as many of them as rows of entities. The driver looks at each value by itself, and at lists with
particular care, which takes three times as long as putting together the few bytes that all rows are made of. Pure.
Source: the PostgreSQL manual, COPY, "Binary Format"; a value is its length and its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct, error

# id, source, path, size, mtime_ns, inode, ctime_ns, hash, code, failed, types
Record = tuple[int, int, str, int, int, int, int, bytes, bytes, bool, tuple[int, ...]]
COLUMNS = ("id", "source", "size", "mtime_ns", "inode", "ctime_ns", "failed", "path", "hash", "code", "types")

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
SMALLINT = 21  # the type's number in Postgres

_fixed = Struct("!hiiihiqiqiqiqi?").pack  # the number of columns, then those of which each value is as long
_length = Struct("!i").pack
_list = Struct("!iiiii").pack  # dimensions, whether nulls are in it, type, length, first index
_empty_list = Struct("!iii").pack(0, 0, SMALLINT)
_smallint = Struct("!ih").pack


def document_rows(records: Iterable[Record]) -> bytearray:
    """What COPY is sent. Raises OverflowError, UnicodeEncodeError: Postgres could not hold a value."""
    parts, lists = [HEADER], dict[tuple[int, ...], bytes]()
    for number, source, path, size, mtime, inode, ctime, content, code, failed, types in records:
        try:
            fixed = _fixed(11, 4, number, 2, source, 8, size, 8, mtime, 8, inode, 8, ctime, 1, failed)
        except error as refused:
            raise OverflowError(str(refused)) from refused
        called = path.encode()
        if (listed := lists.get(types)) is None:
            listed = lists[types] = _smallints(types)
        parts += (fixed, _length(len(called)), called, _length(len(content)), content, _length(len(code)), code, listed)
    parts.append(END)
    return bytearray().join(parts)


def _smallints(numbers: tuple[int, ...]) -> bytes:
    """A list, with its length in front."""
    inside = _list(1, 0, SMALLINT, len(numbers), 1) if numbers else _empty_list
    inside += b"".join([_smallint(2, each) for each in numbers])
    return _length(len(inside)) + inside
