"""Indexing and serving in one process: neither goes on alone when the other has broken."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from support.projects import write_items_project

from docgraph.server import hosting
from docgraph.server.listening import listening
from docgraph.server.settings import read_settings


async def test_a_fault_in_the_indexing_thread_ends_the_whole_process(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(hosting, "index_forever", broken)
    settings = read_settings(
        write_items_project(tmp_path / "shop", 1), database_url=dsn, index="shop", port=0, environment={}
    )
    with pytest.raises(ZeroDivisionError):
        await hosting.develop(settings, lambda event: None)


async def test_answers_are_sent_at_once_on_every_event_loop() -> None:
    """Not held back until the client confirms what came before, which takes 40 milliseconds."""
    held_back: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        held_back.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listening("127.0.0.1", 0) as sock:
        async with await asyncio.start_server(connected, sock=sock):
            _, writer = await asyncio.open_connection(*sock.getsockname())
            assert await held_back
            writer.close()
