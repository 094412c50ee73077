"""Handlers that load: after any history the index is what running all documents in the order of positions gives."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.indexer.rehearsal import rehearse
from docgraph.model.changes import Indexed, Save
from docgraph.model.events import ProblemFound, RunAgain
from docgraph.store.commit import open_store

MANIFEST = """\
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Reports
    source: {path: ./reports}
    mapping:
      file: ./mappings/reports.py
      entities: [Report]
      reads: [Item, Counter, Mark, Spot]
      documentHandlers: [{handler: handle}]
  - kind: folder
    name: Steps
    source: {path: ./steps}
    mapping:
      file: ./mappings/steps.py
      entities: [Counter, Log]
      reads: [Counter, Log, Item]
      onError: drop
      documentHandlers: [{handler: handle}]
  - kind: folder
    name: Items
    source: {path: ./items}
    mapping:
      file: ./mappings/items.py
      entities: [Item, Counter, Mark, Spot]
      onError: drop
      documentHandlers: [{handler: handle}]
"""
SCHEMA = """\
type Item @entity {
  id: ID! name: String! worth: BigDecimal extra: JSON of: Counter counted: [Counter!]! @derivedFrom(field: "has")
}
type Counter @entity(shared: true) {
  id: ID! count: Int! note: String names: [String!]! @merge(fn: UNION) has: [Item!]! @merge(fn: UNION)
  items: [Item!]! @derivedFrom(field: "of") things: [Thing!]! @derivedFrom(field: "of")
}
interface Thing { id: ID! of: Counter }
type Mark implements Thing @entity { id: ID! of: Counter size: Int! }
type Spot implements Thing @entity { id: ID! of: Counter }
type Log @entity { id: ID! count: Int! seen: String }
type Report @entity { id: ID! text: String! }
"""
ITEMS = """\
from generated.schema import Counter, Item, Mark, Spot


def handle(document):
    for each in document.data:
        match each["do"]:
            case "page":
                page = document.read_file(each["name"] + ".tpl")
                if page is not None and "bad" in page.text:
                    raise ValueError("a bad page")
                Item(id=each["id"], name=page.text if page else "no page").save()
            case "item":
                Item(id=each["id"], name=each["name"], worth=each["name"].count("b"), extra={"of": each["name"]}).save()
            case "belong":
                Item(id=each["id"], name=each["name"], of=each["from"]).save()
            case "start":
                Counter(id=each["id"], count=10, note=each["name"], names=[document.stem], has=[each["from"]]).save()
            case "mark":
                Mark(id=each["id"], of=each["from"], size=len(each["name"])).save()
            case "spot":
                Spot(id=each["id"], of=each["from"]).save()
            case "wipe":
                Spot.remove(each["id"])
            case _:
                Item.remove(each["id"])
"""
STEPS = """\
from generated.schema import Counter, Item, Log


async def handle(document):
    for each in document.data:
        counter = await Counter.load(each["id"])
        match each["do"]:
            case "count":
                if counter is None:
                    counter = Counter(id=each["id"], count=0)
                counter.count += 1
                counter.save()
            case "note":
                item = await Item.load(each["from"])
                if counter is not None and item is not None:
                    counter.note = f"{item.name} {item.worth} {item.extra['of']}"
                    counter.names = [item.name]
                    counter.save()
            case "copy":
                other = await Counter.load(each["from"])
                if other is not None and other.count < 50:
                    Counter(id=each["id"], count=other.count * 2, note=other.note).save()
            case "make":
                if counter is None:
                    Counter(id=each["id"], count=5).save()
            case "fail":
                if counter is not None and counter.count % 2:
                    raise ValueError(f"{counter.count} is odd")
                Log(id=each["id"], count=counter.count if counter else 0).save()
            case "gather":
                if counter is not None:
                    counter.note = " ".join(item.name for item in await counter.items.load() if item.id != each["from"])
                    counter.has = [item for item in await Counter(each["from"]).items.load()]
                    counter.save()
            case "tell":
                page, other = document.read_file("sub/../a.tpl"), document.read_file(document.path)
                told = f"{page and page.text} {len(other.data)} {counter.count if counter else None}"
                Log(id=each["id"], count=1, seen=told).save()
            case "log":
                log = await Log.load(each["from"])
                Log(id=each["id"], count=log.count + 1 if log else 1, seen=document.stem).save()
            case "remove":
                if counter is not None and counter.count > 12:
                    Counter.remove(each["id"])
            case _:
                Log.remove(each["id"])
"""
REPORTS = """\
from generated.schema import Counter, Item, Mark, Report


async def handle(document):
    told = []
    for each in document.data:
        if each["do"] == "things":
            told.append(" ".join([f"{thing!r}" for thing in await Counter(each["id"]).things.load()]))
            for thing in await Counter(each["from"]).things.load():
                told.append(str(thing.size) if isinstance(thing, Mark) else "spot")
        if each["do"] == "counted":
            told += [f"{counter.id} {counter.names}" for counter in await Item(each["id"]).counted.load()]
        item, counter = await Item.load(each["id"]), await Counter.load(each["id"])
        if each["do"] == "page":
            page = document.read_file(f"{item.name if item else 'a'}.tpl")
            told.append(page.text if page else "none")
        told.append(f"{item.name if item else None} {counter.count if counter else None} {counter and counter.names}")
    Report(id=document.stem, text="; ".join(told)).save()
"""
DOING = {
    "items": ("item", "belong", "belong", "page", "start", "remove", "mark", "spot", "wipe"),
    "steps": (
        "count",
        "count",
        "count",
        "note",
        "copy",
        "make",
        "fail",
        "log",
        "log",
        "tell",
        "gather",
        "gather",
        "remove",
        "unlog",
    ),
    "reports": ("look", "page", "things", "counted"),
}
TABLES = {
    "item": "id, name, worth, extra::text, of",
    "counter": "id, count, note, names, has",
    "mark": "id, of, size",
    "spot": "id, of",
    "log": "id, count, seen",
    "report": "id, text",
}
BOOKS = {
    "read": """
        select d.source, d.path, r.type, r.id, r.fields, r.seen from {0}."$read" as r
        left join {0}."$document" as d on d.id = r.document order by 1, 2, 3, 4""",
    "document": 'select source, path, hash, code, failed from {0}."$document" order by 1, 2',
    "beside": """
        select d.source, d.path, b.path, b.hash from {0}."$beside" as b
        left join {0}."$document" as d on d.id = b.document order by 1, 2, 3""",
    "said": """
        select d.source, d.path, s.id, s."$seq", s."$hash" from {0}."counter$said" as s
        left join {0}."$document" as d on d.id = s."$document" order by 1, 2, 3, 4""",
    "claim": """
        select d.source, d.path, c.type, c.id, c.seq, c.hash, c.against is null from {0}."$claim" as c
        left join {0}."$document" as d on d.id = c.document order by 1, 2, 3, 4, 5""",
    "problem": """
        select d.source, d.path, p.what from {0}."$problem" as p
        left join {0}."$document" as d on d.id = p.document order by 1, 2, 3""",
}
HISTORIES, STEPS_EACH = 100, 4


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {"items": ITEMS, "steps": STEPS, "reports": REPORTS}
    (tmp_path / "mappings").mkdir()
    (tmp_path / "subgraph.yaml").write_text(MANIFEST)
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    for name, text in files.items():
        (tmp_path / name).mkdir()
        (tmp_path / f"mappings/{name}.py").write_text(text)
    return tmp_path


@asynccontextmanager
async def opened(root: Path, dsn: str, name: str, events: list[Any] | None = None) -> AsyncIterator[Indexer]:
    project = load_project(root, {})
    observe = [].append if events is None else events.append
    async with (
        open_store(dsn, name) as store,
        store.writer(project.schema, [each.name for each in project.manifest.sources], project.fingerprint) as writer,
    ):
        yield Indexer(project, writer, observe)


def write(root: Path, files: Mapping[str, Any]) -> list[str]:
    for path, content in files.items():
        (root / path).write_text(json.dumps(content))
    return [str(root / path) for path in files]


async def tables(dsn: str, name: str) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        served = "select namespace from docgraph.deployment where name = $1 and status = 'serving'"
        space = await connection.fetchval(served, name)
        queries = {table: f"select {columns} from {space}.{table} order by id" for table, columns in TABLES.items()}
        queries |= {book: query.format(space) for book, query in BOOKS.items()}
        return {table: [tuple(row) for row in await connection.fetch(query)] for table, query in queries.items()}
    finally:
        await connection.close()


async def rebuilt(root: Path, dsn: str, name: str = "clean") -> dict[str, list[Any]]:
    async with opened(root, dsn, name) as indexer:
        await indexer.catch_up()
    return await tables(dsn, name)


def random_content(chance: random.Random, folder: str) -> list[dict[str, str]]:
    return [
        {"do": chance.choice(DOING[folder]), "id": chance.choice("xyz"), "from": chance.choice("xyz")}
        | {"name": chance.choice(("a", "b", "bb"))}
        for _ in range(chance.randint(1, 2))
    ]


def random_edit_of_a_page(chance: random.Random, folder: Path) -> list[str]:
    page = folder / f"{chance.choice(('a', 'b', 'bb'))}.tpl"
    if chance.random() < 0.3:
        page.unlink(missing_ok=True)
    else:
        page.write_text(chance.choice(("one", "two", "bad")))
    return [str(page)]


def random_edit(chance: random.Random, root: Path) -> list[str]:
    folder = chance.choice(("items", "steps", "steps", "reports"))
    if chance.random() < 0.3:
        return random_edit_of_a_page(chance, root / folder)
    file, other = (root / folder / f"{chance.choice('abcde')}.json" for _ in range(2))
    what = chance.random()
    if what < 0.25 and file.exists():
        file.unlink()
    elif what < 0.4 and file.exists():
        file.rename(other)
    else:
        write(root, {f"{folder}/{file.name}": random_content(chance, folder)})
    return [str(file), str(other)]


@pytest.mark.parametrize("seed", range(HISTORIES // 10))
async def test_any_history_ends_where_a_rebuild_ends(root: Path, dsn: str, seed: int) -> None:
    for number in range(seed * 10, seed * 10 + 10):
        chance = random.Random(number)
        for folder in DOING:
            for file in (root / folder).iterdir():
                file.unlink()
        for _ in range(chance.randint(0, 12)):
            random_edit(chance, root)
        async with opened(root, dsn, f"live{number}") as indexer:
            await indexer.catch_up()
            for _ in range(STEPS_EACH):
                paths = [path for _ in range(chance.choice((1, 1, 2, 5))) for path in random_edit(chance, root)]
                await (indexer.catch_up() if chance.random() < 0.2 else indexer.follow(paths))
        live = await tables(dsn, f"live{number}")
        assert live == await rebuilt(root, dsn, f"clean{number}"), number


COUNT = [{"do": "count", "id": "x", "from": "x", "name": "a"}]
ITEM = [{"do": "item", "id": "x", "name": "a"}]
LOOK = [{"do": "look", "id": "x"}]


async def test_load_or_new_change_and_save_counts_right_in_every_order_of_edits(root: Path, dsn: str) -> None:
    paths = [f"steps/{name}.json" for name in "abcdef"]
    async with opened(root, dsn, "live") as indexer:
        await indexer.catch_up()
        for seed in range(3):
            order = random.Random(seed).sample(paths, len(paths))
            for path in order:
                await indexer.follow(write(root, {path: COUNT}))
            assert (await tables(dsn, "live"))["counter"] == [("x", len(paths), None, [], [])]
            for at, path in enumerate(order, 1):
                (root / path).unlink()
                await indexer.follow([str(root / path)])
                left = [("x", len(paths) - at, None, [], [])] if at < len(paths) else []
                assert (await tables(dsn, "live"))["counter"] == left
    assert not any((await tables(dsn, "live")).values())


async def test_only_who_looked_at_what_changed_is_run_again(root: Path, dsn: str) -> None:
    write(root, {"items/a.json": ITEM, "reports/a.json": LOOK, "reports/b.json": [{"do": "look", "id": "y"}]})
    events: list[Any] = []
    async with opened(root, dsn, "live", events) as indexer:
        await indexer.catch_up()
        (root / "items/a.json").write_text(json.dumps(ITEM, indent=1))
        same = await indexer.follow([str(root / "items/a.json")])
        other = await indexer.follow(write(root, {"items/a.json": [ITEM[0] | {"name": "c"}]}))
        assert await indexer.catch_up() is None
    assert same is not None
    assert other is not None
    assert (same.documents, other.documents) == (1, 2)
    assert (await tables(dsn, "live"))["report"] == [("a", "c None None"), ("b", "None None None")]


async def test_a_document_that_failed_is_tried_again_when_what_it_read_changes(root: Path, dsn: str) -> None:
    write(root, {"steps/a.json": COUNT, "steps/b.json": [COUNT[0] | {"do": "fail"}]})
    events: list[Any] = []
    async with opened(root, dsn, "live", events) as indexer:
        await indexer.catch_up()
        assert ["1 is odd" in str(each.problem) for each in events if isinstance(each, ProblemFound)] == [True]
        await indexer.follow(write(root, {"steps/a.json": COUNT * 2}))
        live = await tables(dsn, "live")
        assert live["problem"] == []
        assert live["log"] == [("x", 2, None)]


async def test_a_reader_that_halts_the_index_goes_on_when_what_it_read_is_mended(root: Path, dsn: str) -> None:
    manifest = root / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("onError: drop", "onError: halt", 1))
    write(root, {"steps/a.json": COUNT * 2, "steps/b.json": [COUNT[0] | {"do": "fail"}], "reports/a.json": LOOK})
    events: list[Any] = []
    async with opened(root, dsn, "live", events) as indexer:
        await indexer.catch_up()
        before = await tables(dsn, "live")
        assert before["log"] == [("x", 2, None)]
        assert await indexer.follow(write(root, {"steps/a.json": COUNT * 3})) is None
        assert indexer.halted
        assert ["3 is odd" in str(each.problem) for each in events if isinstance(each, ProblemFound)] == [True]
        held = await tables(dsn, "live")
        assert {name: held[name] for name in (*TABLES, "read")} == {name: before[name] for name in (*TABLES, "read")}
        assert await indexer.follow(write(root, {"items/a.json": ITEM})) is None
        await indexer.follow(write(root, {"steps/a.json": COUNT * 4}))
        assert not indexer.halted
    live = await tables(dsn, "live")
    assert live["log"] == [("x", 4, None)]
    assert live == await rebuilt(root, dsn)


async def test_documents_that_count_by_reading_each_other_are_warned_of(root: Path, dsn: str) -> None:
    write(root, {f"steps/{number:03}.json": COUNT for number in range(102)})
    events: list[Any] = []
    async with opened(root, dsn, "live", events) as indexer:
        await indexer.catch_up()
        await indexer.follow(write(root, {"steps/000.json": COUNT * 2}))
    assert [each for each in events if isinstance(each, RunAgain)] == [RunAgain("Steps", "Counter.count", 101)]
    assert (await tables(dsn, "live"))["counter"][0][1] == 103


async def test_a_first_load_that_ended_half_way_goes_on_with_what_is_there_then(
    root: Path, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgraph.indexer.indexer.CHUNK", 1)
    start = [{"do": "start", "id": "x", "from": "x", "name": "a"}]
    write(root, {"items/a.json": ITEM, "items/b.json": start, "items/c.json": start, "reports/a.json": LOOK})
    write(root, {"steps/a.json": COUNT, "steps/b.json": COUNT, "reports/b.json": [{"do": "look", "id": "y"}]})
    async with opened(root, dsn, "live") as indexer:
        monkeypatch.setattr(indexer._writer, "finish_first_load", _interrupted)
        with pytest.raises(Interrupted):
            await indexer.catch_up()
    for path in ("items/b.json", "items/c.json", "steps/a.json"):
        (root / path).unlink()
    write(root, {"items/a.json": [ITEM[0] | {"id": "y"}]})
    async with opened(root, dsn, "live") as indexer:
        await indexer.catch_up()
    live = await tables(dsn, "live")
    assert live == await rebuilt(root, dsn)
    assert live["counter"] == [("x", 1, None, [], [])]
    assert live["report"] == [("a", "None 1 ()"), ("b", "a None None")]


class Interrupted(Exception):
    pass


async def _interrupted(timestamp: object) -> None:
    raise Interrupted


@pytest.mark.parametrize("seed", range(5))
async def test_a_rehearsal_without_a_database_says_what_the_index_says(root: Path, dsn: str, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(20):
        random_edit(chance, root)
    reports: dict[str, str] = {}
    failed: list[str] = []
    async for change in rehearse(load_project(root, {}), [].append):
        if isinstance(change, Indexed):
            reports |= {
                str(each.id): str(each.row[1])
                for each in change.contributions
                if isinstance(each, Save) and each.type == "Report"
            }
        else:
            failed.append(change.key.path)
    clean = await rebuilt(root, dsn)
    assert reports == dict(clean["report"])
    assert failed == [path for _, path, _ in clean["problem"]]
