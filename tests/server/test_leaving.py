"""A client that leaves before its answer is there takes its statement with it, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
from support.processes import ask, docgraph
from support.projects import write_items_project

ASKED = "{ items { name } }"
LATER = 200  # more clients than the server has connections to its database
# A view in the place of the table: asked for, Postgres is at work until it is told to stop.
SLOW = """
alter table {0}.item rename to slow_item;
create view {0}.item as select i.* from {0}.slow_item as i where pg_sleep(1000 + 0 * i.size)::text = ''"""
QUICK = "drop view {0}.item; alter table {0}.slow_item rename to item"
AT_WORK = """
select count(*), pg_sleep(0.01) from pg_stat_activity
where wait_event = 'PgSleep' and datname = current_database() and pid <> pg_backend_pid()"""


class Slow:
    """A running server whose items take forever until they are made quick again."""

    def __init__(self, address: str, connection: asyncpg.Connection, namespace: str) -> None:
        self.address = address
        self._connection = connection
        self._namespace = namespace

    async def statements(self, least: int, most: int) -> None:
        """Wait until so many statements are at work."""
        async with asyncio.timeout(60):
            while not least <= await self._connection.fetchval(AT_WORK) <= most:
                pass

    async def slow(self) -> None:
        await self._connection.execute(SLOW.format(self._namespace))

    async def quick(self) -> None:
        await self._connection.execute(QUICK.format(self._namespace))


@asynccontextmanager
async def slow_server(dsn: str, folder: Path, seconds: str) -> AsyncIterator[Slow]:
    """`seconds`: that a statement may take."""
    environment = {"DATABASE_URL": dsn, "DOCGRAPH_MAX_STATEMENT_SECONDS": seconds}
    project = write_items_project(folder / "shop", 1)
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        connection = await asyncpg.connect(dsn)
        try:
            slow = Slow(address, connection, await connection.fetchval("select namespace from docgraph.deployment"))
            await slow.slow()
            yield slow
        finally:
            await connection.close()


async def left(client: httpx.AsyncClient, slow: Slow, clients: int, **request: object) -> None:
    """So many clients ask, and leave when the database is at work for the first of them."""
    asking = [asyncio.create_task(client.request(url=f"{slow.address}/graphql", **request)) for _ in range(clients)]  # type: ignore[arg-type]
    await slow.statements(1, clients)
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


async def test_statements_of_clients_that_left_are_cancelled_and_the_server_answers_on(
    dsn: str, tmp_path: Path
) -> None:
    unlimited = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with (
        slow_server(dsn, tmp_path, "1000") as slow,
        httpx.AsyncClient(timeout=None, limits=unlimited) as client,
    ):
        for request in (
            {"method": "POST", "json": {"query": ASKED}},
            {"method": "GET", "params": {"query": ASKED}},
        ):
            await left(client, slow, 1, **request)
            await slow.statements(0, 0)
        await left(client, slow, LATER, method="POST", json={"query": ASKED})
        await slow.statements(0, 0)
        await slow.quick()
        answers = await asyncio.gather(*(ask(slow.address, ASKED) for _ in range(20)))
    assert answers == [{"items": [{"name": "item 0"}]}] * 20


async def test_a_statement_beyond_its_time_is_given_up_and_the_limit_is_told(dsn: str, tmp_path: Path) -> None:
    async with slow_server(dsn, tmp_path, "0.2") as slow, httpx.AsyncClient(timeout=60) as client:
        answer = await client.post(f"{slow.address}/graphql", json={"query": ASKED})
        await slow.quick()
        assert await ask(slow.address, ASKED) == {"items": [{"name": "item 0"}]}
    assert answer.json() == {
        "data": None,
        "errors": [{"message": "Query timed out", "extensions": {"code": "QUERY_TIMED_OUT", "limit": 0.2}}],
    }
