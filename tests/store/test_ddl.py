"""The tables of a schema, held by golden files: a change of SQL shows in the diff."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from docgraph.model.schema import EntityRef, EntityType, Field, Scalar, Schema
from docgraph.store.ddl import CONTROL_DDL, NULL_REFUSED, deployment_ddl
from docgraph.store.ddl_indexes import index_ddl, indexed_columns
from docgraph.store.layout import layout
from docgraph.store.sql import Sql, render

NOW = datetime(2026, 11, 21, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"


def shown(statement: Sql) -> str:
    text, values = render(statement)
    assert values == []
    return text.lstrip("\n") + ";\n"


@pytest.mark.parametrize(
    ("file", "make"),
    [
        ("control.sql", lambda places: CONTROL_DDL),
        ("tables.sql", deployment_ddl),
        ("indexes.sql", index_ddl),
    ],
)
def test_the_statements_are_those_of_the_golden_file(schema, file, make):
    assert shown(make(layout(schema, "docgraph_d7"))) == (GOLDEN / file).read_text()


def test_an_index_ends_with_the_id_and_is_made_once():
    fields = (
        Field("id", Scalar.ID, required=True),
        Field("owner", EntityRef("T")),
        Field("others", EntityRef("T"), is_list=True),
        Field("name", Scalar.STRING),
        Field("labels", Scalar.STRING, is_list=True),
    )
    indexes = (("owner",), ("name", "labels"), ("id", "name"), ("id",))
    entity = EntityType("T", fields, indexes=indexes)
    assert indexed_columns(layout(Schema({"T": entity}), "n").tables["T"]) == (
        ("owner", "id"),
        ("others",),
        ("labels",),
        ("name", "id"),
        ("id", "name"),
    )


def test_a_timeseries_has_an_index_by_time():
    fields = (Field("id", Scalar.INT8, required=True), Field("timestamp", Scalar.TIMESTAMP, required=True))
    entity = EntityType("T", fields, timeseries=True)
    assert indexed_columns(layout(Schema({"T": entity}), "n").tables["T"]) == (("timestamp", "id"),)


async def test_a_null_where_none_may_be_is_refused_only_where_it_stands(store, connection):
    guarded = "select coalesce((select to_json(n) from (values (1)) as t (n) where n = $1::int), docgraph.required())"
    assert await connection.fetchval(guarded, 1) == "1"
    with pytest.raises(Exception, match="a null where none may be") as caught:
        await connection.fetchval(guarded, 2)
    assert caught.value.sqlstate == NULL_REFUSED


async def test_text_compares_by_code_point_whatever_the_locale_of_the_database(writer_of, connection):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
    columns = """
    select count(*) from information_schema.columns
    where table_schema = 'docgraph_d1' and table_name not like '$%' and data_type = 'text' and collation_name <> 'C'"""
    assert await connection.fetchval(columns) == 0
    insert = """
    insert into docgraph_d1.person (id, name, "$document", "$hash", "$since")
    select name, name, 0, '', 1 from unnest(array['b', 'a', 'Z', 'é', '_']) as name"""
    await connection.execute(insert)
    ordered = await connection.fetch("select name from shop.person order by name")
    assert [row["name"] for row in ordered] == ["Z", "_", "a", "b", "é"]


async def test_a_first_load_builds_its_indexes_once_it_is_over(writer_of, connection):
    indexes = "select count(*) from pg_indexes where schemaname = 'docgraph_d1' and indexname like 'post$by%'"
    async with writer_of() as writer:
        assert await connection.fetchval(indexes) == 0
        await writer.finish_first_load(NOW)
    assert await connection.fetchval(indexes) == 6
