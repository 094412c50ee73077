"""Query throughput beside hand-written SQL, in one run.

    python benchmarks/queries.py [--postings 200000] [--seconds 3] [--rounds 3] [--connections 16] [--check]

Indexes the rows with `docgraph index`, serves them with `docgraph serve`, and runs a bare ASGI application with
hand-written SQL beside it on the same tables. Answers are compared first; with --check that is all. Then rounds are
interleaved, and for each shape the median over the rounds is printed: answers per second, their ratio, p50 and p99 in
milliseconds, and microseconds of CPU per answer, of the server and of Postgres.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil

from docgraph.server.database import database
from docgraph.server.settings import read_settings
from hiring_rows import Size, write
from load import Load, encoded, load
from shapes import SHAPES, Shape, request

HERE = Path(__file__).resolve().parent
DIFFERENT_REQUESTS = 300  # of each shape
COMPARED = 20
WARM_UP = 1.0  # seconds


class Contestant(msgspec.Struct, frozen=True):
    name: str
    port: int
    path: str
    process: psutil.Process


class Measured(msgspec.Struct, frozen=True):
    """One run of one shape against one contestant."""

    load: Load
    server: float  # seconds of CPU
    postgres: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--postings", type=int, default=200_000)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument(
        "--shapes", default=" ".join(each.name for each in SHAPES), help="which, with spaces between"
    )
    arguments.add_argument("--check", action="store_true", help="compare the answers and stop")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        asyncio.run(run(Path(folder), Size(wanted.postings), wanted))


async def run(folder: Path, size: Size, wanted: argparse.Namespace) -> None:
    project, rows = folder / "hiring", folder / "rows"
    rows.mkdir()
    shutil.copytree(HERE / "hiring", project)
    count = write(size, rows)
    settings = read_settings(project)
    environment = {**os.environ, "ROWS": str(rows)}
    async with database(settings) as dsn:
        await finished("index", "--project", str(project), environment=environment)
        print(f"{count:,} rows indexed")
        async with serving(project, environment) as ours, raw(dsn, settings.index) as limit:
            await compare(ours, limit, size)
            if not wanted.check:
                await race((ours, limit), size, wanted)


async def finished(*command: str, environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "docgraph", *command, "--log", "json", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise SystemExit(f"docgraph {' '.join(command)} failed")


# Contestants --------------------------------------------------------------------


@asynccontextmanager
async def started(
    *command: str, environment: dict[str, str], folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=folder, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def serving(project: Path, environment: dict[str, str]) -> AsyncIterator[Contestant]:
    command = (sys.executable, "-m", "docgraph", "serve", "--port", "0", "--log", "json", "--project", str(project))
    async with started(*command, environment=environment, folder=project) as process:
        assert process.stderr is not None
        async for line in process.stderr:
            if address := json.loads(line).get("address"):
                port = int(address.rstrip("/").rpartition(":")[2])
                yield Contestant("docgraph", port, "/graphql", psutil.Process(process.pid))
                return
        raise SystemExit("docgraph serve ended")


@asynccontextmanager
async def raw(dsn: str, index: str) -> AsyncIterator[Contestant]:
    environment = {**os.environ, "DSN": dsn, "INDEX": index}
    command = (sys.executable, "-m", "uvicorn", "raw:app", "--port", "0", "--no-access-log")
    async with started(*command, environment=environment, folder=HERE) as process:
        assert process.stderr is not None
        async for line in process.stderr:
            if b"Uvicorn running on" in line:
                port = int(line.split(b"http://", 1)[1].split()[0].rpartition(b":")[2])
                yield Contestant("raw", port, "/", psutil.Process(process.pid))
                return
        raise SystemExit("the raw application ended")


# Measuring ------------------------------------------------------------------------


def bodies(shape: Shape, size: Size) -> list[bytes]:
    chance = random.Random(shape.name)
    return [request(shape, chance, size) for _ in range(DIFFERENT_REQUESTS)]


async def compare(one: Contestant, other: Contestant, size: Size) -> None:
    """Both give the same answers. Raises SystemExit."""
    async with httpx.AsyncClient(headers={"content-type": "application/json"}) as client:
        for shape in SHAPES:
            filled = 0
            for body in bodies(shape, size)[:COMPARED]:
                told = [await ask(client, each, body) for each in (one, other)]
                if told[0] != told[1]:
                    raise SystemExit(f"{shape.name}: the answers differ\n{str(told[0])[:500]}\n{str(told[1])[:500]}")
                filled += any(told[0]["data"].values())
            print(f"{shape.name}: {COMPARED} equal answers, {filled} of them with rows")


async def ask(client: httpx.AsyncClient, contestant: Contestant, body: bytes) -> Any:
    answer = await client.post(f"http://127.0.0.1:{contestant.port}{contestant.path}", content=body, timeout=60)
    return answer.json()


async def race(contestants: Sequence[Contestant], size: Size, wanted: argparse.Namespace) -> None:
    print(f"{'':4}{'':10}{'req/s':>9}{'ratio':>7}{'p50 ms':>8}{'p99 ms':>8}{'server µs':>11}{'Postgres µs':>13}")
    for shape in (each for each in SHAPES if each.name in wanted.shapes):
        plain = bodies(shape, size)
        measured: dict[str, list[Measured]] = {each.name: [] for each in contestants}
        for number in range(wanted.rounds + 1):
            for each in contestants:
                requests = [encoded(body, each.path) for body in plain]
                seconds = wanted.seconds if number else WARM_UP
                found = await measure(each, requests, wanted.connections, seconds)
                if number:
                    measured[each.name].append(found)
        report(shape, measured)


async def measure(contestant: Contestant, requests: Sequence[bytes], connections: int, seconds: float) -> Measured:
    server, postgres = cpu([contestant.process]), cpu(backends())
    found = await load(contestant.port, requests, connections, seconds)
    return Measured(found, cpu([contestant.process]) - server, cpu(backends()) - postgres)


def report(shape: Shape, measured: dict[str, list[Measured]]) -> None:
    limit = statistics.median(each.load.rate for each in measured["raw"])
    for name, runs in measured.items():
        rate = statistics.median(each.load.rate for each in runs)
        p50, p99 = (statistics.median(each.load.quantile(share) for each in runs) for share in (0.5, 0.99))
        server, postgres = (
            statistics.median(getattr(each, what) / len(each.load.latencies) * 1e6 for each in runs)
            for what in ("server", "postgres")
        )
        figures = f"{rate:9,.0f}{rate / limit:7.2f}{p50:8.1f}{p99:8.1f}{server:11,.0f}{postgres:13,.0f}"
        print(f"{shape.name:4}{name:10}{figures}")


def cpu(processes: Sequence[psutil.Process]) -> float:
    """Seconds that these processes have computed."""
    total = 0.0
    for process in processes:
        try:
            spent = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total


def backends() -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["name"]) if each.info["name"] == "postgres"]


if __name__ == "__main__":
    main()
