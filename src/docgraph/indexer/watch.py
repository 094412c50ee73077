"""Hear that something happened below some folders. What happened is found out by looking.

Events are hints: they can be late, doubled, under another name or missing. Nothing
here looks at documents or decides anything. `watchfiles` is imported where something is
watched: an index that is made once needs none of it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from docgraph.manifest.read import MANIFEST
from docgraph.model.problem import Unavailable

# Milliseconds between two looks at what the operating system has to tell. Until the watcher hands on what came, it
# looks once or twice more: much of the time from a save to a fresh answer. A look costs the processor some 20 µs.
STEP = 2
STEP_OF_PROJECT = 20  # the same for files of the project, of which a burst is awaited anyway
DEBOUNCE = 50  # milliseconds; events that keep coming are handed on this often
QUIET = 0.1  # seconds without an event after which a burst is over
LOOK_AGAIN = 60.0  # seconds after which a project that cannot be loaded is tried again without an edit
LONGEST_BURST = 2.0  # seconds after which a burst is worked off though it goes on
PROJECT_FILES = (MANIFEST, ".py", ".graphql")  # how their names end
IGNORED_FOLDERS = frozenset({"node_modules", "generated", "__pycache__"})


class WatcherLost(Unavailable):
    """The operating system no longer tells what happens."""


class Hints:
    """Absolute paths that something happened to, gathered until somebody asks."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._fault: Unavailable | None = None
        self._news = asyncio.Event()

    def add(self, paths: Iterable[str]) -> None:
        self._paths.update(paths)
        if self._paths:
            self._news.set()

    def fail(self, fault: Unavailable) -> None:
        """Let whoever asks next know that hints are missing from now on."""
        self._fault = fault
        self._news.set()

    async def take(self, patience: float | None) -> frozenset[str]:
        """All paths since the last time, as soon as there are any; none after `patience` seconds.

        Raises Unavailable: as `fail` was told.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._news.wait()
        self._news.clear()
        if self._fault is not None:
            raise self._fault
        paths = frozenset(self._paths)
        self._paths.clear()
        return paths

    def __len__(self) -> int:
        """How many paths wait to be taken."""
        return len(self._paths)

    async def take_until_quiet(self) -> frozenset[str]:
        """All paths until none has come for a moment; a burst without end is cut."""
        paths: frozenset[str] = frozenset()
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_BURST):
                while more := await self.take(QUIET):
                    paths |= more
        return paths


@asynccontextmanager
async def subscribe(deep: Sequence[str], flat: Sequence[str]) -> AsyncIterator[Hints]:
    """Hints of what happens anywhere below the `deep` folders and directly in the `flat` ones, from now on.

    Raises WatcherLost: a folder is not there, or the operating system watches no more of them.
    """
    hints = Hints()
    tasks = [
        asyncio.create_task(_listen(hints, folders, step, recursive))
        for folders, step, recursive in (
            (_outermost(deep), STEP, True),
            (sorted(set(flat)), STEP_OF_PROJECT, False),
        )
        if folders
    ]
    try:
        # The first step of each task runs up to its first wait, which is after it has subscribed.
        await asyncio.sleep(0)
        await hints.take(0)
        yield hints
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Stats = Mapping[str, tuple[int, int]]  # path relative to the project → size in bytes and time in nanoseconds


def project_stats(root: Path) -> Stats:
    """How every file looks that could mend a project which cannot be loaded."""
    real = _real(root)
    with os.scandir(real) as entries:
        files = [entry.path for entry in entries if entry.is_file()]
    for folder in _own_folders(real):
        files += [os.path.join(below, name) for below, _, names in os.walk(folder) for name in names]
    found: dict[str, tuple[int, int]] = {}
    for path in _mending((file for file in files if file.endswith(PROJECT_FILES)), real):
        with suppress(OSError):
            stat = os.stat(os.path.join(real, path))
            found[path] = (stat.st_size, stat.st_mtime_ns)
    return found


async def project_edited(root: Path, before: Stats) -> tuple[str, ...]:
    """Wait until something is edited that could mend a project which cannot be loaded. Paths are relative to `root`.

    `before` is what `project_stats` said before the project was loaded: an edit since then counts, too. Nothing is
    returned after `LOOK_AGAIN` seconds without an edit, since what is missing may be outside of the project.

    Raises WatcherLost: the project's folder cannot be watched.
    """
    real = _real(root)
    async with subscribe(_own_folders(real), [real]) as hints:
        now = project_stats(root)
        if edited := {path for path in now.keys() | before.keys() if now.get(path) != before.get(path)}:
            return tuple(sorted(edited))
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                while not (edited := _mending(await hints.take(None), real)):
                    pass
            edited |= _mending(await hints.take_until_quiet(), real)
        return tuple(sorted(edited))


def _real(root: Path) -> str:
    return os.path.realpath(root)


def _own_folders(root: str) -> list[str]:
    """The folders directly in the project that an author's files can be in."""
    with os.scandir(root) as entries:
        return [
            entry.path
            for entry in entries
            if entry.is_dir() and not entry.name.startswith(".") and entry.name not in IGNORED_FOLDERS
        ]


def _mending(paths: Iterable[str], root: str) -> set[str]:
    """Those of the paths, relative to the root, that can be what was missing."""
    found: set[str] = set()
    for path in paths:
        parts = os.path.relpath(path, root).split(os.sep)
        ours = not any(part.startswith(".") or part in IGNORED_FOLDERS for part in parts)
        if ours and (parts[-1].endswith(PROJECT_FILES) or os.path.isdir(path)):
            found.add("/".join(parts))
    return found


async def _listen(hints: Hints, folders: Sequence[str], step: int, recursive: bool) -> None:
    from watchfiles import awatch

    try:
        async for changes in awatch(
            *folders,
            watch_filter=None,
            step=step,
            debounce=DEBOUNCE,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            hints.add(path for _, path in changes)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # whatever the watcher's native part says: a name that is not UTF-8, no more watches
        hints.fail(_lost(error))


def _lost(error: Exception) -> WatcherLost:
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    mend = "on Linux, raise fs.inotify.max_user_watches if it says so; everything is compared again"
    return WatcherLost(f"the watcher stopped: {error}", mend=mend)


def _outermost(folders: Iterable[str]) -> list[str]:
    """The folders without those that are inside others."""
    kept: list[str] = []
    for folder in sorted(set(folders)):
        if not kept or not folder.startswith(kept[-1].rstrip("/") + "/"):
            kept.append(folder)
    return kept
