"""A project on disk: manifest, schema and mappings as a test says, loaded by the real loader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docgraph.formats import FORMATS, reader_for
from docgraph.manifest import Manifest, read_manifest
from docgraph.mapping import Handlers, load_handlers
from docgraph.model.changes import Contribution, Id, Row
from docgraph.model.document import Document
from docgraph.model.events import Event
from docgraph.model.problem import Problem, Problems
from docgraph.model.reads import Reads
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema

SCHEMA = """
enum Remote { NONE PARTIAL FULL }

interface Named { id: ID! name: String! }

type Company implements Named @entity {
  id: ID!
  name: String!
  postings: [Posting!]! @derivedFrom(field: "company")
}

type Skill implements Named @entity {
  id: ID!
  name: String!
}

"An open role."
type Posting @entity {
  id: ID!
  title: String!
  company: Company!
  skills: [Skill!]!
  remote: Remote
  salary: BigDecimal
  postedAt: Date
  class: String
}
"""

MANIFEST = """
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Postings
    source: {path: ./documents}
    context: {country: DE}
    mapping:
      file: ./mappings/postings.py
      entities: [Posting, Skill, Company]
      documentHandlers:
        - handler: handle
"""

PREAMBLE = "from docgraph import Document, Entity, Record, log\nfrom generated.schema import Company, Posting, Skill\n"


class Project:
    """What a test writes, and what came of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.events: list[Event] = []
        self.manifest_text = MANIFEST
        self.schema_text = SCHEMA
        self.entities: dict[tuple[str, Id], Row] = {}  # what there is to load
        self.reads = Reads(self._load)  # of the last run

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def mapping(self, text: str) -> None:
        """The mapping's file, below the usual imports: its first line is line 3."""
        self.write("mappings/postings.py", PREAMBLE + text)

    @property
    def manifest(self) -> Manifest:
        return read_manifest(self.manifest_text)

    @property
    def schema(self) -> Schema:
        return read_schema(self.schema_text)

    def load(self) -> Handlers:
        return load_handlers(self.root, self.manifest, self.schema)

    def problems_of_loading(self) -> tuple[Problem, ...]:
        with pytest.raises(Problems) as caught:
            self.load()
        return caught.value.problems

    async def run(
        self, content: str, path: str = "a.yaml", source: str = "Postings", handlers: Handlers | None = None
    ) -> tuple[Contribution, ...]:
        reader = reader_for(path) or FORMATS["text"]
        context = next(each.context for each in self.manifest.sources if each.name == source)
        self.reads = Reads(self._load)
        document = Document(path, content.encode(), source=source, reader=reader, context=context)
        return await (handlers or self.load()).source(source).run(document, self.events.append, self.reads)

    async def _load(self, type_name: str, entity_id: Id) -> Row | None:
        return self.entities.get((type_name, entity_id))

    async def problems(self, content: str, path: str = "a.yaml") -> tuple[Problem, ...]:
        with pytest.raises((Problem, Problems)) as caught:
            await self.run(content, path)
        return caught.value.problems if isinstance(caught.value, Problems) else (caught.value,)

    async def problem(self, content: str, path: str = "a.yaml") -> Problem:
        (problem,) = await self.problems(content, path)
        return problem


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def another_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    return lambda: Project(tmp_path_factory.mktemp("project"))
