"""A server that keeps answers hears of every change, and knows when it hears no more."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import httpx
from support.processes import PATIENCE, docgraph
from support.projects import write_item, write_items_project

NAMES = {"query": "{ items { name } }"}
# A change that nobody is told of: so an answer that has it was not kept.
SECRETLY = "update docgraph_d1.item set name = 'nobody was told'"
END_LISTENER = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and query ilike 'listen%'"""


async def told(api: httpx.AsyncClient) -> tuple[int, str]:
    """The block that the server has heard of, and the name of the only item."""
    answer = await api.post("/graphql", json=NAMES)
    heard = json.loads(answer.headers.get("graph-indexed", '{"number": 0}'))["number"]
    return heard, answer.json()["data"]["items"][0]["name"] if heard else ""


async def becomes(api: httpx.AsyncClient, block: int, name: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await told(api) != (block, name):
            pass


async def test_a_block_ends_what_was_kept_and_so_does_a_lost_connection(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    keeping = {"DATABASE_URL": dsn, "DOCGRAPH_MAX_ANSWER_BYTES": "100000"}
    async with (
        docgraph("index", "--watch", "--log", "json", project=project, environment={"DATABASE_URL": dsn}) as indexer,
        docgraph("serve", "--port", "0", "--log", "json", project=project, environment=keeping) as server,
        httpx.AsyncClient(base_url=await server.address(), timeout=PATIENCE) as api,
    ):
        await indexer.event("BlockCommitted")
        await becomes(api, 1, "item 0")
        write_item(project, 0, name="edited")
        await becomes(api, 2, "edited")
        database = await asyncpg.connect(dsn)
        try:
            await database.execute(SECRETLY)
            assert await told(api) == (2, "edited")
            assert await database.fetchval(END_LISTENER)
            await becomes(api, 2, "nobody was told")
        finally:
            await database.close()
