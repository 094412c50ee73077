"""What the index tells about itself, from a project's files to the answer of a query."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from support.lending import Lent

from docgraph.api.execute import Engine
from docgraph.api.limits import Limits
from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.store.commit import open_store

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Pages
    source: {path: ./pages}
    mapping: {file: ./mappings/pages.py, entities: [Page], documentHandlers: [{handler: handle_page}]}
  - kind: folder
    name: Rows
    source: {path: ./rows}
    mapping: {file: ./mappings/pages.py, entities: [Page], recordHandlers: [{handler: handle_row}]}
"""
SCHEMA = """\
interface Named { id: ID! }
type Page implements Named @entity { id: ID!  title: String!  words: Int  next: Page }
"""
MAPPING = """\
from docgraph import log
from generated.schema import Page


def handle_page(document):
    page = document.data
    Page(id=page["id"], title=page["title"], words=page.get("words"), next=page.get("next")).save()


def handle_row(row):
    if row.data["title"] == "broken":
        raise ValueError("a broken row")
    Page(id=row.data["id"], title=row.data["title"]).save()
"""
DOCS = Path(__file__).resolve().parents[2] / "docs" / "queries.md"
ALL = "{ _problems { kind source path line column message mend entity handler block stale } }"


class Project:
    """A project's folder, an index of it, and the API's answers."""

    def __init__(self, root: Path, dsn: str) -> None:
        self.root, self.dsn = root, dsn

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def page(self, path: str, **values: object) -> None:
        self.write(f"pages/{path}", json.dumps(values))

    async def index(self) -> None:
        """Bring the index up to the files."""
        project = load_project(self.root, {})
        async with (
            open_store(self.dsn, "pages") as store,
            store.writer(project.schema, ["Pages", "Rows"], project.fingerprint) as writer,
        ):
            await Indexer(project, writer, lambda event: None).catch_up()
            self.engine = Engine.build(project.schema, writer.layout.namespace, "1", Limits(wait_seconds=0.0))

    async def ask(self, query: str) -> Any:
        connection = await asyncpg.connect(self.dsn)
        try:
            return json.loads((await self.engine.execute(Lent(connection), query)).body)
        finally:
            await connection.close()

    async def data(self, query: str) -> Any:
        response = await self.ask(query)
        assert "errors" not in response, response["errors"]
        return response["data"]


@pytest_asyncio.fixture
async def project(tmp_path: Path, dsn: str) -> AsyncIterator[Project]:
    made = Project(tmp_path, dsn)
    for path, text in {"subgraph.yaml": MANIFEST, "schema.graphql": SCHEMA, "mappings/pages.py": MAPPING}.items():
        made.write(path, text)
    for folder in ("pages", "rows"):
        (tmp_path / folder).mkdir()
    yield made


# Problems ---------------------------------------------------------------------


async def test_a_problem_says_which_document_where_in_it_and_in_whose_hands(project: Project) -> None:
    project.page("good.json", id="good", title="Good")
    await project.index()
    project.write("pages/a.json", '{"id": }')
    project.write("pages/b.json", '{\n  "id": "b",\n  "title": "B",\n  "words": "many"\n}')
    project.write("rows/c.csv", "id,title\nx,fine\ny,broken\n")
    await project.index()
    broken, value, row = (await project.data(ALL))["_problems"]
    assert (broken["kind"], broken["source"], broken["path"]) == ("format", "Pages", "a.json")
    assert (broken["line"], broken["column"]) == (1, 8)
    assert (value["kind"], value["path"], value["line"], value["column"]) == ("value", "b.json", 4, 12)
    assert (value["entity"], value["handler"], value["block"]) == ("Page", "handle_page", 2)
    assert (row["kind"], row["source"], row["path"], row["line"]) == ("handler", "Rows", "c.csv", 3)
    assert row["message"].startswith("mappings/pages.py:12:9: ValueError: a broken row")
    assert (row["handler"], row["entity"], row["stale"]) == ("handle_row", None, False)
    assert all(each["mend"] for each in (broken, value, row))


async def test_a_problem_is_gone_once_it_is_mended_and_stale_while_older_data_is_served(project: Project) -> None:
    project.page("a.json", id="a", title="First")
    await project.index()
    project.page("a.json", id="a")
    await project.index()
    told = await project.data('{ _problems { stale block } page(id: "a") { title } }')
    assert told == {"_problems": [{"stale": True, "block": 2}], "page": {"title": "First"}}
    project.page("a.json", id="a", title="Second")
    await project.index()
    assert await project.data("{ _problems { stale } }") == {"_problems": []}


async def test_a_conflict_over_an_id_is_a_problem_of_the_document_that_lost(project: Project) -> None:
    project.page("a.json", id="one", title="A")
    project.page("b.json", id="one", title="B")
    await project.index()
    (told,) = (await project.data(ALL))["_problems"]
    assert told["message"] == "Page[one] is already saved by a.json (of Pages), which is served"
    assert (told["kind"], told["path"], told["entity"], told["handler"]) == ("conflict", "b.json", "Page", None)
    assert (told["block"], told["stale"]) == (1, False)


async def test_problems_are_chosen_by_source_path_and_kind_and_come_in_pages(project: Project) -> None:
    for name in "cab":
        project.write(f"pages/{name}.json", "{")
    project.write("rows/a.csv", "id,title\ny,broken\nx,broken\n")
    await project.index()

    async def paths(arguments: str) -> list[tuple[str, int]]:
        told = (await project.data(f"{{ _problems{arguments} {{ path line }} }}"))["_problems"]
        return [(each["path"], each["line"]) for each in told]

    everything = [("a.csv", 2), ("a.csv", 3), ("a.json", 1), ("b.json", 1), ("c.json", 1)]
    assert await paths("") == everything
    assert await paths("(where: {source: null})") == everything
    assert await paths("(first: 2, skip: 1)") == everything[1:3]
    assert await paths('(where: {source: "Rows"})') == everything[:2]
    assert await paths('(where: {kind: "format", path: "b.json"})') == [("b.json", 1)]
    assert await paths('(where: {kind: "format", path: "a.csv"})') == []
    (error,) = (await project.ask("{ _problems(first: 0) { path } }"))["errors"]
    assert error["message"] == "The `first` argument must be between 0 and 1000, but is 0"
    assert error["path"] == ["_problems"]


async def test_the_place_of_a_problem_follows_its_line_though_the_message_stays(project: Project) -> None:
    project.write("rows/a.csv", "id,title\ny,broken\n")
    await project.index()
    project.write("rows/a.csv", "id,title\nx,fine\ny,broken\n")
    await project.index()
    assert await project.data("{ _problems { line block } }") == {"_problems": [{"line": 3, "block": 2}]}


# History ----------------------------------------------------------------------


async def test_the_history_of_an_entity_lists_its_versions_as_they_were(project: Project) -> None:
    project.page("a.json", id="a", title="one", next="b")
    project.page("b.json", id="b", title="first B")
    await project.index()
    project.page("b.json", id="b", title="second B")
    await project.index()
    project.page("a.json", id="a", title="two", next="b")
    await project.index()
    (project.root / "pages/a.json").unlink()
    await project.index()
    query = '{ pageHistory(id: "a") { since until node { title next { title } } } }'
    assert (await project.data(query))["pageHistory"] == [
        {"since": 3, "until": 4, "node": {"title": "two", "next": {"title": "second B"}}},
        {"since": 1, "until": 3, "node": {"title": "one", "next": {"title": "first B"}}},
    ]
    (current,) = (await project.data('{ namedHistory(id: "b", first: 1) { until node { id } } }'))["namedHistory"]
    assert current == {"until": None, "node": {"id": "b"}}


async def test_an_error_within_a_version_has_its_path(project: Project) -> None:
    schema = SCHEMA.replace("next: Page", "next: Page!")
    project.write("schema.graphql", schema)
    project.page("a.json", id="a", title="one", next="gone")
    await project.index()
    response = await project.ask('{ pageHistory(id: "a") { node { next { id } } } _problems { path } }')
    (error,) = response["errors"]
    assert error["path"] == ["pageHistory", 0, "node", "next"]
    assert error["extensions"]["code"] == "NULL_VALUE"


# Sources ----------------------------------------------------------------------


async def test_an_entity_tells_document_line_and_block_it_comes_from(project: Project) -> None:
    project.page("in/a.json", id="a", title="A")
    project.write("rows/r.csv", "id,title\nx,X\ny,Y\n")
    await project.index()
    query = "{ pages { id _source { document path line block } } }"
    assert (await project.data(query))["pages"] == [
        {"id": "a", "_source": {"document": "Pages/in/a.json", "path": "in/a.json", "line": None, "block": 1}},
        {"id": "x", "_source": {"document": "Rows/r.csv", "path": "r.csv", "line": 2, "block": 1}},
        {"id": "y", "_source": {"document": "Rows/r.csv", "path": "r.csv", "line": 3, "block": 1}},
    ]


async def test_a_row_that_moves_keeps_its_version_and_tells_its_new_line(project: Project) -> None:
    project.write("rows/r.csv", "id,title\nx,X\n")
    await project.index()
    project.write("rows/r.csv", "id,title\nw,W\nx,X\n")
    await project.index()
    answer = await project.data('{ page(id: "x") { _source { line block } } pageHistory(id: "x") { since } }')
    assert answer == {"page": {"_source": {"line": 3, "block": 1}}, "pageHistory": [{"since": 1}]}


async def test_a_former_version_tells_its_document_although_that_is_gone(project: Project) -> None:
    project.write("rows/r.csv", "id,title\nx,X\n")
    await project.index()
    (project.root / "rows/r.csv").unlink()
    await project.index()
    query = '{ named(id: "x", block: { number: 1 }) { _source { document line } } }'
    assert await project.data(query) == {"named": {"_source": {"document": "Rows/r.csv", "line": 2}}}


async def test_the_conflict_of_a_record_names_its_line(project: Project) -> None:
    project.page("a.json", id="x", title="A")
    project.write("rows/r.csv", "id,title\nw,W\nx,X\n")
    await project.index()
    told = (await project.data("{ _problems { kind path line } }"))["_problems"]
    assert told == [{"kind": "conflict", "path": "r.csv", "line": 3}]


# The log ----------------------------------------------------------------------


async def test_what_handlers_log_is_told_with_the_block_that_they_ran_for(project: Project) -> None:
    logging = 'document.data\n    log.info("{} has {}", 1, "ä")'
    project.write("mappings/pages.py", MAPPING.replace("document.data", logging))
    project.page("a.json", id="a", title="A")
    await project.index()
    (line,) = (
        await project.data("""{
        _logs { level text timestamp subgraphId arguments { key value } meta { module line column } }
    }""")
    )["_logs"]
    moment = (await project.data("{ _meta { block { timestamp } } }"))["_meta"]["block"]["timestamp"]
    assert round(datetime.fromisoformat(line.pop("timestamp")).timestamp()) - moment in (-1, 0, 1)
    assert line == {
        "level": "INFO",
        "text": "1 has ä",
        "subgraphId": "1",
        "arguments": [{"key": "0", "value": "1"}, {"key": "1", "value": "ä"}],
        "meta": {"module": "mappings/pages.py", "line": 7, "column": 5},
    }


async def test_a_document_that_fails_keeps_its_lines_and_its_problem_is_the_last_of_them(project: Project) -> None:
    project.write("mappings/pages.py", MAPPING.replace("    if row", '    log.warning("careful")\n    if row'))
    project.write("rows/r.csv", "id,title\nx,broken\n")
    project.page("a.json", id="same", title="A")
    project.page("b.json", id="same", title="B")
    await project.index()
    lines = (await project.data("{ _logs { level text arguments { key value } meta { module line } } }"))["_logs"]
    conflict, problem, warning = lines
    assert (warning["level"], warning["text"]) == ("WARNING", "careful")
    assert (problem["level"], problem["meta"]) == ("ERROR", {"module": "mappings/pages.py", "line": 13})
    assert problem["arguments"][:2] == [{"key": "kind", "value": "handler"}, {"key": "document", "value": "r.csv:2"}]
    assert conflict["text"].startswith("Page[same] is already saved by a.json")
    assert conflict["meta"] == {"module": "b.json", "line": 0}


async def test_lines_are_found_by_level_time_and_text(project: Project) -> None:
    project.write("mappings/pages.py", MAPPING.replace("    page = ", "    log.debug(document.path)\n    page = "))
    project.page("A 100%.json", id="a", title="A")
    project.page("b.json", id="b", title="B")
    await project.index()

    async def texts(arguments: str) -> list[str]:
        return [each["text"] for each in (await project.data(f"{{ _logs{arguments} {{ text }} }}"))["_logs"]]

    assert await texts("(orderDirection: asc)") == ["A 100%.json", "b.json"]
    assert await texts("") == ["b.json", "A 100%.json"]
    assert await texts('(level: DEBUG, search: "a 100%")') == ["A 100%.json"]
    assert await texts("(level: INFO)") == []
    assert await texts('(from: "2999-01-01T00:00:00Z")') == []
    assert len(await texts('(to: "2999-01-01T00:00:00+02:00")')) == 2


# The documentation ------------------------------------------------------------


@pytest.mark.parametrize("field", ["_problems", "History", "_source", "_logs"])
async def test_the_examples_of_the_documentation_are_answered(project: Project, field: str) -> None:
    examples = [each for each in re.findall(r"```graphql\n(.*?)```", DOCS.read_text(), re.DOTALL) if field in each]
    assert examples
    project.page("start.json", id="start", title="Start", words=3)
    await project.index()
    for example in examples:
        assert await project.data(example)
