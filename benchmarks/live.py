"""From a save to an answer, at any number of documents: edits one by one, many at once, and what queries cost there.

docgraph runs as two processes, `index --watch` and `serve`, so that what is measured is the way through the real
watcher, index, notification and HTTP, and the indexer's memory is its own.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import psutil

from asking import Asking, asking
from contestants import OURS, serving
from items import CITIES, edit, edit_all, item_id
from measuring import Peak, backends, cpu, docgraph, started
from parts import Answers, Latency

POLL = 0.0005  # seconds between an answer and the next question; without a pause the questions delay what they wait for
PATIENCE = 600.0  # seconds until an edit counts as lost; whoever begins to follow may look at everything first
PAUSE = 0.05  # seconds between two edits, at most
PROMPT, MOMENT = 5, 1.0  # saves in a row, and seconds within which each was seen
QUESTIONS = 300
TITLE = "query ($id: ID!) { item(id: $id) { title } }"
EDITED = "query ($ids: [ID!]!, $title: String!) { items(first: 1000, where: { id_in: $ids, title: $title }) { id } }"
HEAD = "{ _meta { block { number } } }"
BY_ID = "query ($id: ID!) { item(id: $id) { id title city salary postedAt remote } }"
BY_CITY = """query ($city: String!, $above: Int!) {
  items(first: 100, orderBy: salary, where: { city: $city, salary_gt: $above }) { id title salary postedAt tags }
}"""


class Followed(msgspec.Struct, frozen=True):
    """What following edits took, and what was asked beside it."""

    visible: Latency
    burst: float  # milliseconds from the last of many saves to seeing all of them
    blocks: int  # that they were committed in
    peak: int  # MB of the indexer
    by_id: Answers
    by_city: Answers


async def follow(
    project: Path, environment: Mapping[str, str], cluster: Path, documents: Path, count: int, edits: int, burst: int
) -> Followed:
    """Edit documents one by one, then many at once."""
    chance = random.Random(8)
    async with (
        watching(project, environment) as peak,
        serving(project, environment) as server,
        asking(server.port) as connection,
    ):
        visible = await edited(
            documents, count, edits, OURS, lambda document, title: shows(connection, document, title)
        )
        before = (await connection.data(HEAD))["_meta"]["block"]["number"]
        numbers = chance.sample(range(count), min(burst, count))
        edit_all(documents, numbers, chance, "burst")
        saved = time.perf_counter()
        ids = [item_id(number) for number in numbers]
        await until(lambda: all_show(connection, ids, "burst"))
        took = (time.perf_counter() - saved) * 1000
        blocks = (await connection.data(HEAD))["_meta"]["block"]["number"] - before
        processes = [server.process, *backends(cluster)]
        ids = [item_id(chance.randrange(count)) for _ in range(QUESTIONS)]
        by_id = await answers(connection, processes, BY_ID, [{"id": each} for each in ids])
        cities = [(chance.choice(CITIES), chance.randrange(30_000, 100_000)) for _ in range(QUESTIONS)]
        by_city = await answers(
            connection, processes, BY_CITY, [{"city": city, "above": least} for city, least in cities]
        )
    return Followed(visible, took, blocks, peak.megabytes, by_id, by_city)


@asynccontextmanager
async def watching(project: Path, environment: Mapping[str, str]) -> AsyncIterator[Peak]:
    """`docgraph index --watch`, which has looked at everything; how much memory it takes is watched."""
    command = docgraph("index", project, "--watch")
    async with started(*command, environment=environment, folder=project) as (process, said):
        async for line in said:
            if msgspec.json.decode(line)["event"] == "ScanFinished":
                break
        draining = asyncio.create_task(said.read())
        peak = Peak(process.pid)
        async with peak:
            yield peak
    await draining


async def edited(
    documents: Path, count: int, edits: int, title: str, seen: Callable[[str, str], Awaitable[bool]]
) -> Latency:
    """Save one document after the other, each time until `seen` says that it is there, with a title of its own.

    What counts begins when whoever follows has begun: several saves in a row were seen in a moment.
    """
    chance, took, prompt = random.Random(title), [], 0
    for turn in itertools.count():
        number, told = chance.randrange(count), f"{title} {turn}"
        edit(documents, number, chance, told)
        saved = time.perf_counter()
        await until(partial(seen, item_id(number), told))
        seconds = time.perf_counter() - saved
        if prompt >= PROMPT:
            took.append(seconds * 1000)
        prompt = prompt + 1 if took or seconds < MOMENT else 0
        if len(took) == edits:
            break
        await asyncio.sleep(chance.random() * PAUSE)
    took.sort()
    return Latency(edits, statistics.median(took), *(took[int(len(took) * share)] for share in (0.9, 0.99)))


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it holds. Raises TimeoutError: it does not in good time."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(POLL)


async def shows(connection: Asking, document: str, title: str) -> bool:
    told = await connection.data(TITLE, id=document)
    return bool(told["item"]["title"] == title)


async def all_show(connection: Asking, ids: Sequence[str], title: str) -> bool:
    found = await connection.data(EDITED, ids=ids, title=title)
    return len(found["items"]) == len(ids)


async def answers(
    connection: Asking, processes: Sequence[psutil.Process], query: str, variables: list[dict[str, object]]
) -> Answers:
    """Ask them once to warm up, and then again."""
    await connection.times(query, variables[: QUESTIONS // 3])
    before = cpu(processes)
    took = await connection.times(query, variables)
    spent = cpu(processes) - before
    return Answers(statistics.median(took), spent / len(took) * 1e6)
