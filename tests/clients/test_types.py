"""The types that a code generator makes of our schema are those of our answers; tests/clients/types says which."""

from __future__ import annotations

import shutil

from support.workbench import CLIENTS, Workbench

from docgraph.api.execute import Engine
from docgraph.model.sdl import read_schema


async def test_generated_types_are_those_of_the_answers(node: Workbench) -> None:
    shutil.copytree(CLIENTS / "types", node.folder, dirs_exist_ok=True)
    schema = read_schema((CLIENTS / "types" / "schema.graphql").read_text())
    node.write("schema.graphql", Engine.build(schema, "docgraph_d1", "d1").sdl())
    node.write("package.json", '{"type": "module"}')
    await node.run("npx graphql-codegen --config codegen.json")
    await node.run("npx tsc")
