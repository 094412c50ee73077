"""The published JSON Schema says what reading says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from docgraph.formats import FORMATS
from docgraph.manifest import json_schema

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "docs" / "subgraph.schema.json"
MANIFESTS = sorted(
    file
    for file in [
        *ROOT.glob("subgraph.yaml"),
        *ROOT.glob("examples/**/subgraph.yaml"),
        *ROOT.glob("src/**/subgraph.yaml"),
    ]
    if ".venv" not in file.parts
)


def mistakes(text: str) -> list[str]:
    """What an editor would underline."""
    value = FORMATS["yaml"].parse(text.encode(), "subgraph.yaml").data
    return [error.message for error in jsonschema.Draft202012Validator(json_schema()).iter_errors(value)]


def test_the_published_file_is_the_one_that_the_definition_gives() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema()


def test_it_is_a_valid_schema_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_manifests_of_this_repository_are_valid(file: Path) -> None:
    assert mistakes(file.read_text(encoding="utf-8")) == []


GOOD = """
specVersion: 1.0.0
schema: {file: s.graphql}
indexerHints: {prune: "${PRUNE:-auto}"}
dataSources:
  - kind: folder
    name: A
    source: {path: a, format: markdown}
    context: {any: [1, {a: b}]}
    mapping: {file: m.py, entities: [X], recordHandlers: [{handler: h, at: a.b}]}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: A", "nam: A"),
        ("path: a,", "paths: a,"),
        ("format: markdown", "format: markdwn"),
        ("kind: folder", "kind: foldr"),
        ('"${PRUNE:-auto}"', "0"),
        ('"${PRUNE:-auto}"', "sometimes"),
        ("entities: [X]", "entities: []"),
        ("handler: h", "handler: ''"),
        ("specVersion: 1.0.0", "specVersion: '7'"),
    ],
)
def test_editors_see_mistakes(old: str, new: str) -> None:
    assert mistakes(GOOD) == []
    assert old in GOOD
    assert mistakes(GOOD.replace(old, new)) != []
