"""The projects that the pages show do what the pages say, tested as their readers would test them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from docgraph.testing import Changes, Index

DOCS = Path(__file__).resolve().parents[2] / "docs"
MANIFEST = """
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Documents
    source: {path: ./documents}
    mapping: {file: ./mappings/documents.py, TYPES, documentHandlers: [{handler: HANDLER}]}
"""


def titled(page: str) -> dict[str, str]:
    """The code blocks of a page that are files: path → text."""
    return dict(re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', page, re.MULTILINE | re.DOTALL))


class TestMappings:
    """docs/mappings.md"""

    @pytest.fixture
    def docgraph_project(self, tmp_path: Path) -> Path:
        return _project(tmp_path, titled((DOCS / "mappings.md").read_text(encoding="utf-8")))

    async def test_the_documents_become_the_entities(self, index: Index) -> None:
        posting = {
            "id": "engineer",
            "title": "Engineer",
            "company": "acme-inc",
            "skills": ["Go", "SQL"],
            "remote": "NONE",
            "salary": Decimal(75000),
            "postedAt": date(2024, 2, 29),
            "body": "We build things.",
        }
        company = {"id": "acme-inc", "name": "Acme Inc"}
        assert await index.load() == Changes(
            created={"Company": {"acme-inc": company}, "Posting": {"engineer": posting}}
        )


class TestSharedEntities:
    """docs/incremental.md, "Entities that documents share" """

    @pytest.fixture
    def docgraph_project(self, tmp_path: Path) -> Path:
        page = (DOCS / "incremental.md").read_text(encoding="utf-8")
        (schema,), (mapping,) = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("graphql", "python"))
        manifest = MANIFEST.replace("TYPES", "entities: [Company, Posting]").replace("HANDLER", "handle_posting")
        return _project(
            tmp_path, {"subgraph.yaml": manifest, "schema.graphql": schema, "mappings/documents.py": mapping}
        )

    async def test_the_company_is_made_of_what_both_documents_say(self, index: Index) -> None:
        await index.write("documents/pilot.md", "---\ntitle: Pilot\ncompany: Acme\n---\n")
        await index.write("documents/clerk.md", "---\ntitle: Clerk\ncompany: ACME\n---\n")
        answer = await index.query("{ companies { id aliases mentions postingCount } }")
        assert answer == {"companies": [{"id": "acme", "aliases": ["ACME", "Acme"], "mentions": 2, "postingCount": 2}]}
        page = (DOCS / "incremental.md").read_text(encoding="utf-8")
        assert 'aliases ["ACME", "Acme"], mentions 2, postingCount 2' in page


class TestReading:
    """docs/incremental.md, "Reading other entities" """

    @pytest.fixture
    def docgraph_project(self, tmp_path: Path) -> Path:
        written = titled((DOCS / "incremental.md").read_text(encoding="utf-8"))
        manifest = MANIFEST.replace("TYPES", "entities: [Company, Note], reads: [Company]")
        manifest = manifest.replace("HANDLER", "handle_note").replace("mappings/documents", "mappings/notes")
        return _project(tmp_path, {"subgraph.yaml": manifest, **written})

    async def test_notes_are_numbered_by_their_paths_in_every_order_of_edits(self, index: Index) -> None:
        for name in "cab":
            await index.write(f"documents/{name}.md", "---\ncompany: Acme\n---\n")
        assert await self.numbers(index) == {"a": 1, "b": 2, "c": 3}
        await index.remove("documents/a.md")
        assert await self.numbers(index) == {"b": 1, "c": 2}

    async def numbers(self, index: Index) -> dict[str, int]:
        return {note["id"]: note["number"] for note in (await index.query("{ notes { id number } }"))["notes"]}


def _project(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder
