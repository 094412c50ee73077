"""What is asked of the index's own books, as values of a plan: problems and log lines.

The names of entries are the names of the API's fields; each book knows what they
stand for. Free of GraphQL and of SQL.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One field of a book's rows."""

    key: str  # in the response
    name: str  # of the field, or `__typename`
    entries: tuple[Entry, ...] = ()  # of an object


class ProblemsWanted(msgspec.Struct, frozen=True):
    """Which problems, ordered by path and line. None asks for all."""

    first: int
    skip: int
    source: str | None = None  # name of the data source
    path: str | None = None
    kind: str | None = None


class LogsWanted(msgspec.Struct, frozen=True):
    """Which lines of the log. None asks for all."""

    first: int
    skip: int
    level: str | None = None  # exactly this
    since: datetime | None = None  # inclusive, UTC
    until: datetime | None = None  # inclusive, UTC
    search: str | None = None  # stands somewhere in the text, whatever the case
