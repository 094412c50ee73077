"""A Postgres of the soak's own, on a small disk of its own where the system lets us have one, that can be broken."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psutil

from docgraph.store import postgres

DISK = "600m"
SETTINGS = (
    *("listen_addresses=", "max_wal_size=96MB", "min_wal_size=32MB", "log_min_messages=fatal"),
    *("shared_buffers=32MB", "max_connections=60"),
)


class Server:
    """The server's processes and its files. What is done to it takes as long as it takes: call it in a thread."""

    def __init__(self, folder: Path, *, has_disk: bool) -> None:
        self._folder = folder
        self._cluster = postgres._Cluster(folder / "cluster")
        self._filler = folder / "filler"
        self.has_disk = has_disk
        self.dsn = f"postgresql://postgres@/postgres?host={quote(str(self._cluster.folder), safe='')}"

    def create(self) -> None:
        postgres._create(self._cluster)

    def start(self) -> None:
        """Start it unless it runs; recovery included."""
        for _ in range(20):
            if postgres._status(self._cluster) == "ready":
                return
            if postgres._status(self._cluster) is None:
                self._sweep()
                options = " ".join(
                    f"-c {each}" for each in (*SETTINGS, f"unix_socket_directories={self._cluster.folder}")
                )
                folder, log = str(self._cluster.folder), str(self._cluster.log)
                start = ("start", "-D", folder, "-w", "-t", "60", "-l", log, "-o", options)
                with suppress(Exception):
                    postgres._run(self._cluster, "pg_ctl", *start)
        raise AssertionError(f"Postgres does not start: {postgres._last_words(self._cluster)}")

    def stop(self, mode: str) -> None:
        """`mode`: fast or immediate, as pg_ctl knows them."""
        if postgres._status(self._cluster) is not None:
            postgres._run(self._cluster, "pg_ctl", "stop", "-D", str(self._cluster.folder), "-m", mode, "-w")

    def kill(self) -> None:
        """The server and each of its sessions, as the power cut does."""
        server = psutil.Process(int((self._cluster.folder / "postmaster.pid").read_text().split()[0]))
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=10)

    def kill_a_session(self, process: int) -> None:
        """Postgres then restarts all of itself, since it cannot trust its memory any more."""
        os.kill(process, signal.SIGKILL)

    def fill_disk(self) -> None:
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(1 << 20))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free_disk(self) -> None:
        self._filler.unlink(missing_ok=True)

    def remove(self) -> None:
        if self.has_disk:
            subprocess.run(["umount", "--lazy", str(self._folder)], check=True)
        shutil.rmtree(self._folder)

    def _sweep(self) -> None:
        (self._cluster.folder / "postmaster.pid").unlink(missing_ok=True)
        (self._cluster.folder / f"{postgres.SOCKET}.lock").unlink(missing_ok=True)
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name() == "postgres" and Path(process.cwd()) == self._cluster.folder:
                    process.kill()
                    process.wait(10)


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    """A running server, gone afterwards with all its files."""
    made = await asyncio.to_thread(_made)
    try:
        await asyncio.to_thread(made.create)
        await asyncio.to_thread(made.start)
        yield made
    finally:
        made.free_disk()
        await asyncio.shield(asyncio.to_thread(made.stop, "immediate"))
        await asyncio.shield(asyncio.to_thread(made.remove))


def _made() -> Server:
    folder = Path(tempfile.mkdtemp(prefix="docgraph-soak-pg-"))
    folder.chmod(0o711)
    return Server(folder, has_disk=_mount(folder))


def _mount(folder: Path) -> bool:
    """Let the folder be a disk of its own that can be full. False: we may not mount anything."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    disk = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0711", "docgraph-soak", str(folder)]
    return subprocess.run(disk, capture_output=True, check=False).returncode == 0
