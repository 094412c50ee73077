"""Promise 6: kill Postgres in the middle of a first load, start again, and end where a clean run ends."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from docgraph.model.changes import Block, DocumentKey, Indexed, Known, Save, Stat
from docgraph.model.problem import Unavailable
from docgraph.model.schema import Schema
from docgraph.store.commit import open_store
from docgraph.store.connection import connect
from docgraph.store.postgres import private_postgres

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DOCUMENTS = [
    Indexed(
        DocumentKey(0, f"{n:05}"),
        Known(Stat(1, n, n), n.to_bytes(16), b"c" * 16),
        (Save("Person", f"{n // 2}", (f"{n // 2}", f"of {n}")),),  # each id twice: half of them are conflicts
    )
    for n in range(3_000)
]
PIECE = 500


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project's folder, outside pytest's own: that one is shut for other users at each start of pytest."""
    made = Path(tempfile.mkdtemp(prefix="docgraph-test-"))
    yield made
    shutil.rmtree(made)


async def load(dsn: str, schema: Schema, kill_at: int | None = None, server: int = 0) -> Block:
    """Load what is missing, piece by piece; at one of them kill the server between writing and commit."""
    async with open_store(dsn, "people") as store, store.writer(schema, ["s"], b"f") as writer:
        known = await writer.known()
        missing = [each for each in DOCUMENTS if known.get(each.key) != each.known]
        for at in range(0, len(missing), PIECE):
            async with writer.block(NOW) as block:
                await block.apply(missing[at : at + PIECE])
                if at == kill_at:
                    os.kill(server, signal.SIGKILL)
                    psutil.Process(server).wait(20)
        return await writer.finish_first_load(NOW)


async def rows(dsn: str) -> list[tuple[object, ...]]:
    query = """
    select p.id, p.name, d.path, p."$since", c.document is not null
    from docgraph_d1.person p join docgraph_d1."$document" d on d.id = p."$document"
      left join docgraph_d1."$claim" c on c.id = p.id
    order by p.id"""
    connection = await connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_a_server_killed_in_the_middle_of_a_first_load_loses_nothing(folder, dsn, schema):
    clean = await load(dsn, schema)
    async with private_postgres(folder) as private:
        server = int((folder / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        with pytest.raises(Unavailable):
            await load(private, schema, kill_at=2 * PIECE, server=server)
        async with private_postgres(folder) as again:
            resumed = await load(again, schema)
            assert await rows(again) == await rows(dsn)
    assert (resumed.hash, resumed.counts) == (clean.hash, clean.counts)
    assert list(map(str, resumed.problems)) == list(map(str, clean.problems))
    assert len(clean.problems) == len(DOCUMENTS) / 2
