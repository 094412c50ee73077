"""`_source` in SQL: which document says so, and where."""

from __future__ import annotations

from docgraph.query.objects import Named, entries, text
from docgraph.query.plan import Source
from docgraph.query.rows import Row, Setting
from docgraph.store.sql import Sql, name, sql

FOUND = name("document$")
PRESENT = '(select {} from {} as {} where {}."id" = {})'
EVER = """(select {} from (
select id, source, path from {} union all select id, source, path from {}) as {} where {}."id" = {})"""


def source(asked: Source, setting: Setting, row: Row) -> Sql:
    return entries([_named(entry.key, entry.name, setting, row) for entry in asked.entries])


def _named(key: str, field: str, setting: Setting, row: Row) -> Named:
    match field:
        case "__typename":
            return key, text("_Source_")
        case "line":
            return key, row.line
        case "block":
            return key, row.since
        case "path":
            return key, _of_document(sql('{}."path"', FOUND), setting, row)
        case "document":
            names = setting.layout.source_names
            return key, _of_document(sql("{}[{}.source + 1] || '/' || {}.path", names, FOUND, FOUND), setting, row)
        case _:
            raise TypeError(f"{field} is not told of a source")


def _of_document(wanted: Sql, setting: Setting, row: Row) -> Sql:
    places = setting.layout
    if setting.number is None:
        return sql(PRESENT, wanted, places.document, FOUND, FOUND, row.document)
    # A former version's document may be gone.
    return sql(EVER, wanted, places.document, places.gone, FOUND, FOUND, row.document)
