"""A connection of a test's own where the API wants to borrow one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from docgraph.api.execute import Connection


class Lent(msgspec.Struct, frozen=True):
    """One connection, lent to one request after another."""

    connection: Connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        yield self.connection
