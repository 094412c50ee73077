"""How long a query takes until it is SQL, and a server until it answers, with a large schema.

    python benchmarks/planning.py SCHEMA QUERIES…

Each query is planned as if it had never been seen: parsed, validated, compiled and printed. The start is that of
`docgraph serve` over an index of the schema, from the start of the process to the first answer.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import msgspec
from graphql import GraphQLInputObjectType, OperationDefinitionNode, parse

from docgraph.api.errors import Rejected
from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema
from docgraph.query.print import statement
from docgraph.store.layout import layout
from docgraph.store.postgres import private_postgres
from docgraph.store.sql import render

ROUNDS = 20
STARTS = 5
MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Rows
    source: {path: ./rows}
    mapping: {file: ./mappings/rows.py, entities: [], documentHandlers: [{handler: handle}]}
"""


def main(schema_file: Path, query_files: Sequence[Path]) -> None:
    text = schema_file.read_text()
    started = time.perf_counter()
    schema = read_schema(text)
    engine = Engine.build(schema, "planned", "planned")
    built = time.perf_counter() - started
    types = core_of(engine.schema).type_map
    keys = sum(len(each.fields) for each in types.values() if isinstance(each, GraphQLInputObjectType))
    print(f"{len(types)} types, {keys} filters: engine built in {built * 1000:.0f} ms")
    taken = sorted(plan_all(engine, text, [file.read_text() for file in query_files]))
    print(
        f"{len(taken)} cold plans of {len(taken) // ROUNDS} queries: "
        f"p50 {statistics.median(taken):.2f} ms, p90 {taken[len(taken) * 9 // 10]:.2f} ms, max {taken[-1]:.2f} ms"
    )
    asyncio.run(starts(text, schema.entities[next(iter(schema.entities))].plural))


def plan_all(engine: Engine, text: str, queries: Sequence[str]) -> Iterator[float]:
    """Milliseconds of each plan."""
    places = layout(read_schema(text), "planned")
    for number in range(ROUNDS):
        for query in queries:
            unseen = f"{query}\n# {number}"
            started = time.perf_counter()
            try:
                render(statement(engine.planned(unseen, variables(query)), places))
            except Rejected:
                continue
            yield (time.perf_counter() - started) * 1000


def variables(query: str) -> dict[str, object]:
    """Something for each required variable."""
    samples: dict[str, object] = {"Int!": 1, "BigInt!": "1", "Boolean!": True}
    found: dict[str, object] = {}
    for definition in parse(query, no_location=False).definitions:
        if isinstance(definition, OperationDefinitionNode):
            for each in definition.variable_definitions or ():
                kind = query[each.type.loc.start : each.type.loc.end] if each.type.loc else ""
                if kind.endswith("!"):
                    found[each.variable.name.value] = ["1"] if kind.startswith("[") else samples.get(kind, "1")
    return found


async def starts(text: str, plural: str) -> None:
    """Index once, then start the server several times, on a database that runs already."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        root = Path(folder, "project")
        (root / "rows").mkdir(parents=True)
        (root / "mappings").mkdir()
        (root / "mappings/rows.py").write_text("def handle(document): ...\n")
        (root / "schema.graphql").write_text(text)
        (root / "subgraph.yaml").write_text(MANIFEST.replace("[]", f"[{next(iter(read_schema(text).entities))}]"))
        async with private_postgres(Path(folder, "postgres")) as dsn:
            environment = {**os.environ, "DATABASE_URL": dsn}
            command = (sys.executable, "-m", "docgraph")
            indexing = await asyncio.create_subprocess_exec(
                *command, "index", "--project", str(root), env=environment, stderr=asyncio.subprocess.DEVNULL
            )
            assert await indexing.wait() == 0
            taken = [await start(command, root, environment, plural) for _ in range(STARTS)]
    print(f"{STARTS} starts to the first answer: {', '.join(f'{each:.2f}' for each in taken)} s")


async def start(command: Sequence[str], root: Path, environment: dict[str, str], plural: str) -> float:
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(*command, "serve", "--port", "0", "--log", "json", "--project", str(root)),
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stderr is not None
        async for line in process.stderr:
            told = msgspec.json.decode(line)
            if told["event"] == "Listening":
                async with httpx.AsyncClient() as client:
                    asked = {"query": f"{{ {plural} {{ id }} }}"}
                    answer = await client.post(f"{told['address']}/graphql", json=asked)
                assert answer.json() == {"data": {plural: []}}, answer.text
                return time.perf_counter() - started
        raise RuntimeError("the server ended before it listened")
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
