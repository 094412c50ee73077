"""Connections to Postgres, and the world's faults in words.

Every connection of docgraph is opened here, with the same session settings. What the
driver and the server raise becomes `Unavailable` with a mend, and never shows a password.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import asyncpg  # type: ignore[import-untyped]

from docgraph.model.problem import Unavailable
from docgraph.store.codecs import CanBeTaught, teach_dates
from docgraph.store.sql import Sql, render

OLDEST_VERSION = 15
SESSION: Mapping[str, str] = {
    "application_name": "docgraph",
    "timezone": "UTC",
    "jit": "off",  # our statements are short, or run once
}
NOTHING_MORE: Mapping[str, str] = {}
CONNECT_SECONDS = 10.0
FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0  # seconds

LOST = "the connection to Postgres was lost"
NO_ADDRESS = "this is not the address of a Postgres database"
ADDRESS = "write it as postgresql://user:password@host:5432/database"
# A value that Postgres, or the driver on its behalf, will not take.
UNSTORABLE: tuple[type[Exception], ...] = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    UnicodeEncodeError,
    OverflowError,
)
DependentObjects: type[Exception] = asyncpg.DependentObjectsStillExistError
LockNotAvailable: type[Exception] = asyncpg.LockNotAvailableError
UniqueViolation: type[Exception] = asyncpg.UniqueViolationError
MissingTable: type[Exception] = asyncpg.UndefinedTableError
InvalidView: type[Exception] = asyncpg.InvalidTableDefinitionError
AGAIN = "docgraph tries again by itself; see whether Postgres runs"


class Transaction(Protocol):
    """A block of statements that count together or not at all; inside another one, a savepoint."""

    async def __aenter__(self) -> object: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...


class Cursor(Protocol):
    """Rows that are fetched as they are needed."""

    async def fetch(self, count: int) -> list[Any]: ...


class Connection(CanBeTaught, Protocol):
    """What we use of asyncpg's connection."""

    async def execute(self, statement: str, *values: object) -> str: ...
    async def executemany(self, statement: str, values: Iterable[Sequence[object]]) -> None: ...
    async def fetch(self, statement: str, *values: object) -> list[Any]: ...
    async def fetchrow(self, statement: str, *values: object) -> Any: ...
    async def fetchval(self, statement: str, *values: object) -> Any: ...
    async def copy_records_to_table(
        self, table: str, *, records: Iterable[Sequence[object]], columns: Sequence[str], schema_name: str
    ) -> str: ...
    async def copy_to_table(
        self, table: str, *, source: bytearray, columns: Sequence[str], schema_name: str, format: str
    ) -> str: ...
    def cursor(self, statement: str, *values: object) -> Awaitable[Cursor]: ...
    def transaction(self, *, isolation: str | None = None, readonly: bool = False) -> Transaction: ...
    async def set_builtin_type_codec(self, typename: str, *, schema: str, codec_name: str, format: str) -> None: ...
    async def add_listener(self, channel: str, listener: Callable[..., None]) -> None: ...
    def add_termination_listener(self, listener: Callable[..., None]) -> None: ...
    def get_server_version(self) -> Any: ...
    def get_server_pid(self) -> int: ...
    def is_closed(self) -> bool: ...
    async def close(self) -> None: ...
    def terminate(self) -> None: ...


async def connect(dsn: str, more: Mapping[str, str] = NOTHING_MORE) -> Connection:
    """A connection with docgraph's session settings, and `more` of them.

    Raises Unavailable: nobody answers, the user is refused, the database is missing, the server is too old.
    """
    with told(dsn):
        if "://" not in dsn:  # the driver would look around for another database
            raise Unavailable(NO_ADDRESS, mend=ADDRESS)
        try:
            connection: Connection = await asyncpg.connect(
                dsn, server_settings={**SESSION, **more}, timeout=CONNECT_SECONDS
            )
        except ValueError as error:
            raise Unavailable(NO_ADDRESS, mend=ADDRESS) from error
    try:
        _check_version(connection)
        with told(dsn):
            await teach_dates(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def fetch(connection: Connection, statement: Sql) -> list[Any]:
    """The rows, each a tuple of columns as the driver makes them."""
    text, values = render(statement)
    return await connection.fetch(text, *values)


async def run(connection: Connection, statement: Sql) -> None:
    """Run a statement, or a script without values."""
    text, values = render(statement)
    await connection.execute(text, *values)


def delays(chance: Callable[[], float] = random.random) -> Iterator[float]:
    """Seconds to wait before each next try: growing, never ending.

    Up to a half is taken off by chance, so that those who lost one server do not all come back to it at once.
    """
    delay = FIRST_DELAY
    while True:
        yield delay * (1 - chance() / 2)
        delay = min(delay * 2, LONGEST_DELAY)


@contextmanager
def told(dsn: str) -> Iterator[None]:
    """Turn what the world did inside into Unavailable. A mistake of ours passes through unchanged."""
    try:
        yield
    except FAULTS as error:
        found = _explain(error, dsn)
        if found is None:
            raise
        raise found from error


def _explain(error: Exception, dsn: str) -> Unavailable | None:
    user, database = _user(dsn), _database(dsn)
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return Unavailable(f"Postgres refuses {user}", mend="check user and password in DATABASE_URL")
        case asyncpg.InvalidCatalogNameError():
            return Unavailable(f"there is no {database}", mend="create it (createdb), or name another in DATABASE_URL")
        case asyncpg.InsufficientPrivilegeError():
            return Unavailable(
                f"{user} may not do what an index needs in {database}: {first_line(error)}",
                mend="grant create on the database to this user",
            )
        case asyncpg.CannotConnectNowError():
            return Unavailable("Postgres is starting, stopping or recovering", mend="wait a moment")
        case asyncpg.TooManyConnectionsError():
            return Unavailable("Postgres has no connection left", mend="raise max_connections, or run fewer processes")
        case asyncpg.DiskFullError() | asyncpg.OutOfMemoryError() | asyncpg.InsufficientResourcesError():
            return Unavailable(f"Postgres ran out of something: {first_line(error)}", mend="give it more of that")
        case asyncpg.ReadOnlySQLTransactionError():
            return Unavailable("this Postgres is read-only (a replica?)", mend="name the primary in DATABASE_URL")
        case asyncpg.InternalClientError():  # the driver lost track of a connection that died under it
            return Unavailable(LOST, mend=AGAIN)
        case asyncpg.AdminShutdownError() | asyncpg.CrashShutdownError() | asyncpg.PostgresConnectionError():
            return Unavailable(LOST, mend=AGAIN)
        case asyncpg.TransactionRollbackError() | asyncpg.QueryCanceledError():
            return Unavailable(f"Postgres gave up a transaction: {first_line(error)}", mend=AGAIN)
        case asyncpg.InterfaceError() if "clos" in str(error) or "another operation" in str(error):
            return Unavailable(LOST, mend=AGAIN)
        case asyncpg.PostgresError() | asyncpg.InterfaceError():
            return None
        case OSError() | TimeoutError():
            said = getattr(error, "strerror", None) or "it keeps silent"
            return Unavailable(f"no Postgres answers at {_host(dsn)}: {said}", mend="start it, or correct DATABASE_URL")
        case _:
            return None


def _check_version(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_VERSION:
        raise Unavailable(
            f"this is Postgres {version.major}, and docgraph needs {OLDEST_VERSION} or newer",
            mend="upgrade it, or leave DATABASE_URL unset to use the private Postgres",
        )


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _user(dsn: str) -> str:
    return f"the user {urlsplit(dsn).username or 'of this system'!r}"


def _database(dsn: str) -> str:
    return f"database {urlsplit(dsn).path.strip('/') or urlsplit(dsn).username or 'of this user'!r}"


def _host(dsn: str) -> str:
    """Where the dsn points, without the user's secrets."""
    parts = urlsplit(dsn)
    place = parts.netloc.rsplit("@", 1)[-1]
    return place or next(iter(parse_qs(parts.query).get("host", [])), "the local socket")
