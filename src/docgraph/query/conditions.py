"""Conditions and orders as SQL, for rows of one concrete type.

A field may be named by an interface: what counts is the type's own field of that name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from docgraph.model.schema import EntityRef, EntityType, Field, Scalar, Schema
from docgraph.query import plan
from docgraph.query.operators import Operator
from docgraph.query.rows import Row, Setting, bind, relation, row_of, tie
from docgraph.query.slots import later
from docgraph.store.sql import Sql, join, sql, value


def condition(setting: Setting, row: Row, wanted: plan.Condition) -> Sql:
    """What must hold for `row`."""
    match wanted:
        case plan.And(conditions):
            return _joined([condition(setting, row, each) for each in conditions], sql(" and "), sql("true"))
        case plan.Or(conditions):
            return _joined([condition(setting, row, each) for each in conditions], sql(" or "), sql("false"))
        case plan.Not(inner):
            return sql("not ({})", condition(setting, row, inner))
        case plan.Compare():
            return _compare(setting, row, wanted)
        case plan.ChangedSince(block):
            return sql("{} >= {}::integer", row.since, value(block))
        case plan.Exists():
            return _exists(setting, row, wanted)
        case _:
            assert_never(wanted)


def parts(schema: Schema, wanted: plan.Condition) -> int:
    """How many parts a condition has in SQL: one on children stands there once for each type they can be of."""
    match wanted:
        case plan.And(conditions) | plan.Or(conditions):
            return 1 + sum(parts(schema, each) for each in conditions)
        case plan.Not(inner):
            return 1 + parts(schema, inner)
        case plan.Exists(field=field, condition=inner):
            return 1 + len(targets(schema, field)) * parts(schema, inner)
        case plan.Compare() | plan.ChangedSince():
            return 1
        case _:
            assert_never(wanted)


def _joined(conditions: list[Sql], operator: Sql, empty: Sql) -> Sql:
    if not conditions:
        return empty
    if len(conditions) == 1:
        return conditions[0]
    parts = [conditions[0], *(sql("{}{}", operator, each) for each in conditions[1:])]
    return sql("({})", join("", parts))


def _compare(setting: Setting, row: Row, wanted: plan.Compare) -> Sql:
    field, operator = row.entity.field(wanted.field.name), wanted.operator
    column, held = _held(setting, row, field), setting.schema.stored_scalar(field)
    if wanted.value is None:
        if operator.null is None:
            raise TypeError(f"{field.name}{operator.suffix} compared with null")
        return operator.null(column)
    if operator.pattern is not None and held is Scalar.BYTES:
        # Text is looked for in what the API shows of the bytes.
        column, held = hexadecimal(column), Scalar.STRING
    return operator.sql(column, bind(setting.layout, held, _looked_for(operator, wanted.value)))


LED_TO = '(select "led$"."id" from ({}) as "led$" order by "led$"."id"{})'


def _held(setting: Setting, row: Row, field: Field) -> Sql:
    """What a comparison looks at: the column.

    A field that an interface declares as stored may be derived in a type that implements it: then the ids that
    it leads to stand for what would be stored.
    """
    if not field.is_derived:
        return row[field]
    children = [row_of(setting, entity) for entity in targets(setting.schema, field)]
    found = [
        sql('select {} as "id" from {} where {}', child.id, relation(setting, child), tie(row, field, child))
        for child in children
    ]
    ids = join(" union all ", found)
    return sql("array{}", sql(LED_TO, ids, sql(""))) if field.is_list else sql(LED_TO, ids, sql(" limit 1"))


def _looked_for(operator: Operator, payload: object) -> object:
    if operator.pattern is None:
        return payload
    return later(payload, partial(_patterns, operator.pattern))


def _patterns(pattern: Callable[[str], str], payload: object) -> object:
    if isinstance(payload, tuple):
        return tuple(pattern(str(each)) for each in payload)
    return pattern(str(payload))


def hexadecimal(column: Sql) -> Sql:
    """Bytes as the API shows them."""
    return sql("'0x' || encode({}, 'hex')", column)


def _exists(setting: Setting, row: Row, wanted: plan.Exists) -> Sql:
    def fulfils(child: Row) -> Sql:
        return condition(setting, child, wanted.condition)

    def fails(child: Row) -> Sql:
        return sql("({}) is not true", fulfils(child))

    match wanted.quantifier:
        case plan.Quantifier.SOME:
            return _some(setting, row, wanted.field, fulfils)
        case plan.Quantifier.NONE:
            return sql("not {}", _some(setting, row, wanted.field, fulfils))
        case plan.Quantifier.EVERY:
            return sql("not {}", _some(setting, row, wanted.field, fails))
        case _:
            assert_never(wanted.quantifier)


def _some(setting: Setting, row: Row, field: Field, holds: Callable[[Row], Sql]) -> Sql:
    """There is a child for which it holds, in one of the tables the field can lead to."""
    children = [row_of(setting, entity) for entity in targets(setting.schema, field)]
    found = [
        sql("exists (select from {} where {} and {})", relation(setting, child), tie(row, field, child), holds(child))
        for child in children
    ]
    return _joined(found, sql(" or "), sql("false"))


def targets(schema: Schema, field: Field) -> tuple[EntityType, ...]:
    """The entity types that a reference can lead to."""
    if not isinstance(field.type, EntityRef):
        raise TypeError(f"{field.name} leads nowhere")
    return schema.concrete(field.type.name)


def order_key(setting: Setting, row: Row, order: plan.Order) -> Sql:
    """What `row` is ordered by."""
    field = row.entity.field(order.field.name)
    if order.child is None and not field.is_derived:
        return row[field]
    found = []
    for entity in targets(setting.schema, field):
        child = row_of(setting, entity)
        key = child[entity.field(order.child.name)] if order.child else child.id
        # A derived field may find several; the lowest id speaks for them.
        only = sql(" order by {} limit 1", child.id) if field.is_derived else sql("")
        found.append(sql("(select {} from {} where {}{})", key, relation(setting, child), tie(row, field, child), only))
    if not found:
        return sql("null::{}", setting.layout.postgres_type(order.child or order.field))
    return found[0] if len(found) == 1 else sql("coalesce({})", join(", ", found))
