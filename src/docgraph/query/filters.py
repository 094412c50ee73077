"""What the keys of a filter and the names of an order mean, for each type.

A filter's keys are a table made from the schema, never cut apart by suffix: a
field called `checked_in` is as filterable as any other.

Source: spec/subgraph-api.md 2.5 and 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from docgraph.model.schema import (
    AggregationType,
    EntityRef,
    EntityType,
    EnumRef,
    Field,
    InterfaceType,
    Scalar,
    Schema,
    UnionType,
)
from docgraph.query.operators import Kind, Operator, Takes, filter_type, kind_of, operators_of
from docgraph.query.plan import Quantifier

Target = EntityType | InterfaceType | UnionType


class Comparison(msgspec.Struct, frozen=True):
    """Compares a stored field with a value."""

    field: Field
    operator: Operator
    type: Scalar | EnumRef  # GraphQL type of one value
    is_list: bool  # the operator takes a list of those


class OfChildren(msgspec.Struct, frozen=True):
    """A condition on the entities that a field leads to."""

    field: Field
    quantifier: Quantifier
    target: str  # name of the type they have


class Changed(msgspec.Struct, frozen=True):
    """The row was made at or after a block."""


class Every(msgspec.Struct, frozen=True):
    """`and`: all filters of the list hold."""


class Some(msgspec.Struct, frozen=True):
    """`or`: at least one filter of the list holds."""


class Negated(msgspec.Struct, frozen=True):
    """`not`: the filter does not hold."""


Filter = Comparison | OfChildren | Changed | Every | Some | Negated


class Order(msgspec.Struct, frozen=True):
    """What a name in an order stands for."""

    field: Field
    child: Field | None = None  # the field of the referenced entity that counts


def filters_of(schema: Schema, owner: EntityType | InterfaceType | AggregationType) -> Mapping[str, Filter]:
    """The keys of `X_filter`, in the order of the dialect.

    Where two keys would be the same, a field's own name wins over an operator's.
    """
    if isinstance(owner, AggregationType):
        return _filters_of_aggregation(schema, owner)
    own = {field.name for field in owner.fields if not field.is_derived}
    found: dict[str, Filter] = {}
    for field in owner.fields:
        for key, meaning in _filters_of_field(schema, field):
            if key not in found and (key == field.name or key not in own):
                found[key] = meaning
    found.setdefault("_change_block", Changed())
    for key, meaning in _COMBINED.items():
        found.setdefault(key, meaning)
    return found


_COMBINED: Mapping[str, Filter] = {"and": Every(), "or": Some(), "not": Negated()}


def _filters_of_aggregation(schema: Schema, owner: AggregationType) -> Mapping[str, Filter]:
    """Only what rows are grouped by can be filtered. Source: spec/subgraph-api.md 2.5.1, the last paragraph."""
    grouped = [field for field in owner.fields if all(field != each.field for each in owner.aggregates)]
    own = {field.name for field in grouped}
    found: dict[str, Filter] = {}
    for field in grouped:
        for key, meaning in _filters_of_field(schema, field):
            offered = not isinstance(meaning, Comparison) or meaning.operator.suffix in _of_group(schema, field)
            if offered and key not in found and (key == field.name or key not in own):
                found[key] = meaning
    found.setdefault("_change_block", Changed())
    for key, meaning in _COMBINED.items():
        found.setdefault(key, meaning)
    return found


def _of_group(schema: Schema, field: Field) -> tuple[str, ...]:
    """The suffixes that a field offers which rows are grouped by."""
    is_number = kind_of(schema, field) is Kind.ORDERED and not field.is_reference
    return ("", "_gt", "_lt", "_gte", "_lte", "_in") if is_number else ("",)


def _filters_of_field(schema: Schema, field: Field) -> Iterator[tuple[str, Filter]]:
    if not field.is_derived:
        for operator in operators_of(kind_of(schema, field)):
            is_list = field.is_list or operator.takes is Takes.MANY
            yield field.name + operator.suffix, Comparison(field, operator, filter_type(schema, field), is_list)
    if isinstance(field.type, EntityRef) and not isinstance(schema.target(field.type.name), UnionType):
        for quantifier in Quantifier if field.is_list else (Quantifier.SOME,):
            yield f"{field.name}_{quantifier.value}", OfChildren(field, quantifier, field.type.name)


def orders_of(schema: Schema, owner: EntityType | InterfaceType | AggregationType) -> Mapping[str, Order]:
    """The names of `X_orderBy`, in the order of the dialect; lists have no order.

    A field whose own name looks like the path of a child's field wins over the child's.
    """
    found: dict[str, Order] = {}
    own = {field.name for field in owner.fields if not field.is_list}
    for field in owner.fields:
        if field.is_list:
            continue
        found[field.name] = Order(field)
        if isinstance(field.type, EntityRef):
            for child in _fields(schema.target(field.type.name)):
                path = f"{field.name}__{child.name}"
                if not child.is_list and not child.is_reference and path not in own:
                    found.setdefault(path, Order(field, child))
    return found


def _fields(target: Target) -> tuple[Field, ...]:
    return () if isinstance(target, UnionType) else target.fields
