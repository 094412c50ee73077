"""The statements that make the tables of one schema those of another where they lie.

First what no reader sees as long as nothing goes by it: new tables, columns, values of
enums. An attempt that was given up may have left some of that, and it goes first.
"""

from __future__ import annotations

from collections.abc import Iterator

from docgraph.model.schema import Field
from docgraph.store.adaptation import Adaptation
from docgraph.store.ddl import create_enum, create_tables, define_column, script
from docgraph.store.layout import ASSIGNED, Layout, Table
from docgraph.store.sql import Sql, name, sql, text_literal, value

DROP_TABLES = "drop table if exists {}, {}, {} cascade"
DROP_ENUM = "drop type if exists {} cascade"
DROP_COLUMN = "alter table {} drop column if exists {}"
ADD_COLUMN = "alter table {} add column {}"
LOOSEN = "alter table {} alter column {} drop not null"
ADD_BEFORE = "alter type {} add value if not exists {} before {}"
ADD_BEHIND = "alter type {} add value if not exists {} after {}"
COMMENT_TABLE = "comment on table {} is {}"
COMMENT_COLUMN = "comment on column {}.{} is {}"
COMMENT_TYPE = "comment on type {} is {}"
MOVE_TYPES = """
update {} set types = array(select ({}::smallint[])[each + 1] from unnest(types) as each order by 1)
where types && {}::smallint[]"""
MOVE_ASSIGNED = """
update {} set {} = array(select ({}::smallint[])[each + 1] from unnest({}) as each order by 1)
where {} is not null"""
MOVE_READ = """
update {} set fields = array(select ({}::smallint[])[each + 1] from unnest(fields) as each order by 1)
where type = {}"""


def preparing_ddl(layout: Layout, adaptation: Adaptation) -> Sql:
    """What has to be there before anything is written under the schema of `layout`; takes each table for a moment."""
    return script([*_clear(layout, adaptation), *_make(layout, adaptation)])


def _clear(layout: Layout, adaptation: Adaptation) -> Iterator[Sql]:
    for each in adaptation.types:
        table = layout.tables[each]
        yield sql(DROP_TABLES, table.current, table.history, table.said)
    for enum in adaptation.enums:
        yield sql(DROP_ENUM, layout.enum(enum))
    for each, fields in adaptation.columns.items():
        for place in _places(layout.tables[each]):
            yield from (sql(DROP_COLUMN, place, layout.tables[each].column(field)) for field in fields)


def _make(layout: Layout, adaptation: Adaptation) -> Iterator[Sql]:
    yield from (create_enum(layout, layout.schema.enums[enum]) for enum in adaptation.enums)
    for label in adaptation.labels:
        template = ADD_BEHIND if label.behind else ADD_BEFORE
        yield sql(template, layout.enum(label.enum), text_literal(label.name), text_literal(label.beside))
    for each in adaptation.types:
        yield from create_tables(layout, layout.tables[each])
    for each, fields in adaptation.columns.items():
        table = layout.tables[each]
        for place in _places(table):
            yield from (sql(ADD_COLUMN, place, define_column(layout, table, field)) for field in fields)
    for each, fields in adaptation.loosened.items():
        table = layout.tables[each]
        for place in (table.current, table.history):
            yield from (sql(LOOSEN, place, table.column(field)) for field in fields)


def _places(table: Table) -> tuple[Sql, ...]:
    """The tables that have a column for each stored field."""
    return (table.current, table.history, *([table.said] if table.entity.shared else []))


def comments_ddl(layout: Layout) -> Sql:
    """All descriptions, as comments; none where there is none any more."""
    return script(_comments(layout))


def _comments(layout: Layout) -> Iterator[Sql]:
    for enum in layout.schema.enums.values():
        yield sql(COMMENT_TYPE, layout.enum(enum.name), _text(enum.description))
    for table in layout.tables.values():
        yield sql(COMMENT_TABLE, table.current, _text(table.entity.description))
        fields: tuple[Field, ...] = (*table.entity.stored_fields, *table.entity.computed_fields)
        yield from (sql(COMMENT_COLUMN, table.current, table.column(each), _text(each.description)) for each in fields)


def _text(description: str | None) -> Sql:
    return text_literal(description) if description else sql("null")


def moves(layout: Layout, adaptation: Adaptation) -> Iterator[Sql]:
    """Let what names types and fields by their places go by the places that they have now."""
    if adaptation.ordinals is not None:
        moved = [before for before, now in enumerate(adaptation.ordinals) if before != now]
        yield sql(MOVE_TYPES, layout.document, value(list(adaptation.ordinals)), value(moved))
    for each, places in adaptation.places.items():
        table, now = layout.tables[each], value(list(places))
        if table.entity.shared:
            assigned = name(ASSIGNED)  # null stays null: a removal
            yield sql(MOVE_ASSIGNED, table.said, assigned, now, assigned, assigned)
        yield sql(MOVE_READ, layout.read, now, value(each))
