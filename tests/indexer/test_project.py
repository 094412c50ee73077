"""Loading a project: all mistakes at once, and what decides whether an index can be gone on with."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from docgraph.indexer.project import Project, changed_files, code_folders, feeds_of, load_project, read_model
from docgraph.indexer.watch import project_edited, project_stats
from docgraph.model.problem import Problems

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Docs
    source: {path: "${DOCS:-./docs}"}
    mapping: {file: ./mappings/pages.py, entities: [Page], documentHandlers: [{handler: handle}]}
"""
SCHEMA = "type Page @entity { id: ID! title: String! }\n"
MAPPING = """\
from generated.schema import Page


def handle(document):
    Page(id=document.stem, title=document.data["title"]).save()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mappings").mkdir()
    (tmp_path / "subgraph.yaml").write_text(MANIFEST)
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "mappings/pages.py").write_text(MAPPING)
    return tmp_path


def load(root: Path) -> Project:
    return load_project(root, {})


def problems(root: Path, **environment: str) -> list[str]:
    with pytest.raises(Problems) as found:
        load_project(root, environment)
    return [f"{problem.at}: {problem.what}" for problem in found.value.problems]


def test_a_project_is_loaded_from_its_folder(root: Path) -> None:
    project = load(root)
    assert [source.name for source in project.manifest.sources] == ["Docs"]
    assert list(project.schema.entities) == ["Page"]
    assert len(project.fingerprint) == 32


def test_an_empty_folder_is_told_how_a_project_is_made(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="docgraph init"):
        load(tmp_path)


def test_a_missing_schema_is_told_with_its_path(root: Path) -> None:
    (root / "schema.graphql").unlink()
    assert problems(root) == ["schema.graphql: there is no such file"]


def test_files_that_are_not_text_are_told(root: Path) -> None:
    (root / "subgraph.yaml").write_bytes(b"\xff")
    (root / "schema.graphql").write_bytes(b"\xff")
    assert problems(root) == ["schema.graphql: the file is not UTF-8", "subgraph.yaml: the file is not UTF-8"]


def test_mistakes_in_manifest_and_schema_are_told_together(root: Path) -> None:
    (root / "subgraph.yaml").write_text(MANIFEST.replace("kind: folder", "kind: fodler"))
    (root / "schema.graphql").write_text(SCHEMA.replace("String!", "Sting!"))
    told = problems(root)
    assert any(each.startswith("subgraph.yaml:4:") for each in told)
    assert any(each.startswith("schema.graphql:1:") for each in told)


def test_mistakes_in_mappings_are_told_together_with_missing_folders(root: Path) -> None:
    (root / "mappings/pages.py").write_text("def handel(document): ...\n")
    told = problems(root, DOCS="./dcos")
    assert len(told) == 2
    assert any("there is no folder './dcos'" in each for each in told)
    assert any("handle" in each for each in told)


def test_manifest_and_schema_can_be_read_without_documents_or_mappings(root: Path) -> None:
    (root / "docs").rmdir()
    (root / "mappings/pages.py").unlink()
    manifest, schema = read_model(root, {})
    assert manifest.schema_file == "schema.graphql"
    assert list(schema.entities) == ["Page"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("schema.graphql", "type", "# a comment\ntype"),
        ("schema.graphql", " title", "\n  title"),
        ("subgraph.yaml", "./docs", "./mappings"),
        ("subgraph.yaml", "{path:", "{exclude: [drafts], path:"),
        ("mappings/pages.py", "document.stem", "document.path"),
    ],
)
def test_an_index_is_gone_on_with_after_an_edit_that_only_concerns_documents(
    root: Path, file: str, old: str, new: str
) -> None:
    before = load(root).fingerprint
    (root / file).write_text((root / file).read_text().replace(old, new))
    assert load(root).fingerprint == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("schema.graphql", "String!", "String"),
        ("schema.graphql", "type Page", '"A page." type Page'),
        ("subgraph.yaml", "name: Docs", "name: Pages"),
    ],
)
def test_an_index_is_rebuilt_after_an_edit_that_concerns_its_tables(root: Path, file: str, old: str, new: str) -> None:
    before = load(root).fingerprint
    (root / file).write_text((root / file).read_text().replace(old, new))
    assert load(root).fingerprint != before


def test_an_index_is_rebuilt_where_reading_moves_a_source(root: Path) -> None:
    (root / "schema.graphql").write_text(f"{SCHEMA}type Note @entity {{ id: ID! }}\n")
    second = MANIFEST.partition("dataSources:\n")[2].replace("name: Docs", "name: Notes").replace("[Page]", "[Note]")
    (root / "subgraph.yaml").write_text(MANIFEST + second)
    before = load(root)
    (root / "subgraph.yaml").write_text(MANIFEST + second.replace("[Note]", "[Note], reads: [Page]"))
    assert load(root).fingerprint == before.fingerprint  # it stands behind already
    (root / "subgraph.yaml").write_text(MANIFEST.replace("[Page]", "[Page], reads: [Note]") + second)
    after = load(root)
    assert after.fingerprint != before.fingerprint
    assert [feed.name for feed in feeds_of(after)] == [source.name for source in after.manifest.sources]
    assert [feed.name for feed in feeds_of(after)] == ["Notes", "Docs"]


def test_the_projects_own_files_are_compared_by_content(root: Path) -> None:
    project = load(root)
    (root / "schema.graphql").write_text(SCHEMA)
    (root / "docs/a.json").write_text("1")
    assert changed_files(project) == ()
    (root / "mappings/pages.py").unlink()
    (root / "mappings/slugs.py").write_text("")
    (root / "schema.graphql").write_text(SCHEMA + "#")
    assert changed_files(project) == ("mappings/pages.py", "mappings/slugs.py", "schema.graphql")


def test_a_module_outside_the_mappings_folder_is_one_of_the_projects_own_files(root: Path) -> None:
    (root / "lib").mkdir()
    (root / "lib/titles.py").write_text("TITLE = 'a'\n")
    (root / "mappings/pages.py").write_text("from lib.titles import TITLE\n" + MAPPING)
    project = load(root)
    assert code_folders(project) == ("lib", "mappings")
    (root / "lib/titles.py").write_text("TITLE = 'b'\n")
    assert changed_files(project) == ("lib/titles.py",)


@pytest.mark.parametrize("path", ["subgraph.yaml", "schema.graphql", "mappings/pages.py", "docs2"])
async def test_an_edit_that_may_mend_a_broken_project_is_waited_for(root: Path, path: str) -> None:
    waiting = asyncio.create_task(project_edited(root, project_stats(root)))
    async with asyncio.timeout(20):
        while not waiting.done():  # the first edits may come before it listens
            (root / "docs/ignored.json").write_text("1")
            if path == "docs2":
                (root / "docs2").mkdir(exist_ok=True)
                (root / "docs2").rmdir()
                (root / "docs2").mkdir()
            else:
                (root / path).write_text("mended")
            await asyncio.wait({waiting}, timeout=0.2)
    assert waiting.result() == (path,)


@pytest.mark.parametrize("path", ["subgraph.yaml", "mappings/pages.py", "mappings/new.py"])
async def test_an_edit_made_while_the_project_was_being_loaded_counts(root: Path, path: str) -> None:
    before = project_stats(root)
    (root / path).write_text("# edited\n")
    async with asyncio.timeout(20):
        assert await project_edited(root, before) == (path,)


def test_documents_are_no_files_of_the_project(root: Path) -> None:
    (root / "docs/a.json").write_text("{}")
    assert project_stats(root).keys() == {"subgraph.yaml", "schema.graphql", "mappings/pages.py"}
