"""`docgraph serve --workers`: several processes at one address, killed, stopped and followed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest
import pytest_asyncio
from support.processes import PATIENCE, Running, ask, docgraph, finished
from support.projects import write_item, write_items_project

SERVE = ("serve", "--port", "0", "--workers", "2", "--log", "json")
WAITING = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"""
NAMES = "{ items(orderBy: id) { name } }"


@pytest_asyncio.fixture
async def database(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


def workers_of(running: Running) -> list[psutil.Process]:
    """The processes that answer: the children of the one that was started."""
    return [each for each in psutil.Process(running.process.pid).children() if each.status() != psutil.STATUS_ZOMBIE]


@contextmanager
def alone(worker: psutil.Process, others: list[psutil.Process]) -> Iterator[None]:
    """Inside, no other process of the server takes a connection."""
    rest = [each for each in others if each != worker]
    for each in rest:
        each.suspend()
    try:
        yield
    finally:
        for each in rest:
            each.resume()


async def each_answers(running: Running, address: str, query: str, wanted: Any) -> None:
    """Wait until every process gives the wanted answer."""
    workers = workers_of(running)
    assert len(workers) == 2
    for worker in workers:
        with alone(worker, workers):
            async with asyncio.timeout(PATIENCE):
                while await ask(address, query) != wanted:
                    pass


async def gone(processes: list[psutil.Process]) -> None:
    await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE)
    assert not [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


async def test_every_process_answers_and_follows_blocks_and_another_deployment(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    environment = {"DATABASE_URL": dsn}
    async with (
        docgraph(*SERVE, project=project, environment=environment) as api,
        docgraph("index", "--watch", "--log", "json", project=project, environment=environment) as indexer,
    ):
        address = await api.address()
        await indexer.event("BlockCommitted")
        await each_answers(api, address, NAMES, {"items": [{"name": "item 0"}, {"name": "item 1"}]})

        write_item(project, 1, name="edited")
        await indexer.event("BlockCommitted", 2)
        await each_answers(api, address, NAMES, {"items": [{"name": "item 0"}, {"name": "edited"}]})

        schema = project / "schema.graphql"
        schema.write_text(schema.read_text().replace("size: Int!", "size: BigInt!"))
        await indexer.event("BlockCommitted", 3)
        await each_answers(api, address, "{ items(first: 1) { size } }", {"items": [{"size": "0"}]})
        workers = workers_of(api)
        for worker in workers:
            with alone(worker, workers):
                async with httpx.AsyncClient(base_url=address) as client:
                    assert (await client.get("/health")).json() == {"alive": True}
                    assert (await client.get("/ready")).json() == {"ready": True, "deployment": "2", "block": 1}
                    assert (await client.get("/status")).json()["deployment"] == 2
        assert len(api.events("Listening")) == 1
        assert api.said == []


async def test_a_process_that_is_killed_is_replaced_and_told(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    async with docgraph(*SERVE, project=project, environment=environment) as api:
        address = await api.address()
        killed, stays = workers_of(api)
        killed.kill()
        told = await api.event("Retrying")
        assert told["what"] == f"server process {killed.pid} ended by SIGKILL"
        assert told["delay"] < 0.2
        assert await ask(address, NAMES) == {"items": [{"name": "item 0"}]}
        async with asyncio.timeout(PATIENCE):
            while len(workers_of(api)) < 2:
                await ask(address, NAMES)
        await each_answers(api, address, NAMES, {"items": [{"name": "item 0"}]})
        assert stays in workers_of(api)
        assert killed not in workers_of(api)
        assert len(api.events("Listening")) == 1


async def test_a_process_that_ends_at_once_is_replaced_after_growing_delays(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    async with docgraph(*SERVE, project=project, environment=environment) as api:
        await api.address()
        (victim, stays), delays = workers_of(api), []
        for number in range(1, 4):
            victim.kill()
            delays.append((await api.event("Retrying", number))["delay"])
            async with asyncio.timeout(PATIENCE):
                while not (found := [each for each in workers_of(api) if each not in (victim, stays)]):
                    await asyncio.to_thread(psutil.wait_procs, [victim], 0.05)
            (victim,) = found
        assert delays[0] <= 0.1 <= delays[1] <= 0.2 <= delays[2]


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_told_to_end_it_answers_what_was_asked_and_leaves_no_process(
    dsn: str, database: Any, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    async with docgraph(*SERVE, project=project, environment=environment) as api, httpx.AsyncClient() as client:
        address, workers = await api.address(), workers_of(api)
        assert len(workers) == 2
        async with database.transaction():
            await database.execute("lock table docgraph_d1.item in access exclusive mode")
            asking = asyncio.create_task(client.post(f"{address}/graphql", json={"query": NAMES}, timeout=30))
            await waits_for_a_lock(database)
            api.process.send_signal(sent)
            await refused(address)
        answer = await asking
        assert answer.json() == {"data": {"items": [{"name": "item 0"}]}}
        assert await api.ended() == code
        assert (api.said, api.events("Retrying")) == ([], [])
        await gone(workers)


async def test_processes_end_when_the_one_that_started_them_is_killed(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    async with docgraph(*SERVE, project=project, environment=environment) as api:
        await api.address()
        workers = workers_of(api)
        assert len(workers) == 2
        await api.kill()
        await gone(workers)


async def test_several_processes_share_a_private_postgres_and_the_last_one_stops_it(open_folder: Path) -> None:
    project = write_items_project(open_folder / "shop", 1)
    assert (await finished("index", folder=project))[0] == 0
    async with docgraph(*SERVE, project=project) as api:
        assert await ask(await api.address(), NAMES) == {"items": [{"name": "item 0"}]}
        assert await api.stop() == 143
        assert api.said == []
    assert not (project / ".docgraph" / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_what_processes_tell_is_told_once_each_and_in_the_same_form(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    async with docgraph(*SERVE[:-2], project=project, environment=environment) as api:
        await api.line()
        async with asyncio.timeout(PATIENCE):
            while len(api.said) < 2:
                await api.more()
        (graphiql, graphql), workers = api.said, workers_of(api)
        assert (graphiql.split()[0], graphql.split()[0]) == ("GraphiQL", "GraphQL")
        workers[0].kill()
        await api.more()
        assert f"server process {workers[0].pid} ended by SIGKILL; next try in 0." in api.said[2]


async def waits_for_a_lock(database: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await database.fetchval(WAITING):
            await database.execute("select pg_stat_clear_snapshot()")  # a transaction sees one state otherwise


async def refused(address: str) -> None:
    """Wait until nobody listens there."""
    port = int(address.rpartition(":")[2])
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            except ConnectionResetError:  # it was waiting to be taken when the last listener closed
                continue
            writer.close()
