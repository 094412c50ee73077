"""What documents read of files when they were run last: a row of `$beside` for each file and document.

How a file looked is kept once, in `$file`. Where it looks the same, nobody needs to open
it. A file that was read with another content than before counts as looking different
until all that read it were compared with what there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import LiteralString

from docgraph.model.changes import DocumentChange, DocumentKey, FileRead, Known, Ran, Stat
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.documents import signed, unsigned
from docgraph.store.layout import Layout
from docgraph.store.sql import sql, value

FORGET = "delete from {} where document = any({}::integer[])"
WRITE = """
insert into {} (document, source, path, hash)
select * from unnest({}::integer[], {}::smallint[], {}::text[], {}::bytea[])"""
# -1: it will look different to the next that looks.
SEEN = """
insert into {} as f (source, path, size, mtime_ns, inode, ctime_ns, hash)
select * from unnest({}::smallint[], {}::text[], {}::bigint[], {}::bigint[], {}::bigint[], {}::bigint[], {}::bytea[])
on conflict (source, path) do update set size = excluded.size, inode = excluded.inode, ctime_ns = excluded.ctime_ns,
  hash = excluded.hash,
  mtime_ns = case when f.hash = excluded.hash and f.mtime_ns <> -1 then excluded.mtime_ns else -1 end"""
LOOK_AGAIN = """
update {} as f set size = n.size, mtime_ns = n.mtime_ns, inode = n.inode, ctime_ns = n.ctime_ns, hash = n.hash
from unnest({}::smallint[], {}::text[], {}::bigint[], {}::bigint[], {}::bigint[], {}::bigint[], {}::bytea[])
  as n (source, path, size, mtime_ns, inode, ctime_ns, hash)
where (f.source, f.path) = (n.source, n.path)"""
SWEEP = """
delete from {} as f where not exists (select from {} as b where (b.source, b.path) = (f.source, f.path))"""
KNOWN = "select source, path, size, mtime_ns, inode, ctime_ns, hash from {}"
FILES_OF = "select path, hash from {} where document = {}::integer"
READ_BY = """
select b.source, b.path, d.path, b.hash from {} as b join {} as d on d.id = b.document order by 1, 2, 3"""
MISLED = """
select distinct d.source, d.path
from unnest({}::smallint[], {}::text[], {}::bytea[]) as now (source, path, hash)
join {} as b using (source, path)
join {} as d on d.id = b.document
where b.hash <> now.hash"""


async def replace_files(
    connection: Connection,
    layout: Layout,
    changes: Sequence[DocumentChange],
    numbers: Mapping[DocumentKey, int],
    replaced: Sequence[int],
) -> bool:
    """Remember which files these documents read, and forget it of `replaced` ones. Returns whether they read any."""
    if replaced:
        await run(connection, sql(FORGET, layout.beside, value(list(replaced))))
    read = [(change.key, file) for change in changes if isinstance(change, Ran) for file in change.files]
    if not read:
        return False
    documents, sources = [numbers[key] for key, _ in read], [key.source for key, _ in read]
    paths, hashes = [file.path for _, file in read], [file.hash for _, file in read]
    await run(connection, sql(WRITE, layout.beside, *map(value, (documents, sources, paths, hashes))))
    await _see(connection, layout, SEEN, dict(_seen(read)))
    return True


async def look_again(connection: Connection, layout: Layout, files: Mapping[DocumentKey, Known]) -> None:
    """Remember how these files look, with which all that read them were compared."""
    await _see(connection, layout, LOOK_AGAIN, files)


async def known_files(connection: Connection, layout: Layout) -> dict[DocumentKey, Known]:
    """Every file that a document read, as it was seen last."""
    return {
        DocumentKey(source, path): Known(Stat(size, mtime_ns, unsigned(inode), ctime_ns), digest, b"")
        for source, path, size, mtime_ns, inode, ctime_ns, digest in await fetch(connection, sql(KNOWN, layout.file))
    }


async def forget_unread(connection: Connection, layout: Layout) -> None:
    """Forget the files that nobody reads any more."""
    await run(connection, sql(SWEEP, layout.file, layout.beside))


async def read_by(connection: Connection, layout: Layout) -> dict[DocumentKey, list[tuple[DocumentKey, bytes]]]:
    """For each file, the documents that read it and the hash of what they saw."""
    found: dict[DocumentKey, list[tuple[DocumentKey, bytes]]] = {}
    for source, file, path, digest in await fetch(connection, sql(READ_BY, layout.beside, layout.document)):
        found.setdefault(DocumentKey(source, file), []).append((DocumentKey(source, path), digest))
    return found


async def files_of(connection: Connection, layout: Layout, document: int) -> dict[str, bytes]:
    """The files that the document read, and the hashes of what it saw."""
    found = await fetch(connection, sql(FILES_OF, layout.beside, value(document)))
    return dict(map(tuple, found))


async def misled(connection: Connection, layout: Layout, files: Mapping[DocumentKey, Known]) -> list[DocumentKey]:
    """The documents that read something else in these files than there is now."""
    if not files:
        return []
    sources, paths = value([key.source for key in files]), value([key.path for key in files])
    hashes = value([known.hash for known in files.values()])
    found = await fetch(connection, sql(MISLED, sources, paths, hashes, layout.beside, layout.document))
    return [DocumentKey(source, path) for source, path in found]


def _seen(read: Sequence[tuple[DocumentKey, FileRead]]) -> Iterator[tuple[DocumentKey, Known]]:
    """How files look; one that was met with two contents looks like nothing there is."""
    met: dict[DocumentKey, set[bytes]] = {}
    for document, file in read:
        key = DocumentKey(document.source, file.path)
        met.setdefault(key, set()).add(file.hash)
        stat = file.stat if len(met[key]) == 1 else Stat(file.stat.size, -1, file.stat.inode)
        yield key, Known(stat, file.hash, b"")


async def _see(
    connection: Connection, layout: Layout, template: LiteralString, files: Mapping[DocumentKey, Known]
) -> None:
    if files:
        stats = [known.stat for known in files.values()]
        columns = (
            *([key.source for key in files], [key.path for key in files]),
            *([stat.size for stat in stats], [stat.mtime_ns for stat in stats], [signed(stat.inode) for stat in stats]),
            [stat.ctime_ns for stat in stats],
            [known.hash for known in files.values()],
        )
        await run(connection, sql(template, layout.file, *map(value, columns)))
