"""A filter that a client gave, as the condition of a plan.

Keys are looked up in the table that the input type was made from. Siblings are
ANDed at every level. Source: spec/subgraph-api.md 2.5 and the deviations there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import assert_never

from docgraph.model.schema import AggregationType, EntityType, EnumRef, InterfaceType, Scalar, Schema
from docgraph.model.texts import text
from docgraph.model.values import SCALARS, Coerce, Refused
from docgraph.query import plan
from docgraph.query.filters import (
    Changed,
    Comparison,
    Every,
    Filter,
    Negated,
    OfChildren,
    Order,
    Some,
    filters_of,
    orders_of,
)
from docgraph.query.operators import Takes
from docgraph.query.slots import later

Given = Mapping[str, object]  # a coerced filter: input objects as mappings


class Vocabulary:
    """What the keys of filters and the names of orders mean, worked out when first needed."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.filters = cache(self._filters)
        self.orders = cache(self._orders)

    def _filters(self, type_name: str) -> Mapping[str, Filter]:
        return filters_of(self.schema, self._owner(type_name))

    def _orders(self, type_name: str) -> Mapping[str, Order]:
        return orders_of(self.schema, self._owner(type_name))

    def _owner(self, type_name: str) -> EntityType | InterfaceType | AggregationType:
        stored = self.schema.entities.get(type_name) or self.schema.interfaces.get(type_name)
        return stored or self.schema.aggregations[type_name]


def condition(vocabulary: Vocabulary, type_name: str, given: Given) -> plan.Condition:
    """What must hold for rows of the type. Raises Refused: naming the key whose value will not do."""
    known = vocabulary.filters(type_name)
    found: list[plan.Condition] = []
    for key, value in given.items():
        meaning = known[key]
        if value is None and isinstance(meaning, Every | Some | Negated | Changed):
            continue
        try:
            found.append(_one(vocabulary, type_name, meaning, value))
        except Refused as refused:
            raise Refused(f"`{key}`: {refused.what}", refused.mend) from refused
    return found[0] if len(found) == 1 else plan.And(tuple(found))


def _one(vocabulary: Vocabulary, type_name: str, meaning: Filter, value: object) -> plan.Condition:
    match meaning:
        case Comparison():
            return plan.Compare(meaning.field, meaning.operator, _compared(vocabulary.schema, meaning, value))
        case OfChildren(field=field, quantifier=quantifier, target=target):
            return plan.Exists(field, quantifier, condition(vocabulary, target, _mapping(value)))
        case Changed():
            return plan.ChangedSince(later(_mapping(value)["number_gte"], _whole))
        case Every():
            return plan.And(_each(vocabulary, type_name, value))
        case Some():
            return plan.Or(_each(vocabulary, type_name, value))
        case Negated():
            return plan.Not(condition(vocabulary, type_name, _mapping(value)))
        case _:
            assert_never(meaning)


def _each(vocabulary: Vocabulary, type_name: str, value: object) -> tuple[plan.Condition, ...]:
    given = value if isinstance(value, list | tuple) else [value]
    return tuple(condition(vocabulary, type_name, _mapping(each)) for each in given if each is not None)


def _whole(value: object) -> int:
    return int(str(value))


def _mapping(value: object) -> Given:
    if not isinstance(value, Mapping):
        raise Refused("a filter is an object, not null", "leave the key out, or give an object")
    return value


# What errors call these operators.
_UNSUPPORTED: Mapping[str, str] = {"_gt": ">", "_lt": "<", "_gte": ">=", "_lte": "<="}


def _compared(schema: Schema, meaning: Comparison, value: object) -> object:
    """The value in stored form; lists become tuples."""
    if value is None:
        if meaning.operator.null is not None:
            return None
        if meaning.operator.takes is Takes.MANY:
            raise Refused(f"Non-list value passed to `{meaning.operator.suffix}` filter", "give a list")
        named = _UNSUPPORTED.get(meaning.operator.suffix, meaning.operator.suffix.removeprefix("_"))
        raise Refused(
            f"unsupported filter `{named}` for value `null`", "leave the key out, or ask for equality with null"
        )
    return later(value, partial(_stored, _reading(schema, meaning)))


def _stored(read: Coerce, value: object) -> object:
    if isinstance(value, list | tuple):
        if None in value:
            raise Refused("null stands in a list of values to compare with", "leave it out")
        return tuple(map(read, value))
    return read(value)


def _reading(schema: Schema, meaning: Comparison) -> Coerce:
    """To stored form, from a value that is not null; a variable may have brought it as another scalar."""
    if meaning.type is Scalar.JSON or isinstance(meaning.type, EnumRef):
        return _as_it_is
    if schema.stored_scalar(meaning.field) is Scalar.BYTES and meaning.operator.pattern is None:
        return SCALARS[Scalar.BYTES]
    return reading(meaning.type)


def _as_it_is(value: object) -> object:
    return value


def reading(scalar: Scalar) -> Coerce:
    """To stored form, from a value that a client gave. It raises Refused: the value cannot be read so."""
    return _text if scalar in (Scalar.ID, Scalar.STRING) else SCALARS[scalar]


def _text(value: object) -> object:
    return f"0x{value.hex()}" if isinstance(value, bytes) else text(value)
