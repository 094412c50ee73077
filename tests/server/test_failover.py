"""Postgres is gone without a word and another one stands in its place: everybody finds the way there."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
from support.processes import ask, docgraph
from support.projects import write_item, write_items_project
from support.proxy import proxied

from docgraph.store.served import HEARTBEAT

NAMES = {"query": "{ items { name } }"}


async def test_an_api_and_an_indexer_leave_connections_that_keep_silent(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    async with proxied(dsn) as proxy:
        environment = {"DATABASE_URL": proxy.dsn}
        async with (
            docgraph("index", "--watch", "--log", "json", project=project, environment=environment) as indexer,
            docgraph("serve", "--port", "0", "--log", "json", project=project, environment=environment) as api,
            httpx.AsyncClient(timeout=30) as client,
        ):
            await indexer.event("BlockCommitted")
            address = await api.address()
            assert await ask(address, NAMES["query"]) == {"items": [{"name": "item 0"}]}
            assert proxy.silence() >= 3
            started = time.monotonic()
            refused = await client.post(f"{address}/graphql", json=NAMES)
            assert "errors" in refused.json()
            assert time.monotonic() - started < 2 * HEARTBEAT + 4
            await api.event("Retrying")
            assert await ask(address, NAMES["query"]) == {"items": [{"name": "item 0"}]}
            write_item(project, 0, name="edited")
            await indexer.event("BlockCommitted", 2)
            assert await ask(address, NAMES["query"]) == {"items": [{"name": "edited"}]}
