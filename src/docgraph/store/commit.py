"""Opening the store of one index, and with it the right to write a deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec

from docgraph.model.schema import Schema
from docgraph.store.connection import connect, run, told
from docgraph.store.ddl import CONTROL_DDL, CONTROL_LOCK
from docgraph.store.session import Target
from docgraph.store.sql import sql, value
from docgraph.store.views import check_free, check_name
from docgraph.store.writer import Writer

HAS_CONTROL = "select to_regclass('docgraph.deployment') is not null and to_regproc('docgraph.required') is not null"


@asynccontextmanager
async def open_store(dsn: str, index: str) -> AsyncIterator[Store]:
    """The store of one index. Makes the control schema where it is missing.

    Raises Unavailable: the database cannot be used.
    """
    check_name(index)
    connection = await connect(dsn)
    try:
        with told(dsn):
            await check_free(connection, index)
            if not await connection.fetchval(HAS_CONTROL):
                async with connection.transaction():
                    await run(connection, sql("select pg_advisory_xact_lock({}::bigint)", value(CONTROL_LOCK)))
                    await run(connection, CONTROL_DDL)
    finally:
        await connection.close()
    yield Store(dsn, index)


class Store(msgspec.Struct, frozen=True):
    """One index in one database."""

    dsn: str
    index: str

    @asynccontextmanager
    async def writer(
        self,
        schema: Schema,
        sources: Sequence[str],
        fingerprint: bytes,
        on_wait: Callable[[], None] | None = None,
        keep: int | None = None,
    ) -> AsyncIterator[Writer]:
        """The one writer of the deployment with this fingerprint, which is made where it is missing.

        While another process is that writer, waits, and calls `on_wait` twice a second; what it raises ends the
        waiting. The writer lets the last `keep` blocks be read, and some more; None: all.
        """
        writer = Writer(Target(self.dsn, self.index, schema, tuple(sources), fingerprint, keep), on_wait)
        try:
            await writer.open()
            yield writer
        finally:
            await writer.close()
