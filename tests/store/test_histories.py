"""Promise 1 on a real Postgres: whatever the order of events, the tables are those of a clean rebuild."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from support.histories import State, hash_of, leftovers, random_change, rebuild, rows

from docgraph.model.changes import Gone, Indexed
from docgraph.store import apply
from docgraph.store.apply import FEW

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HISTORIES = 200
STEPS = 4


@pytest.mark.parametrize("few", [FEW, 0])
async def test_two_hundred_random_histories_in_random_batches_equal_a_rebuild(
    writer_of, connection, monkeypatch: pytest.MonkeyPatch, few: int
):
    monkeypatch.setattr(apply, "FEW", few)  # new rows that are decided about, though there is nothing to decide
    async with writer_of() as writer:
        namespace = writer.layout.namespace
        await writer.finish_first_load(NOW)
        for seed in range(HISTORIES):
            chance = random.Random(seed)
            present: State = {}
            for _ in range(STEPS):
                async with writer.block(NOW) as block:
                    for _ in range(chance.randint(1, 2)):
                        await block.apply([random_change(chance, present) for _ in range(chance.randint(1, 5))])
            assert await rows(connection, namespace) == rebuild(present), f"seed {seed}"
            if block.committed:
                assert block.committed.hash == hash_of(present), f"seed {seed}"
            async with writer.block(NOW) as block:
                await block.apply([Gone(key) for key in present])
            assert await leftovers(connection, namespace) == 0, f"seed {seed}"


async def test_histories_that_end_in_the_same_documents_leave_the_same_hidden_tables(writer_of, connection):
    chance = random.Random(11)
    present: State = {}
    async with writer_of(b"with a past") as writer:
        past = writer.layout.namespace
        await writer.finish_first_load(NOW)
        for _ in range(30):
            async with writer.block(NOW) as block:
                await block.apply([random_change(chance, present) for _ in range(4)])
    assert block.committed
    async with writer_of(b"clean") as writer:
        clean = writer.layout.namespace
        async with writer.block(NOW) as block:
            await block.apply([Indexed(key, known, said) for key, (known, said) in present.items()])
        finished = await writer.finish_first_load(NOW)
    assert await rows(connection, past) == await rows(connection, clean) == rebuild(present)
    assert await claims(connection, past) == await claims(connection, clean)
    assert finished.hash == hash_of(present)


async def claims(connection, namespace: str) -> set[tuple[object, ...]]:
    query = """
    select c.space, c.id, d.source, d.path, c.seq, c.type, c.hash, c.row, c.line, w.source, w.path
    from {0}."$claim" c join {0}."$document" d on d.id = c.document left join {0}."$document" w on w.id = c.against"""
    return {tuple(row) for row in await connection.fetch(query.format(namespace))}
