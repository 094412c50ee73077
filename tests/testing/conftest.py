"""A project with all that changes can show: an owned type, a shared one, figures, a conflict, a reader's log."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = {
    "schema.graphql": """
enum Level { JUNIOR SENIOR }
type Company @entity(shared: true) {
  id: ID!
  aliases: [String!]! @merge(fn: UNION)
  postings: [Posting!]! @derivedFrom(field: "company")
  postingCount: Int! @aggregate(of: "postings", fn: COUNT)
  pay: BigDecimal! @aggregate(of: "postings", fn: SUM, field: "pay")
}
type Posting @entity {
  id: ID!
  company: Company!
  level: Level
  pay: BigDecimal
  views: BigInt
  posted: Date
  skills: [String!]!
  extra: JSON
}
""",
    "subgraph.yaml": """
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Postings
    source: {path: ./documents/postings, include: ["**/*.yaml"], exclude: ["drafts/**"]}
    mapping:
      file: ./mappings/postings.py
      entities: [Posting, Company]
      documentHandlers: [{handler: handle_posting}]
  - kind: folder
    name: Shared
    source: {path: ../shared}
    mapping:
      file: ./mappings/postings.py
      entities: [Posting, Company]
      documentHandlers: [{handler: handle_posting}]
""",
    "mappings/postings.py": """
from docgraph import Document, log
from generated.schema import Company, Posting


async def handle_posting(document: Document) -> None:
    facts = document.data
    company = Company(id=facts["company"].lower(), aliases=[facts["company"]])
    company.save()
    if "pay" not in facts:
        log.warning("{} names no pay", document.stem)
    Posting(
        id=document.stem,
        company=company,
        level=facts.get("level"),
        pay=facts.get("pay"),
        views=facts.get("views"),
        posted=facts.get("posted"),
        skills=facts.get("skills", []),
        extra=facts.get("extra"),
    ).save()
""",
    "documents/postings/clerk.yaml": "{company: ACME, pay: 1.50}\n",
    "documents/postings/drafts/pilot.yaml": "{company: Acme}\n",
    "../shared/nurse.yaml": "{company: Acme}\n",
}


@pytest.fixture
def docgraph_project(tmp_path: Path) -> Path:
    folder = tmp_path / "board"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
