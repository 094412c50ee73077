"""What more server processes bring: the same requests to `docgraph serve` with one process and with several.

    python benchmarks/serve_workers.py [--postings 20000] [--workers 2] [--seconds 3] [--rounds 3]
        [--connections 16] [--shapes Q1 Q3]

Both servers run over the same index, and rounds are interleaved. For each shape the medians are told: answers per
second of both, their ratio within a round, microseconds of CPU per answer in the server and in Postgres, and which
part of the server's CPU its busiest process took. The shape `name` asks for `__typename`, the least there is to ask.
Whoever asks, and Postgres, use the same processors, so the ratio is that of the whole machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psutil

from contestants import bodies
from docgraph.server.database import database
from docgraph.server.settings import read_settings
from hiring_rows import Size, write
from load import encoded, load
from measuring import backends, cluster_of, cpu, docgraph, index, started
from queries import WARM_UP
from shapes import SHAPES

HERE = Path(__file__).resolve().parent
LEAST = "name"
PATH = "/graphql"


class Server(msgspec.Struct, frozen=True):
    port: int
    processes: Sequence[psutil.Process]  # that answer
    cluster: Path  # of the Postgres that it asks


class Measured(msgspec.Struct, frozen=True):
    rate: float  # answers per second
    server: float  # microseconds of CPU per answer
    postgres: float
    busiest: float  # part of the server's CPU


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--postings", type=int, default=20_000)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=3.0)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--shapes", nargs="+", default=[LEAST, *(each.name for each in SHAPES)])
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        asyncio.run(run(Path(folder), arguments.parse_args()))


async def run(folder: Path, wanted: argparse.Namespace) -> None:
    project, rows, size = folder / "hiring", folder / "rows", Size(wanted.postings)
    rows.mkdir()
    shutil.copytree(HERE / "hiring", project)
    write(size, rows)
    environment = {**os.environ, "ROWS": str(rows)}
    asked = {each.name: [encoded(body, PATH) for body in bodies(each, each.graphql, size)] for each in SHAPES}
    asked[LEAST] = [encoded(b'{"query":"{ __typename }"}', PATH)]
    async with database(read_settings(project)) as dsn:
        await index(project, environment)
        cluster = await cluster_of(dsn)
        async with (
            serving(project, environment, cluster, workers=1) as one,
            serving(project, environment, cluster, workers=wanted.workers) as several,
        ):
            print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
            print(
                f"{'':6}{'1 process/s':>12}{f'{wanted.workers} processes/s':>15}{'ratio':>7}{'server µs':>16}", end=""
            )
            print(f"{'Postgres µs':>16}{'busiest':>9}")
            for shape in wanted.shapes:
                await race(shape, (one, several), asked[shape], wanted)


@asynccontextmanager
async def serving(project: Path, environment: Mapping[str, str], cluster: Path, workers: int) -> AsyncIterator[Server]:
    command = docgraph("serve", project, "--port", "0", "--workers", str(workers))
    async with started(*command, environment=environment, folder=project) as (process, said):
        async for line in said:
            if address := json.loads(line).get("address"):
                own = psutil.Process(process.pid)
                yield Server(int(address.rpartition(":")[2]), own.children() or [own], cluster)
                return
        raise SystemExit("docgraph serve ended")


async def race(shape: str, servers: Sequence[Server], requests: Sequence[bytes], wanted: argparse.Namespace) -> None:
    runs: list[tuple[Measured, ...]] = []
    for number in range(wanted.rounds + 1):
        seconds = wanted.seconds if number else min(WARM_UP, wanted.seconds)
        turns = servers[:: 1 if number % 2 else -1]
        measured = [await measure(each, requests, wanted.connections, seconds) for each in turns]
        if number:
            runs.append(tuple(measured[:: 1 if number % 2 else -1]))
    one, several = (middle([each[place] for each in runs]) for place in (0, 1))
    ratio = statistics.median(each[1].rate / each[0].rate for each in runs)
    print(
        f"{shape:6}{one.rate:12,.0f}{several.rate:15,.0f}{ratio:7.2f}"
        f"{f'{one.server:,.0f}, {several.server:,.0f}':>16}{f'{one.postgres:,.0f}, {several.postgres:,.0f}':>16}"
        f"{several.busiest:9.0%}"
    )


def middle(runs: Sequence[Measured]) -> Measured:
    """The median of each figure."""
    names = [field.name for field in msgspec.structs.fields(Measured)]
    return Measured(*(statistics.median(getattr(each, name) for each in runs) for name in names))


async def measure(server: Server, requests: Sequence[bytes], connections: int, seconds: float) -> Measured:
    before, postgres = [cpu([each]) for each in server.processes], cpu(backends(server.cluster))
    found = await load(server.port, requests, connections, seconds)
    spent = [cpu([each]) - earlier for each, earlier in zip(server.processes, before, strict=True)]
    count = len(found.latencies) / 1e6
    return Measured(
        found.rate,
        sum(spent) / count,
        (cpu(backends(server.cluster)) - postgres) / count,
        max(spent) / max(sum(spent), 1e-9),
    )


if __name__ == "__main__":
    main()
