"""The private Postgres: started by the first, stopped by the last, and up again after any kill."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psutil
import pytest

from docgraph.model.problem import Unavailable
from docgraph.store import postgres
from docgraph.store.connection import connect
from docgraph.store.postgres import private_postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project's folder, outside pytest's own: that one is shut for other users at each start of pytest."""
    made = Path(tempfile.mkdtemp(prefix="docgraph-test-"))
    yield made
    shutil.rmtree(made)


def server_of(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def ended(pid: int) -> bool:
    """Wait for a server's process to end: its files say so a moment earlier."""
    with suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(20)
    return True


async def ask(dsn: str, question: str) -> object:
    connection = await connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_the_first_in_starts_it_and_the_last_out_stops_it(folder):
    async with private_postgres(folder) as dsn:
        pid = server_of(folder)
        async with private_postgres(folder) as again:
            assert (again, server_of(folder)) == (dsn, pid)
        assert await ask(dsn, "show server_version_num") >= "180000"
        assert await ask(dsn, "show listen_addresses") == ""
    assert ended(pid)
    with pytest.raises(Unavailable, match="no Postgres answers"):
        await connect(dsn)


async def test_what_was_committed_survives_a_kill_of_the_server(folder):
    async with private_postgres(folder) as dsn:
        await ask(dsn, "create table kept (n int)")
        await ask(dsn, "insert into kept values (42)")
        busy = await connect(dsn)  # a session that lives on beyond the server
        sleeping = asyncio.ensure_future(busy.execute("select pg_sleep(600)"))
        pid = server_of(folder)
        os.kill(pid, signal.SIGKILL)
        assert ended(pid)
        async with private_postgres(folder) as again:
            assert await ask(again, "select n from kept") == 42
        busy.terminate()
        await asyncio.gather(sleeping, return_exceptions=True)
    assert not (folder / "cluster" / "postmaster.pid").exists()


USER = """
import asyncio, sys
from pathlib import Path
from docgraph.store.postgres import private_postgres

async def use():
    async with private_postgres(Path(sys.argv[1])) as dsn:
        print(dsn, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(use())
"""


async def another_user(folder: Path) -> asyncio.subprocess.Process:
    """Another process that uses the server until its input ends."""
    pipe = asyncio.subprocess.PIPE
    path = os.pathsep.join([str(Path(postgres.__file__).parents[2]), *sys.path])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", USER, str(folder)), stdin=pipe, stdout=pipe, env={**os.environ, "PYTHONPATH": path}
    )
    assert process.stdout
    assert (await process.stdout.readline()).startswith(b"postgresql://")
    return process


async def test_a_killed_user_leaves_the_server_to_the_next_one(folder):
    killed = await another_user(folder)
    pid = server_of(folder)
    killed.kill()
    await killed.wait()
    assert psutil.pid_exists(pid)
    async with private_postgres(folder):
        assert server_of(folder) == pid
    assert ended(pid)


async def test_the_server_stays_while_another_process_uses_it(folder):
    other = await another_user(folder)
    async with private_postgres(folder) as dsn:
        pid = server_of(folder)
    assert await ask(dsn, "select 1") == 1
    await other.communicate(b"")
    assert other.returncode == 0
    assert ended(pid)


async def test_a_path_too_long_for_a_socket_works(folder):
    data = folder / ("a long name " * 15) / "it's here" / "postgres"
    async with private_postgres(data) as dsn:
        assert await ask(dsn, "select 1") == 1
        sockets = unquote(parse_qs(urlsplit(dsn).query)["host"][0])
        assert os.stat(sockets).st_mode & 0o077 == 0
    with pytest.raises(FileNotFoundError):
        os.stat(sockets)


async def test_an_initialisation_that_was_broken_off_begins_anew(folder):
    (folder / "unfinished" / "base").mkdir(parents=True)
    async with private_postgres(folder) as dsn:
        assert await ask(dsn, "select 1") == 1


async def test_a_number_that_another_process_has_by_now_does_not_keep_it_from_starting(folder):
    async with private_postgres(folder):
        pass
    (folder / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n1\n5432\n\n\n1 1\nready\n")
    async with private_postgres(folder) as dsn:
        assert await ask(dsn, "select 1") == 1


async def test_a_folder_of_another_version_is_refused(folder):
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(Unavailable, match="was made by version 16, this is version 18"):
        async with private_postgres(folder):
            pass


async def test_a_server_that_cannot_start_shows_the_end_of_its_log(folder, monkeypatch):
    monkeypatch.setattr(postgres, "STARTS", 2)
    async with private_postgres(folder):
        pass
    (folder / "cluster" / "postgresql.auto.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(Unavailable, match=r"does not start; its log ends: .*shared_buffers"):
        async with private_postgres(folder):
            pass


async def test_giving_up_while_waiting_for_another_process_leaves_nothing_behind(folder):
    started = threading.Event()
    async with private_postgres(folder):
        with postgres._turn(postgres._cluster_in(folder), threading.Event()):

            async def join() -> None:
                started.set()
                async with private_postgres(folder):
                    pass

            task = asyncio.create_task(join())
            await asyncio.to_thread(started.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        pid = server_of(folder)
    assert ended(pid)
