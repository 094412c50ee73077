"""Milliseconds from saving a document to seeing it in a GraphQL answer, and where they go.

    python benchmarks/save_to_visible.py FOLDER_OF_EIPS [--edits 300] [--stages]

Runs `docgraph dev` over a copy of the folder on the private Postgres, edits one proposal after another, in place and
then by writing beside and renaming, and asks over one HTTP connection until the answer shows the edit. With --stages
the server says when each block got through each stage (see staged.py).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import psutil

from measuring import cpu
from proposals import Proposals, proposals
from staged import STAGES

STAGED = Path(__file__).with_name("staged.py")
POLL = 0.0005  # seconds between an answer and the next question; without a pause the questions delay what they wait for
PAUSE = 0.05  # seconds at most between an answer and the next edit, by chance: nobody saves in step with a watcher
PATIENCE = 20.0  # seconds until an edit counts as lost
IDLE = 5.0  # seconds in which nothing happens, to see what that costs
QUERY = "query ($id: ID!) { proposal(id: $id) { title } }"

Save = Callable[[Path, str], None]
Block = dict[str, float]  # stage → seconds of the monotonic clock


class Edit(msgspec.Struct, frozen=True):
    """The moments of one edit, in seconds of the monotonic clock."""

    saved: float
    seen: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("documents", type=Path)
    arguments.add_argument("--edits", type=int, default=300, help="of each kind")
    arguments.add_argument("--stages", action="store_true")
    wanted = arguments.parse_args()
    with proposals(wanted.documents) as copied:
        files = sorted(copied.documents.iterdir())
        asyncio.run(run(copied, [files[turn % len(files)] for turn in range(wanted.edits)], wanted.stages))


async def run(copied: Proposals, files: Sequence[Path], stages: bool) -> None:
    async with (
        developing(copied) as (process, address, told),
        httpx.AsyncClient(base_url=address) as asks,
    ):
        print(f"idle: {await idle(process) / IDLE * 100:.1f} % of a processor")
        for what, save in (("in place", in_place), ("by rename", by_rename)):
            used = cpu([process])
            made, blocks = await save_all(asks, files, save, what, told)
            used = cpu([process]) - used
            took = sorted((each.seen - each.saved) * 1000 for each in made)
            parts = ", ".join(f"p{part} {late(took, part):.1f}" for part in (50, 90, 99))
            print(
                f"{len(took)} edits {what}: {parts}, max {took[-1]:.1f} ms; {len(blocks)} blocks; "
                f"{used / len(took) * 1000:.1f} ms of CPU each, Postgres not counted"
            )
            if stages:
                tell_stages(made, blocks)


async def save_all(
    asks: httpx.AsyncClient, files: Sequence[Path], save: Save, what: str, told: asyncio.Queue[Block]
) -> tuple[list[Edit], list[Block]]:
    """The edits, and what was told of blocks meanwhile: an answer may have an edit before the server tells of it."""
    made: list[Edit] = []
    heard(told)
    blocks: list[Block] = []
    for turn, file in enumerate(files):
        await asyncio.sleep(random.random() * PAUSE)
        made.append(await one(asks, file, save, f"{what} {turn}"))
        async with asyncio.timeout(PATIENCE):
            while not (blocks and blocks[-1]["committed"] >= made[-1].saved):
                blocks.append(await told.get())
    return made, [*blocks, *heard(told)]


def heard(told: asyncio.Queue[Block]) -> list[Block]:
    """What was told by now."""
    return [told.get_nowait() for _ in range(told.qsize())]


@asynccontextmanager
async def developing(copied: Proposals) -> AsyncIterator[tuple[psutil.Process, str, asyncio.Queue[Block]]]:
    """The server once it has indexed, its address, and what it tells of its blocks."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(STAGED)),
        *("dev", "--port", "0", "--log", "json", "--project", str(copied.project)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=copied.environment,
    )
    assert process.stderr is not None
    assert process.stdout is not None
    told_of_blocks: asyncio.Queue[Block] = asyncio.Queue()
    hearing = asyncio.create_task(hear(process.stdout, told_of_blocks))
    address, started = "", time.monotonic()
    async for line in process.stderr:
        told = msgspec.json.decode(line)
        address = told.get("address", address)
        if told["event"] == "BlockCommitted":
            print(f"{told['block']['documents']} documents indexed after {time.monotonic() - started:.2f} s")
            break
    draining = asyncio.create_task(process.stderr.read())
    try:
        yield psutil.Process(process.pid), address, told_of_blocks
    finally:
        process.terminate()
        await process.wait()
        await asyncio.gather(draining, hearing)


async def hear(said: asyncio.StreamReader, told: asyncio.Queue[Block]) -> None:
    async for line in said:
        told.put_nowait(msgspec.json.decode(line))


async def one(client: httpx.AsyncClient, file: Path, save: Save, title: str) -> Edit:
    """Save the proposal with another title, and ask until the answer shows it."""
    asked = {"query": QUERY, "variables": {"id": file.stem.removeprefix("eip-")}}
    text = await asyncio.to_thread(file.read_text, encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("title:")]
    edited = "".join([lines[0], f"title: {title}\n", *lines[1:]])
    saved = time.monotonic()
    save(file, edited)
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = (await client.post("/graphql", json=asked)).json()
            if answer["data"]["proposal"]["title"] == title:
                return Edit(saved, time.monotonic())
            await asyncio.sleep(POLL)


def in_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def by_rename(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.rename(file)


async def idle(process: psutil.Process) -> float:
    """Seconds of CPU that the server takes while nothing happens."""
    used = cpu([process])
    await asyncio.sleep(IDLE)
    return cpu([process]) - used


def tell_stages(edits: Sequence[Edit], blocks: Sequence[Block]) -> None:
    """Of the edits that became one block that begins with them: how long each stage took."""
    stages: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "seen")}
    for edit in edits:
        inside = [each for each in blocks if edit.saved <= each.get("heard", 0) and each["committed"] <= edit.seen]
        if len(inside) != 1 or any(stage not in inside[0] for stage in STAGES):
            continue
        at = edit.saved
        for stage in STAGES:
            stages[stage].append((inside[0][stage] - at) * 1000)
            at = inside[0][stage]
        stages["seen"].append((edit.seen - at) * 1000)
    print(f"  {'of ' + str(len(stages['seen'])) + ' of them, ms':24}    p50    p90    p99")
    for stage, took in stages.items():
        if took:
            print(f"  {stage:24} {late(took, 50):6.1f} {late(took, 90):6.1f} {late(took, 99):6.1f}")


def late(took: Sequence[float], part: int) -> float:
    return statistics.median(took) if part == 50 else sorted(took)[int(len(took) * part / 100)]


if __name__ == "__main__":
    main()
