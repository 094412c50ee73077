"""What an index costs as its documents grow in number: 1,000 as well as 1,000,000.

    python benchmarks/growth.py [--documents 100000] [--edits 40] [--burst 500] [--check]

Writes that many small JSON files, a thousand to a folder, indexes them with `docgraph index`, starts it again with
nothing changed, and follows edits with `docgraph index --watch`. Beside it, in the same run, the limits: listing the
files and their looks, and a binary COPY of the same rows into the same table with the same indexes. With --check that
every edit arrives is all that counts, for few documents.
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
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from docgraph.server.database import database
from docgraph.server.settings import read_settings
from docgraph.store.served import served

HERE = Path(__file__).resolve().parent
TO_A_FOLDER = 1_000  # documents
CITIES = ("Berlin", "Lisbon", "Oslo", "Quito", "Perth")
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "larch")
SETTLED = 2.1  # seconds after which the look of a file that was written tells the next writing
POLL = 0.0005  # seconds between two questions whether an edit is there
PATIENCE = 60.0  # seconds until an edit counts as lost
LIMIT = """
create table "{0}"."copied" (like "{0}"."{1}" including defaults including indexes including storage)"""


class Ran(msgspec.Struct, frozen=True):
    """One run of `docgraph index` that has ended."""

    wall: float  # seconds, the start of Python included
    scan: float  # seconds of comparing what is known with what is there
    block: float | None  # seconds from the start of the scan to the commit; None: there was nothing to commit
    peak: int  # MB that were resident at once


class Live(msgspec.Struct, frozen=True):
    """What following edits took."""

    edits: list[float]  # milliseconds from each save to seeing it in Postgres, ascending
    burst: float  # milliseconds from the last of many saves to seeing all of them
    blocks: int  # that they were committed in
    peak: int  # MB


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--edits", type=int, default=40)
    arguments.add_argument("--burst", type=int, default=500)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--check", action="store_true", help="without the limits")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        asyncio.run(run(Path(folder), wanted))


async def run(folder: Path, wanted: argparse.Namespace) -> None:
    project, documents = folder / "growth", folder / "documents"
    shutil.copytree(HERE / "growth", project)
    write_all(documents, wanted.documents)
    await asyncio.sleep(SETTLED)
    environment = os.environ | {"DOCUMENTS": str(documents), "DOCGRAPH_WORKERS": str(wanted.workers)}
    settings = read_settings(project, environment=environment)
    print(f"{wanted.documents:,} documents, {wanted.workers} to run them")
    async with database(settings) as dsn:
        first = await index(project, environment)
        again = await index(project, environment)
        live = await follow(project, environment, dsn, documents, wanted)
        count = wanted.documents
        assert first.block is not None
        assert again.block is None
        rate = count / first.block
        print(f"first index       {first.block:9.2f} s  {rate:9,.0f} documents/s   {first.peak} MB at most")
        print(
            f"start, no change  {again.scan:9.2f} s  {again.wall:9.2f} s with Python's start   {again.peak} MB at most"
        )
        middle, late = statistics.median(live.edits), live.edits[int(len(live.edits) * 0.9)]
        print(f"one change        {middle:9.1f} ms p50  {late:9.1f} ms p90   {live.peak} MB at most")
        blocks = f"{live.blocks} block{'' if live.blocks == 1 else 's'}"
        print(f"{wanted.burst} at once       {live.burst:9.1f} ms  {blocks}")
        if not wanted.check:
            walked, copied = min(walk(documents) for _ in range(3)), await copy(dsn)
            print(
                f"limit: list files {walked:9.2f} s  start without a change takes {again.scan / walked:.2f} times that"
            )
            print(f"limit: COPY       {copied:9.2f} s  first index reaches {copied / first.block:.2f} of that rate")


def write_all(folder: Path, count: int) -> None:
    """The documents 0 to `count` - 1; the same for the same count."""
    chance = random.Random(7)
    folder.mkdir()
    for number in range(count):
        if number % TO_A_FOLDER == 0:
            file_of(folder, number).parent.mkdir()
        write(file_of(folder, number), item(number, chance, f"{chance.choice(WORDS)} {number}"))


def file_of(folder: Path, number: int) -> Path:
    return folder / f"{number // TO_A_FOLDER:04}" / f"item-{number:07}.json"


def item(number: int, chance: random.Random, title: str) -> bytes:
    """A document of some 600 bytes."""
    words = chance.choices(WORDS, k=70)
    told = {
        "title": title,
        "city": CITIES[number % len(CITIES)],
        "salary": chance.randrange(30_000, 120_000),
        "posted": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
        "remote": number % 3 == 0,
        "tags": sorted(set(words[:3])),
        "summary": " ".join(words[:20]),
        "body": " ".join(words[20:]),
    }
    return json.dumps(told).encode()


def write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(handle, content)
    os.close(handle)


async def index(project: Path, environment: dict[str, str]) -> Ran:
    """One run of `docgraph index`."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*command(project), stderr=asyncio.subprocess.PIPE, env=environment)
    assert process.stderr is not None
    peak, scan, block = Peak(process.pid), 0.0, None
    async with peak:
        async for line in process.stderr:
            told = msgspec.json.decode(line)
            assert told["event"] not in ("Problem", "ProblemFound"), told
            scan = told["seconds"] if told["event"] == "ScanFinished" else scan
            block = told["seconds"] if told["event"] == "BlockCommitted" else block
    assert await process.wait() == 0
    return Ran(time.perf_counter() - started, scan, block, peak.megabytes)


def command(project: Path, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "docgraph", "index", "--log", "json", "--project", str(project), *more)


class Peak:
    """How much memory a process has had at most, as long as it could be asked."""

    def __init__(self, process: int) -> None:
        self._status = Path(f"/proc/{process}/status")
        self.megabytes = 0

    async def __aenter__(self) -> Peak:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            for line in self._status.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    self.megabytes = int(line.split()[1]) // 1024
            await asyncio.sleep(0.05)


async def follow(
    project: Path, environment: dict[str, str], dsn: str, documents: Path, wanted: argparse.Namespace
) -> Live:
    """Edit documents one by one, then many at once."""
    chance = random.Random(8)
    process = await asyncio.create_subprocess_exec(
        *command(project, "--watch"), stderr=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stderr is not None
    async for line in process.stderr:
        if msgspec.json.decode(line)["event"] == "ScanFinished":
            break
    draining = asyncio.create_task(process.stderr.read())
    peak = Peak(process.pid)
    try:
        async with peak, connected(dsn) as connection:
            took = []
            for turn in range(wanted.edits):
                number = chance.randrange(wanted.documents)
                edit(documents, number, chance, f"edit {turn}")
                saved = time.perf_counter()
                await seen(connection, [number], f"edit {turn}")
                took.append((time.perf_counter() - saved) * 1000)
                await asyncio.sleep(chance.random() * 0.05)
            before = await head(connection)
            numbers = chance.sample(range(wanted.documents), min(wanted.burst, wanted.documents))
            beside = documents.parent / "burst"
            beside.mkdir()
            for number in numbers:
                write(beside / str(number), item(number, chance, "burst"))
            for number in numbers:
                (beside / str(number)).rename(file_of(documents, number))
            saved = time.perf_counter()
            await seen(connection, numbers, "burst")
            burst = (time.perf_counter() - saved) * 1000
            blocks = await head(connection) - before
    finally:
        process.terminate()
        await draining
        await process.wait()
    return Live(sorted(took), burst, blocks, peak.megabytes)


def edit(documents: Path, number: int, chance: random.Random, title: str) -> None:
    """Save another text, as an editor does that writes beside and renames."""
    file = file_of(documents, number)
    beside = documents.parent / "beside"
    write(beside, item(number, chance, title))
    beside.rename(file)


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def seen(connection: asyncpg.Connection, numbers: list[int], title: str) -> None:
    """Ask until the documents' entities have the title."""
    asked = "select count(*) from growth.item where id = any($1) and title = $2"
    ids = [f"item-{number:07}" for number in numbers]
    async with asyncio.timeout(PATIENCE):
        while await connection.fetchval(asked, ids, title) < len(ids):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(POLL)


async def head(connection: asyncpg.Connection) -> int:
    """The number of the newest block."""
    namespace = await deployment(connection)
    return int(await connection.fetchval(f'select max(number) from "{namespace}"."$block"'))


async def deployment(connection: asyncpg.Connection) -> str:
    """The Postgres schema of the served deployment."""
    found = await served(connection, "growth")
    assert found is not None
    return found.namespace


async def copy(dsn: str) -> float:
    """Seconds for a binary COPY of the rows into a table like theirs, with the same indexes."""
    async with connected(dsn) as connection:
        namespace = await deployment(connection)
        with tempfile.TemporaryFile() as rows:
            await connection.copy_from_table("item", schema_name=namespace, output=rows, format="binary")
            await connection.execute(LIMIT.format(namespace, "item"))
            rows.seek(0)
            started = time.perf_counter()
            await connection.copy_to_table("copied", schema_name=namespace, source=rows, format="binary")
            return time.perf_counter() - started


def walk(folder: Path) -> float:
    """Seconds for listing all files and their looks."""
    started = time.perf_counter()
    assert sum(1 for _ in looks(str(folder)))
    return time.perf_counter() - started


def looks(folder: str) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from looks(entry.path)
            else:
                yield entry.stat(follow_symlinks=False)


if __name__ == "__main__":
    main()
