"""What holds for an index whatever its documents are: over random corpora with owned, shared and loaded entities.

That it equals a rebuild after each step is held by the histories of `test_reads_with_postgres.py`,
`test_schema_changes.py` and `tests/store`; docs/architecture.md lists who holds which invariant.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from docgraph.indexer.project import feeds_of, load_project
from docgraph.model.changes import DocumentKey
from docgraph.model.events import AuthorLogged, Event
from docgraph.server.running import index_once
from docgraph.server.settings import Settings, read_settings
from docgraph.server.verifying import verify
from docgraph.store.commit import open_store

CORPORA = 6

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Items
    source: {path: ./items}
    mapping:
      {file: ./mappings/items.py, entities: [Item, Tag], onError: drop, documentHandlers: [{handler: handle}]}
  - kind: folder
    name: Notes
    source: {path: ./notes}
    mapping:
      file: ./mappings/notes.py
      entities: [Note, Tally]
      reads: [Item, Tally]
      onError: drop
      documentHandlers: [{handler: handle}]
"""
SCHEMA = """\
type Item @entity {
  id: ID!
  name: String!
  tag: Tag
  notes: [Note!]! @derivedFrom(field: "item")
  noteCount: Int! @aggregate(of: "notes", fn: COUNT)
}
type Tag @entity(shared: true) {
  id: ID!
  names: [String!]! @merge(fn: UNION)
  uses: Int! @merge(fn: SUM)
  least: Int @merge(fn: MIN)
  last: String
}
type Note @entity { id: ID! text: String! item: Item number: Int! }
type Tally @entity(shared: true) { id: ID! count: Int! }
"""
ITEMS = """\
from docgraph import log
from generated.schema import Item, Tag
from mappings.words import shown


def handle(document):
    log.info("{}", document.path)
    for each in document.data:
        tag = Tag(id=each["tag"], names=[shown(each["name"])], uses=1, least=each["size"], last=each["name"])
        tag.save()
        if each["name"] == "gone":
            Item.remove(each["id"])
        else:
            Item(id=each["id"], name=shown(each["name"]), tag=tag).save()
"""
NOTES = """\
from docgraph import log
from generated.schema import Item, Note, Tally


async def handle(document):
    log.info("{}", document.path)
    front = document.front_matter
    item = await Item.load(front["item"])
    tally = await Tally.load(front["item"]) or Tally(id=front["item"], count=0)
    tally.count += 1
    tally.save()
    text = " ".join(document.body.split())
    Note(id=document.stem, text=text, item=front["item"] if item else None, number=tally.count).save()
"""
WORDS = """\
def shown(name):
    return name.upper()
"""
APART = "def unused():\n    return 1\n"
COUNTED = (
    "item",
    "tag",
    "note",
    "tally",
    "tag$said",
    "tally$said",
    "$claim",
    "$read",
    "$flaw",
    "$problem",
    "$document",
)
PASSING = ("$since", "block", "mtime_ns", "ctime_ns", "inode", "size")  # what is said of a run, not of the documents


class Corpus:
    """The documents of a project, made by chance, and their index."""

    def __init__(self, root: Path, settings: Settings, database: Any) -> None:
        self.root, self.settings, self.database = root, settings, database
        self.ran: list[str] = []  # the documents that handlers were called for, by the last `index`
        files = {"subgraph.yaml": MANIFEST, "schema.graphql": SCHEMA, "mappings/items.py": ITEMS}
        files |= {"mappings/notes.py": NOTES, "mappings/words.py": WORDS, "mappings/apart.py": APART}
        for path, text in files.items():
            self.write(path, text)
        for folder in ("items", "notes"):
            (root / folder).mkdir()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_bytes(text.encode())

    def documents(self) -> dict[str, bytes]:
        files = [*self.root.glob("items/*"), *self.root.glob("notes/*")]
        return {file.relative_to(self.root).as_posix(): file.read_bytes() for file in sorted(files)}

    def restore(self, documents: Mapping[str, bytes]) -> None:
        for path in self.documents().keys() - documents.keys():
            (self.root / path).unlink()
        for path, content in documents.items():
            if not (self.root / path).exists() or (self.root / path).read_bytes() != content:
                (self.root / path).write_bytes(content)

    def change(self, chance: random.Random, times: int) -> None:
        """Make, change and delete documents, some of them at fault."""
        for _ in range(times):
            stem = chance.choice("abcdef")
            match chance.choice(("item", "item", "note", "note", "delete", "fail")):
                case "item":
                    said = [
                        {"id": chance.choice("xyz"), "name": chance.choice(("one", "two", "gone"))}
                        | {"tag": chance.choice("pq"), "size": chance.randint(1, 9)}
                        for _ in range(chance.randint(0, 3))
                    ]
                    self.write(f"items/{stem}.json", json.dumps(said, indent=1))
                case "note":
                    self.write(f"notes/{stem}.md", f"---\nitem: {chance.choice('xyz')}\n---\none\ntwo {stem}\n")
                case "delete":
                    (self.root / chance.choice((f"items/{stem}.json", f"notes/{stem}.md"))).unlink(missing_ok=True)
                case _:
                    self.write(*chance.choice(((f"items/{stem}.json", "["), (f"notes/{stem}.md", "no item\n"))))

    async def index(self) -> None:
        events: list[Event] = []
        await index_once(self.settings, events.append)
        self.ran = [event.path for event in events if isinstance(event, AuthorLogged)]

    async def tables(self) -> dict[str, list[Any]]:
        """All that is said of the documents, by table; documents by their paths."""
        numbers = {
            row["id"]: f"{row['source']}/{row['path']}"
            for row in await self.database.fetch('select id, source, path from docgraph_d1."$document"')
        }
        return {table: sorted(await self._rows(table, numbers)) for table in COUNTED}

    async def _rows(self, table: str, numbers: Mapping[int, str]) -> list[str]:
        found = await self.database.fetch(f'select to_jsonb(t)::text as row from docgraph_d1."{table}" as t')
        return [json.dumps(dict(_plain(json.loads(each["row"]), numbers, table)), sort_keys=True) for each in found]

    async def versions(self) -> set[tuple[Any, ...]]:
        """What Postgres calls the version of each row that says what documents say, not how they look."""
        found: set[tuple[Any, ...]] = set()
        for table in COUNTED[:-2]:
            rows = await self.database.fetch(f'select ctid::text, xmin::text from docgraph_d1."{table}"')
            found |= {(table, *row) for row in rows}
        return found

    async def equals_a_rebuild(self) -> bool:
        return (await verify(self.settings, lambda event: None, lambda count: None)).comparison.differences == ()


def _plain(row: Mapping[str, Any], numbers: Mapping[int, str], table: str) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        if key in PASSING or (table == "$document" and key == "id"):
            continue
        yield key, numbers[value] if key in ("$document", "document", "against") and value is not None else value


@pytest_asyncio.fixture
async def corpus(tmp_path: Path, dsn: str) -> AsyncIterator[Corpus]:
    database = await asyncpg.connect(dsn)
    yield Corpus(tmp_path, read_settings(tmp_path, database_url=dsn, index="items", environment={}), database)
    await database.close()


@pytest.fixture(params=range(CORPORA))
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


async def test_indexing_the_same_again_runs_nothing_and_writes_nothing(corpus: Corpus, chance: random.Random) -> None:
    corpus.change(chance, 12)
    await corpus.index()
    before = await corpus.versions()
    await corpus.index()
    assert corpus.ran == []
    assert await corpus.versions() == before


async def test_there_and_back_again_ends_where_it_began(corpus: Corpus, chance: random.Random) -> None:
    corpus.change(chance, 12)
    await corpus.index()
    documents, before = corpus.documents(), await corpus.tables()
    corpus.change(chance, 6)
    await corpus.index()
    corpus.restore(documents)
    await corpus.index()
    assert await corpus.tables() == before
    moved = [*corpus.root.glob("items/*")]
    for file in moved:
        file.rename(file.with_name(f"z{file.name}"))
    await corpus.index()
    for file in moved:
        file.with_name(f"z{file.name}").rename(file)
    await corpus.index()
    assert await corpus.tables() == before
    corpus.restore({})
    await corpus.index()
    assert not any((await corpus.tables()).values())
    corpus.restore(documents)
    await corpus.index()
    assert await corpus.tables() == before
    corpus.write("mappings/words.py", WORDS.replace("upper", "lower"))
    await corpus.index()
    corpus.write("mappings/words.py", WORDS)
    await corpus.index()
    assert await corpus.tables() == before


async def test_two_histories_of_one_corpus_end_in_the_same_tables(corpus: Corpus, chance: random.Random) -> None:
    for _ in range(4):
        corpus.change(chance, 4)
        await corpus.index()
    one, documents = await corpus.tables(), corpus.documents()
    corpus.restore({})
    await corpus.index()
    paths = [*documents]
    chance.shuffle(paths)
    while paths:
        corpus.restore(corpus.documents() | {path: documents[path] for path in paths[:3]})
        del paths[:3]
        await corpus.index()
    assert await corpus.tables() == one


async def test_what_changes_no_content_changes_no_row(corpus: Corpus, chance: random.Random) -> None:
    corpus.change(chance, 12)
    await corpus.index()
    before = await corpus.tables()
    for path in corpus.documents():
        file = corpus.root / path
        match chance.choice(("time", "inode", "both")):
            case "time":
                os.utime(file, ns=(0, chance.randrange(1 << 60)))
            case "inode":
                shutil.copy2(file, corpus.root / "copy")
                (corpus.root / "copy").replace(file)
            case _:
                file.write_bytes(file.read_bytes())
    await corpus.index()
    assert corpus.ran == []
    assert await corpus.tables() == before


async def test_line_ends_blanks_and_comments_change_no_entity(corpus: Corpus, chance: random.Random) -> None:
    corpus.change(chance, 12)
    await corpus.index()
    before = await corpus.versions()
    for path, content in corpus.documents().items():
        (corpus.root / path).write_bytes(content.replace(b"\n", b"\r\n"))
    corpus.write("mappings/words.py", f"# How names are shown.\n{WORDS}".replace("(name)", "( name )"))
    await corpus.index()
    assert await corpus.versions() == before
    corpus.write("mappings/items.py", f'"""Says items."""\n\n{ITEMS}  # the end\n')
    await corpus.index()
    assert corpus.ran == []


async def test_an_edit_of_a_document_that_only_contributes_runs_one_handler(corpus: Corpus) -> None:
    for stem in "abcdef":
        corpus.write(f"items/{stem}.json", json.dumps([{"id": stem, "name": "one", "tag": "p", "size": 1}]))
    await corpus.index()
    corpus.write("items/c.json", json.dumps([{"id": "c", "name": "one", "tag": "p", "size": 7}]))
    await corpus.index()
    assert corpus.ran == ["c.json"]
    assert await corpus.database.fetchval("select least from items.tag") == 1


async def test_every_value_is_said_by_a_document_that_is_there(corpus: Corpus, chance: random.Random) -> None:
    for _ in range(4):
        corpus.change(chance, 5)
        await corpus.index()
    for table in ("item", "tag", "note", "tally", "tag$said", "tally$said", "$claim", "$read"):
        column = "document" if table.startswith("$") else "$document"
        there = 'select id from docgraph_d1."$document"'
        orphans = f'select count(*) from docgraph_d1."{table}" where "{column}" not in ({there})'
        assert await corpus.database.fetchval(orphans) == 0, table
    unsaid = """
    select count(*) from docgraph_d1.tag as t where not exists (
      select from docgraph_d1."tag$said" as s where s.id = t.id and s."$assigned" is not null
      having coalesce(array_agg(distinct last), '{}') @> array[t.last] and min(least) = t.least and sum(uses) = t.uses
    )"""
    assert await corpus.database.fetchval(unsaid) == 0


async def test_what_is_remembered_of_reads_is_what_is_there_below_each_document(
    corpus: Corpus, chance: random.Random
) -> None:
    for _ in range(4):
        corpus.change(chance, 5)
        await corpus.index()
    project = load_project(corpus.root, {})
    keys = [
        DocumentKey(row["source"], row["path"])
        for row in await corpus.database.fetch('select source, path from docgraph_d1."$document" order by source, path')
    ]
    moving = feeds_of(project)[1].moving
    async with (
        open_store(corpus.settings.database_url or "", "items") as store,
        store.writer(project.schema, ["Items", "Notes"], project.fingerprint) as writer,
        writer.block(None) as block,  # type: ignore[arg-type]  # nothing is committed
    ):
        assert await corpus.database.fetchval('select count(*) from docgraph_d1."$read"') > 0
        assert await block.stale(keys, moving) == {}


async def test_edited_code_ends_where_a_rebuild_with_it_ends_and_other_code_runs_nothing(
    corpus: Corpus, chance: random.Random
) -> None:
    corpus.change(chance, 12)
    await corpus.index()
    corpus.write("mappings/apart.py", APART.replace("1", "2"))
    await corpus.index()
    assert corpus.ran == []
    corpus.write("mappings/words.py", WORDS.replace("upper", "title"))
    await corpus.index()
    items = {path.removeprefix("items/") for path in corpus.documents() if path.startswith("items/")}
    assert {path for path in corpus.ran if path.endswith(".json")} == items
    assert await corpus.equals_a_rebuild()


async def test_a_failing_document_says_nothing_under_drop_and_recovers_by_itself(
    corpus: Corpus, chance: random.Random
) -> None:
    corpus.change(chance, 12)
    corpus.write("notes/a.md", "---\nitem: x\n---\nfirst\n")
    await corpus.index()
    before = await corpus.tables()
    corpus.write("notes/a.md", "no item\n")
    await corpus.index()
    without = await corpus.tables()
    assert not [row for row in without["note"] if '"a"' in row]
    assert await corpus.equals_a_rebuild()
    corpus.write("notes/a.md", "---\nitem: x\n---\nfirst\n")
    await corpus.index()
    assert await corpus.tables() == before
