"""The project of the soak, and what an author does to it: everything that an index can be made of, in small.

Whatever happens, each block keeps two sums: the ledger's total is that of all postings' points, and a company is
mentioned as often as it has postings. Whoever sees anything else has not seen a whole block.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

SCHEMA = """\
type Ledger @entity(shared: true) { id: ID! total: Int! @merge(fn: SUM) }
type Company @entity(shared: true) {
  id: ID!
  names: [String!]! @merge(fn: UNION)
  mentions: Int! @merge(fn: SUM)
  latest: String
  postings: [Posting!]! @derivedFrom(field: "company")
  postingCount: Int! @aggregate(of: "postings", fn: COUNT)
  points: Int8! @aggregate(of: "postings", fn: SUM, field: "points")
}
type Posting @entity { id: ID! title: String! points: Int! company: Company! }
type Slug @entity { id: ID! path: String! }
type Tally @entity(shared: true) { id: ID! notes: Int! }
type Note @entity { id: ID! number: Int! mentions: Int! }
"""
GAIN = "title: String! note: String"
EXTRA = "type Extra @entity { id: ID! text: String }\n"
SOURCE = """\
  - kind: folder
    name: {name}
    source: {{path: ./{folder}}}
    mapping:
      file: ./mappings/soaked.py
      onError: {on_error}
      entities: [{entities}]
      reads: [{reads}]
      documentHandlers: [{{handler: {handler}}}]
"""
MANIFEST = "specVersion: 1.0.0\nschema: {file: ./schema.graphql}\ndataSources:\n"
OF_POSTINGS = "Ledger, Company, Posting, Slug"
MAPPING = """\
from docgraph import Document
from generated.schema import Company, Ledger, Note, Posting, Slug, Tally

EDITION = 0


def handle_posting(document: Document) -> None:
    said = document.data
    name = said["company"]
    company = Company(id=name.lower(), names=[name], mentions=1, latest=said["title"])
    company.save()
    title = f"{said['title']} ({EDITION})"
    Posting(id=document.path, title=title, points=said["points"], company=company).save()
    Slug(id=said["slug"], path=document.path).save()
    Ledger(id="all", total=said["points"]).save()


async def handle_note(document: Document) -> None:
    name = document.data["company"].lower()
    company = await Company.load(name)
    tally = await Tally.load(name) or Tally(id=name, notes=0)
    tally.notes += 1
    tally.save()
    Note(id=document.path, number=tally.notes, mentions=company.mentions if company else 0).save()
"""
FOLDERS = ("postings", "ads", "notes")
COMPANIES = ("Acme", "ACME", "Beta", "beta", "Gamma")
MOST = 150  # documents


class Author:
    """Edits the project at random."""

    def __init__(self, root: Path, chance: Random) -> None:
        self.root, self._chance = root, chance
        self.edits = 0
        self._editions = 0

    def begin(self, documents: int) -> None:
        """Write the project and so many documents."""
        sources = [
            ("Postings", "postings", "keep", OF_POSTINGS, "", "handle_posting"),
            ("Ads", "ads", "drop", OF_POSTINGS, "", "handle_posting"),
            ("Notes", "notes", "keep", "Tally, Note", "Company, Tally", "handle_note"),
        ]
        keys = ("name", "folder", "on_error", "entities", "reads", "handler")
        text = MANIFEST + "".join(SOURCE.format(**dict(zip(keys, each, strict=True))) for each in sources)
        (self.root / "mappings").mkdir(parents=True)
        (self.root / "subgraph.yaml").write_text(text)
        (self.root / "schema.graphql").write_text(SCHEMA)
        (self.root / "mappings/soaked.py").write_text(MAPPING)
        for folder in FOLDERS:
            (self.root / folder).mkdir()
        for _ in range(documents):
            self._create()

    def edit(self) -> None:
        """Do one thing, or a burst of thirty."""
        if self._chance.random() < 0.04:
            for _ in range(30):
                self._one()
        else:
            self._one()

    def edit_handler(self) -> None:
        """Let the handlers say something else."""
        self._editions += 1
        self.edits += 1
        self._replace(self.root / "mappings/soaked.py", MAPPING.replace("EDITION = 0", f"EDITION = {self._editions}"))

    def edit_schema(self) -> None:
        """Let it say more, which is done in place; or what it said before, which is built beside."""
        self.edits += 1
        file = self.root / "schema.graphql"
        self._replace(file, SCHEMA if file.read_text() != SCHEMA else SCHEMA.replace("title: String!", GAIN) + EXTRA)

    def documents(self) -> list[Path]:
        """All there are; what is being moved away just now is not there."""
        return sorted(file for folder in FOLDERS for file in (self.root / folder).rglob("*.json"))

    def _one(self) -> None:
        self.edits += 1
        there = self.documents()
        if len(there) < 20:
            self._create()
            return
        does: list[Callable[[Path], None]] = [
            *(self._rewrite, self._rewrite, self._save, self._rename, self._move, self._delete),
            *(self._break, self._touch, self._disguise, self._misdate, lambda _: self._create()),
        ]
        if len(there) > MOST:
            does = [self._delete]
        try:
            self._chance.choice(does)(self._chance.choice(there))
        except FileNotFoundError:  # its folder is away for a moment
            self.edits -= 1

    def _create(self) -> None:
        folder = self.root / self._chance.choice(FOLDERS)
        if not folder.is_dir():
            return
        if self._chance.random() < 0.3:
            folder /= self._chance.choice("xyz")
            folder.mkdir(exist_ok=True)
        (folder / f"{self._chance.randrange(10**6)}.json").write_text(self._content())

    def _rewrite(self, file: Path) -> None:
        with file.open("r+") as opened:
            opened.truncate()
            opened.write(self._content())

    def _save(self, file: Path) -> None:
        self._replace(file, self._content())

    def _rename(self, file: Path) -> None:
        file.rename(file.with_name(f"{self._chance.randrange(10**6)}.json"))

    def _move(self, file: Path) -> None:
        file.rename(self.root / self._chance.choice(FOLDERS) / file.name)

    def _delete(self, file: Path) -> None:
        file.unlink()

    def _break(self, file: Path) -> None:
        file.write_text(self._chance.choice(("{", "", '{"points": "x"}', '{"company": 7, "points": 1}')))

    def _touch(self, file: Path) -> None:
        os.utime(file)

    def _misdate(self, file: Path) -> None:
        """Give it another content and a time of modification of long ago, or of times to come."""
        file.write_text(self._content())
        time = self._chance.choice((1_000_000_000, 4_000_000_000)) + self._chance.randrange(3)
        os.utime(file, (time, time))

    def _disguise(self, file: Path) -> None:
        """Give it another content of the same size, and the time of modification that it had."""
        before, look = file.read_text(), file.stat()
        after = before.replace('"points": ', '"points":-') if '"points": ' in before else before.replace(":-", ": ")
        with file.open("r+") as opened:
            opened.write(after)
        os.utime(file, ns=(look.st_atime_ns, look.st_mtime_ns))

    def _replace(self, file: Path, text: str) -> None:
        """As editors save."""
        beside = file.with_name(f".{file.name}.tmp")
        beside.write_text(text)
        beside.replace(file)

    def _content(self) -> str:
        number = self._chance.randrange(1000)
        said = {
            "company": self._chance.choice(COMPANIES),
            "title": f"Title {number}",
            "slug": f"slug-{number % 30}",
            "points": number,
        }
        return json.dumps(said)
