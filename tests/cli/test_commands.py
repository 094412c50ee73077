"""The commands as a person types them: what they print, and the exit code that says whose fault it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.processes import finished
from support.projects import write_item, write_items_project


async def test_check_tells_all_mistakes_of_manifest_and_schema_at_once(tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    manifest, schema = project / "subgraph.yaml", project / "schema.graphql"
    manifest.write_text(manifest.read_text().replace("kind: folder\n    name: Items", "kind: foldr\n    name: Items"))
    schema.write_text(schema.read_text().replace("size: Int!", "size: Itn!"))
    code, _, said = await finished("check", folder=project)
    assert code == 1
    assert "subgraph.yaml:14:11: " in said
    assert "did you mean `folder`" in said
    assert "schema.graphql:5:9: " in said
    assert "2 problems" in said
    assert str(tmp_path) not in said


async def test_check_with_documents_names_file_line_and_column_of_each_mistake(tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 3)
    (project / "items" / "i000001.json").write_text('{\n  "name": "x",\n  "size": "many", "group": "g1"\n}')
    (project / "items" / "broken.json").write_text('{"name": ')
    code, _, said = await finished("check", "--documents", folder=project)
    assert code == 1
    assert "items/i000001.json:3:11: " in said
    assert "mappings/items.py:12" in said
    assert "items/broken.json:1:" in said
    assert "2 of 14 documents have problems" in said


async def test_check_of_a_sound_project_needs_no_database(tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 3)
    code, _, said = await finished(
        "check", "--documents", folder=project, environment={"DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    )
    assert code == 0, said
    assert "13 documents, 13 entities" in said


async def test_a_folder_without_a_project_is_told_how_to_begin(tmp_path: Path) -> None:
    code, _, said = await finished("check", folder=tmp_path)
    assert code == 1
    assert "docgraph init" in said


@pytest.mark.parametrize("command", ["dev", "status", "serve", "index"])
async def test_no_database_is_made_where_there_is_no_project(tmp_path: Path, command: str) -> None:
    code, _, said = await finished(command, "--project", "nowhere", folder=tmp_path)
    assert code == 1
    assert "subgraph.yaml: there is no such file" in said
    assert "docgraph init" in said
    assert os.listdir(tmp_path) == []


async def test_init_where_no_folder_can_be_is_the_authors_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, said = await finished("init", "file/notes", folder=tmp_path)
    assert code == 1
    assert "file/notes: cannot write here: Not a directory" in said
    assert "mend:" in said


async def test_help_names_the_defaults(tmp_path: Path) -> None:
    _, out, _ = await finished("dev", "--help", folder=tmp_path)
    for default in ("the folder's name", "127.0.0.1", "8000 or the next free one"):
        assert default in out


async def test_codegen_writes_the_classes_once(tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 0)
    assert "wrote" in (await finished("codegen", folder=project))[2]
    assert "class Item(Entity)" in (project / "generated" / "schema.py").read_text()
    assert "up to date" in (await finished("codegen", folder=project))[2]


async def test_index_status_and_query_work_without_a_server(dsn: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": dsn}
    project = write_items_project(tmp_path / "shop", 5)
    code, out, said = await finished("status", folder=project, environment=environment)
    assert (code, "serves nothing yet" in out) == (0, True), said
    code, _, said = await finished("query", "{ items { id } }", folder=project, environment=environment)
    assert code == 75
    assert "docgraph index" in said

    code, _, said = await finished("index", folder=project, environment=environment)
    assert code == 0, said
    assert "block 1, 15 documents, 0 problems" in said

    code, out, _ = await finished("status", "--json", folder=project, environment=environment)
    assert json.loads(out)["entities"] == {"group": 10, "item": 5}

    asked = ("query", "query ($id: ID!) { item(id: $id) { name } }", "--variables", '{"id": "i000004"}')
    code, out, _ = await finished(*asked, folder=project, environment=environment)
    assert code == 0
    assert json.loads(out) == {"data": {"item": {"name": "item 4"}}}

    code, out, _ = await finished("query", "{ nothing }", folder=project, environment=environment)
    assert code == 1
    assert json.loads(out)["errors"][0]["message"].startswith("Cannot query field")

    write_item(project, 4, name="renamed")
    code, _, said = await finished("index", folder=project, environment=environment)
    assert code == 0
    assert "Item ~1" in said
    assert "block 2" in said
    code, _, said = await finished("index", folder=project, environment=environment)
    assert "block 2, 15 documents" in said


async def test_a_source_that_halts_keeps_the_index_at_the_block_before_and_every_command_says_so(
    dsn: str, tmp_path: Path
) -> None:
    environment = {"DATABASE_URL": dsn}
    project = write_items_project(tmp_path / "shop", 2)
    manifest = project / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("entities: [Item]", "entities: [Item]\n      onError: halt"))
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    (project / "items" / "i000001.json").write_text("{")
    write_item(project, 0, name="renamed")
    code, _, said = await finished("index", folder=project, environment=environment)
    assert code == 1
    assert "items/i000001.json:1:" in said
    assert "halted the next block waits until the document that fails is mended" in said
    code, out, _ = await finished("status", folder=project, environment=environment)
    assert (code, "halted the next block waits until one of the documents below is mended" in out) == (0, True)
    asked = '{ item(id: "i000000") { name } _meta { hasIndexingErrors block { number } } _problems { path stale } }'
    code, out, said = await finished("query", asked, folder=project, environment=environment)
    assert code == 0, out + said
    assert json.loads(out)["data"] == {
        "item": {"name": "item 0"},
        "_meta": {"hasIndexingErrors": True, "block": {"number": 1}},
        "_problems": [{"path": "i000001.json", "stale": True}],
    }
    write_item(project, 1, name="mended")
    code, _, said = await finished("index", folder=project, environment=environment)
    assert (code, "Item ~2" in said, "block 2" in said) == (0, True, True), said


async def test_a_document_that_fails_is_told_and_hurts_nobody_else(dsn: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": dsn}
    project = write_items_project(tmp_path / "shop", 3)
    (project / "items" / "i000001.json").write_text("{")
    code, _, said = await finished("index", folder=project, environment=environment)
    assert code == 0
    assert "items/i000001.json:1:" in said
    assert "13 documents, 1 problem" in said
    code, out, _ = await finished("status", folder=project, environment=environment)
    assert code == 0
    assert "Items i000001.json:1:" in out
    assert "1 problem" in out
