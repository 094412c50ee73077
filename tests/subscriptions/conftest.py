"""A server on a port of its own over a small shop, in this process so that its inside can be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest_asyncio
from support.projects import write_item, write_items_project

from docgraph.server.answering import answer
from docgraph.server.listening import address, listening
from docgraph.server.running import index_once
from docgraph.server.serving import Serving, serving
from docgraph.server.settings import Settings, read_settings


class Shop:
    """The served project, and what it is served by."""

    def __init__(self, settings: Settings, current: Serving, address: str, server: asyncio.Task[None]) -> None:
        self.settings, self.current, self.server = settings, current, server
        self.url = f"{address}/graphql"
        self.socket = self.url.replace("http", "ws", 1)

    async def edit(self, number: int, name: str) -> None:
        """A block in which one item has got this name."""
        write_item(self.settings.project, number, name=name)
        await index_once(self.settings, lambda event: None)

    async def stop(self) -> None:
        self.server.cancel()
        with suppress(asyncio.CancelledError):
            await self.server


@pytest_asyncio.fixture
async def shop(dsn: str, tmp_path: Path) -> AsyncIterator[Shop]:
    project = write_items_project(tmp_path / "shop", 2)
    settings = read_settings(
        project,
        database_url=dsn,
        index="shop",
        environment={"DOCGRAPH_MAX_SUBSCRIPTIONS": "20", "DOCGRAPH_MAX_OPERATIONS": "10"},
    )
    await index_once(settings, lambda event: None)
    async with serving(settings, lambda event: None) as current:
        with listening("127.0.0.1", 0) as sock:
            server = asyncio.create_task(answer(sock, current))
            made = Shop(settings, current, address(sock), server)
            yield made
            await made.stop()
