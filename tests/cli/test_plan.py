"""`docgraph plan` says what indexing would do and why, and does none of it."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from support.processes import finished
from support.projects import write_item, write_items_project

Plan = Callable[[], Awaitable[dict[str, Any]]]
NOTHING: dict[str, list[str]] = {
    name: [] for name in ("new", "changed", "code", "reads", "gone", "touched", "failing", "causes", "files")
}
HELPER = "def tidy(text):\n    return text.strip()\n\n\ndef unused(text):\n    return text\n"


@pytest.fixture
async def project(dsn: str, tmp_path: Path) -> Path:
    """Ten groups and four items, one of which fails; indexed once."""
    project = write_items_project(tmp_path / "shop", 4)
    mapping = project / "mappings/items.py"
    mapping.write_text(
        mapping.read_text()
        .replace("from generated", "from mappings.words import tidy\nfrom generated")
        .replace('name=item["name"]', 'name=tidy(item["name"])')
    )
    (project / "mappings/words.py").write_text(HELPER)
    (project / "items/i000003.json").write_text("{")
    for file in project.glob("*/*.json"):
        os.utime(file, (0, 0))  # of a file written a moment before it was read, a look proves nothing
    code, _, said = await finished("index", folder=project, environment={"DATABASE_URL": dsn})
    assert code == 0, said
    return project


@pytest.fixture
def plan(project: Path, dsn: str) -> Plan:
    async def planned() -> dict[str, Any]:
        code, out, said = await finished("plan", "--json", folder=project, environment={"DATABASE_URL": dsn})
        assert code in (0, 3), said
        found: dict[str, Any] = json.loads(out)
        return {**found, "code": code, "sources": {each.pop("source"): each for each in found["sources"]}}

    return planned


async def test_after_indexing_there_is_nothing_to_do(project: Path, plan: Plan, dsn: str) -> None:
    found = await plan()
    assert (found["code"], found["deployment"], found["serving"], found["why"]) == (0, 1, 1, [])
    assert found["sources"] == {"Groups": {**NOTHING, "unchanged": 10}, "Items": {**NOTHING, "unchanged": 4}}
    code, out, _ = await finished("plan", folder=project, environment={"DATABASE_URL": dsn})
    assert code == 0
    assert out.rstrip().endswith("nothing to do")


async def test_each_document_stands_under_what_would_become_of_it(project: Path, plan: Plan) -> None:
    write_item(project, 0, name="renamed")
    write_item(project, 9, name="new")
    (project / "items/i000003.json").write_text("{}")
    (project / "items/i000001.json").unlink()
    (project / "items/i000002.json").touch()
    found = await plan()
    assert found["code"] == 3
    assert found["sources"]["Items"] == {
        **NOTHING,
        "new": ["i000009.json"],
        "changed": ["i000000.json", "i000003.json"],
        "gone": ["i000001.json"],
        "touched": ["i000002.json"],
        "failing": ["i000003.json"],
        "unchanged": 0,
    }


async def test_a_changed_helper_is_named_and_its_documents_are_listed(project: Path, plan: Plan, dsn: str) -> None:
    (project / "mappings/words.py").write_text("# only a comment\n" + HELPER)
    assert (await plan())["code"] == 0
    (project / "mappings/words.py").write_text(HELPER.replace("strip()", "strip().lower()"))
    found = await plan()
    items, groups = found["sources"]["Items"], found["sources"]["Groups"]
    assert items["code"] == [f"i00000{number}.json" for number in range(4)]
    assert items["failing"] == ["i000003.json"]
    assert items["causes"] == groups["causes"] == ["tidy in mappings/words.py"]
    code, out, _ = await finished("plan", folder=project, environment={"DATABASE_URL": dsn})
    assert code == 3
    assert "= Items i000003.json (failed last time)" in out
    assert "= code of Items changed: tidy in mappings/words.py" in out


async def test_a_changed_context_and_moved_functions_are_told_apart_from_other_code(project: Path, plan: Plan) -> None:
    manifest = project / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("name: Items", "name: Items\n    context: {a: 1}"))
    found = await plan()
    assert found["sources"]["Items"]["causes"] == ["mapping and context in the manifest"]
    assert found["sources"]["Groups"]["causes"] == []
    one, other = HELPER.split("\n\n\n")
    (project / "mappings/words.py").write_text(f"{other}\n\n\n{one}\n")
    assert (await plan())["sources"]["Groups"]["causes"] == ["the code of mappings/items.py, or what it imports"]


async def test_a_changed_schema_is_a_rebuild_that_says_why(project: Path, plan: Plan, dsn: str) -> None:
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("size: Int!", "size: String!"))
    found = await plan()
    assert (found["code"], found["deployment"], found["serving"], found["in_place"]) == (3, None, 1, [])
    assert found["why"] == ["Item.size is stored in another way"]
    assert len(found["sources"]["Groups"]["new"]) == 10
    manifest = project / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("name: Groups", "name: Teams"))
    assert (await plan())["why"][0] == "data source Groups is gone"
    _, out, _ = await finished("plan", folder=project, environment={"DATABASE_URL": dsn})
    assert "would fill a new deployment beside deployment 1, which is served until it is complete" in out


async def test_a_schema_that_only_gains_is_gone_on_with_in_place(project: Path, plan: Plan, dsn: str) -> None:
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("size: Int!", "size: Int") + "type Shelf @entity { id: ID! }\n")
    found = await plan()
    assert (found["code"], found["deployment"], found["serving"], found["why"]) == (3, 1, 1, [])
    assert found["in_place"] == ["Item.size changed", "type Shelf is new"]
    assert (len(found["sources"]["Groups"]["code"]), found["sources"]["Items"]["causes"]) == (
        0,
        ["type Item in the schema"],
    )
    _, out, _ = await finished("plan", folder=project, environment={"DATABASE_URL": dsn})
    assert "deployment 1\n  in place: Item.size changed\n  in place: type Shelf is new\n" in out


async def test_a_plan_leaves_the_database_as_it_was(project: Path, plan: Plan, dsn: str) -> None:
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("size: Int!", "size: Int"))
    connection = await asyncpg.connect(dsn)
    try:
        # An index run would wait here to write its deployment.
        await connection.execute("begin; lock table docgraph.deployment in share mode")
        before = await connection.fetch("select * from docgraph.deployment")
        assert (await plan())["code"] == 3
        assert await connection.fetch("select * from docgraph.deployment") == before
    finally:
        await connection.close()


async def test_a_project_without_a_database_gets_none_by_being_asked(tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    code, out, said = await finished("plan", folder=project)
    assert code == 3, said
    assert "because nothing is served yet" in out
    assert not (project / ".docgraph").exists()


async def test_mistakes_in_the_project_are_told_instead(project: Path, dsn: str) -> None:
    (project / "mappings/items.py").write_text("def handle_group(:\n")
    code, _, said = await finished("plan", folder=project, environment={"DATABASE_URL": dsn})
    assert code == 1
    assert "mappings/items.py:1:" in said
