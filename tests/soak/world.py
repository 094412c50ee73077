"""The processes of the soak: two indexers, one that works and one that waits, and an API that is asked all the time."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
from support.processes import Running, docgraph, finished
from support.proxy import Proxy

from soak.project import FOLDERS
from soak.server import Server

LOG = ("--log", "json")
LONGEST_RECOVERY = 60.0  # seconds, after which the index counts as lost
ASK_EVERY = 0.05  # seconds
SERVED = "select namespace, schema from docgraph.deployment where name = 'soak' and status = 'serving'"
QUERY = """{
  ledger(id: "all") { total }
  postings(first: 1000) { id points company { id } }
  companies(first: 1000) { id mentions postingCount points }
  _meta { deployment block { number hash } }
}"""


class Watched(msgspec.Struct):
    """What the API was heard to say."""

    answers: int = 0
    refused: int = 0  # requests without an answer, or answered by an error: not served for a moment
    last: dict[str, tuple[int, str]] = {}  # deployment → number and hash of the last block seen
    faults: list[str] = []

    def take(self, answer: dict[str, Any]) -> None:
        """Hold one answer against what every block keeps, and against the answer before."""
        self.answers += 1
        deployment, number = answer["_meta"]["deployment"], answer["_meta"]["block"]["number"]
        digest = answer["_meta"]["block"]["hash"]
        points = [each["points"] for each in answer["postings"]]
        total = answer["ledger"]["total"] if answer["ledger"] else 0
        of_company: dict[str, int] = {}
        for each in answer["postings"]:
            of_company[each["company"]["id"]] = of_company.get(each["company"]["id"], 0) + each["points"]
        if total != sum(points):
            self.faults.append(f"block {number}: the ledger says {total}, the postings {sum(points)}")
        for each in answer["companies"]:
            if each["mentions"] != each["postingCount"] or int(each["points"]) != of_company.get(each["id"], 0):
                self.faults.append(f"block {number}: {each} beside postings of {of_company.get(each['id'])} points")
        before, known = self.last.get(deployment, (0, ""))
        if number < before or (number == before and digest != known):
            self.faults.append(f"block {number} ({digest}) was served after block {before} ({known})")
        self.last[deployment] = number, digest


class World:
    """What there is to be broken."""

    def __init__(self, root: Path, server: Server, proxy: Proxy, stack: AsyncExitStack) -> None:
        self.root, self.server, self.proxy = root, server, proxy
        self.watched = Watched()
        self.indexers: list[Running] = []
        self.address = ""
        self._stack = stack
        self._environment = {"DATABASE_URL": proxy.dsn, "DOCGRAPH_INDEX": "soak"}

    async def begin(self) -> None:
        for _ in range(2):
            await self.start_indexer()
        api = await self._stack.enter_async_context(
            docgraph("serve", "--port", "0", *LOG, project=self.root, environment=self._environment)
        )
        self._api = api
        self.address = await api.address()
        self._asking = asyncio.create_task(self._ask())
        self._stack.push_async_callback(_ended, self._asking)

    async def first_block(self) -> None:
        """Wait until something is served."""
        async with asyncio.timeout(LONGEST_RECOVERY):
            while not self.watched.answers:  # noqa: ASYNC110
                await asyncio.sleep(ASK_EVERY)

    async def start_indexer(self) -> None:
        self.indexers.append(
            await self._stack.enter_async_context(
                docgraph("index", "--watch", *LOG, project=self.root, environment=self._environment)
            )
        )

    async def kill_indexer(self, running: Running) -> None:
        self.indexers.remove(running)
        await running.kill()

    def working(self) -> Running:
        """The indexer that has the right to write; any where nobody can tell."""
        waiting = [each for each in self.indexers if _stands_by(each)]
        return next((each for each in self.indexers if each not in waiting), self.indexers[0])

    def send(self, running: Running, sent: signal.Signals) -> None:
        running.process.send_signal(sent)

    async def mend(self) -> None:
        """Let there be all that there should be: the road, the room, the server, two indexers."""
        self.proxy.open.set()
        self.server.free_disk()
        await asyncio.to_thread(self.server.start)
        for each in [*self.indexers]:
            self.send(each, signal.SIGCONT)
            if each.process.returncode is not None:
                self.watched.faults.append(f"an indexer ended by itself: {''.join(each.said[-20:])}")
                self.indexers.remove(each)
        while len(self.indexers) < 2:
            await self.start_indexer()
        if self._asking.done():
            self._asking.result()
        if self._api.process.returncode is not None:
            raise AssertionError(f"the API ended by itself: {''.join(self._api.said[-20:])}")

    async def caught_up(self) -> float:
        """Wait until the index knows exactly the documents that there are. Returns the seconds it took."""
        started = time.monotonic()
        while await self._lag():
            if time.monotonic() - started > LONGEST_RECOVERY:
                told = "\n".join(f"{each.told[-12:]} {''.join(each.said[-20:])}" for each in self.indexers)
                raise AssertionError(f"not caught up after {LONGEST_RECOVERY:.0f} seconds: {await self._lag()}\n{told}")
            await asyncio.sleep(ASK_EVERY)
        return time.monotonic() - started

    async def verify(self) -> str | None:
        """What `docgraph verify` has against the index; None: nothing."""
        said = ""
        for _ in range(4):  # it may come while an indexer is still on its way back
            code, _, said = await finished("verify", folder=self.root, environment=self._environment)
            if code == 0:
                return None
            if code == 1:
                return said
        return f"it could not be compared: {said}"

    def blocks(self) -> int:
        """As far as the API has told them."""
        return sum(number for number, _ in self.watched.last.values())

    async def sessions(self) -> list[int]:
        """The process numbers of the server's sessions of docgraph."""
        connection = await asyncpg.connect(self.server.dsn)
        try:
            rows = await connection.fetch("select pid from pg_stat_activity where application_name like 'docgraph%'")
            return [row["pid"] for row in rows]
        finally:
            await connection.close()

    async def end_sessions(self) -> None:
        connection = await asyncpg.connect(self.server.dsn)
        try:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'docgraph%'"
            )
        finally:
            await connection.close()

    async def _lag(self) -> str:
        """What the index does not know yet, in words; empty: nothing."""
        there = {
            (source, file.relative_to(self.root / folder).as_posix()): file.read_bytes()
            for source, folder in enumerate(FOLDERS)
            for file in (self.root / folder).rglob("*.json")
            if not file.name.startswith(".")
        }
        wanted = {key: hashlib.blake2b(content, digest_size=16).digest() for key, content in there.items()}
        try:
            connection = await asyncpg.connect(self.server.dsn)
        except (OSError, asyncpg.PostgresError) as error:
            return str(error)
        try:
            namespace, schema = await connection.fetchrow(SERVED)
            if schema != (self.root / "schema.graphql").read_text():
                return "another schema is served"
            rows = await connection.fetch(f'select source, path, hash from {namespace}."$document"')
        except (OSError, asyncpg.PostgresError) as error:
            return str(error)
        finally:
            await connection.close()
        known = {(source, path): content for source, path, content in rows}
        differing = sorted(key for key in known.keys() | wanted.keys() if known.get(key) != wanted.get(key))
        return f"{len(differing)} documents, {differing[0]} among them" if differing else ""

    async def _ask(self) -> None:
        async with httpx.AsyncClient(timeout=30) as client:
            while True:
                try:
                    response = await client.post(f"{self.address}/graphql", json={"query": QUERY})
                    answer = response.json()
                except (httpx.HTTPError, json.JSONDecodeError):
                    answer = {"errors": ()}
                if "errors" in answer or "data" not in answer:
                    self.watched.refused += 1
                else:
                    self.watched.take(answer["data"])
                await asyncio.sleep(ASK_EVERY)


def _stands_by(running: Running) -> bool:
    """Was the last thing that it told of its right to write that it waits for it?"""
    last = [each for each in running.told if each.get("event") in ("StandingBy", "ScanFinished", "BlockCommitted")]
    return not last or last[-1]["event"] == "StandingBy"


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def world(root: Path, server: Server, proxy: Proxy) -> AsyncIterator[World]:
    """The processes, all of them over when the `async with` is."""
    async with AsyncExitStack() as stack:
        made = World(root, server, proxy, stack)
        try:
            await made.begin()
            yield made
        finally:
            proxy.open.set()
            for each in made.indexers:
                with suppress(ProcessLookupError):
                    made.send(each, signal.SIGCONT)
