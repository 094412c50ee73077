"""`docgraph plan`, `verify` and `rewind` with documents that read files and what others say."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from support.processes import finished

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Reports
    source: {path: ./reports}
    mapping: {file: ./mappings/reports.py, entities: [Report], reads: [Note], documentHandlers: [{handler: handle}]}
  - kind: folder
    name: Notes
    source: {path: ./notes, include: ["*.json"]}
    mapping: {file: ./mappings/notes.py, entities: [Note], documentHandlers: [{handler: handle}]}
"""
SCHEMA = """\
type Company @entity { id: ID! notes: [Note!]! @derivedFrom(field: "company") }
type Note @entity { id: ID! company: Company! text: String! }
type Report @entity { id: ID! text: String! }
"""
NOTES = """\
from docgraph import Document
from generated.schema import Note


def handle(document: Document) -> None:
    page = document.read_file("page.html")
    Note(id=document.stem, company=document.data["company"], text=page.text if page else "").save()
"""
REPORTS = """\
from docgraph import Document
from generated.schema import Company, Report


async def handle(document: Document) -> None:
    notes = await Company(document.stem).notes.load()
    Report(id=document.stem, text=" ".join(f"{note.id}:{note.text}" for note in notes)).save()
"""

Run = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    texts = {"subgraph.yaml": MANIFEST, "schema.graphql": SCHEMA}
    texts |= {"mappings/notes.py": NOTES, "mappings/reports.py": REPORTS, "notes/page.html": "one"}
    texts |= {f"reports/{name}.json": "{}" for name in ("acme", "beta", "none")}
    texts |= {
        f"notes/{name}.json": json.dumps({"company": company}) for name, company in zip("abc", COMPANIES, strict=True)
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        os.utime(tmp_path / path, (1_000_000_000, 1_000_000_000))
    return tmp_path


COMPANIES = ("acme", "acme", "beta")


@pytest.fixture
def run(project: Path, dsn: str) -> Run:
    async def act(*arguments: str) -> tuple[int, str, str]:
        return await finished(*arguments, folder=project, environment={"DATABASE_URL": dsn, "DOCGRAPH_INDEX": "notes"})

    return act


async def served(run: Run) -> dict[str, str]:
    code, out, said = await run("query", "{ reports { id text } }")
    assert code == 0, said
    found = json.loads(out)
    return {each["id"]: each["text"] for each in found.get("data", found)["reports"]}


async def test_a_plan_names_who_reads_a_changed_file_and_counts_who_reads_what_they_say(
    project: Path, run: Run
) -> None:
    assert (await run("index"))[0] == 0
    assert (await run("plan"))[0] == 0
    (project / "notes/page.html").write_text("one")  # touched
    assert (await run("plan"))[0] == 0
    (project / "notes/page.html").write_text("two")
    code, out, said = await run("plan")
    assert code == 3, said
    assert [line for line in out.splitlines() if line.startswith("=")] == [
        "= Notes a.json",
        "= Notes b.json",
        "= Notes c.json",
        "= Notes reads notes/page.html, which changed",
        "= and, if they see something else then, 2 documents that read what these say",
    ]
    found = json.loads((await run("plan", "--json"))[1])
    notes = next(each for each in found["sources"] if each["source"] == "Notes")
    assert (notes["reads"], notes["files"], notes["unchanged"]) == (
        ["a.json", "b.json", "c.json"],
        ["notes/page.html"],
        0,
    )
    assert found["readers"] == 2
    assert (await run("index"))[0] == 0
    assert (await run("plan"))[0] == 0
    assert await served(run) == {"acme": "a:two b:two", "beta": "c:two", "none": ""}


async def test_an_index_of_readers_is_verified_and_a_changed_file_is_told(project: Path, run: Run) -> None:
    assert (await run("index"))[0] == 0
    (project / "notes/b.json").write_text('{"company": "beta"}')
    (project / "notes/page.html").unlink()
    assert (await run("index"))[0] == 0
    assert await served(run) == {"acme": "a:", "beta": "b: c:", "none": ""}
    for arguments in (("verify",), ("verify", "--sample", "9")):
        code, out, said = await run(*arguments)
        assert code == 0, out + said
    (project / "notes/page.html").write_text("three")
    code, _, said = await run("verify")
    assert code == 75
    assert "page.html" in said
    assert "is not what the index was made of" in said or "are not what the index was made of" in said
    code, out, said = await run("verify", "--sample", "9", "--seed", "1")
    assert code == 0, out + said
    assert "3" in out + said


async def test_after_a_rewind_an_index_of_readers_catches_up_with_its_files(project: Path, run: Run) -> None:
    assert (await run("index"))[0] == 0
    (project / "notes/page.html").write_text("two")
    assert (await run("index"))[0] == 0
    (project / "notes/a.json").write_text('{"company": "beta"}')
    assert (await run("index"))[0] == 0
    code, _, said = await run("rewind", "--to-block", "1")
    assert code == 0, said
    assert await served(run) == {"acme": "a:one b:one", "beta": "c:one", "none": ""}
    (project / "notes/page.html").write_text("three")
    assert (await run("index"))[0] == 0
    assert await served(run) == {"acme": "b:three", "beta": "a:three c:three", "none": ""}
    code, out, said = await run("verify")
    assert code == 0, out + said
