"""The bookkeeping of documents: which are present, as what they were last run, and the hash over all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import msgspec

from docgraph.model.changes import DocumentKey, Known, Stat
from docgraph.model.known import PAGE, KnownDocuments
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.ddl import sequence
from docgraph.store.document_rows import COLUMNS, Record, document_rows
from docgraph.store.layout import Layout
from docgraph.store.sql import Sql, join, render, sql, text_literal, value

# Bytes as `KnownDocuments` keeps them, so that a million documents are not taken apart and put together again.
KNOWN = """
select source, path,
  int8send(size) || int8send(mtime_ns) || int8send(inode) || int8send(ctime_ns) || hash || code as record
from {} order by source, path"""
KNOWN_AT_ONCE = 20 * PAGE  # rows per fetch
COPY_FROM = 20  # rows: fewer go faster by plain inserts, which need no look at the table's types

LOOKUP = """
select d.id, d.source, d.path, d.hash, d.code, d.failed, d.types
from unnest({}::smallint[], {}::text[]) as wanted (source, path)
join {} as d using (source, path)"""

NUMBERS = "select setval({}::regclass, nextval({}::regclass) + {} - 1)"
LAST = "select source, path from {} order by source desc, path desc limit 1"

INSERT = """
insert into {} (id, source, path, size, mtime_ns, inode, ctime_ns, hash, code, failed, types)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
INSERT_ONE = """
insert into {} (id, source, path, size, mtime_ns, inode, ctime_ns, hash, code, failed, types) values ({})"""

UPDATE = """
update {} as d set size = n.size, mtime_ns = n.mtime_ns, inode = n.inode, ctime_ns = n.ctime_ns,
  hash = n.hash, code = n.code, failed = n.failed, types = n.types::smallint[]
from unnest({}::integer[], {}::bigint[], {}::bigint[], {}::bigint[], {}::bigint[],
  {}::bytea[], {}::bytea[], {}::boolean[], {}::text[])
  as n (id, size, mtime_ns, inode, ctime_ns, hash, code, failed, types)
where d.id = n.id"""

FORGET = """
with gone as (delete from {} where id = any({}::integer[]) returning id, source, path)
insert into {} (id, source, path, block) select gone.*, {}::integer from gone"""
CONTENT = "select source, path, hash, code from {}"
HASH_MODULUS = 1 << 256


class Remembered(msgspec.Struct, frozen=True, gc=False):
    """One row of `$document`."""

    id: int
    key: DocumentKey
    known: Known
    failed: bool
    types: tuple[int, ...]  # ordinals of the entity types it has served or kept contributions to

    @property
    def content(self) -> int:
        return content_number(self.key, self.known.hash, self.known.code)


def content_number(key: DocumentKey, content_hash: bytes, code: bytes) -> int:
    """What one present document adds to the hash over all of them."""
    name = f"{key.source}\0{key.path}\0".encode()
    return int.from_bytes(hashlib.blake2b(name + content_hash + code, digest_size=32).digest())


def block_hash(content: int) -> bytes:
    """The hash of a set of documents from the sum of what each adds: the order does not count."""
    return (content % HASH_MODULUS).to_bytes(32)


async def read_known(connection: Connection, layout: Layout) -> KnownDocuments:
    """All documents that are present. Needs a transaction around it."""
    known = KnownDocuments()
    statement, values = render(sql(KNOWN, layout.document))
    cursor = await connection.cursor(statement, *values)
    while rows := await cursor.fetch(KNOWN_AT_ONCE):
        for source, several in groupby(rows, itemgetter(0)):
            found = list(several)
            for start in range(0, len(found), PAGE):
                _, paths, records = zip(*found[start : start + PAGE], strict=True)
                known.append(source, paths, b"".join(records))
    return known


async def sum_content(connection: Connection, layout: Layout) -> int:
    """The sum over all present documents, from the table. Needs a transaction around it."""
    total = 0
    statement, values = render(sql(CONTENT, layout.document))
    cursor = await connection.cursor(statement, *values)
    while rows := await cursor.fetch(KNOWN_AT_ONCE):
        total += sum(content_number(DocumentKey(source, path), content, code) for source, path, content, code in rows)
    return total % HASH_MODULUS


async def look_up(connection: Connection, layout: Layout, keys: Sequence[DocumentKey]) -> dict[DocumentKey, Remembered]:
    """What is remembered of these documents; the stat is left out, since it decides nothing."""
    if not keys:
        return {}
    sources, paths = value([key.source for key in keys]), value([key.path for key in keys])
    found = await fetch(connection, sql(LOOKUP, sources, paths, layout.document))
    nothing = Stat(0, 0, 0)
    return {
        (key := DocumentKey(source, path)): Remembered(number, key, Known(nothing, content, code), failed, tuple(types))
        for number, source, path, content, code, failed, types in found
    }


async def read_last(connection: Connection, layout: Layout) -> DocumentKey | None:
    """The present document at the highest position."""
    rows = await fetch(connection, sql(LAST, layout.document))
    return DocumentKey(*rows[0]) if rows else None


async def new_numbers(connection: Connection, layout: Layout, count: int) -> list[int]:
    """So many document ids that were never used."""
    if not count:
        return []
    (called,) = sequence(layout).parts
    assert isinstance(called, str)
    ((last,),) = await fetch(connection, sql(NUMBERS, text_literal(called), text_literal(called), value(count)))
    return list(range(last - count + 1, last + 1))


async def write_documents(
    connection: Connection, layout: Layout, added: Sequence[Remembered], changed: Sequence[Remembered]
) -> None:
    """Remember these documents as they are now."""
    if len(added) > COPY_FROM:
        rows = document_rows(map(_record, added))
        await connection.copy_to_table(
            "$document", schema_name=layout.namespace, columns=COLUMNS, source=rows, format="binary"
        )
    elif added:
        statement, _ = render(sql(INSERT, layout.document))
        await connection.executemany(statement, map(_record, added))
    if changed:
        await run(connection, update_documents(layout, changed))


def update_documents(layout: Layout, changed: Sequence[Remembered]) -> Sql:
    """Documents that were remembered before, as they are now."""
    number, _, _, size, mtime, inode, ctime, content, code, failed, _ = map(
        list, zip(*map(_record, changed), strict=True)
    )
    types = ["{" + ",".join(map(str, each.types)) + "}" for each in changed]
    columns = map(value, (number, size, mtime, inode, ctime, content, code, failed, types))
    return sql(UPDATE, layout.document, *columns)


def insert_document(layout: Layout, added: Remembered) -> Sql:
    """A document that was not remembered before."""
    return sql(INSERT_ONE, layout.document, join(", ", map(value, _record(added))))


async def forget_documents(connection: Connection, layout: Layout, numbers: Sequence[int], block: int) -> None:
    """These documents are gone as of the block; what they were called is kept for readers of history."""
    if numbers:
        await run(connection, sql(FORGET, layout.document, value(list(numbers)), layout.gone, value(block)))


def _record(document: Remembered) -> Record:
    key, known, stat = document.key, document.known, document.known.stat
    return (
        document.id,
        key.source,
        key.path,
        stat.size,
        stat.mtime_ns,
        signed(stat.inode),
        stat.ctime_ns,
        known.hash,
        known.code,
        document.failed,
        document.types,
    )


def signed(inode: int) -> int:
    """Inode numbers have 64 bits without a sign, bigint has one."""
    return inode - (1 << 64) if inode >= 1 << 63 else inode


def unsigned(inode: int) -> int:
    return inode + (1 << 64) if inode < 0 else inode
