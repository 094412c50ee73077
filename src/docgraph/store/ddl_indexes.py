"""The secondary indexes of a deployment: which there are, and the statements that make them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from docgraph.model.schema import EntityType, Field
from docgraph.store.layout import DOCUMENT, UNTIL, Layout, Table, fit, search_column
from docgraph.store.sql import Sql, join, name, sql

CREATE = "create index if not exists {} on {}"
CREATE_BESIDE = "create index concurrently if not exists {} on {}"
DROP_BESIDE = "drop index concurrently if exists {}"
MARK = "$by_"  # in the name of each


class Index(msgspec.Struct, frozen=True):
    """A secondary index."""

    name: str  # within the deployment's Postgres schema
    over: Sql  # the table, and what of it


def index_ddl(layout: Layout) -> Sql:
    """All of them, built after the first load. Running it again changes nothing."""
    return join(";\n\n", (sql(CREATE, name(each.name), each.over) for each in indexes(layout)))


def reference_index_ddl(table: Table, field: Field) -> Sql:
    """The one by which is found who refers to an entity by `field`, for those who ask before all are there."""
    columns = next(each for each in indexed_columns(table) if each[0] == fit(field.column))
    index = _index(table, "gin" if field.is_list else "btree", columns)
    return sql(CREATE, name(index.name), index.over)


def create_beside(index: Index) -> Sql:
    """The same for one, while the table is written and read. Stands in no transaction."""
    return sql(CREATE_BESIDE, name(index.name), index.over)


def drop_beside(layout: Layout, index: str) -> Sql:
    """Without holding up anybody. Stands in no transaction."""
    return sql(DROP_BESIDE, name(layout.namespace, index))


def indexes(layout: Layout) -> Iterator[Index]:
    """All indexes but those of primary keys."""
    for table in layout.tables.values():
        yield from _of_table(table)


def indexed_columns(table: Table) -> tuple[tuple[str, ...], ...]:
    """The column lists of the table's B-trees on authors' columns, `id` last where it is not among them.

    A list column stands alone and means a GIN index on its elements.
    """
    entity = table.entity
    wanted: list[tuple[str, ...]] = [(field.name,) for field in entity.stored_fields if field.is_reference]
    wanted += [("timestamp",)] if entity.timeseries else []
    wanted += entity.indexes
    lists = {field.name for field in entity.stored_fields if field.is_list}
    columns: list[tuple[str, ...]] = []
    for fields in wanted:
        alone = [(field,) for field in fields if field in lists]
        together = tuple(field for field in fields if field not in lists)
        columns += [tuple(_column(entity, field) for field in each) for each in alone]
        if together:
            tie = () if "id" in together else ("id",)
            columns.append(tuple(_column(entity, field) for field in (*together, *tie)))
    return tuple(dict.fromkeys(each for each in columns if each != ("id",)))


def _of_table(table: Table) -> Iterator[Index]:
    lists = {fit(field.column) for field in table.entity.stored_fields if field.is_list}
    yield _index(table, "btree", (DOCUMENT,))
    for columns in indexed_columns(table):
        yield _index(table, "gin" if columns[0] in lists else "btree", columns)
    for fulltext in table.searches:
        yield _index(table, "gin", (search_column(fulltext),))
    # By which pruning finds what ended before a block.
    yield Index(fit(MARK.join((table.name, UNTIL))), sql("{} ({})", table.history, name(UNTIL)))


def _index(table: Table, method: str, columns: tuple[str, ...]) -> Index:
    listed = join(", ", (name(column) for column in columns))
    called = fit(MARK.join((table.name, "_".join(columns))))
    return Index(called, sql("{} using {} ({})", table.current, name(method), listed))


def _column(entity: EntityType, field_name: str) -> str:
    return fit(entity.field(field_name).column)
