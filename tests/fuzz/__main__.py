"""`python -m fuzz [--requests 20000] [--seed N]`: generated requests until something differs or all are answered."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from docgraph.store.postgres import private_postgres
from fuzz.product import product
from fuzz.run import Report, run


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """A Postgres: the one of DATABASE_URL, or a private one that is gone afterwards."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="docgraph-fuzz-") as folder:
        async with private_postgres(Path(folder) / "postgres") as dsn:
            yield dsn


@asynccontextmanager
async def database(dsn: str) -> AsyncIterator[str]:
    """An empty database, dropped afterwards."""
    name = f"fuzz_{os.getpid()}"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"create database {name} template template0")
    await connection.execute(f"alter database {name} set synchronous_commit = off")
    try:
        yield urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    finally:
        await connection.execute(f"drop database {name} with (force)")
        await connection.close()


async def main(wanted: int, seed: int) -> int:
    """0 where all answers were alike, 1 otherwise."""
    logging.disable(logging.ERROR)  # what the product logs is in its answers
    print(f"seed {seed}", flush=True)
    async with server() as dsn, database(dsn) as own, product(own) as asked:
        report = await run(asked, seed, wanted, _tell)
    print(report)
    for each in report.differences:
        print(f"\n{'-' * 80}\n{each}")
    return 1 if report.differences else 0


def _tell(report: Report) -> None:
    if report.schemas % 20 == 0:
        print(report, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.requests, given.seed)))
