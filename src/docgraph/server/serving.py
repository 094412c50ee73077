"""Follows which deployment is served: keeps the engine that answers for it, and swaps it when another takes over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import msgspec

from docgraph.api.answers import Answers
from docgraph.api.errors import NothingServed
from docgraph.api.execute import Engine
from docgraph.api.limits import Limits
from docgraph.api.subscriptions import Subscriptions
from docgraph.model.events import Observe
from docgraph.model.problem import Unavailable
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.server.database import database
from docgraph.server.patience import Patience
from docgraph.server.settings import Settings
from docgraph.store.connection import connect
from docgraph.store.readers import Readers, readers
from docgraph.store.served import Served, Silent, listen, served

CONNECTIONS = 8


class Serving:
    """What is served at this moment. `engine` is None before a first deployment is complete, and after a drop."""

    def __init__(self, settings: Settings, lent: Readers, dsn: str) -> None:
        self.settings = settings
        self.readers = lent  # the connections that answers come from
        self.dsn = dsn
        self.engine: Engine | None = None
        self.schema: Schema | None = None
        self.latest: Served | None = None  # as of the latest block that was told here; the database may be further
        self.indexed: bytes | None = None  # the same block as answers tell it
        self.answers = Answers(settings.limits.answer_bytes)
        self.subscriptions = Subscriptions(self.serving_engine, lent, settings.limits.subscriptions)
        self._built: tuple[int, str] | None = None  # deployment and schema that the engine is for
        self._looks = 0  # that were begun
        self._told = 0  # the latest look that has told something

    async def look(self) -> Served | None:
        """What the database says is served, the engine brought up to it.

        Raises Unavailable: the database does not answer.
        """
        self._looks += 1
        look = self._looks
        connection = await connect(self.dsn)
        try:
            found = await served(connection, self.settings.index)
        finally:
            await connection.close()
        wanted = (found.deployment, found.schema) if found else None
        built = self.schema, self.engine
        if found is None:
            built = None, None
        elif wanted != self._built:
            # Building takes a good part of a second for the largest schemas, and the old engine answers meanwhile.
            built = await asyncio.to_thread(_build, found, self.settings.limits, self.answers)
        if look > self._told:  # one that began later may have been quicker, and has seen more
            self._told = look
            (self.schema, self.engine), self._built = built, wanted
            self.latest, self.indexed = found, _indexed(found) if found else None
        return found

    def serving_engine(self) -> Engine:
        """The engine to ask now. Raises NothingServed."""
        if self.engine is None:
            raise NothingServed
        return self.engine

    async def follow(self, observe: Observe) -> None:
        """Keep up with every change of what is served, across restarts of the database, until cancelled."""
        patience = Patience(observe)
        while True:
            try:
                async with (
                    database(self.settings),
                    listen(self.dsn, self.settings.index, self.answers) as changes,
                ):
                    await self.look()
                    self.subscriptions.changed()
                    patience.worked()
                    async for change in changes:
                        await self.look()
                        if self._built is not None and change.deployment == self._built[0]:
                            self.subscriptions.changed()
            except Unavailable as fault:
                if isinstance(fault, Silent):
                    self.readers.forget()
                await patience.wait_out(fault)


def _indexed(latest: Served) -> bytes:
    seconds = int(latest.timestamp.timestamp() + 0.5)  # as `_meta` has it: Postgres rounds
    return msgspec.json.encode({"hash": f"0x{latest.hash.hex()}", "number": latest.block, "timestamp": seconds})


def _build(found: Served, limits: Limits, answers: Answers) -> tuple[Schema, Engine]:
    schema = read_schema(found.schema)
    return schema, Engine.build(schema, found.namespace, str(found.deployment), limits, answers)


@asynccontextmanager
async def serving(settings: Settings, observe: Observe) -> AsyncIterator[Serving]:
    """What is served, followed until the `async with` ends.

    Raises Unavailable: the database does not answer at the start; later that is waited out.
    """
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(database(settings))
        lent = await stack.enter_async_context(readers(dsn, CONNECTIONS, settings.limits.statement_seconds))
        current = Serving(settings, lent, dsn)
        await current.look()
        following = asyncio.create_task(current.follow(observe))
        try:
            yield current
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
