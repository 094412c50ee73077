"""Wherever an indexer is broken off, the index is as it was or as it should be, and the next one ends where a rebuild
does: connections cut at each statement, processes killed at some, answers to commits that nobody hears, a full disk."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

import asyncpg
import pytest
from soak.project import FOLDERS, Author
from support.processes import docgraph
from support.proxy import Proxy, proxied

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.problem import Unavailable
from docgraph.store.commit import open_store
from docgraph.store.compare import compare
from docgraph.store.connection import connect
from docgraph.store.deployment import Deployment
from docgraph.store.writer import Writer

State = Mapping[str, str]  # path relative to the project → content
SEED = 5
EVERY = int(os.environ.get("DOCGRAPH_CUT_EVERY", "15"))  # of so many statements one is cut at


class World:
    """A project that goes back and forth between two states of its documents, with a rebuild of each."""

    def __init__(self, root: Path, dsn: str) -> None:
        self.root, self.dsn = root, dsn
        self.states: list[State] = []
        self._rebuilt: list[Deployment] = []

    async def begin(self) -> None:
        author = Author(self.root, Random(SEED))
        author.begin(25)
        for each in ("one", "other"):
            self.states.append({str(file.relative_to(self.root)): file.read_text() for file in author.documents()})
            self._rebuilt.append(await self.catch_up(self.dsn, each))
            for _ in range(40):
                author.edit()
        self.write(0)

    def write(self, which: int) -> None:
        """Let the documents be those of one of the states."""
        for folder in FOLDERS:
            for file in (self.root / folder).rglob("*.json"):
                if str(file.relative_to(self.root)) not in self.states[which]:
                    file.unlink()
        for path, content in self.states[which].items():
            (self.root / path).parent.mkdir(exist_ok=True)
            if not (self.root / path).exists() or (self.root / path).read_text() != content:
                (self.root / path).write_text(content)

    @asynccontextmanager
    async def writer(self, dsn: str, index: str) -> AsyncIterator[tuple[Indexer, Writer]]:
        project = load_project(self.root, {})
        sources = [source.name for source in project.manifest.sources]
        async with open_store(dsn, index) as store, store.writer(project.schema, sources, project.fingerprint) as found:
            yield Indexer(project, found, lambda _: None), found

    async def catch_up(self, dsn: str, index: str) -> Deployment:
        async with self.writer(dsn, index) as (indexer, writer):
            await indexer.catch_up()
            return writer._open_session().deployment

    async def differences(self, deployed: Deployment, which: int) -> tuple[object, ...]:
        """What a rebuild of the state has otherwise."""
        connection = await connect(self.dsn)
        try:
            async with connection.transaction(isolation="repeatable_read"):
                return (await compare(connection, deployed, self._rebuilt[which].layout)).differences
        finally:
            await connection.close()

    async def blocks(self, index: str) -> list[int]:
        connection = await asyncpg.connect(self.dsn)
        try:
            namespace = await connection.fetchval("select namespace from docgraph.deployment where name = $1", index)
            rows = await connection.fetch(f'select number from {namespace}."$block" order by number')
            return [row["number"] for row in rows]
        finally:
            await connection.close()


@pytest.fixture
async def world(dsn: str, tmp_path: Path) -> World:
    made = World(tmp_path / "project", dsn)
    made.root.mkdir()
    await made.begin()
    return made


@pytest.fixture
async def proxy(dsn: str) -> AsyncIterator[Proxy]:
    async with proxied(dsn) as made:
        yield made


async def statements_of(world: World, proxy: Proxy, index: str) -> int:
    proxy.cut_at(None)
    await world.catch_up(proxy.dsn, index)
    return len(proxy.statements)


async def test_a_block_that_is_cut_at_any_statement_is_made_by_the_next_try(world: World, proxy: Proxy) -> None:
    deployed = await world.catch_up(world.dsn, "main")
    world.write(1)
    number = await statements_of(world, proxy, "main")
    assert number > 40
    for turn, cut in enumerate(range(1, number + 1, EVERY)):
        before, which = await world.blocks("main"), turn % 2
        world.write(which)
        proxy.cut_at(cut)
        with suppress(Unavailable):
            await world.catch_up(proxy.dsn, "main")
        proxy.cut_at(None)
        assert await world.blocks("main") in (before, [*before, before[-1] + 1]), f"statement {cut}"
        await world.catch_up(world.dsn, "main")
        assert await world.differences(deployed, which) == (), f"statement {cut}"
        assert await world.blocks("main") == [*before, before[-1] + 1], f"statement {cut}"


async def test_a_first_load_that_is_cut_at_any_statement_is_gone_on_with(world: World, proxy: Proxy) -> None:
    number = await statements_of(world, proxy, "whole")
    assert number > 40
    for cut in range(EVERY, number + 1, EVERY):
        proxy.cut_at(cut)
        with suppress(Unavailable):
            await world.catch_up(proxy.dsn, f"load{cut}")
        proxy.cut_at(None)
        deployed = await world.catch_up(world.dsn, f"load{cut}")
        assert await world.differences(deployed, 0) == (), f"statement {cut}"
        assert await world.blocks(f"load{cut}") == [1], f"statement {cut}"


async def test_an_indexer_that_is_killed_at_a_statement_leaves_what_the_next_one_needs(
    world: World, proxy: Proxy
) -> None:
    deployed = await world.catch_up(world.dsn, "main")
    world.write(1)
    number = await statements_of(world, proxy, "main")
    environment = {"DATABASE_URL": proxy.dsn, "DOCGRAPH_INDEX": "main"}
    for turn, share in enumerate((0.25, 0.5, 0.7)):
        world.write(turn % 2)
        killed: list[int] = []
        async with docgraph("index", project=world.root, environment=environment) as running:

            def kill(pid: int = running.process.pid, killed: list[int] = killed) -> None:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

            proxy.cut_at(int(number * share), kill)
            assert await running.ended() == -signal.SIGKILL, running.said
        assert killed
        await world.catch_up(world.dsn, "main")
        assert await world.differences(deployed, turn % 2) == ()


async def test_a_commit_whose_answer_is_lost_counts_once(world: World, proxy: Proxy) -> None:
    deployed = await world.catch_up(world.dsn, "main")
    world.write(1)
    async with world.writer(proxy.dsn, "main") as (indexer, _):
        proxy.lose_answer_to(b"COMMIT", 2)  # the first one ends the reading of what is known
        with pytest.raises(Unavailable):
            await indexer.catch_up()
        assert await world.blocks("main") == [1, 2]
        assert await indexer.catch_up() is None  # in a session that is not the lost one
    assert await world.blocks("main") == [1, 2]
    assert await world.differences(deployed, 1) == ()


FULL = """
create function full_disk() returns trigger language plpgsql as $$
begin raise sqlstate '53100' using message = 'could not extend file: No space left on device'; end $$;
create trigger full_disk before insert on {}."$block" for each row execute function full_disk()"""


async def test_a_full_disk_leaves_the_index_as_it_was_until_there_is_room(world: World) -> None:
    deployed = await world.catch_up(world.dsn, "main")
    connection = await asyncpg.connect(world.dsn)
    try:
        await connection.execute(FULL.format(deployed.layout.namespace))
        world.write(1)
        with pytest.raises(Unavailable, match="ran out of something: could not extend file"):
            await world.catch_up(world.dsn, "main")
        assert await world.blocks("main") == [1]
        await connection.execute("drop function full_disk cascade")
    finally:
        await connection.close()
    await world.catch_up(world.dsn, "main")
    assert await world.blocks("main") == [1, 2]
    assert await world.differences(deployed, 1) == ()
