"""Where rows come from: the table of a type at a block, and how two rows are tied.

The building blocks that conditions, orders and answers are printed with.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from itertools import count

import msgspec

from docgraph.model.schema import EntityRef, EntityType, EnumRef, Field, Scalar, Schema
from docgraph.query.plan import Join
from docgraph.query.slots import Slot, later
from docgraph.store.layout import DOCUMENT, LINE, POSTGRES_TYPE, SINCE, UNTIL, Layout, Table, fit, search_column
from docgraph.store.sql import Sql, join, name, sql, value


class Form(enum.Enum):
    """The two ways to print a plan; both give the same answer where there is no error."""

    OPTIMISTIC = "a null where none may be stops the statement"
    EXACT = "rows carry their type, and what is wrong in them is left for whoever completes the answer"


class Setting(msgspec.Struct, frozen=True):
    """What holds for all parts of one root field."""

    layout: Layout
    form: Form
    number: Sql | None  # the block to read at; None: the latest
    numbers: Iterator[int] = msgspec.field(default_factory=lambda: count(1))  # for aliases

    @property
    def schema(self) -> Schema:
        return self.layout.schema


class Row(msgspec.Struct, frozen=True):
    """One row of an entity's table under an alias."""

    entity: EntityType
    table: Table
    alias: Sql

    def __getitem__(self, field: Field) -> Sql:
        """The column of a stored field; a field of an interface is the entity's own of that name."""
        return sql("{}.{}", self.alias, self.table.column(field))

    @property
    def id(self) -> Sql:
        return self[self.entity.field("id")]

    @property
    def since(self) -> Sql:
        return sql("{}.{}", self.alias, name(SINCE))

    @property
    def document(self) -> Sql:
        return sql("{}.{}", self.alias, name(DOCUMENT))

    @property
    def line(self) -> Sql:
        return sql("{}.{}", self.alias, name(LINE))


def row_of(setting: Setting, entity: EntityType) -> Row:
    """A row under a fresh alias."""
    table = setting.layout.tables[entity.name]
    return Row(entity, table, name(fit(table.name, f"${next(setting.numbers)}")))


AT_BLOCK = """(
select {} from {} where {} <= {}
union all
select {} from {} where {} <= {} and {} < {}) as {}"""


def relation(setting: Setting, row: Row) -> Sql:
    """The rows of the entity's table at the block, for a `from`."""
    if setting.number is None:
        return sql("{} as {}", row.table.current, row.alias)
    columns = stored(row.table)
    since, number, until = name(SINCE), setting.number, name(UNTIL)
    return sql(
        AT_BLOCK,
        *(columns, row.table.current, since, number),
        *(columns, row.table.history, since, number, number, until, row.alias),
    )


def stored(table: Table) -> Sql:
    """The columns that the tables of current and former rows share, as far as answers are made of them."""
    columns = (*table.columns, *table.computed, *map(search_column, table.searches), DOCUMENT, SINCE, LINE)
    return join(", ", map(name, columns))


def join_of(schema: Schema, owner: EntityType, field: Field) -> Join:
    """How a field of an entity leads to others."""
    if not isinstance(field.type, EntityRef):
        raise TypeError(f"{owner.name}.{field.name} leads nowhere")
    if field.derived_from is None:
        return Join.STORED_LIST if field.is_list else Join.STORED
    back = [_field(entity, field.derived_from) for entity in schema.concrete(field.type.name)]
    return Join.DERIVED_LIST if any(each is not None and each.is_list for each in back) else Join.DERIVED


def tie(parent: Row, field: Field, child: Row) -> Sql:
    """The condition that `child` is where `field` of `parent` leads to.

    `field` may be an interface's: what counts is the parent's own field of that name.
    """
    own = parent.entity.field(field.name)
    if own.derived_from is None:
        if own.is_list:
            return sql("{} = any({})", child.id, parent[own])
        return sql("{} = {}", child.id, parent[own])
    back = _field(child.entity, own.derived_from)
    if back is None or back.is_derived:
        return sql("false")
    if back.is_list:
        # Containment, because that is what an index on a list can answer.
        return sql("{} @> array[{}]", child[back], parent.id)
    return sql("{} = {}", child[back], parent.id)


def _field(entity: EntityType, field_name: str) -> Field | None:
    return next((field for field in entity.fields if field.name == field_name), None)


def bind(layout: Layout, held: Scalar | EnumRef, payload: object) -> Sql:
    """A value in stored form as a parameter of its column's type; a tuple is a list of those."""
    many = payload.many if isinstance(payload, Slot) else isinstance(payload, tuple)
    brackets: Sql = sql("[]") if many else sql("")
    sent = later(payload, list) if many else payload
    match held:
        case EnumRef():
            return sql("{}::text{}::{}{}", value(sent), brackets, layout.enum(held.name), brackets)
        case Scalar.JSON:
            return sql("{}::text{}::jsonb{}", value(sent), brackets, brackets)
        case Scalar():
            return sql("{}::{}{}", value(sent), Sql((POSTGRES_TYPE[held],)), brackets)
