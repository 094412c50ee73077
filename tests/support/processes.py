"""docgraph as a process of its own, as a person starts it: told by its JSON log, ended by its number."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

PATIENCE = 120.0  # seconds; only a hang is this long


class Running:
    """A running docgraph command and what it has told so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []
        self.said: list[str] = []  # lines that were no events
        self._news = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._news:
                try:
                    self.told.append(msgspec.json.decode(line, type=dict[str, Any]))
                except msgspec.MsgspecError:
                    self.said.append(line.decode(errors="replace"))
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.told if event.get("event") == kind]

    async def event(self, kind: str, number: int = 1) -> dict[str, Any]:
        """The `number`-th event of that kind, when it has come."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(self.events(kind)) >= number or self._reading.done())
        found = self.events(kind)
        assert len(found) >= number, f"{kind} never came; it said: {self.told[-5:]} {''.join(self.said[-30:])}"
        return found[number - 1]

    async def address(self) -> str:
        told = await self.event("Listening")
        return str(told["address"])

    async def kill(self) -> None:
        """As the power cut does."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """As a supervisor does."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def more(self) -> None:
        """Wait for one more line that is no event."""
        count = len(self.said)
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(self.said) > count or self._reading.done())

    async def line(self) -> None:
        """Wait until it has said something that is no event."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self.said or self._reading.done())

    async def ended(self) -> int:
        """The exit code, when it has ended by itself or by a signal."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
            await self._reading
        return code


@asynccontextmanager
async def docgraph(*arguments: str, project: Path, environment: dict[str, str] | None = None) -> AsyncIterator[Running]:
    """A running `docgraph` command that is over when the `async with` is."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "docgraph",
        *arguments,
        "--project",
        str(project),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean_environment() | (environment or {}),
    )
    running = Running(process)
    try:
        yield running
    finally:
        await running.stop()


async def finished(*arguments: str, folder: Path, environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Run a command to its end in `folder`: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "docgraph",
        *arguments,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=clean_environment() | {"COLUMNS": "200"} | (environment or {}),
    )
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def clean_environment() -> dict[str, str]:
    """This process's environment without what would steer docgraph."""
    return {
        name: value for name, value in os.environ.items() if name != "DATABASE_URL" and not name.startswith("DOCGRAPH_")
    }


async def ask(address: str, query: str, **variables: object) -> Any:
    """The answer's data; an answer with errors fails the test."""
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{address}/graphql", json={"query": query, "variables": variables}, timeout=30)
    answer = response.json()
    assert "errors" not in answer, answer
    return answer["data"]
