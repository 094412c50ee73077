"""Keysets: rows under named keys, their order, and what lies beyond a place in it.

What lies beyond a place can be a range of an index, unless the first key may be null
and ascends. Nulls stand where they always do, last ascending and first descending, so
the reverse of an order is the same keys with every direction turned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from docgraph.model.schema import Schema
from docgraph.query import plan
from docgraph.query.conditions import condition, order_key
from docgraph.query.cursors import decisive
from docgraph.query.pages import Place
from docgraph.query.plan import Direction, Order
from docgraph.query.rows import Row, Setting, bind, relation, row_of
from docgraph.store.sql import EMPTY, Sql, integer, join, name, sql

TABLE = name("table$")  # which of the type's tables a row is from, where there are several


class Drawn(msgspec.Struct, frozen=True):
    """A column that rows of several types have in common."""

    called: Sql
    kind: Sql  # its Postgres type
    of: Callable[[Row], Sql]


class Keyset(msgspec.Struct, frozen=True):
    """The rows of a type that fulfil a condition, under the keys of an order."""

    setting: Setting
    type: str
    orders: tuple[Order, ...]
    condition: plan.Condition

    @property
    def keys(self) -> tuple[Sql, ...]:
        """The columns of the keys, the row's id last."""
        return tuple(name(f"key{place}$") for place, _ in enumerate(self.orders, start=1))

    @property
    def source(self) -> Sql:
        """All the rows, for a `from`."""
        return drawn_from(self.setting, self.type, [*map(self._drawn, self.keys, self.orders)], self.condition)

    def _drawn(self, called: Sql, order: Order) -> Drawn:
        def key(row: Row) -> Sql:
            return order_key(self.setting, row, order)

        return Drawn(called, self.setting.layout.postgres_type(decisive(order)), key)

    def ordering(self) -> Sql:
        """For `order by`."""
        pairs = zip(self.keys, self.orders, strict=True)
        return join(", ", (sql("{}{}", key, _ending(order.direction)) for key, order in pairs))

    def turned(self) -> Keyset:
        """The same rows from last to first."""
        return msgspec.structs.replace(self, orders=tuple(map(_turned, self.orders)))

    def beyond(self, place: Place) -> Sql:
        """What holds for the rows that come after `place`. Not always false for the others: it may be null."""
        found = EMPTY
        for key, order, at in reversed(list(zip(self.keys, self.orders, place.keys, strict=True))):
            found = self._step(key, order, at, found)
        return found

    def _step(self, key: Sql, order: Order, at: object, rest: Sql) -> Sql:
        """A row lies beyond if its key does, or if its key is the same and the rest lies beyond."""
        descending = order.direction is Direction.DESC
        if at is None:
            return sql("({} is not null or {})", key, rest) if descending else sql("({} is null and {})", key, rest)
        schema = self.setting.schema
        bound = bind(self.setting.layout, schema.stored_scalar(decisive(order)), at)
        if not rest:
            return sql("{} < {}", key, bound) if descending else sql("{} > {}", key, bound)
        if descending:
            return sql("({} <= {} and ({} < {} or {}))", key, bound, key, bound, rest)
        if may_be_null(schema, self.type, order):
            return sql("({} > {} or {} is null or {} = {} and {})", key, bound, key, key, bound, rest)
        return sql("({} >= {} and ({} > {} or {}))", key, bound, key, bound, rest)


def may_be_null(schema: Schema, type_name: str, order: Order) -> bool:
    """Whether a row of the type may be without the key; a range of an index cannot say that."""
    if order.child is not None:
        return True
    own = (entity.field(order.field.name) for entity in schema.concrete(type_name))
    return any(field.is_derived or not field.required for field in own)


def _turned(order: Order) -> Order:
    other = Direction.ASC if order.direction is Direction.DESC else Direction.DESC
    return msgspec.structs.replace(order, direction=other)


def _ending(direction: Direction) -> Sql:
    return sql(" desc") if direction is Direction.DESC else EMPTY


def drawn_from(setting: Setting, type_name: str, columns: Sequence[Drawn], wanted: plan.Condition) -> Sql:
    """The rows of every table of a type that fulfil a condition, for a `from`."""
    entities = setting.schema.concrete(type_name)
    parts = []
    for place, entity in enumerate(entities):
        row = row_of(setting, entity)
        listed = [sql("{} as {}", each.of(row), each.called) for each in columns]
        if len(entities) > 1:
            listed.insert(0, sql("{} as {}", integer(place), TABLE))
        matching = EMPTY if wanted == plan.EVERYTHING else sql("\nwhere {}", condition(setting, row, wanted))
        parts.append(sql("select {} from {}{}", join(", ", listed), relation(setting, row), matching))
    if not parts:
        listed = [sql("null::{} as {}", each.kind, each.called) for each in columns]
        parts.append(sql("select {} where false", join(", ", listed)))
    return sql("(\n{}) as {}", join("\nunion all\n", parts), name("source$"))
