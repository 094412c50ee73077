"""Which rows a block made, changed and ended: read from the versions that it began and ended."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from docgraph.model.changes import Id, Row
from docgraph.store.connection import Connection, fetch
from docgraph.store.layout import SINCE, UNTIL, Layout, Table, fit
from docgraph.store.sql import Sql, join, name, sql, value

VERSIONS = "select {} from {} where {} = {} order by id"


class RowChange(msgspec.Struct, frozen=True):
    """What a block did to one row: its stored fields, then its figures. At most one of the two is None."""

    type: str  # entity name
    id: Id
    before: Row | None  # None: there was none
    after: Row | None  # None: there is none any more


async def changed_rows(connection: Connection, layout: Layout, block: int, types: Iterable[str]) -> list[RowChange]:
    """The changes that the latest block made to rows of these types, by type, then by id."""
    changes: list[RowChange] = []
    for table in (layout.tables[each] for each in types):
        after = await _versions(connection, table, table.current, SINCE, block)
        before = await _versions(connection, table, table.history, UNTIL, block)
        keys = [*after, *(key for key in before if key not in after)]
        changes += (RowChange(table.entity.name, key, before.get(key), after.get(key)) for key in keys)
    return changes


async def _versions(connection: Connection, table: Table, rows: Sql, border: str, block: int) -> dict[Id, Row]:
    fields = (*table.entity.stored_fields, *table.entity.computed_fields)
    columns = join(", ", (name(fit(field.column)) for field in fields))
    place = next(at for at, field in enumerate(fields) if field.name == "id")
    found = await fetch(connection, sql(VERSIONS, columns, rows, name(border), value(block)))
    return {row[place]: tuple(row) for row in found}
