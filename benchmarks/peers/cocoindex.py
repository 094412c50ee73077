"""CocoIndex as a contestant: the same documents into a table of its own in the same Postgres.

It keeps what it knows of documents in a file beside, has no history, and its table has a primary key and no further
index. It says nothing of a commit, so its runs are measured as whole processes; docgraph's beside it as well.
Its usage tracking is switched off.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from measuring import Peak, Ran, children_cpu, started

HERE = Path(__file__).resolve().parent / "cocoindex_app"
ENVIRONMENT = HERE / ".venv"
APP = f"{HERE / 'flow.py'}:items"
SAME = """
select count(*) from "{0}".item as theirs join "{1}".item as ours using (id)
where (theirs.title, theirs.city, theirs.salary, theirs.posted_at, theirs.remote, theirs.summary, theirs.body)
  = (ours.title, ours.city, ours.salary, ours.posted_at, ours.remote, ours.summary, ours.body)
  and theirs.tags = to_jsonb(ours.tags)"""


def install() -> None:
    """What the requirements name, in an environment of its own. Raises CalledProcessError."""
    if (ENVIRONMENT / "bin" / "cocoindex").exists():
        return
    subprocess.run((sys.executable, "-m", "venv", ENVIRONMENT), check=True)
    pip = (ENVIRONMENT / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    subprocess.run((*pip, "--requirement", HERE / "requirements.txt"), check=True)


class CocoIndex(msgspec.Struct, frozen=True):
    """One index of it: a schema of Postgres and a file of what it knows."""

    dsn: str
    schema: str
    documents: Path
    state: Path

    @property
    def environment(self) -> dict[str, str]:
        told = {"DSN": self.dsn, "SCHEMA": self.schema, "DOCUMENTS": self.documents, "COCOINDEX_DB": self.state}
        return os.environ | {name: str(each) for name, each in told.items()} | {"COCOINDEX_DISABLE_USAGE_TRACKING": "1"}

    def command(self, *more: str) -> tuple[str, ...]:
        return (str(ENVIRONMENT / "bin" / "cocoindex"), "update", "--quiet", APP, *more)

    async def update(self) -> Ran:
        """One run that catches up."""
        before, began = children_cpu(), time.perf_counter()
        process = await asyncio.create_subprocess_exec(*self.command(), env=self.environment)
        peak = Peak(process.pid)
        async with peak:
            assert await process.wait() == 0
        wall = time.perf_counter() - began
        return Ran(wall, 0.0, None, children_cpu() - before, peak.megabytes)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """It follows the documents, after it has caught up: from when on is seen by an edit that arrives."""
        async with started(*self.command("--live"), environment=self.environment, folder=HERE) as (_, said):
            draining = asyncio.create_task(said.read())
            yield
        await draining

    async def compare(self, connection: asyncpg.Connection, namespace: str, count: int) -> None:
        """Its rows are those of docgraph's table, value for value. Raises AssertionError."""
        alike = await connection.fetchval(SAME.format(self.schema, namespace))
        assert alike == count, f"CocoIndex: {alike:,} of {count:,} rows are docgraph's"

    async def seen(self, connection: asyncpg.Connection, document: str, title: str) -> bool:
        told = await connection.fetchval(f'select title from "{self.schema}".item where id = $1', document)
        return bool(told == title)

    async def drop(self, connection: asyncpg.Connection) -> None:
        await connection.execute(f'drop schema "{self.schema}" cascade')
