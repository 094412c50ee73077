"""A small index to ask: tables made by the store's own DDL, rows put in by hand."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from support.lending import Lent

from docgraph.api.execute import Answer, Engine
from docgraph.api.limits import Limits
from docgraph.model.schema import EnumRef, Scalar, Schema
from docgraph.model.sdl import read_schema
from docgraph.model.values import coerce
from docgraph.query.print import statement
from docgraph.query.rows import Form
from docgraph.store.ddl import CONTROL_DDL, deployment_ddl
from docgraph.store.ddl_indexes import index_ddl
from docgraph.store.layout import POSTGRES_TYPE, SINCE, UNTIL, Layout, layout
from docgraph.store.sql import Sql, join, name, render, sql, value

NAMESPACE = "docgraph_d1"
Rows = Mapping[str, list[dict[str, Any]]]


class Index:
    """One deployment in a database, and the engine that answers for it."""

    def __init__(self, connection: asyncpg.Connection, schema: Schema) -> None:
        self.connection = connection
        self.schema = schema
        self.layout: Layout = layout(schema, NAMESPACE)
        self.engine = Engine.build(schema, NAMESPACE, "d1", Limits(wait_seconds=0.0))
        self.statements: list[str] = []

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        """The connection as the engine sees it: statements are noted."""
        self.statements.append(query)
        return await self.connection.fetchrow(query, *arguments)

    async def make(self) -> None:
        await self.connection.execute("set timezone to 'UTC'")
        for piece in (CONTROL_DDL, deployment_ddl(self.layout), index_ddl(self.layout)):
            text, _ = render(piece)
            await self.connection.execute(text)
        await self.connection.execute(
            "insert into docgraph.deployment (name, fingerprint, schema, sources, status) "
            "values ('test', '', '', '{Docs,More}', 'serving')"
        )
        await self.document(0, "rows.json")

    async def document(self, number: int, path: str, source: int = 0) -> None:
        text, parameters = render(
            sql(
                "insert into {} values ({}, {}, {}, 1, 1, 1, '', '', false, '{{}}') on conflict do nothing",
                *(self.layout.document, value(number), value(source), value(path)),
            )
        )
        await self.connection.execute(text, *parameters)

    async def fill(self, rows: Rows, since: int = 1) -> None:
        """Rows by type; keys are GraphQL names, values what a document may give; `$since`, `$until` where told."""
        for type_name, each in rows.items():
            for row in each:
                await self._insert(type_name, row, since)

    async def _insert(self, type_name: str, row: dict[str, Any], since: int) -> None:
        table = self.layout.tables[type_name]
        columns, values = [], []
        for field in table.entity.stored_fields:
            columns.append(table.column(field))
            stored = coerce(self.schema, field, row.get(field.name))
            held = self.schema.stored_scalar(field)
            kind = sql("text") if isinstance(held, EnumRef) or held is Scalar.JSON else Sql((POSTGRES_TYPE[held],))
            brackets = sql("[]") if field.is_list else sql("")
            own = self.layout.postgres_type(field)
            values.append(sql("{}::{}{}::{}", value(stored), kind, brackets, own))
        columns += [name("$document"), name("$hash"), name(SINCE)]
        values += [sql("0"), sql("''"), value(row.get(SINCE, since))]
        target = table.current
        if UNTIL in row:
            target = table.history
            columns.append(name(UNTIL))
            values.append(value(row[UNTIL]))
        text, parameters = render(
            sql("insert into {} ({}) values ({})", target, join(", ", columns), join(", ", values))
        )
        await self.connection.execute(text, *parameters)

    async def block(self, number: int) -> None:
        """A block whose hash is its number 32 times."""
        text, parameters = render(
            sql(
                "insert into {} (number, hash, timestamp, documents, counts, flawed) "
                "values ({}, {}, {}, 1, '{{}}', false)",
                self.layout.block,
                value(number),
                value(bytes([number]) * 32),
                value(datetime.datetime(2026, 1, 1, 0, 0, number, tzinfo=datetime.UTC)),
            )
        )
        await self.connection.execute(text, *parameters)

    async def problem(self, block: int = 1) -> None:
        """A problem of the document a.md, since a block."""
        await self.document(1, "a.md")
        text, parameters = render(
            sql("update {} set flawed = true where number >= {}", self.layout.block, value(block))
        )
        await self.connection.execute(text, *parameters)
        text, parameters = render(
            sql(
                "insert into {} (document, ordinal, kind, path, what, mend, block) "
                "values (1, 0, 'value', 'a.md', 'w', 'm', {})",
                self.layout.problem,
                value(block),
            )
        )
        await self.connection.execute(text, *parameters)

    async def log(self, block: int, level: str, text: str, *values: str) -> None:
        """A line of mappings/pages.py."""
        columns = map(value, (block, level, text, [str(n) for n in range(len(values))], values))
        piece = sql(
            'insert into {} (block, level, text, keys, "values", module, line, "column") '
            "values ({}, {}, {}, {}, {}, 'mappings/pages.py', 7, 5)",
            *(self.layout.log, *columns),
        )
        statement_, parameters = render(piece)
        await self.connection.execute(statement_, *parameters)

    async def answer(self, query: str, variables: dict[str, Any] | None = None, operation: str | None = None) -> Answer:
        return await self.engine.execute(Lent(self), query, variables, operation)

    async def ask(self, query: str, variables: dict[str, Any] | None = None, operation: str | None = None) -> Any:
        """The whole response, parsed."""
        return json.loads((await self.answer(query, variables, operation)).body)

    async def data(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The data of a response that has no errors."""
        response = await self.ask(query, variables)
        assert "errors" not in response, response["errors"]
        return response["data"]

    async def errors(self, query: str, variables: dict[str, Any] | None = None) -> list[str]:
        """The messages of a response that has errors."""
        return [each["message"] for each in (await self.ask(query, variables))["errors"]]

    async def exactly(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The response in the exact way, whether it is needed or not."""
        engine = self.engine
        work = engine._work(query, variables or {}, None)
        return json.loads((await engine._exact(Lent(self), work, 0.0)).body)

    def statement(self, query: str, variables: dict[str, Any] | None = None, form: Form = Form.OPTIMISTIC) -> str:
        return render(statement(self.engine.planned(query, variables), self.layout, form))[0]


Make = Callable[[str, Rows], Awaitable[Index]]


async def _made(connection: asyncpg.Connection, text: str, rows: Rows) -> Index:
    index = Index(connection, read_schema(text))
    await index.make()
    await index.block(1)
    await index.fill(rows)
    return index


@pytest_asyncio.fixture(scope="module")
async def shared(server_dsn: str) -> AsyncIterator[Make]:
    """As `make`, for one index that no test of the module changes."""
    database = f"shared_{uuid.uuid4().hex}"
    server = await asyncpg.connect(server_dsn)
    await server.execute(f"create database {database} template template0")
    connection = await asyncpg.connect(urlunsplit(urlsplit(server_dsn)._replace(path=f"/{database}")))

    async def made(text: str, rows: Rows) -> Index:
        return await _made(connection, text, rows)

    yield made
    await connection.close()
    await server.execute(f"drop database {database} with (force)")
    await server.close()


@pytest_asyncio.fixture
async def make(dsn: str) -> AsyncIterator[Make]:
    """Makes an index from the text of a schema and its rows, at block 1."""
    connection = await asyncpg.connect(dsn)

    async def made(text: str, rows: Rows) -> Index:
        return await _made(connection, text, rows)

    yield made
    await connection.close()


@pytest.fixture(scope="module")
def pages_schema() -> str:
    """The worked example of the dialect. Source: spec/subgraph-api.md 2.16."""
    return """
    enum Kind { NOTE GUIDE }
    interface Doc { id: ID!  title: String! }
    type Page implements Doc @entity {
      id: ID!  title: String!  kind: Kind!  words: Int  size: BigInt  tags: [String!]!
      author: Author  links: [Page!]!  notes: [Note!]! @derivedFrom(field: "page")
    }
    type Note implements Doc @entity { id: ID!  title: String!  page: Page! }
    type Author @entity { id: Bytes!  name: String! }
    """
