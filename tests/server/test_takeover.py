"""Two indexers of one index: one works, one waits, and takes over within ten seconds however the first one ends."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from pathlib import Path

import pytest
from support.processes import ask, docgraph, finished
from support.projects import write_item, write_items_project

WITHIN = 10.0  # seconds


@pytest.mark.parametrize("ends", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
async def test_whoever_waits_takes_over_within_ten_seconds(dsn: str, tmp_path: Path, ends: signal.Signals) -> None:
    project = write_items_project(tmp_path / "shop", 3)
    environment = {"DATABASE_URL": dsn}
    watch = ("index", "--watch", "--log", "json")
    async with docgraph(*watch, project=project, environment=environment) as first:
        await first.event("BlockCommitted")
        async with docgraph(*watch, project=project, environment=environment) as second:
            await second.event("StandingBy")
            write_item(project, 1, name="edited")
            await first.event("BlockCommitted", 2)
            started = time.monotonic()
            first.process.send_signal(ends)
            await second.event("TakingOver")
            write_item(project, 2, name="edited by nobody's leave")
            await second.event("BlockCommitted")
            assert time.monotonic() - started < WITHIN
            if ends == signal.SIGSTOP:
                first.process.send_signal(signal.SIGCONT)
                await first.event("StandingBy")
                assert len(first.events("BlockCommitted")) == 2
            code, _, said = await finished("verify", folder=project, environment=environment)
            assert code == 0, said
            assert "block 3 equals" in said


async def test_an_api_answers_across_a_takeover(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    environment = {"DATABASE_URL": dsn}
    watch = ("index", "--watch", "--log", "json")
    async with (
        docgraph(*watch, project=project, environment=environment) as first,
        docgraph("serve", "--port", "0", "--log", "json", project=project, environment=environment) as api,
    ):
        await first.event("BlockCommitted")
        address = await api.address()
        async with docgraph(*watch, project=project, environment=environment) as second:
            await second.event("StandingBy")
            await first.kill()
            write_item(project, 0, name="edited")
            await second.event("BlockCommitted")
            assert await ask(address, "{ items { name } }") == {"items": [{"name": "edited"}]}


async def test_whoever_waits_follows_the_project_and_makes_nothing_for_a_schema_of_before(
    dsn: str, tmp_path: Path
) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    environment = {"DATABASE_URL": dsn}
    watch = ("index", "--watch", "--log", "json")
    async with docgraph(*watch, project=project, environment=environment) as first:
        await first.event("BlockCommitted")
        async with docgraph(*watch, project=project, environment=environment) as second:
            await second.event("StandingBy")
            schema = project / "schema.graphql"
            schema.write_text(schema.read_text().replace("size: Int!", "size: BigInt!"))
            for each in (first, second):
                await each.event("ProjectChanged")
            either = [
                asyncio.create_task(first.event("BlockCommitted", 2)),
                asyncio.create_task(second.event("BlockCommitted")),
            ]
            done, waiting = await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()
            for each in done:
                each.result()
    _, out, _ = await finished("list", "--json", folder=project, environment=environment)
    assert [(each["id"], each["state"]) for each in json.loads(out)] == [(1, "retired"), (2, "serving")]
