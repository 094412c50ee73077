"""The job board, served by a docgraph of its own for all the clients that ask it, and where they are written."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from support.node import installed
from support.processes import docgraph
from support.projects import copy_example
from support.workbench import CLIENTS, Workbench

ROOT = Path(__file__).resolve().parents[2]


@pytest_asyncio.fixture(scope="session")
async def board(server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of the running example, which no test changes."""
    database = f"clients_{uuid.uuid4().hex}"
    server = await asyncpg.connect(server_dsn)
    await server.execute(f"create database {database} template template0")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{database}"))
    project = copy_example(ROOT, tmp_path_factory.mktemp("board") / "jobs")
    async with docgraph(
        "dev", "--port", "0", "--log", "json", project=project, environment={"DATABASE_URL": dsn}
    ) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        yield address
    await server.execute(f"drop database {database} with (force)")
    await server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a client is written."""
    (tmp_path / "client").mkdir()
    return tmp_path / "client"


@pytest.fixture
def node(folder: Path) -> Workbench:
    """A folder with the npm packages of tests/clients/npm."""
    packages = installed(CLIENTS / "npm")
    (folder / "node_modules").symlink_to(packages / "node_modules")
    (folder / "package.json").write_text("{}")
    shutil.copy(packages / "validate.mjs", folder)
    return Workbench(folder)
