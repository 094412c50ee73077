"""verify, list, prune, drop and rewind as a person types them, on a real database."""

from __future__ import annotations

import json
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from support.processes import docgraph, finished
from support.projects import write_item, write_items_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_items_project(tmp_path / "shop", 5)


@pytest_asyncio.fixture
async def database(dsn: str):
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
def command(dsn: str, project: Path):
    """Run a command in the project to its end: exit code, standard output, standard error."""

    async def run(*arguments: str, **more: str) -> tuple[int, str, str]:
        return await finished(*arguments, folder=project, environment={"DATABASE_URL": dsn} | more)

    return run


async def schemas(database: asyncpg.Connection) -> list[str]:
    rows = await database.fetch(
        "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')"
    )
    return sorted(row["nspname"] for row in rows)


async def test_an_index_equals_its_rebuild_but_for_what_fails_and_nothing_of_the_rebuild_stays(
    command, database, project
):
    (project / "items" / "broken.json").write_text("{")
    assert (await command("index"))[0] == 0
    write_item(project, 3, name="renamed")
    (project / "items" / "i000001.json").unlink()
    (project / "items" / "i000002.json").write_text("{")
    assert (await command("index"))[0] == 0
    assert await database.fetchval("select count(*) from shop.item") == 4
    code, _, said = await command("verify")
    assert code == 0, said
    assert "deployment 1, block 2 equals a clean rebuild of 15 documents" in said
    assert "left out 2 documents with problems" in said
    assert await schemas(database) == ["docgraph", "docgraph_d1", "shop"]
    assert await database.fetchval("select count(*) from docgraph.deployment") == 1


async def test_an_entity_may_have_fields_of_any_name_and_its_documents_may_fail(command, project):
    schema = project / "schema.graphql"
    schema.write_text(
        schema.read_text() + "type Place @entity { id: ID! source: String! path: String! document: Int! }\n"
    )
    mapping = project / "mappings" / "items.py"
    text = mapping.read_text().replace("import Group, Item", "import Group, Item, Place")
    mapping.write_text(text + "    Place(id=document.stem, source='s', path=document.path, document=1).save()\n")
    manifest = project / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("entities: [Item]", "entities: [Item, Place]"))
    assert (await command("index"))[0] == 0
    (project / "items" / "i000002.json").write_text("{")
    assert (await command("index"))[0] == 0
    code, _, said = await command("verify")
    assert code == 0, said


async def test_what_differs_is_told_with_type_id_field_values_and_document(command, database, project):
    assert (await command("index"))[0] == 0
    await database.execute("update docgraph_d1.item set name = 'wrong' where id = 'i000004'")
    await database.execute("delete from docgraph_d1.item where id = 'i000002'")
    code, _, said = await command("verify")
    assert code == 1
    assert "Item[i000004].name: served 'wrong', a rebuild gives 'item 4' (Items i000004.json)" in said
    assert "Item[i000002]: a rebuild has it, and it is not served (Items i000002.json)" in said
    assert "2 differences between deployment 1, block 1 and a clean rebuild" in said


async def test_only_so_many_differences_are_told_and_all_are_counted(command, database, project):
    for number in range(30):
        write_item(project, number, name=f"item {number}")
    assert (await command("index"))[0] == 0
    await database.execute("update docgraph_d1.item set name = 'wrong'")
    code, _, said = await command("verify")
    assert (code, said.count("served 'wrong'")) == (1, 20)
    assert "30 differences" in said


async def test_an_index_that_has_not_caught_up_is_no_difference_but_cannot_be_compared(command, project):
    code, _, said = await command("verify")
    assert code == 75
    assert "nothing is served as 'shop' yet" in said
    assert (await command("index"))[0] == 0
    write_item(project, 3, name="renamed")
    code, _, said = await command("verify")
    assert code == 75
    assert "i000003.json is not what the index was made of" in said
    assert "docgraph index" in said
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("size: Int!", "size: Int"))
    code, _, said = await command("verify")
    assert code == 75
    assert "built for another schema" in said


async def test_an_index_is_verified_while_it_is_being_followed(command, dsn, project):
    environment = {"DATABASE_URL": dsn}
    async with docgraph("index", "--watch", "--log", "json", project=project, environment=environment) as running:
        await running.event("BlockCommitted")
        write_item(project, 3, name="renamed")
        code, _, said = await command("verify")
        assert code == 0, said
        assert "block 2 equals a clean rebuild of 15 documents" in said


async def test_what_a_killed_verify_leaves_goes_with_the_next(command, database, dsn, project):
    (project / "mappings" / "items.py").write_text(WAITING.format(wait=str(project / "wait")))
    environment = {"DATABASE_URL": dsn}
    assert (await command("index"))[0] == 0
    (project / "wait").touch()
    async with docgraph("verify", project=project, environment=environment) as running:
        await running.line()
        assert await schemas(database) == ["docgraph", "docgraph_d1", "docgraph_d2", "shop"]
        await running.kill()
    assert await schemas(database) == ["docgraph", "docgraph_d1", "docgraph_d2", "shop"]
    _, out, _ = await command("list", "--all", "--json")
    assert [each["id"] for each in json.loads(out)] == [1]
    async with docgraph("verify", project=project, environment=environment) as running:
        await running.line()
        assert await schemas(database) == ["docgraph", "docgraph_d1", "docgraph_d3", "shop"]
        assert await running.stop() == 143
    assert await schemas(database) == ["docgraph", "docgraph_d1", "shop"]


WAITING = """
import asyncio, os, sys
from docgraph import Document
from generated.schema import Group, Item


def handle_group(document: Document) -> None:
    Group(id=document.stem).save()


async def handle_item(document: Document) -> None:
    if os.path.exists({wait!r}):
        print("here", file=sys.stderr, flush=True)
        await asyncio.Event().wait()
"""


async def test_a_sample_says_what_the_index_holds(command, project):
    (project / "items" / "broken.json").write_text("{")
    assert (await command("index"))[0] == 0
    code, _, said = await command("verify", "--sample", "1000", "--seed", "7")
    assert (code, "ok 15 documents run twice at block 1, seed 7" in said) == (0, True), said
    write_item(project, 3, name="renamed")
    code, _, said = await command("verify", "--sample", "1000")
    assert code == 0
    assert "left out 1 document that the index has not caught up with" in said
    assert "ok 14 documents run twice at block 1, seed " in said


async def test_a_handler_that_says_something_else_each_time_is_named(command, project):
    mapping = project / "mappings" / "items.py"
    mapping.write_text(
        "import itertools\nCOUNT = itertools.count()\n"
        + mapping.read_text().replace('size=item["size"]', "size=next(COUNT)")
    )
    assert (await command("index"))[0] == 0
    code, _, said = await command("verify", "--sample", "20", "--seed", "1")
    assert code == 1
    assert "handle_item of mappings/items.py is not a function of its document Items i000000.json" in said
    assert "Item[i000000].size differs between two runs: 0 and 1" in said
    assert "5 unsteady, 0 differing of 15 documents run twice" in said


async def test_a_sample_tells_an_index_that_differs_apart_from_the_authors_mistake(command, database, project):
    assert (await command("index"))[0] == 0
    await database.execute("update docgraph_d1.item set name = 'wrong', \"$hash\" = '' where id = 'i000004'")
    code, _, said = await command("verify", "--sample", "20")
    assert code == 1
    assert "Items i000004.json: Item[i000004].name differs between index and run: 'wrong' and 'item 4'" in said
    assert "0 unsteady, 1 differing" in said


async def test_list_names_the_deployments_and_prune_drops_the_retired(command, database, dsn, project):
    assert (await command("index"))[0] == 0
    schema = project / "schema.graphql"
    schema.write_text(schema.read_text().replace("size: Int!", "size: BigInt!"))
    environment = {"DATABASE_URL": dsn}
    async with docgraph("index", "--watch", "--log", "json", project=project, environment=environment) as running:
        await running.event("BlockCommitted")
        _, out, _ = await command("list", "--json")
        listed = [(each["id"], each["state"], each["documents"], each["writing"]) for each in json.loads(out)]
        assert listed == [(1, "retired", 15, False), (2, "serving", 15, True)]
        assert all(each["bytes"] > 0 and each["last_block"] == 1 for each in json.loads(out))
        code, _, said = await command("prune")
        assert (code, "deployments dropped: 1;" in said) == (0, True), said
    assert await schemas(database) == ["docgraph", "docgraph_d2", "shop"]
    code, out, _ = await command("list")
    assert code == 0
    assert "serving" in out
    assert "retired" not in out


async def test_drop_removes_one_index_and_no_other(command, database, dsn, project):
    assert (await command("index"))[0] == 0
    assert (await command("index", "--index", "other"))[0] == 0
    code, _, said = await command("drop", "other")
    assert code == 1
    assert "--yes" in said
    async with docgraph("index", "--watch", "--log", "json", project=project, environment={"DATABASE_URL": dsn}) as run:
        await run.event("ScanFinished")
        code, _, said = await command("drop", "shop", "--yes")
        assert code == 75
        assert "another process is indexing 'shop'" in said
    await database.execute("create view mine as select * from other.item")
    code, _, said = await command("drop", "other", "--yes")
    assert code == 75
    assert "was built on its views" in said
    assert len(await schemas(database)) == 5
    await database.execute("drop view mine")
    code, _, said = await command("drop", "other", "--yes")
    assert (code, "other is gone, with 1 deployment" in said) == (0, True), said
    assert await schemas(database) == ["docgraph", "docgraph_d1", "shop"]
    code, _, said = await command("drop", "other", "--yes")
    assert code == 1
    assert "there is no index 'other'" in said


async def test_an_index_looks_as_of_an_earlier_block_until_it_is_indexed_again(command, project):
    assert (await command("index"))[0] == 0
    write_item(project, 3, name="renamed")
    write_item(project, 9, name="new")
    (project / "items" / "i000001.json").unlink()
    assert (await command("index"))[0] == 0
    code, _, said = await command("rewind", "--to-block", "1")
    assert (code, "block 3 looks as block 1 did  Item +1 ~1 -1" in said) == (0, True), said
    assert (await command("index"))[0] == 0
    blocks = " ".join(f"b{number}: items(block: {{number: {number}}}) {{ id name }}" for number in (1, 2, 3, 4))
    told = json.loads((await command("query", f"{{ now: items {{ id name }} {blocks} }}"))[1])["data"]
    assert told["b1"] == told["b3"] != told["b2"] == told["b4"] == told["now"]
    assert (await command("verify"))[0] == 0
    code, _, said = await command("rewind", "--to-block", "4")
    assert code == 75
    assert "history is kept from block 1, the last is 4" in said


async def test_a_name_that_no_index_can_have_is_refused_with_what_to_change(command):
    code, _, said = await command("index", "--index", "public")
    assert code == 1
    assert "--index: an index cannot be called 'public'" in said
    assert "give the index another name" in said
