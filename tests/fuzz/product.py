"""The product as it is used: an engine over a real Postgres, asked in both its forms.

The store's own statements make the tables. Which form answers is decided from outside:
a connection that reports a null where none may be makes the engine take the exact way.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec
from support.lending import Lent

from docgraph.api.execute import Engine
from docgraph.api.limits import Limits
from docgraph.model.names import snake_case
from docgraph.model.problem import Problems
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.model.values import coerce
from docgraph.store.connection import connect, run
from docgraph.store.ddl import CONTROL_DDL, deployment_ddl
from docgraph.store.ddl_indexes import index_ddl
from docgraph.store.layout import DEPLOYMENT as DEPLOYMENT_TABLE
from docgraph.store.layout import DOCUMENT, HASH, LINE, SINCE, UNTIL, Layout, fit, layout
from docgraph.store.sql import name, render, sql, value
from fuzz.cursors import Cursor, known_as, pages, places, resolved
from fuzz.nouns import DOCUMENTS, Request, Rows, Version

DEPLOYMENT = "d1"
NAMESPACE = "docgraph_d"

DEPLOYED = """insert into {} (id, name, fingerprint, schema, sources, status)
values ({}::integer, 'fuzz', {}::integer::text::bytea, '', {}::text[], 'building')"""
PRESENT = """insert into {} (id, source, path, size, mtime_ns, inode, hash, code, failed, types)
values ({}::integer, {}::smallint, {}, 0, 0, 0, '', '', false, '{{}}')"""
GONE = "insert into {} (id, source, path, block) values ({}::integer, {}::smallint, {}, 1)"


class NullWhereNoneMayBe(asyncpg.PostgresError):
    sqlstate = "DG001"


class Answered(msgspec.Struct, frozen=True):
    response: Any
    statements: int


class Watched:
    """A connection that counts statements, and refuses as many as it is told."""

    def __init__(self, connection: Any, refused: int) -> None:
        self.connection, self.refused, self.statements = connection, refused, 0

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        self.statements += 1
        if self.statements <= self.refused:
            raise NullWhereNoneMayBe("as if there were one")
        return await self.connection.fetchrow(query, *arguments)


class Index:
    """One deployment that holds rows, and its engine."""

    def __init__(self, connection: Any, schema: Schema, place: Layout) -> None:
        self._connection, self._schema, self._layout = connection, schema, place
        self._engine = Engine.build(schema, place.namespace, DEPLOYMENT, Limits(wait_seconds=0.0))
        self._cursors: dict[str, list[Cursor]] = {}  # by what gives them

    async def ask(self, request: Request) -> Answered:
        """The answer, whichever way it takes."""
        return await self._ask(request, refused=0)

    async def ask_exactly(self, request: Request) -> Answered:
        """The answer in the exact way; only for requests whose first statement is an optimistic one."""
        return await self._ask(request, refused=1)

    async def _ask(self, request: Request, refused: int) -> Answered:
        """The answer, with the product's own cursors in the request and without them in what comes back."""
        told = {name: await self._of_page(page) for name, page in places(request).items()}
        found = [each for page in pages(request) for each in await self._of_page(page)]
        answered = await self._execute(resolved(request, told), refused)
        return Answered(known_as(found, answered.response), answered.statements)

    async def _execute(self, request: Request, refused: int) -> Answered:
        watched = Watched(self._connection, refused)
        variables = json.loads(json.dumps(request.variables))
        answer = await self._engine.execute(Lent(watched), request.text, variables, request.operation)
        return Answered(json.loads(answer.body, parse_float=Decimal), watched.statements)

    async def _of_page(self, page: Request) -> list[Cursor]:
        """All cursors of a connection; none where it has no answer."""
        question = json.dumps([page.text, page.variables])
        if question not in self._cursors:
            data = (await self._execute(page, refused=0)).response.get("data")
            edges = data["page"]["edges"] if data else ()
            self._cursors[question] = [Cursor(each["cursor"], each["node"]["id"]) for each in edges]
        return self._cursors[question]

    async def fill(self, rows: Rows) -> None:
        connection = self._connection
        await self._documents()
        for block in rows.blocks:
            made = sql(
                "insert into {} (number, hash, timestamp, documents, counts, flawed) "
                "values ({}, {}, to_timestamp({}::bigint), 1, '{{}}', {})",
                *(self._layout.block, value(block.number), value(block.hash), value(block.timestamp)),
                value(any(since <= block.number for since in rows.problems)),
            )
            text, values = render(made)
            await connection.execute(text, *values)
        for ordinal, since in enumerate(rows.problems):
            made = sql(
                "insert into {} (document, ordinal, kind, path, what, mend, block) values (1, {}, '', '', '', '', {})",
                *(self._layout.problem, value(ordinal), value(since)),
            )
            text, values = render(made)
            await connection.execute(text, *values)
        for type_name in self._layout.tables:
            versions = [each for each in rows.versions if each.type == type_name]
            await self._copy(type_name, [each for each in versions if each.until is None], history=False)
            await self._copy(type_name, [each for each in versions if each.until is not None], history=True)

    async def _documents(self) -> None:
        sources = sorted({source for source, _ in DOCUMENTS})
        number = int(self._layout.namespace.removeprefix(NAMESPACE))
        await run(self._connection, sql(DEPLOYED, DEPLOYMENT_TABLE, value(number), value(number), value(sources)))
        *present, gone = ((at, sources.index(source), path) for at, (source, path) in enumerate(DOCUMENTS))
        for at, source, path in present:
            place = (value(at), value(source), value(path))
            await run(self._connection, sql(PRESENT, self._layout.document, *place))
        await run(self._connection, sql(GONE, self._layout.gone, *map(value, gone)))

    async def _copy(self, type_name: str, versions: list[Version], history: bool) -> None:
        if not versions:
            return
        table = self._layout.tables[type_name]
        records = [self._record(type_name, each, history) for each in versions]
        await self._connection.copy_records_to_table(
            fit(snake_case(type_name), "$history") if history else table.name,
            schema_name=table.namespace,
            columns=(*table.columns, DOCUMENT, HASH, LINE, SINCE, *((UNTIL,) if history else ())),
            records=records,
        )

    def _record(self, type_name: str, version: Version, history: bool) -> tuple[Any, ...]:
        fields = self._layout.tables[type_name].entity.stored_fields
        stored = (coerce(self._schema, field, version.values[field.name]) for field in fields)
        return (*stored, version.document, b"", version.line, version.since, *((version.until,) if history else ()))


class Product:
    """A database in which deployments come and go."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._made = 0

    @asynccontextmanager
    async def index(self, text: str, rows: Rows) -> AsyncIterator[Index]:
        """A deployment of this schema; dropped afterwards. Raises Problems: the schema is refused."""
        schema = read_schema(text)
        self._made += 1
        place = layout(schema, f"{NAMESPACE}{self._made}")
        try:
            await run(self._connection, deployment_ddl(place))
            await run(self._connection, index_ddl(place))
            for enum in schema.enums:
                await self._connection.set_builtin_type_codec(
                    place.enum_name(enum), schema=place.namespace, codec_name="text", format="binary"
                )
            made = Index(self._connection, schema, place)
            await made.fill(rows)
            yield made
        finally:
            await run(self._connection, sql("drop schema if exists {} cascade", name(place.namespace)))
            await self._connection.reload_schema_state()


@asynccontextmanager
async def product(dsn: str) -> AsyncIterator[Product]:
    """The product over an empty database."""
    connection: Any = await connect(dsn)
    try:
        await run(connection, CONTROL_DDL)
        yield Product(connection)
    finally:
        await connection.close()


def is_schema(text: str) -> bool:
    """Whether the product takes this for a schema."""
    try:
        read_schema(text)
    except Problems:
        return False
    return True
