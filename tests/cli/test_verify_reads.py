"""An index of documents that read each other is verified like any other."""

from __future__ import annotations

from pathlib import Path

import asyncpg
from support.processes import finished

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Notes
    source: {path: ./notes}
    mapping:
      file: ./mappings/notes.py
      entities: [Company, Note]
      reads: [Company]
      documentHandlers: [{handler: handle}]
"""
SCHEMA = """\
type Company @entity(shared: true) { id: ID! notes: Int! }
type Note @entity { id: ID! number: Int! }
"""
MAPPING = """\
from docgraph import Document
from generated.schema import Company, Note


async def handle(document: Document) -> None:
    company = await Company.load(document.data["company"]) or Company(document.data["company"], notes=0)
    company.notes += 1
    company.save()
    Note(id=document.stem, number=company.notes).save()
"""


async def test_documents_that_read_are_verified_and_what_a_failing_one_left_is_left_out(
    dsn: str, tmp_path: Path
) -> None:
    project = tmp_path / "notes_project"
    texts = {"subgraph.yaml": MANIFEST, "schema.graphql": SCHEMA, "mappings/notes.py": MAPPING}
    for company in ("acme", "beta"):
        texts |= {f"notes/{company}{number}.json": f'{{"company": "{company}"}}' for number in range(4)}
    for path, text in texts.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)

    async def run(*arguments: str) -> tuple[int, str, str]:
        return await finished(*arguments, folder=project, environment={"DATABASE_URL": dsn, "DOCGRAPH_INDEX": "notes"})

    assert (await run("index"))[0] == 0
    (project / "notes/acme1.json").unlink()
    assert (await run("index"))[0] == 0
    code, _, said = await run("verify")
    assert code == 0, said
    code, _, said = await run("verify", "--sample", "7")
    assert code == 0, said

    (project / "notes/acme0.json").write_text("{}")
    assert (await run("index"))[0] == 0
    code, _, said = await run("verify")
    assert code == 0, said

    connection = await asyncpg.connect(dsn)
    await connection.execute("update docgraph_d1.note set number = 9 where id = 'beta3'")
    await connection.close()
    code, _, said = await run("verify")
    assert code == 1
    assert "Note[beta3].number: served '9', a rebuild gives '4'" in said
