"""Clients can read our schema: what introspection tells and what SDL says is valid for graphql-js, and the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx
from support.workbench import CLIENTS, Workbench

from docgraph.api.execute import Engine
from docgraph.model.sdl import read_schema

VALIDATE = "validate.mjs"


class Nowhere:
    """No database: introspection must not need one."""

    def acquire(self) -> object:
        raise AssertionError("introspection asked for a connection")


async def judged(node: Workbench, files: Iterable[Path]) -> dict[str, list[object]]:
    """What graphql-js has against the API of each of these entity models, by file."""
    query = await node.run(f"node {VALIDATE}")
    for file in files:
        engine = Engine.build(read_schema(file.read_text()), "docgraph_d1", "d1")
        node.write(f"schemas/{file.stem}.json", (await engine.execute(Nowhere(), query)).body.decode())  # type: ignore[arg-type]
        node.write(f"schemas/{file.stem}.graphql", engine.sdl())
    return await mistakes(node)


async def mistakes(node: Workbench) -> dict[str, list[object]]:
    found: dict[str, list[object]] = json.loads(await node.run(f"node {VALIDATE} schemas"))
    return found


async def test_the_served_schema_is_read_by_graphql_js(board: str, node: Workbench) -> None:
    query = await node.run(f"node {VALIDATE}")
    async with httpx.AsyncClient(base_url=board) as client:
        answer = await client.post("/graphql", json={"query": query})
        node.write("schemas/board.json", answer.text)
        node.write("schemas/board.graphql", (await client.get("/schema.graphql")).text)
    assert await mistakes(node) == {"board.json": []}


async def test_odd_names_and_descriptions_are_read_by_graphql_js(node: Workbench) -> None:
    assert await judged(node, [CLIENTS / "types" / "schema.graphql"]) == {"schema.json": []}


async def test_what_graphql_js_has_against_a_schema_is_found(node: Workbench) -> None:
    file = CLIENTS / "types" / "schema.graphql"
    await judged(node, [file])
    written = node.folder / "schemas" / "schema.graphql"
    written.write_text(written.read_text().replace("first: Int = 100", "first: Int = 10", 1))
    (found,) = (await mistakes(node)).values()
    assert len(found) == 1


async def test_the_schema_of_every_real_subgraph_is_read_by_graphql_js(
    corpus: Callable[[str], Path], node: Workbench
) -> None:
    files = list(corpus("schemas").glob("*.graphql"))
    assert await judged(node, files) == {f"{file.stem}.json": [] for file in files}
    assert len(files) == 43
