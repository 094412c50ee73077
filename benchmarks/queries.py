"""Query throughput beside hand-written SQL and peers, in one run.

    python benchmarks/queries.py [--postings 200000] [--seconds 3] [--rounds 3] [--connections 16]
        [--shapes Q1 Q2] [--peers postgraphile strawberry] [--report FOLDER] [--check]

Indexes the rows with `docgraph index`, serves them with `docgraph serve`, and runs bare ASGI applications with
hand-written SQL beside it on the same tables, a tuned one (`raw.py`) and an ordinary one (`raw_pool.py`), one that
answers with fixed bytes as the floor of HTTP, and the peers that are named. Answers are compared first; with --check
that is all. Then rounds are interleaved, and for each shape the median over the rounds is told: answers per second,
their ratio within a round to the tuned application, how many times as fast docgraph is, p50 and p99 in milliseconds,
microseconds of CPU per answer, of the server and of Postgres, and the memory of the server. With --report the figures
go to the report in that folder.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec

from contestants import FLOOR, LIMIT, OURS, Contestant, fixed, plain_strawberry, raw, raw_pool, serving
from docgraph.server.database import database
from docgraph.server.settings import read_settings
from hiring_rows import Size, write
from load import Load, load
from measuring import backends, cluster_of, cpu, index
from parts import Queries, QueryLine, keep, taken
from peers.postgraphile import postgraphile
from report import make
from shapes import SHAPES, Shape

HERE = Path(__file__).resolve().parent
COMPARED = 20
WARM_UP = 3.0  # seconds at most; Node needs some to compile what it runs often
PEERS: Mapping[str, Callable[[str, str], AbstractAsyncContextManager[Contestant]]] = {
    "postgraphile": postgraphile,
    "strawberry": plain_strawberry,
}


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
    arguments.add_argument("--peers", nargs="*", default=[], choices=sorted(PEERS))
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
    async with database(settings) as dsn, AsyncExitStack() as running:
        await index(project, environment)
        print(f"{count:,} rows indexed")
        starts: list[AbstractAsyncContextManager[Contestant]] = [
            serving(project, environment),
            raw(dsn, settings.index),
            raw_pool(dsn, settings.index),
        ]
        starts += [PEERS[name](dsn, settings.index) for name in wanted.peers]
        answering = [await running.enter_async_context(each) for each in starts]
        lengths = await compare(answering, size)
        if not wanted.check:
            floor = await running.enter_async_context(fixed())
            await race([*answering, floor], lengths, await cluster_of(dsn), size, wanted)


# Comparing ------------------------------------------------------------------------


async def compare(contestants: Sequence[Contestant], size: Size) -> dict[str, int]:
    """All give the same answers. Returns how many bytes docgraph's are long, by shape. Raises SystemExit."""
    lengths: dict[str, int] = {}
    async with httpx.AsyncClient(headers={"content-type": "application/json"}) as client:
        for shape in SHAPES:
            filled, answers = 0, []
            for number in range(COMPARED):
                found = [await ask(client, each, each.bodies(shape, size)[number]) for each in contestants]
                told = [each.alike(answer.json()) for each, answer in zip(contestants, found, strict=True)]
                for each, other in zip(contestants, told, strict=True):
                    if other != told[0]:
                        raise SystemExit(f"{shape.name}: {each.name} differs\n{str(told[0])[:500]}\n{str(other)[:500]}")
                filled += any(told[0]["data"].values())
                answers.append(len(found[0].content))
            lengths[shape.name] = round(statistics.mean(answers))
            print(f"{shape.name}: {COMPARED} equal answers of {len(contestants)}, {filled} of them with rows")
    return lengths


async def ask(client: httpx.AsyncClient, contestant: Contestant, body: bytes) -> Any:
    return await client.post(f"http://127.0.0.1:{contestant.port}{contestant.path}", content=body, timeout=60)


# Measuring ------------------------------------------------------------------------


async def race(
    contestants: Sequence[Contestant],
    lengths: Mapping[str, int],
    cluster: Path,
    size: Size,
    wanted: argparse.Namespace,
) -> None:
    print(HEAD)
    for shape in (each for each in SHAPES if each.name in wanted.shapes):
        by_name = {each.name: each for each in contestants}
        by_name[FLOOR] = msgspec.structs.replace(by_name[FLOOR], path=f"/{lengths[shape.name]}")
        requests = {name: each.requests(shape, size) for name, each in by_name.items()}
        measured: dict[str, list[Measured]] = {name: [] for name in by_name}
        for number in range(wanted.rounds + 1):
            # Whoever comes second finds other neighbours than whoever comes first: so they take turns.
            for name in list(by_name)[:: 1 if number % 2 else -1]:
                seconds = wanted.seconds if number else min(WARM_UP, wanted.seconds)
                found = await measure(by_name[name], requests[name], cluster, wanted.connections, seconds)
                if number:
                    measured[name].append(found)
        lines = list(summary(by_name, measured))
        print("\n".join(shown(shape, line) for line in lines))
        if wanted.report is not None:
            asked = (shape.name, wanted.postings, wanted.seconds, wanted.rounds, wanted.connections)
            keep(wanted.report, Queries(taken(), *asked, lines))
            make(wanted.report)


async def measure(
    contestant: Contestant, requests: Sequence[bytes], cluster: Path, connections: int, seconds: float
) -> Measured:
    server, postgres = cpu([contestant.process]), cpu(backends(cluster))
    found = await load(contestant.port, requests, connections, seconds)
    return Measured(found, cpu([contestant.process]) - server, cpu(backends(cluster)) - postgres)


HEAD = (
    f"{'':4}{'':13}{'req/s':>9}{'ratio':>7}{'docgraph ×':>12}{'p50 ms':>8}{'p99 ms':>8}"
    f"{'server µs':>11}{'Postgres µs':>13}{'MB':>6}"
)


def summary(contestants: Mapping[str, Contestant], measured: Mapping[str, Sequence[Measured]]) -> Iterator[QueryLine]:
    rates = {name: [each.load.rate for each in runs] for name, runs in measured.items()}
    for name, runs in measured.items():

        def middle(figure: Callable[[Measured], float], runs: Sequence[Measured] = runs) -> float:
            return statistics.median(figure(each) for each in runs)

        yield QueryLine(
            name,
            rate=statistics.median(rates[name]),
            ratio=paired(rates[name], rates[LIMIT]),
            p50=middle(lambda each: each.load.quantile(0.5)),
            p99=middle(lambda each: each.load.quantile(0.99)),
            server_cpu=middle(lambda each: each.server / len(each.load.latencies) * 1e6),
            postgres_cpu=middle(lambda each: each.postgres / len(each.load.latencies) * 1e6),
            memory=contestants[name].process.memory_info().rss / 1e6,
            times=None if name == OURS else paired(rates[OURS], rates[name]),
        )


def paired(some: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios within a round."""
    return statistics.median(one / other for one, other in zip(some, others, strict=True))


def shown(shape: Shape, line: QueryLine) -> str:
    times = "" if line.times is None else f"{line.times:.2f}"
    figures = f"{line.rate:9,.0f}{line.ratio:7.2f}{times:>12}{line.p50:8.1f}{line.p99:8.1f}"
    return (
        f"{shape.name:4}{line.server:13}{figures}{line.server_cpu:11,.0f}{line.postgres_cpu:13,.0f}{line.memory:6,.0f}"
    )


if __name__ == "__main__":
    main()
