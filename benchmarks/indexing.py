"""What indexing documents of each format costs, beside the limits of the machine, in one run.

    python benchmarks/indexing.py [--documents 100000] [--rows 200000] [--rounds 3] [--only parquet] [--report FOLDER]
    python benchmarks/indexing.py --check

Each contestant is `docgraph index` over documents that come to an index which is there already, with all of its
indexes in place; just before, each is read once, so that they are in the page cache. The limits are taken beside it in
the same round: listing the files and their looks, and a binary COPY of the very same rows into a table like theirs,
with the same indexes. Rounds are interleaved, and of each figure the median over the rounds is told. With --check few
documents are indexed, and that all contestants end in the same rows is all that counts. With --report the figures go
to the report in that folder.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg
import msgspec

from corpora import CORPORA, size
from docgraph.server.database import database
from docgraph.server.settings import read_settings
from measuring import Ran, connected, copy, deployment, index, walk, warm
from parts import Format, keep, taken
from report import FORMAT_HEAD, format_row, make, table

HERE = Path(__file__).resolve().parent
FEW = 300  # documents and rows of a check
SEED = b'{"id":"seed","symbol":"S","side":"BUY","quantity":1,"price":1.5,"moment":"2024-01-01T00:00:00Z","note":""}\n'
ROWS = 'select * from (select {} from "{}"."trade") as t where id <> \'seed\' order by id'


class Contestant(msgspec.Struct, frozen=True):
    """Documents of one format with the handlers for it."""

    name: str
    corpus: str
    folder: str  # that the documents come to, by which the manifest chooses the handlers
    by_rows: bool  # whether it is sized as rows are, or as documents


class Round(msgspec.Struct, frozen=True):
    """One contestant in one round."""

    ran: Ran
    walk: float  # seconds for listing the files and their looks
    copy: float  # seconds for a binary COPY of the same rows
    rows: str  # digest of what was served afterwards

    @property
    def seconds(self) -> float:
        """From the start of the scan to the commit."""
        assert self.ran.block is not None
        return self.ran.block


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
    arguments.add_argument("--report", type=Path, metavar="FOLDER")
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
    ran: dict[str, list[Round]] = {each.name: [] for each in chosen}
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
    print("\n".join(table(FORMAT_HEAD, [format_row(each) for each in told])))
    if wanted.report:
        for part in told:
            keep(wanted.report, part)
        make(wanted.report)


def count_of(contestant: Contestant, wanted: argparse.Namespace) -> int:
    if wanted.check:
        return FEW
    rows: int = wanted.rows // 10 if contestant.corpus.startswith("wide") else wanted.rows
    return rows if contestant.by_rows else int(wanted.documents)


async def contest(contestant: Contestant, project: Path, dsn: str) -> Round:
    """Index one document, then all others of the contestant, and take the limits."""
    corpus, documents = project.parent / contestant.corpus, project / "documents"
    shutil.copytree(HERE / "bulk", project)
    documents.mkdir()
    (documents / "seed.jsonl").write_bytes(SEED)
    environment = os.environ | {"DATABASE_URL": dsn}
    await index(project, environment)
    corpus.rename(documents / contestant.folder)
    try:
        warm(documents)
        walked = walk(documents)
        ran = await index(project, environment)
    finally:
        (documents / contestant.folder).rename(corpus)
    async with connected(dsn) as connection:
        namespace = await deployment(connection, read_settings(project, environment=environment).index)
        rows = await digest(connection, namespace)
        copied = await copy(connection, namespace, "trade")
        await connection.execute(f'drop schema "{namespace}" cascade')
    return Round(ran, walked, copied, rows)


async def digest(connection: asyncpg.Connection, namespace: str) -> str:
    """What there is to tell the rows by, hashes and lines included."""
    columns = 'id, symbol, side, quantity, price, moment, note, "$hash", "$line"'
    found = hashlib.blake2b(digest_size=16)
    async with connection.transaction():
        async for row in connection.cursor(ROWS.format(columns, namespace), prefetch=1_000):
            found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def check(chosen: Sequence[Contestant], ran: dict[str, list[Round]]) -> None:
    """Rows and batches of one file end in the same rows, with the same hashes and lines."""
    for corpus in sorted({each.corpus for each in chosen}):
        found = {each.rows for one in chosen if one.corpus == corpus for each in ran[one.name]}
        assert len(found) == 1, corpus
        print(f"{corpus}: {FEW} trades, the same by every way")


def tell(contestant: Contestant, trades: int, bytes_: int, rounds: Sequence[Round]) -> Format:
    """The medians of the rounds."""

    def middle(figure: Callable[[Round], float]) -> float:
        return statistics.median(figure(each) for each in rounds)

    seconds = middle(lambda each: each.seconds)
    return Format(
        taken(),
        len(rounds),
        contestant.name,
        trades,
        megabytes=bytes_ / 1e6,
        per_second=trades / seconds,
        megabytes_per_second=bytes_ / 1e6 / seconds,
        of_copy=middle(lambda each: each.copy / each.seconds),
        copy_per_second=middle(lambda each: trades / each.copy),
        of_walk=None if contestant.by_rows else middle(lambda each: each.seconds / each.walk),
        cpu=middle(lambda each: each.ran.cpu / trades * 1e6),
        peak=max(each.ran.peak for each in rounds),
    )


if __name__ == "__main__":
    main()
