"""Every real schema with rows in all of its types, indexed from documents, and every real query asked over HTTP.

More rows per type than the usual: DOCGRAPH_CORPUS_ROWS=300 pytest tests/corpora -s
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from graphql import OperationDefinitionNode, parse

from corpora.rows import Row, Rows, named
from corpora.variables import Chosen
from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.mapping.shape import attribute_names
from docgraph.model.events import Event, Listening, ProblemFound
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.server.hosting import serve_only
from docgraph.server.running import index_once
from docgraph.server.settings import Settings, read_settings

COUNT = int(os.environ.get("DOCGRAPH_CORPUS_ROWS", "12"))  # rows per type
TOGETHER = 8  # types in one request

MAPPING = """
import generated.schema as entities


def handle(document):
    for record in document.records():
        getattr(entities, document.stem)(**record.data).save()
"""

# What is refused, and why; the first is out of range there as well.
REFUSED = {
    "lidofinance__lido-subgraph__ratioQuery-3.graphql": "`first` argument must be between 0 and 1000, but is 10000",
    "livepeer__explorer__orchestrators-2.graphql": 'Variable "$where" is never used',
    "oceanprotocol__ocean-subgraph__README-2.graphql": 'Variable "$user" is not defined',
}


def write_project(root: Path, text: str, schema: Schema, rows: Mapping[str, list[Row]]) -> None:
    """A project whose documents are one JSONL file per type."""
    (root / "rows").mkdir(parents=True)
    (root / "mappings").mkdir()
    (root / "schema.graphql").write_text(text)
    (root / "mappings/rows.py").write_text(MAPPING)
    (root / "subgraph.yaml").write_text(
        "specVersion: 1.0.0\nschema: {file: ./schema.graphql}\ndataSources:\n"
        "  - kind: folder\n    name: Rows\n    source: {path: ./rows}\n"
        f"    mapping: {{file: ./mappings/rows.py, entities: [{', '.join(rows)}], "
        "documentHandlers: [{handler: handle}]}\n"
    )
    for name, each in rows.items():
        attributes = attribute_names(schema.entities[name])
        lines = (json.dumps({attributes[field]: value for field, value in row.items()}) for row in each)
        (root / "rows" / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server, which is over when the `async with` is."""
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def observe(event: Event) -> None:
        if isinstance(event, Listening):
            listening.set_result(event.address)

    server = asyncio.create_task(serve_only(settings, observe))
    try:
        await asyncio.wait({server, listening}, return_when=asyncio.FIRST_COMPLETED)
        if server.done():
            server.result()
        async with httpx.AsyncClient(base_url=listening.result(), timeout=60) as client:
            yield client
    finally:
        server.cancel()
        with suppress(asyncio.CancelledError):
            await server


def operations(text: str) -> Iterator[OperationDefinitionNode]:
    for definition in parse(text).definitions:
        if isinstance(definition, OperationDefinitionNode):
            yield definition


def holds_something(data: Mapping[str, Any]) -> bool:
    return any(value not in (None, [], {}) for key, value in data.items() if key != "_meta")


class Corpus:
    """The real schemas and the queries that fit them."""

    def __init__(self, schemas: Path, queries: Path) -> None:
        with (schemas / "index.csv").open() as index:
            self.schemas = {
                row["file"]: (schemas / row["file"]).read_text()
                for row in csv.DictReader(index)
                if not row["undefined_types"]
            }
        self.queries: dict[str, dict[str, str]] = defaultdict(dict)
        with (queries / "index.csv").open() as index:
            for row in csv.DictReader(index):
                if row["fits_schema"] == "yes":
                    self.queries[row["schema"]][row["file"]] = (queries / row["file"]).read_text()


@pytest_asyncio.fixture
async def corpus_of(corpus: Callable[[str], Path]) -> Corpus:
    return Corpus(corpus("schemas"), corpus("queries"))


async def test_every_real_query_is_answered_from_rows_of_its_schema(
    corpus_of: Corpus, dsn: str, tmp_path: Path
) -> None:
    told, failed = Counter[str](), dict[str, str]()
    for number, (file, text) in enumerate(corpus_of.schemas.items()):
        schema = read_schema(text)
        core = core_of(Engine.build(schema, "any", "any").schema)
        queries = corpus_of.queries.get(file, {})
        made = Rows(schema, COUNT, named(schema, core, queries.values()))
        rows = {entity.name: list(made.of(entity)) for entity in schema.entities.values()}
        write_project(tmp_path / str(number), text, schema, rows)
        settings = read_settings(tmp_path / str(number), database_url=dsn, index=f"s{number}", port=0, environment={})
        problems: list[str] = []

        def observe(event: Event, problems: list[str] = problems) -> None:
            if isinstance(event, ProblemFound):
                problems.append(str(event.problem))

        report = await index_once(settings, observe)
        assert problems == [], file
        assert report.documents == len(rows)
        told["schemas"] += 1
        told["rows"] += sum(map(len, rows.values()))
        chosen = Chosen(schema, core, rows)
        async with served(settings) as client:
            await ask_everything(client, schema, rows)
            for name, query in queries.items():
                told["queries"] += 1
                await ask_all(client, name, query, chosen, told, failed)
    print(f"\n{dict(told)}")
    assert failed.keys() == REFUSED.keys(), failed
    assert all(REFUSED[name] in reason for name, reason in failed.items())
    assert told["not empty"] >= 0.9 * (told["operations"] - len(REFUSED)), told


async def ask_everything(client: httpx.AsyncClient, schema: Schema, rows: Mapping[str, list[Row]]) -> None:
    """All rows of all types are there, with all of their values."""
    entities = list(schema.entities.values())
    for start in range(0, len(entities), TOGETHER):
        some = entities[start : start + TOGETHER]
        query = " ".join(
            f"{each.plural}(first: {min(COUNT, 1000)}) {{ "
            f"{' '.join(field.name for field in each.stored_fields if not field.is_reference)} }}"
            for each in some
        )
        answer = (await client.post("/graphql", json={"query": f"{{ {query} }}"})).json()
        assert "errors" not in answer, (query, answer["errors"])
        for each in some:
            assert len(answer["data"][each.plural]) == min(len(rows[each.name]), 1000)


async def ask_all(
    client: httpx.AsyncClient, name: str, query: str, chosen: Chosen, told: Counter[str], failed: dict[str, str]
) -> None:
    """Ask each operation with the values of one row after another, until an answer holds something."""
    for operation in operations(query):
        told["operations"] += 1
        for row in range(4):
            body = {
                "query": query,
                "variables": chosen.variables(query, operation, row),
                "operationName": operation.name.value if operation.name else None,
            }
            answer = (await client.post("/graphql", json=body)).json()
            if "errors" in answer:
                failed[name] = "; ".join(each["message"] for each in answer["errors"])
                break
            if holds_something(answer["data"]):
                told["not empty"] += 1
                break
        else:
            told[f"empty: {name}"] += 1
