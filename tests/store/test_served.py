"""What readers are told: which deployment is served, how it is doing, and when it changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from docgraph.model.changes import DocumentKey, Gone, Indexed, Known, Save, Stat
from docgraph.model.problem import Unavailable
from docgraph.model.schema import EntityType, Field, Scalar, Schema
from docgraph.store.commit import open_store
from docgraph.store.connection import connect
from docgraph.store.served import Changed, Status, listen, served, status

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
ID = Field("id", Scalar.ID, required=True)


def indexed(path: str, *said: Save) -> Indexed:
    return Indexed(DocumentKey(0, path), Known(Stat(1, 1, 1), path.encode().ljust(16, b"."), b"c" * 16), said)


async def commit(writer, *changes):
    async with writer.block(NOW) as block:
        await block.apply(changes)
    return block.committed


async def test_a_database_without_an_index_serves_nothing(connection):
    assert await served(connection, "shop") is None
    assert await status(connection, "shop") == Status("shop")


async def test_nothing_is_served_before_the_first_load_is_over(writer_of, connection):
    async with writer_of() as writer:
        await commit(writer, indexed("a", Save("Person", "1", ("1", "Ann"))))
        assert await served(connection, "shop") is None
        block = await writer.finish_first_load(NOW)
    found = await served(connection, "shop")
    assert (found.deployment, found.namespace, found.sources) == (1, "docgraph_d1", ("first", "second"))
    assert (found.block, found.hash, found.timestamp) == (1, block.hash, NOW)
    assert found.schema == "type Post @entity { id: ID! }"


async def test_another_deployment_is_built_beside_the_served_one_and_then_takes_its_place(writer_of, connection):
    async with writer_of(b"old") as old:
        await commit(old, indexed("a", Save("Person", "1", ("1", "Ann"))))
        await old.finish_first_load(NOW)
        async with writer_of(b"new") as new:
            await commit(new, indexed("a", Save("Person", "1", ("1", "Bea"))))
            assert (await served(connection, "shop")).deployment == 1
            assert await connection.fetchval("select name from shop.person") == "Ann"
            assert (await status(connection, "shop")).building.deployment == 2
            await new.finish_first_load(NOW)
    assert (await served(connection, "shop")).deployment == 2
    assert await connection.fetchval("select name from shop.person") == "Bea"


async def test_a_retired_deployment_is_taken_up_again_with_its_history(writer_of, connection):
    for fingerprint in (b"old", b"new"):
        async with writer_of(fingerprint) as writer:
            gone = indexed("gone", Save("Person", "3", ("3", "Cy")))
            await commit(writer, indexed("a", Save("Person", "1", ("1", "Ann"))), gone)
            await writer.finish_first_load(NOW)
    async with writer_of(b"old") as again:
        assert not again.complete
        assert len(await again.known()) == 2
        changed = Indexed(DocumentKey(0, "a"), Known(Stat(1, 1, 1), b"new" * 5 + b".", b"c" * 16), ())
        await commit(again, changed, indexed("b", Save("Person", "2", ("2", "Bo"))), Gone(gone.key))
        assert await connection.fetchval("select count(*) from shop.person") == 2
        block = await again.finish_first_load(NOW)
    assert (block.number, (await served(connection, "shop")).deployment) == (2, 1)
    assert {name: (each.created, each.deleted) for name, each in block.counts.items()} == {"Person": (1, 2)}
    history = 'select id, "$since", "$until" from docgraph_d1."person$history" order by id'
    assert [tuple(row) for row in await connection.fetch(history)] == [("1", 1, 2), ("3", 1, 2)]
    assert [row["id"] for row in await connection.fetch("select id from shop.person")] == ["2"]


async def test_two_indexes_in_one_database_do_not_meet(dsn, schema, connection):
    for index in ("shop", 'Other shop; it\'s "quoted"'):
        async with open_store(dsn, index) as store, store.writer(schema, ["s"], b"same") as writer:
            await commit(writer, indexed("a", Save("Person", "1", ("1", index))))
            await writer.finish_first_load(NOW)
    assert await connection.fetchval("select name from shop.person") == "shop"
    assert (await served(connection, "shop")).deployment == 1


async def test_views_follow_the_columns_of_the_served_deployment(store, connection):
    def schema(**fields: Scalar) -> Schema:
        return Schema({"Thing": EntityType("Thing", (ID, *(Field(name, each) for name, each in fields.items())))})

    for fingerprint, fields in ((b"1", {"a": Scalar.INT, "b": Scalar.STRING}), (b"2", {"b": Scalar.DATE})):
        async with store.writer(schema(**fields), ["s"], fingerprint) as writer:
            await writer.finish_first_load(NOW)
    columns = "select attname from pg_attribute where attrelid = 'shop.thing'::regclass and attnum > 0 order by attnum"
    assert [row["attname"] for row in await connection.fetch(columns)] == ["id", "b"]
    async with store.writer(Schema({"Else": EntityType("Else", (ID,))}), ["s"], b"3") as writer:
        await writer.finish_first_load(NOW)
    views = "select viewname from pg_views where schemaname = 'shop'"
    assert [row["viewname"] for row in await connection.fetch(views)] == ["else"]


async def test_a_view_that_somebody_built_on_is_not_dropped_under_them(store, connection):
    async with store.writer(
        Schema({"Thing": EntityType("Thing", (ID, Field("a", Scalar.INT)))}), ["s"], b"1"
    ) as writer:
        await writer.finish_first_load(NOW)
    await connection.execute("create view mine as select a from shop.thing")
    async with store.writer(Schema({"Thing": EntityType("Thing", (ID,))}), ["s"], b"2") as writer:
        with pytest.raises(Unavailable, match=r"something was built on the view shop\.thing"):
            await writer.finish_first_load(NOW)
    assert (await served(connection, "shop")).deployment == 1
    assert await connection.fetch("select * from mine") == []


async def test_a_schema_that_docgraph_did_not_make_is_left_alone(dsn, connection):
    await connection.execute("create schema shop")
    with pytest.raises(Unavailable, match="has a schema 'shop' that docgraph did not make"):
        async with open_store(dsn, "shop"):
            pass


@pytest.mark.parametrize("index", ["public", "docgraph", "pg_catalog", "docgraph_d1", ""])
async def test_names_that_postgres_or_docgraph_need_are_refused(dsn, index):
    with pytest.raises(Unavailable, match="an index cannot be called"):
        async with open_store(dsn, index):
            pass


async def test_listeners_hear_of_each_block_and_of_a_swap(dsn, writer_of, connection):
    async with writer_of() as writer, listen(dsn, "shop") as changes, listen(dsn, "other") as others:
        await commit(writer, indexed("a", Save("Person", "1", ("1", "Ann"))))
        await writer.finish_first_load(NOW)
        assert await anext(changes) == Changed(1, 1)
        await commit(writer, indexed("b", Save("Person", "2", ("2", "Bo"))))
        assert await anext(changes) == Changed(1, 2)
        await commit(writer, indexed("b", Save("Person", "2", ("2", "Bo"))))
        await connection.execute('select pg_notify(\'docgraph\', \'{"index": "other", "deployment": 9, "block": 9}\')')
        assert await anext(others) == Changed(9, 9)


async def test_a_listener_whose_connection_is_lost_is_told_so(dsn, writer_of, connection):
    async with listen(dsn, "shop") as changes:
        hearing = asyncio.ensure_future(anext(changes))
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )
        with pytest.raises(Unavailable, match="lost"):
            await hearing


async def test_status_counts_and_can_be_sent_as_json(writer_of, connection):
    async with writer_of() as writer:
        people = [indexed(f"{n}", Save("Person", f"{n}", (f"{n}", None))) for n in range(3)]
        await commit(writer, *people, indexed("z", Save("Person", "0", ("0", "again"))))
        await writer.finish_first_load(NOW)
    found = await status(connection, "shop")
    assert found.entities == {"blob": 0, "everything": 0, "person": 3, "post": 0, "robot": 0, "tag": 0}
    assert [(each.name, each.documents) for each in found.sources] == [("first", 4), ("second", 0)]
    assert [(each.source, each.kind, each.path) for each in found.problems] == [("first", "conflict", "z")]
    assert msgspec.json.decode(msgspec.json.encode(found), type=Status) == found


async def test_a_reader_without_rights_to_write_can_ask(dsn, writer_of, connection):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
    reader = await connect(dsn)
    await reader.execute("set default_transaction_read_only = on")
    assert (await served(reader, "shop")).block == 1
    async with open_store(dsn, "shop"):
        pass
    await reader.close()
