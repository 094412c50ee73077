"""What indexing documents of each format costs, beside the limits of the machine, in one run.

    python benchmarks/indexing.py [--documents 100000] [--rows 200000] [--rounds 3] [--only parquet] [--report FOLDER]
    python benchmarks/indexing.py --check

Each contestant is `docgraph index` over documents that come to an index which is there already, with all of its
indexes in place. The limits are taken beside it in the same round: listing the files and their looks, and a binary
COPY of the very same rows into a table like theirs, with the same indexes. Rounds are interleaved, and of each figure
the median over the rounds is told. With --check few documents are indexed, and that all contestants end in the same
rows is all that counts. `report.json` and `report.md` go to the folder that --report names.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import msgspec

from corpora import CORPORA, size
from docgraph.server.database import database
from docgraph.server.settings import Settings, read_settings
from docgraph.store.served import served

HERE = Path(__file__).resolve().parent
FEW = 300  # documents and rows of a check
SEED = b'{"id":"seed","symbol":"S","side":"BUY","quantity":1,"price":1.5,"moment":"2024-01-01T00:00:00Z","note":""}\n'
ROWS = 'select * from (select {} from "{}"."trade") as t where id <> \'seed\' order by id'
LIMIT = 'create table "{0}"."copied" (like "{0}"."trade" including defaults including indexes including storage)'


class Contestant(msgspec.Struct, frozen=True):
    """Documents of one format with the handlers for it."""

    name: str
    corpus: str
    folder: str  # that the documents come to, by which the manifest chooses the handlers
    by_rows: bool  # whether it is sized as rows are, or as documents


class Ran(msgspec.Struct, frozen=True):
    """One contestant in one round."""

    seconds: float  # from the start of the scan to the commit
    cpu: float  # seconds of the indexer, the start of Python included
    peak: int  # MB that the indexer had resident at most
    walk: float  # seconds for listing the files and their looks
    copy: float  # seconds for a binary COPY of the same rows
    rows: str  # digest of what was served afterwards


class Told(msgspec.Struct, frozen=True):
    """Medians over the rounds."""

    name: str
    trades: int
    megabytes: float  # of the documents
    per_second: float  # trades
    megabytes_per_second: float
    of_copy: float  # the rate as a part of COPY's
    of_walk: float | None  # how many times the seconds of the walk; None: of a few large files nobody asks
    cpu: float  # microseconds for each trade
    peak: int  # MB


CONTESTANTS = (
    Contestant("JSON, a document each", "json", "json", by_rows=False),
    Contestant("Markdown, a document each", "markdown", "markdown", by_rows=False),
    Contestant("JSON Lines, a record each", "jsonl", "jsonl", by_rows=True),
    Contestant("Parquet, a call for each row", "parquet", "rows", by_rows=True),
    Contestant("Parquet, a call for each batch", "parquet", "batches", by_rows=True),
    Contestant("wide Parquet, a call for each row", "wide parquet", "rows", by_rows=True),
    Contestant("wide Parquet, a call for each batch", "wide parquet", "batches", by_rows=True),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--rows", type=int, default=200_000, help="of JSON Lines and Parquet; of wide ones a tenth")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default="", help="contestants whose name has this in it")
    arguments.add_argument("--report", type=Path, help="folder for report.json and report.md")
    arguments.add_argument("--check", action="store_true", help="few documents, and only whether all end in one state")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        asyncio.run(run(Path(folder), wanted))


async def run(folder: Path, wanted: argparse.Namespace) -> None:
    chosen = [each for each in CONTESTANTS if wanted.only.lower() in each.name.lower()]
    counts = {each.corpus: count_of(each, wanted) for each in chosen}
    for corpus, count in counts.items():
        CORPORA[corpus](folder / corpus, count)
    ran: dict[str, list[Ran]] = {each.name: [] for each in chosen}
    # The Postgres of a project that none of the contestants is, so that it stays up between them.
    (folder / "host").mkdir()
    shutil.copytree(HERE / "bulk", folder / "host", dirs_exist_ok=True)
    async with database(read_settings(folder / "host")) as dsn:
        for turn in range(1 if wanted.check else wanted.rounds):
            for at, contestant in enumerate(chosen):
                project = folder / f"bulk{turn}of{at}"
                ran[contestant.name].append(await contest(contestant, project, dsn))
    if wanted.check:
        check(chosen, ran)
        return
    told = [tell(each, counts[each.corpus], size(folder / each.corpus), ran[each.name]) for each in chosen]
    report = as_markdown(told, wanted.rounds)
    print(report, end="")
    if wanted.report:
        wanted.report.mkdir(parents=True, exist_ok=True)
        (wanted.report / "report.md").write_text(report)
        (wanted.report / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(told)))


def count_of(contestant: Contestant, wanted: argparse.Namespace) -> int:
    if wanted.check:
        return FEW
    rows: int = wanted.rows // 10 if contestant.corpus.startswith("wide") else wanted.rows
    return rows if contestant.by_rows else int(wanted.documents)


async def contest(contestant: Contestant, project: Path, dsn: str) -> Ran:
    """Index one document, then all others of the contestant, and take the limits."""
    corpus, documents = project.parent / contestant.corpus, project / "documents"
    shutil.copytree(HERE / "bulk", project)
    documents.mkdir()
    (documents / "seed.jsonl").write_bytes(SEED)
    environment = os.environ | {"DATABASE_URL": dsn}
    settings = read_settings(project, environment=environment)
    await asyncio.to_thread(index, project, environment)
    corpus.rename(documents / contestant.folder)
    try:
        walked = walk(documents)
        seconds, cpu, peak = await asyncio.to_thread(index, project, environment)
    finally:
        (documents / contestant.folder).rename(corpus)
    copied, rows = await limit(dsn, settings)
    return Ran(seconds, cpu, peak, walked, copied, rows)


def index(project: Path, environment: dict[str, str]) -> tuple[float, float, int]:
    """One run of `docgraph index`: seconds to the commit, seconds of CPU, and MB at most."""
    command = (sys.executable, "-m", "docgraph", "index", "--log", "json", "--project", str(project))
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said.decode()
    events = [msgspec.json.decode(line) for line in said.splitlines()]
    seconds = next(each["seconds"] for each in events if each["event"] == "BlockCommitted")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


async def limit(dsn: str, settings: Settings) -> tuple[float, str]:
    """Seconds for a binary COPY of the rows, and what there is to tell them by. Drops what was indexed."""
    connection = await asyncpg.connect(dsn)
    try:
        found = await served(connection, settings.index)
        assert found is not None
        namespace = found.namespace
        columns = 'id, symbol, side, quantity, price, moment, note, "$hash", "$line"'
        digest = hashlib.blake2b(digest_size=16)
        async with connection.transaction():
            async for row in connection.cursor(ROWS.format(columns, namespace), prefetch=1_000):
                digest.update(repr(tuple(row)).encode())
        with tempfile.TemporaryFile() as rows:
            await connection.copy_from_table("trade", schema_name=namespace, output=rows, format="binary")
            await connection.execute(LIMIT.format(namespace))
            rows.seek(0)
            started = time.perf_counter()
            await connection.copy_to_table("copied", schema_name=namespace, source=rows, format="binary")
            took = time.perf_counter() - started
        await connection.execute(f'drop schema "{namespace}" cascade')
        return took, digest.hexdigest()
    finally:
        await connection.close()


def walk(folder: Path) -> float:
    """Seconds for listing all files and their looks."""
    started = time.perf_counter()
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
    return time.perf_counter() - started


def check(chosen: Sequence[Contestant], ran: dict[str, list[Ran]]) -> None:
    """Rows and batches of one file end in the same rows, with the same hashes and lines."""
    for corpus in sorted({each.corpus for each in chosen}):
        found = {each.rows for one in chosen if one.corpus == corpus for each in ran[one.name]}
        assert len(found) == 1, corpus
        print(f"{corpus}: {FEW} trades, the same by every way")


def tell(contestant: Contestant, trades: int, bytes_: int, ran: Sequence[Ran]) -> Told:
    seconds = statistics.median(each.seconds for each in ran)
    return Told(
        contestant.name,
        trades,
        round(bytes_ / 1e6, 1),
        round(trades / seconds),
        round(bytes_ / 1e6 / seconds, 2),
        round(statistics.median(each.copy / each.seconds for each in ran), 3),
        None if contestant.by_rows else round(statistics.median(each.seconds / each.walk for each in ran), 1),
        round(statistics.median(each.cpu for each in ran) / trades * 1e6, 1),
        max(each.peak for each in ran),
    )


def as_markdown(told: Sequence[Told], rounds: int) -> str:
    """The report: one line for each contestant."""
    lines = [
        f"Indexing into an index that is there, medians of {rounds} interleaved rounds.",
        "",
        "| contestant | trades | MB | trades/s | MB/s | of COPY's rate | times the walk | CPU per trade | peak |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.name} | {each.trades:,} | {each.megabytes} | {each.per_second:,.0f} | {each.megabytes_per_second} "
        f"| {each.of_copy} | {'' if each.of_walk is None else each.of_walk} | {each.cpu} µs | {each.peak} MB |"
        for each in told
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
