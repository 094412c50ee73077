"""The queries that stand in the editor and in the examples' pages can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from docgraph.api.execute import Engine
from docgraph.model.sdl import read_schema

ROOT = Path(__file__).resolve().parents[2]
WIDEST = 50  # characters that the editor shows without scrolling in a window of 1280 pixels


@pytest.mark.parametrize("project", [".", "examples/eips"])
def test_the_example_query_fits_the_schema_and_the_editor(project: str) -> None:
    query = (ROOT / project / "example.graphql").read_text(encoding="utf-8")
    assert mistakes(project, query) == []
    assert max(map(len, query.splitlines())) <= WIDEST
    assert len(query.splitlines()) <= 25


def test_the_queries_of_the_readme_fit_the_schema() -> None:
    readme = (ROOT / "examples" / "eips" / "README.md").read_text(encoding="utf-8")
    queries = re.findall(r"```graphql\n(.*?)```", readme, re.DOTALL)
    assert len(queries) == 4
    assert [mistakes("examples/eips", query) for query in queries] == [[], [], [], []]


def mistakes(project: str, query: str) -> list[str]:
    schema = read_schema((ROOT / project / "schema.graphql").read_text(encoding="utf-8"))
    contract = build_schema(Engine.build(schema, "namespace", "deployment").sdl())
    return [error.message for error in validate(contract, parse(query))]
