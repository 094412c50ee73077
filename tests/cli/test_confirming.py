"""What cannot be taken back is asked for at a terminal, a real one that a person types at."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from pathlib import Path

import pytest
from support.processes import PATIENCE, clean_environment, finished
from support.projects import write_items_project


class Typed:
    """A command at a terminal."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        self._process, self._terminal = process, terminal
        self.shown = ""

    async def until(self, text: str) -> None:
        """Wait until the terminal shows it."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.shown:
                self.shown += (await asyncio.to_thread(os.read, self._terminal, 10_000)).decode()

    async def type(self, text: str) -> int:
        """Type it; the exit code."""
        os.write(self._terminal, text.encode())
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()


async def at_a_terminal(*arguments: str, folder: Path, environment: dict[str, str]) -> Typed:
    terminal, inside = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "docgraph", *arguments),
        cwd=folder,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=clean_environment() | {"COLUMNS": "200", "TERM": "dumb"} | environment,
    )
    os.close(inside)
    return Typed(process, terminal)


@pytest.mark.parametrize(("answer", "code", "left"), [("n\n", 1, 1), ("\n", 1, 1), ("y\n", 0, 0)])
async def test_drop_asks_at_a_terminal_and_does_as_it_is_told(
    dsn: str, tmp_path: Path, answer: str, code: int, left: int
) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    typed = await at_a_terminal("drop", "shop", folder=project, environment=environment)
    await typed.until("remove the index 'shop' with everything of it? [y/N]:")
    assert await typed.type(answer) == code
    _, out, _ = await finished("list", "--json", folder=project, environment=environment)
    assert out.count('"index": "shop"') == left


async def test_what_is_not_there_is_not_asked_for(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    typed = await at_a_terminal("drop", "nope", folder=project, environment=environment)
    await typed.until("there is no index 'nope'")
    assert "[y/N]" not in typed.shown
