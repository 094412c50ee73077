"""The pages about manifest and mappings are true: their examples run."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from docgraph.manifest import read_manifest
from docgraph.manifest.definition import DataSource, DocumentHandler, ManifestFile, MappingSection, RecordHandler
from docgraph.model.changes import Save
from docgraph.sources.folder import FolderOptions

DOCS = Path(__file__).resolve().parents[2] / "docs"


def files(page: str) -> dict[str, str]:
    """The titled code blocks of a page: path → text."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return dict(re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL))


def test_the_example_manifest_is_read() -> None:
    manifest = read_manifest(files("manifest.md")["subgraph.yaml"])
    assert [source.name for source in manifest.sources] == ["Companies", "Salaries"]
    assert manifest.sources[1].mapping.record_handlers[0].at == ("result", "rows")


def test_every_key_of_the_manifest_is_documented() -> None:
    page = (DOCS / "manifest.md").read_text(encoding="utf-8")
    for struct in (ManifestFile, DataSource, MappingSection, DocumentHandler, RecordHandler, FolderOptions):
        for key in struct.__struct_encode_fields__:
            assert re.search(rf"\b{key}\b", page), f"docs/manifest.md does not speak of {key}"


async def test_the_example_mapping_indexes_the_example_documents(project: Any) -> None:
    written = files("mappings.md")
    for path, text in written.items():
        project.write(path, text)
    project.manifest_text, project.schema_text = written["subgraph.yaml"], written["schema.graphql"]
    handlers = project.load()
    assert await project.run(written["documents/engineer.md"], "engineer.md", handlers=handlers) == (
        Save(
            "Posting",
            "engineer",
            (
                "engineer",
                "Engineer",
                "acme-inc",
                ["Go", "SQL"],
                "NONE",
                Decimal("75000"),
                datetime.date(2024, 2, 29),
                "We build things.",
            ),
        ),
    )
    assert await project.run(written["documents/companies.csv"], "companies.csv", "Companies", handlers) == (
        Save("Company", "acme-inc", ("acme-inc", "Acme Inc"), line=2),
    )


async def test_the_example_problems_are_told_as_shown(project: Any) -> None:
    written = files("mappings.md")
    for path, text in written.items():
        project.write(path, text)
    project.manifest_text, project.schema_text = written["subgraph.yaml"], written["schema.graphql"]
    page = (DOCS / "mappings.md").read_text(encoding="utf-8")
    document = written["documents/engineer.md"]
    missing = await project.problem(document.replace("title:", "titel:"), "engineer.md")
    assert f"{missing}\n  while reading {missing.document}\n" in page
    refused = await project.problem(document.replace("75000.00", "plenty"), "engineer.md")
    assert f"{refused.at}: {refused.what}\n" in page
