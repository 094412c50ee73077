"""A changed schema: gone on with in place or built beside, the index equals a rebuild under the schema as it is."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from docgraph.indexer.project import load_project
from docgraph.model.events import BlockCommitted, Event, SchemaAdapted
from docgraph.model.problem import Problem, Unavailable
from docgraph.server.running import index_once
from docgraph.server.settings import Settings, read_settings
from docgraph.server.verifying import target_of, verify
from docgraph.store.commit import open_store
from docgraph.store.connection import connect
from docgraph.store.opening import open_session
from docgraph.store.served import listen

HISTORIES = 10
STEPS = 6

MAPPING = """\
from generated.schema import {types}

FIELDS = {fields}


def handle(document):
    for each in document.data:
        if each.get("removed"):
            globals()[each["type"]].remove(each["id"])
            continue
        fields = {{name: each[name] for name in FIELDS[each["type"]] if name in each}}
        globals()[each["type"]](id=each["id"], **fields).save()
"""
VALUES = {
    "Int": (1, 2, None, "no number"),
    "String": ("a", "b", None),
    "[String!]": (["x"], ["x", "y"], None),
    "Colour": ("red", "blue", None),
    "Page": ("p1", "p2", None),
}


class Model(msgspec.Struct):
    """A project: what its schema declares, and its documents."""

    fields: dict[str, list[tuple[str, str, bool]]]  # type → name, type, required
    shared: set[str]
    labels: list[str]
    sources: list[str]
    documents: dict[str, list[dict[str, Any]]] = {}
    indexes: set[tuple[str, str]] = set()  # type, field
    described: int = 0

    def schema(self) -> str:
        lines = [f"enum Colour {{ {' '.join(self.labels)} }}"]
        for name, fields in self.fields.items():
            indexes = "".join(f' @index(fields: ["{field}"])' for of, field in sorted(self.indexes) if of == name)
            shared = "(shared: true)" if name in self.shared else ""
            lines.append(f'"Number {self.described}"\ntype {name} @entity{shared}{indexes} {{\n  id: ID!')
            lines += [f"  {field}: {kind}{'!' if required else ''}" for field, kind, required in fields]
            lines.append("}")
        return "\n".join(lines)

    def write(self, root: Path) -> None:
        (root / "schema.graphql").write_text(self.schema())
        types = ", ".join(self.fields)
        sources = "".join(
            f"  - kind: folder\n    name: {name}\n    source: {{path: ./{name}}}\n"
            f"    mapping: {{file: ./mappings/pages.py, entities: [{types}],"
            " documentHandlers: [{handler: handle}]}\n"
            for name in self.sources
        )
        (root / "subgraph.yaml").write_text(
            f"specVersion: 1.0.0\nschema: {{file: ./schema.graphql}}\ndataSources:\n{sources}"
        )
        (root / "mappings").mkdir(exist_ok=True)
        fields = {name: [field for field, _, _ in fields] for name, fields in self.fields.items()}
        (root / "mappings/pages.py").write_text(MAPPING.format(types=types, fields=fields))
        for name in self.sources:
            (root / name).mkdir(exist_ok=True)
        for path, said in self.documents.items():
            (root / path).write_text(json.dumps(said))


def first() -> Model:
    fields = {"Page": [("title", "String", True), ("size", "Int", False)], "Group": [("name", "String", False)]}
    return Model(fields, {"Group"}, ["red", "blue"], ["docs"])


def say(chance: random.Random, model: Model) -> None:
    """Write a document anew."""
    path = f"{chance.choice(model.sources)}/{chance.choice('abcdef')}.json"
    said = []
    for _ in range(chance.randint(0, 4)):
        name = chance.choice(list(model.fields))
        values: dict[str, Any] = {"type": name, "id": chance.choice(("p1", "p2", "p3"))}
        if chance.random() < 0.25:
            said.append({**values, "removed": True})
            continue
        for field, kind, required in model.fields[name]:
            if required or chance.random() < 0.7:
                value = chance.choice(VALUES[kind])
                values[field] = "must" if required and value is None else value
        said.append(values)
    model.documents[path] = said


def change(chance: random.Random, model: Model, step: int) -> bool:
    """Change the schema or the manifest; returns whether that is possible in place."""
    name = chance.choice(list(model.fields))
    fields = model.fields[name]
    match chance.choice(("field", "field", "type", "loosen", "label", "index", "words", "source", "lose", "tighten")):
        case "field":
            kind = chance.choice(list(VALUES))
            fields.insert(chance.randint(0, len(fields)), (f"{chance.choice('acz')}{step}", kind, False))
        case "type":
            added = f"{chance.choice('AMZ')}type{step}"
            model.fields[added] = [("count", "Int", False), ("colour", "Colour", False)]
            model.shared |= {added} if chance.random() < 0.5 else set()
        case "loosen":
            model.fields[name] = [(field, kind, False) for field, kind, _ in fields]
        case "label":
            model.labels.insert(chance.randint(0, len(model.labels)), f"c{step}")
        case "index":
            model.indexes ^= {(name, field) for field, kind, _ in fields[:1] if not kind.startswith("[")}
        case "words":
            model.described += 1
        case "source":
            model.sources.append(f"more{step}")
        case "lose":
            gone = chance.choice(fields)
            if len(fields) > 1:
                fields.remove(gone)
                model.indexes = {each for each in model.indexes if each != (name, gone[0])}
                return False
        case "tighten":
            at = chance.randrange(len(fields))
            if not fields[at][2]:
                fields[at] = (fields[at][0], "String", True)
                return False
    return True


@pytest.fixture
def settings(tmp_path: Path, dsn: str) -> Settings:
    return read_settings(tmp_path, database_url=dsn, index="pages", environment={})


async def served(dsn: str) -> tuple[int, str]:
    connection = await asyncpg.connect(dsn)
    try:
        found = await connection.fetchrow("select id, schema from docgraph.deployment where status = 'serving'")
    finally:
        await connection.close()
    assert found
    return found["id"], found["schema"]


def forget(root: Path) -> None:
    """Delete all documents."""
    for path in root.glob("*/*.json"):
        path.unlink()


def ignore(_event: Event) -> None:
    pass


async def test_random_changes_of_the_schema_end_in_what_a_rebuild_gives(
    settings: Settings, dsn: str, tmp_path: Path
) -> None:
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        model, served_before = first(), 0
        built: dict[tuple[str, ...], int] = {}  # by schema and sources; who goes back to them goes back to it
        forget(tmp_path)
        for step in range(STEPS):
            in_place = change(chance, model, step) if step else False
            for _ in range(chance.choice((0, 1, 3))):
                say(chance, model)
            model.write(tmp_path)
            try:
                await index_once(settings, ignore)
            except Problem:
                assert not (in_place and served_before), f"seed {seed}, step {step}"  # only what is built beside
                served_before = 0
                continue
            number, text = await served(dsn)
            assert text == model.schema(), f"seed {seed}, step {step}"
            if in_place and served_before:
                assert number == built.get((text, *model.sources), served_before), f"seed {seed}, step {step}: {text}"
            served_before = built[text, *model.sources] = number
            found = await verify(settings, ignore, lambda _: None)
            assert found.comparison.differences == (), f"seed {seed}, step {step}: {text}"


@pytest_asyncio.fixture
async def database(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def model(settings: Settings, tmp_path: Path) -> Model:
    """A project with a page and a group, indexed."""
    found = first()
    found.documents = {
        "docs/a.json": [{"type": "Page", "id": "p1", "title": "one", "size": 1}],
        "docs/b.json": [{"type": "Group", "id": "g", "name": "b"}],
        "docs/c.json": [{"type": "Group", "id": "g", "name": "c"}],
    }
    found.write(tmp_path)
    await index_once(settings, ignore)
    return found


async def test_other_words_are_told_without_a_block(model: Model, settings: Settings, tmp_path: Path) -> None:
    model.described += 1
    model.write(tmp_path)
    events: list[Event] = []
    async with listen(settings.database_url or "", "pages") as changes:
        await index_once(settings, events.append)
        assert (await anext(changes)).block == 1
    assert not [event for event in events if isinstance(event, BlockCommitted)]
    assert (await served(settings.database_url or ""))[1] == model.schema()


async def test_a_field_that_nobody_fills_makes_no_version(
    model: Model, settings: Settings, database: Any, tmp_path: Path
) -> None:
    model.fields["Page"].insert(0, ("extra", "String", False))
    model.fields["Group"].insert(0, ("extra", "String", False))
    model.write(tmp_path)
    events: list[Event] = []
    await index_once(settings, events.append)
    assert SchemaAdapted(("Group.extra is new", "Page.extra is new")) in events
    assert [tuple(row) for row in await database.fetch('select "$since", extra from docgraph_d1.page')] == [(1, None)]
    assert not await database.fetch('select from docgraph_d1."page$history"')
    assert [*await database.fetchrow("select * from pages.page")] == ["p1", "one", 1, None]


async def test_a_removal_of_a_shared_entity_stays_one_when_its_fields_get_other_places(
    model: Model, settings: Settings, database: Any, tmp_path: Path
) -> None:
    model.documents["docs/c.json"] = [{"type": "Group", "id": "g", "removed": True}]
    model.write(tmp_path)
    await index_once(settings, ignore)
    model.fields["Group"].insert(0, ("extra", "String", False))
    model.documents["docs/b.json"][0]["name"] = "again"
    model.write(tmp_path)
    await index_once(settings, ignore)
    assert not await database.fetch("select from docgraph_d1.group")
    found = await verify(settings, ignore, lambda _: None)
    assert found.comparison.differences == ()


async def test_an_earlier_block_knows_nothing_of_a_new_field(
    model: Model, settings: Settings, database: Any, tmp_path: Path
) -> None:
    model.fields["Page"].insert(1, ("extra", "String", False))
    model.documents["docs/a.json"][0]["extra"] = "new"
    model.write(tmp_path)
    await index_once(settings, ignore)
    versions = (
        'select extra, "$since" from docgraph_d1.page union all select extra, "$since" from docgraph_d1."page$history"'
    )
    assert {tuple(row) for row in await database.fetch(versions)} == {("new", 2), (None, 1)}


async def test_what_a_given_up_attempt_left_is_in_nobodys_way(
    model: Model, settings: Settings, database: Any, tmp_path: Path
) -> None:
    before = msgspec.json.decode(msgspec.json.encode(model), type=Model)
    model.fields["Page"].insert(0, ("extra", "Colour", False))
    model.fields["Other"] = [("extra", "Int", False)]
    model.labels = ["red", "green", "blue"]
    model.write(tmp_path)
    project = load_project(tmp_path, {})
    connection = await connect(settings.database_url or "")
    session = await open_session(connection, target_of(settings.database_url or "", settings, project), None)
    assert session.adapted is not None
    connection.terminate()  # before any block
    assert (await served(settings.database_url or ""))[1] == before.schema()
    before.documents["docs/a.json"][0]["title"] = "edited"
    before.write(tmp_path)
    await index_once(settings, ignore)
    assert await database.fetchval("select title from pages.page") == "edited"
    before.fields["Page"].insert(0, ("extra", "Int", False))
    before.fields["Other"] = [("extra", "String", False)]
    before.documents["docs/a.json"] += [{"type": "Other", "id": "o", "extra": "text"}]
    before.documents["docs/a.json"][0]["extra"] = 7
    before.write(tmp_path)
    await index_once(settings, ignore)
    assert [*await database.fetchrow("select p.extra, o.extra from pages.page as p, pages.other as o")] == [7, "text"]
    assert (await served(settings.database_url or ""))[0] == 1


async def test_values_of_an_enum_that_a_given_up_attempt_put_elsewhere_are_built_beside(
    model: Model, settings: Settings, tmp_path: Path
) -> None:
    for labels, deployment in ((["red", "blue", "green"], 1), (["red", "green", "blue"], 2)):
        model.labels = labels
        model.write(tmp_path)
        if deployment == 1:
            project = load_project(tmp_path, {})
            connection = await connect(settings.database_url or "")
            await open_session(connection, target_of(settings.database_url or "", settings, project), None)
            connection.terminate()
        else:
            await index_once(settings, ignore)
        assert (await served(settings.database_url or ""))[0] == deployment


async def test_what_another_process_writes_is_left_alone_and_built_beside(
    model: Model, settings: Settings, tmp_path: Path
) -> None:
    project = load_project(tmp_path, {})
    async with (
        open_store(settings.database_url or "", "pages") as store,
        store.writer(project.schema, ["docs"], project.fingerprint),
    ):
        model.fields["Page"].append(("extra", "String", False))
        model.write(tmp_path)
        await index_once(settings, ignore)
        assert (await served(settings.database_url or ""))[0] == 2


async def test_a_query_that_holds_a_table_is_waited_for(
    model: Model, settings: Settings, database: Any, tmp_path: Path
) -> None:
    model.fields["Page"].append(("extra", "String", False))
    model.write(tmp_path)
    async with database.transaction():
        await database.execute("select from docgraph_d1.page")
        indexing = asyncio.create_task(index_once(settings, ignore))
        async with asyncio.timeout(20):
            while not await database.fetchval("select exists (select from pg_locks where not granted)"):
                assert not indexing.done()
    await indexing
    assert (await served(settings.database_url or ""))[0] == 1


async def test_a_transaction_without_end_holds_up_a_new_index_for_a_while_and_is_told(
    model: Model, settings: Settings, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgraph.store.adapt.A_WHILE", "set lock_timeout = '50ms'")
    model.indexes = {("Page", "title")}
    model.write(tmp_path)
    async with database.transaction(isolation="repeatable_read"):
        await database.execute("select from docgraph_d1.page")
        with pytest.raises(Unavailable, match="a transaction holds the tables"):
            await index_once(settings, ignore)
    await index_once(settings, ignore)
    assert await served(settings.database_url or "") == (1, model.schema())
    valid = "select indisvalid from pg_index where indexrelid = 'docgraph_d1.\"page$by_title_id\"'::regclass"
    assert await database.fetchval(valid)


async def test_indexes_follow_the_schema(model: Model, settings: Settings, database: Any, tmp_path: Path) -> None:
    called = "select indexname from pg_indexes where schemaname = 'docgraph_d1' and indexname like 'page$by%'"
    before = {name for (name,) in await database.fetch(called)}
    model.indexes = {("Page", "title")}
    model.write(tmp_path)
    await index_once(settings, ignore)
    assert {name for (name,) in await database.fetch(called)} == before | {"page$by_title_id"}
    model.indexes = {("Page", "size")}
    model.write(tmp_path)
    await index_once(settings, ignore)
    assert {name for (name,) in await database.fetch(called)} == before | {"page$by_size_id"}
    assert (await served(settings.database_url or ""))[0] == 1


async def test_what_was_built_on_a_view_outlives_a_new_field(
    model: Model, settings: Settings, database: Any, tmp_path: Path
) -> None:
    await database.execute("create view public.mine as select * from pages.page")
    model.fields["Page"].insert(0, ("extra", "String", False))
    model.write(tmp_path)
    await index_once(settings, ignore)
    assert [*await database.fetchrow("select * from public.mine")] == ["p1", "one", 1]
    assert [*(await database.fetchrow("select * from pages.page")).keys()] == ["id", "title", "size", "extra"]


async def test_a_block_that_is_held_back_leaves_the_schema_as_it_was(
    model: Model, settings: Settings, tmp_path: Path
) -> None:
    before = (await served(settings.database_url or ""))[1]
    model.fields["Page"].append(("extra", "Int", False))
    model.documents["docs/a.json"][0]["extra"] = "no number"
    model.write(tmp_path)
    manifest = tmp_path / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("{file: ./mappings", "{onError: halt, file: ./mappings"))
    with pytest.raises(Problem, match="halt"):
        await index_once(settings, ignore)
    assert await served(settings.database_url or "") == (1, before)
    (tmp_path / "docs/a.json").write_text("[]")
    events: list[Event] = []
    await index_once(settings, events.append)
    assert SchemaAdapted(("Page.extra is new",)) in events
    assert await served(settings.database_url or "") == (1, model.schema())
