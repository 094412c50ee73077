"""What tests of several rooms need: an empty database on a real Postgres, and the corpora."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings

from docgraph.store.postgres import private_postgres

pytest_plugins = ["docgraph.testing"]

settings.register_profile("fuzz", max_examples=20_000, print_blob=True)

CORPORA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"


@pytest.fixture
def corpus() -> Callable[[str], Path]:
    """The folder of a corpus by its name; skips the test where it is absent."""

    def find(name: str) -> Path:
        folder = CORPORA / name
        if not folder.exists():
            pytest.skip(f"the corpus {name!r} is not on this machine")
        return folder

    return find


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """Where the private Postgres of the tests keeps its files."""
    with _outside_of_pytests_own() as folder:
        yield folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for a project that runs a private Postgres of its own."""
    with _outside_of_pytests_own() as folder:
        yield folder


@contextmanager
def _outside_of_pytests_own() -> Iterator[Path]:
    """A folder that is gone afterwards. Each start of pytest shuts pytest's own for other users, such as Postgres's."""
    folder = Path(tempfile.mkdtemp(prefix="docgraph-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="session")
async def server_dsn(postgres_folder: Path) -> AsyncIterator[str]:
    """A real Postgres: DATABASE_URL if it is set, a private one otherwise. Its user may create databases."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    async with private_postgres(postgres_folder / "postgres") as dsn:
        connection = await asyncpg.connect(dsn)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            await connection.execute(f"alter system set {setting} = off")
        await connection.execute("select pg_reload_conf()")
        await connection.close()
        yield dsn


@pytest.fixture
def docgraph_database(server_dsn: str) -> str:
    """`docgraph.testing` shares the Postgres of all tests."""
    return server_dsn


@pytest_asyncio.fixture
async def dsn(server_dsn: str) -> AsyncIterator[str]:
    """A fresh empty database for this test."""
    database = f"test_{uuid.uuid4().hex}"
    server = await asyncpg.connect(server_dsn)
    try:
        await server.execute(f"create database {database} template template0")
        yield urlunsplit(urlsplit(server_dsn)._replace(path=f"/{database}"))
        await server.execute(f"drop database {database} with (force)")
    finally:
        await server.close()
