"""A connection that keeps its statements prepared, for readers that ask the same ones again and again.

The driver does so by itself, and looks after its statements with each query: a quarter of the time that a small query
takes it. Here a statement is found by its text, and no more is done.
"""

from __future__ import annotations

from typing import Any

import asyncpg  # type: ignore[import-untyped]

KEPT_STATEMENTS = 200  # prepared, for each connection
KEPT_BYTES = 100_000  # of the text of one of them; those of deep queries are long


class PreparedConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection of the driver whose `fetchrow` prepares."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._kept: dict[str, Any] = {}

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        """The first row, or None. Raises what the driver raises."""
        statement = self._kept.get(query)
        if statement is None:
            if len(query) > KEPT_BYTES:
                return await super().fetchrow(query, *arguments)
            statement = await self.prepare(query)
            if len(self._kept) >= KEPT_STATEMENTS:
                del self._kept[next(iter(self._kept))]
            self._kept[query] = statement
        try:
            return await statement.fetchrow(*arguments)
        except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):  # tables have changed
            self._kept.clear()
            return await super().fetchrow(query, *arguments)
