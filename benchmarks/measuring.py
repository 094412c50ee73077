"""What the benchmarks measure with: processes that are run, their CPU and memory, and the limits of the machine.

CPU of Postgres is that of the one server that is asked, whoever else runs one on the same machine.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

import asyncpg
import msgspec
import psutil

from docgraph.store.served import served

BYTES = 1 << 20  # of a file, read at once
LIMIT = 'create table "{0}"."copied" (like "{0}"."{1}" including defaults including indexes including storage)'
TROUBLE = frozenset({"Problem", "ProblemFound"})  # events that a benchmark must not see


class Ran(msgspec.Struct, frozen=True):
    """One run of a command that has ended."""

    wall: float  # seconds, the start of Python included
    scan: float  # seconds of comparing what is known with what is there
    block: float | None  # seconds from the start of the scan to the commit; None: there was nothing to commit
    cpu: float  # seconds of user and system, the start of Python included
    peak: int  # MB that were resident at once


async def index(project: Path, environment: Mapping[str, str]) -> Ran:
    """One run of `docgraph index`."""
    before, started = children_cpu(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *docgraph("index", project), stderr=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stderr is not None
    peak, scan, block = Peak(process.pid), 0.0, None
    async with peak:
        async for line in process.stderr:
            told = msgspec.json.decode(line)
            assert told["event"] not in TROUBLE, told
            scan = told["seconds"] if told["event"] == "ScanFinished" else scan
            block = told["seconds"] if told["event"] == "BlockCommitted" else block
    assert await process.wait() == 0
    return Ran(time.perf_counter() - started, scan, block, children_cpu() - before, peak.megabytes)


def docgraph(command: str, project: Path, *more: str) -> tuple[str, ...]:
    """The command line of a docgraph that tells its events as JSON."""
    return (sys.executable, "-m", "docgraph", command, "--log", "json", "--project", str(project), *more)


def children_cpu() -> float:
    """Seconds that processes started here, and ended, have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


@asynccontextmanager
async def started(
    *command: str, environment: Mapping[str, str], folder: Path, says_on: Literal["stdout", "stderr"] = "stderr"
) -> AsyncIterator[tuple[asyncio.subprocess.Process, asyncio.StreamReader]]:
    """A process, with what it says; it is ended with the `async with`."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE if says_on == "stdout" else None,
        stderr=asyncio.subprocess.PIPE if says_on == "stderr" else None,
    )
    said = process.stdout if says_on == "stdout" else process.stderr
    assert said is not None
    try:
        yield process, said
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def cpu(processes: Sequence[psutil.Process]) -> float:
    """Seconds that these processes have computed, and those that they started and that have ended."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


async def cluster_of(dsn: str) -> Path:
    """Where the files of a server are."""
    async with connected(dsn) as connection:
        return Path(await connection.fetchval("show data_directory"))


def backends(cluster: Path) -> list[psutil.Process]:
    """The processes of the Postgres with these files; none where it runs on another machine."""
    found = []
    for each in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if each.info["name"] == "postgres" and Path(each.cwd()) == cluster:
                found.append(each)
    return found


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def deployment(connection: asyncpg.Connection, index: str) -> str:
    """The Postgres schema of the served deployment."""
    found = await served(connection, index)
    assert found is not None
    return found.namespace


async def copy(connection: asyncpg.Connection, namespace: str, table: str) -> float:
    """Seconds for a binary COPY of the rows into a table like theirs, with the same indexes."""
    with tempfile.TemporaryFile() as rows:
        await connection.copy_from_table(table, schema_name=namespace, output=rows, format="binary")
        await connection.execute(LIMIT.format(namespace, table))
        rows.seek(0)
        began = time.perf_counter()
        await connection.copy_to_table("copied", schema_name=namespace, source=rows, format="binary")
        took = time.perf_counter() - began
    await connection.execute(f'drop table "{namespace}"."copied"')
    return took


def walk(folder: Path) -> float:
    """Seconds for listing all files and their looks."""
    began = time.perf_counter()
    assert sum(1 for _ in _looks(str(folder)))
    return time.perf_counter() - began


def read(folder: Path) -> float:
    """Seconds for listing all files, and for opening, reading and closing each."""
    began = time.perf_counter()
    assert sum(1 for file in _files(str(folder)) if _read(file))
    return time.perf_counter() - began


def warm(folder: Path) -> None:
    """Let all files be in the page cache, by reading each: so whoever is measured next is not measured with the disk.

    A kernel may take out of it what nobody has read for some seconds, though memory is free (Linux with DAMON's
    proactive reclaim). Where reading all of them takes longer than that, as it may for a million, some are out again
    before whoever is measured comes to them.
    """
    read(folder)


def _read(file: str) -> int:
    handle, length = os.open(file, os.O_RDONLY), 0
    try:
        while content := os.read(handle, BYTES):
            length += len(content)
    finally:
        os.close(handle)
    return length


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield entry.path


def _looks(folder: str) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _looks(entry.path)
            else:
                yield entry.stat(follow_symlinks=False)
