"""Who has the right to write is alive: a silent network counts as death, on both sides, and a busy writer does not."""

from __future__ import annotations

import time

import pytest
from support.histories import NOW, commit
from support.proxy import proxied

from docgraph.model.changes import DocumentKey, Indexed, Known, Stat
from docgraph.model.problem import Unavailable
from docgraph.store.commit import open_store
from docgraph.store.connection import Connection
from docgraph.store.heartbeat import SILENCE, connect_writer
from docgraph.store.sql import render, sql, value
from docgraph.store.turns import END_DEAD, LIVING, WRITER, take_turn

WITHIN = 10.0  # seconds
DOCUMENT = Indexed(DocumentKey(0, "a"), Known(Stat(1, 1, 1), b"a" * 16, b"c" * 16), ())


async def test_a_writer_behind_a_silent_network_loses_its_turn_and_nothing_of_its_block_stays(dsn, schema):
    async with (
        proxied(dsn) as proxy,
        open_store(dsn, "shop") as near,
        open_store(proxy.dsn, "shop") as far,
        far.writer(schema, ["s"], b"f") as lost,
    ):
        await lost.finish_first_load(NOW)
        block = await lost.block(NOW).__aenter__()
        await block.apply([DOCUMENT])
        proxy.open.clear()
        started = time.monotonic()
        async with near.writer(schema, ["s"], b"f") as heir:
            assert time.monotonic() - started < WITHIN
            assert await heir.known() == {}
            assert await commit(heir, DOCUMENT) is not None
        with pytest.raises(Unavailable):
            await block.__aexit__(None, None, None)
        proxy.open.set()
        assert await lost.known() == {DOCUMENT.key: DOCUMENT.known}


async def test_a_writer_whose_postgres_keeps_silent_gives_its_connection_up(dsn):
    async with proxied(dsn) as proxy:
        connection = await connect_writer(proxy.dsn)
        proxy.open.clear()
        started = time.monotonic()
        with pytest.raises(Exception, match="connection was closed"):
            await connection.execute("select 1")
        assert SILENCE - 1 < time.monotonic() - started < 2 * SILENCE + 2
        assert connection.is_closed()


async def test_a_writer_that_is_busy_for_longer_than_the_silence_keeps_its_turn(dsn, connection: Connection):
    writer = await connect_writer(dsn)
    try:
        assert await take_turn(writer, 7)
        async with writer.transaction():
            _compute(SILENCE + 2)
            text, values = render(sql(END_DEAD, value(7), value(WRITER), value(LIVING)))
            assert await connection.fetch(text, *values) == []
            assert await writer.fetchval("select 1") == 1
    finally:
        await writer.close()


async def test_a_turn_that_no_writer_has_is_waited_for_and_not_taken_away(dsn, connection: Connection):
    assert await take_turn(connection, 7)  # as whoever drops or rewinds has it, without a heartbeat
    text, values = render(sql(END_DEAD, value(7), value(WRITER), value(LIVING)))
    other = await connect_writer(dsn)
    try:
        assert await other.fetch(text, *values) == []
        assert not await take_turn(other, 7)
    finally:
        await other.close()


def _compute(seconds: float) -> None:
    """As a handler does that never lets go of its thread."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(10_000))
