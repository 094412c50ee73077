"""What the code was made of that documents were run through, so that a plan can name what differs.

Explains and decides nothing. The newest are kept: documents are run again when code
changes, so what they were run through is seldom old.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from docgraph.store.connection import Connection, fetch, run
from docgraph.store.layout import Layout
from docgraph.store.sql import sql, value

Codes = Mapping[bytes, Mapping[str, bytes]]  # code of a document → name of a part → its fingerprint

KEPT = 1_000
WRITE = """
insert into {} (code, parts) select code, parts::jsonb from unnest({}::bytea[], {}::text[]) as n (code, parts)
on conflict (code) do nothing"""
PRUNE = "delete from {} where id <= (select max(id) from {}) - {} and code <> all({}::bytea[])"
READ = "select code, parts::text from {} where code = any({}::bytea[])"


async def write_codes(connection: Connection, layout: Layout, codes: Codes) -> None:
    """Keep what these codes are made of, and the newest others."""
    written = [json.dumps({name: part.hex() for name, part in parts.items()}) for parts in codes.values()]
    await run(connection, sql(WRITE, layout.code, value(list(codes)), value(written)))
    await run(connection, sql(PRUNE, layout.code, layout.code, value(KEPT), value(list(codes))))


async def read_codes(connection: Connection, layout: Layout, codes: Iterable[bytes]) -> Codes:
    """What these codes were made of, as far as it is kept."""
    found = await fetch(connection, sql(READ, layout.code, value(list(codes))))
    return {code: {name: bytes.fromhex(part) for name, part in json.loads(parts).items()} for code, parts in found}
