"""Query throughput beside hand-written SQL, in one run.

    python benchmarks/queries.py [--postings 200000] [--seconds 3] [--rounds 3] [--connections 16]
        [--shapes Q1 Q2] [--report FOLDER] [--check]

Indexes the rows with `docgraph index`, serves them with `docgraph serve`, and runs a bare ASGI application with
hand-written SQL beside it on the same tables. Answers are compared first; with --check that is all. Then rounds are
interleaved, and for each shape the median over the rounds is told: answers per second, their ratio within a round, p50
and p99 in milliseconds, and microseconds of CPU per answer, of the server and of Postgres. With --report the same is
written to FOLDER/queries.json and FOLDER/queries.md.
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
from collections.abc import AsyncIterator, Iterator, Sequence
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
    arguments.add_argument("--shapes", nargs="+", default=[each.name for each in SHAPES])
    arguments.add_argument("--report", type=Path, metavar="FOLDER")
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
    lines: list[Line] = []
    print(HEAD)
    for shape in (each for each in SHAPES if each.name in wanted.shapes):
        plain = bodies(shape, size)
        measured: dict[str, list[Measured]] = {each.name: [] for each in contestants}
        for number in range(wanted.rounds + 1):
            # Whoever comes second finds other neighbours than whoever comes first: so they take turns.
            for each in contestants[:: 1 if number % 2 else -1]:
                requests = [encoded(body, each.path) for body in plain]
                seconds = wanted.seconds if number else WARM_UP
                found = await measure(each, requests, wanted.connections, seconds)
                if number:
                    measured[each.name].append(found)
        for line in summary(shape, measured):
            print(shown(line))
            lines.append(line)
    if wanted.report is not None:
        write_report(wanted.report, lines, wanted)


async def measure(contestant: Contestant, requests: Sequence[bytes], connections: int, seconds: float) -> Measured:
    server, postgres = cpu([contestant.process]), cpu(backends())
    found = await load(contestant.port, requests, connections, seconds)
    return Measured(found, cpu([contestant.process]) - server, cpu(backends()) - postgres)


class Line(msgspec.Struct, frozen=True):
    """One row of the report."""

    shape: str
    server: str
    rate: float  # answers per second
    ratio: float  # to the limit's, median of the rounds
    p50: float  # milliseconds
    p99: float
    server_cpu: float  # microseconds per answer
    postgres_cpu: float


HEAD = f"{'':4}{'':10}{'req/s':>9}{'ratio':>7}{'p50 ms':>8}{'p99 ms':>8}{'server µs':>11}{'Postgres µs':>13}"


def summary(shape: Shape, measured: dict[str, list[Measured]]) -> Iterator[Line]:
    limits = [each.load.rate for each in measured["raw"]]
    for name, runs in measured.items():
        ratio = statistics.median(each.load.rate / limit for each, limit in zip(runs, limits, strict=True))
        p50, p99 = (statistics.median(each.load.quantile(share) for each in runs) for share in (0.5, 0.99))
        server, postgres = (
            statistics.median(getattr(each, what) / len(each.load.latencies) * 1e6 for each in runs)
            for what in ("server", "postgres")
        )
        rate = statistics.median(each.load.rate for each in runs)
        yield Line(shape.name, name, rate, ratio, p50, p99, server, postgres)


def shown(line: Line) -> str:
    figures = f"{line.rate:9,.0f}{line.ratio:7.2f}{line.p50:8.1f}{line.p99:8.1f}"
    return f"{line.shape:4}{line.server:10}{figures}{line.server_cpu:11,.0f}{line.postgres_cpu:13,.0f}"


def write_report(folder: Path, lines: Sequence[Line], wanted: argparse.Namespace) -> None:
    """The figures for machines and for people."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = {name: getattr(wanted, name) for name in ("postings", "seconds", "rounds", "connections")}
    content = {"asked": asked, "processors": os.cpu_count(), "load": os.getloadavg(), "lines": lines}
    (folder / "queries.json").write_bytes(msgspec.json.format(msgspec.json.encode(content)))
    table = [
        "| shape | server | answers/s | ratio | p50 ms | p99 ms | server CPU µs | Postgres CPU µs |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {each.shape} | {each.server} | {each.rate:,.0f} | {each.ratio:.2f} | {each.p50:.1f} | {each.p99:.1f} "
            f"| {each.server_cpu:,.0f} | {each.postgres_cpu:,.0f} |"
            for each in lines
        ),
    ]
    told = ", ".join(f"{name} {figure}" for name, figure in asked.items())
    (folder / "queries.md").write_text(f"# Queries\n\n{told}\n\n" + "\n".join(table) + "\n")


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
