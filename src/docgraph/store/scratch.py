"""A deployment that is built only to be compared: its own Postgres schema, never served, gone at the end.

It is filled by the writer that fills every other one. It stands under a name that no index
can have, so nobody who looks for deployments of the index meets it; what a killed
process leaves of it has no writer, and goes when the next one is made.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from docgraph.model.changes import Block, DocumentKey, Failed, Known
from docgraph.model.known import KnownDocuments
from docgraph.model.problem import Problem, Unavailable
from docgraph.store.block import BlockWriter
from docgraph.store.commit import Store
from docgraph.store.connection import connect
from docgraph.store.keeping import drop_scratch
from docgraph.store.layout import Layout
from docgraph.store.session import Target
from docgraph.store.views import scratch_name
from docgraph.store.writer import Writer


class Scratch:
    """The writer of a deployment that stays in its first load for good."""

    complete = False
    adapting = ()

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    @property
    def layout(self) -> Layout:
        return self._writer.layout

    async def known(self) -> KnownDocuments:
        return await self._writer.known()

    async def known_files(self) -> dict[DocumentKey, Known]:
        return await self._writer.known_files()

    async def misled(self, files: Mapping[DocumentKey, Known]) -> list[DocumentKey]:
        return await self._writer.misled(files)

    def block(self, timestamp: datetime) -> BlockWriter:
        return self._writer.block(timestamp)

    async def lost_sources(self) -> tuple[str, ...]:
        """None: nobody reads what is never served."""
        return ()

    async def hold_back(self, failures: Sequence[Failed]) -> tuple[Problem, ...]:
        """Raises Unavailable: a document fails without which its source lets nothing be committed."""
        if failures:
            raise Unavailable(
                f"{failures[0].key.path} fails, and its source halts the index (onError: halt)",
                mend="mend the document first: docgraph status tells what is wrong",
            )
        return ()

    async def finish_first_load(self, timestamp: datetime) -> Block:
        """The load is over."""
        await self._writer.settle_first_load()
        return Block(0, b"", timestamp, 0, {})


@asynccontextmanager
async def scratch(store: Store, target: Target) -> AsyncIterator[Scratch]:
    """An empty deployment like that of `target`, dropped when the `async with` ends, however it ends.

    Raises Unavailable.
    """
    await _sweep(store)
    beside = Target(store.dsn, scratch_name(store.index), target.schema, target.sources, secrets.token_bytes(32))
    writer = Writer(beside, None)
    try:
        await writer.open()
        yield Scratch(writer)
    finally:
        await writer.close()
        with suppress(Unavailable):  # the next one sweeps it up
            await _sweep(store)


async def _sweep(store: Store) -> None:
    connection = await connect(store.dsn)
    try:
        await drop_scratch(connection, store.index)
    finally:
        await connection.close()
