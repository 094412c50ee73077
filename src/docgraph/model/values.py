"""Values are typed by the schema: from what a document or handler gives to what is stored.

    ID, String → str · Bytes → bytes · Boolean → bool · Int, Int8 → int · BigInt, BigDecimal → Decimal
    Float → float · Timestamp, DateTime → datetime (UTC) · Date → date · JSON → str (JSON text) · enum → str
    reference → the target's id · list → list · null → None

A value that does not fit is `Refused` with what is wrong and how to mend it; nothing
is changed silently. The table that authors read is docs/values.md. Knows no documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from docgraph.model.given import Fields, MissingKey, Refused, Written, WrittenFloat, WrittenInt, show
from docgraph.model.json_text import json_text
from docgraph.model.moments import day, moment, timestamp
from docgraph.model.numbers import big_decimal, big_int, integer, real
from docgraph.model.schema import AggregationRef, EntityRef, EnumRef, Field, Scalar, Schema
from docgraph.model.texts import as_id, octets, one_of, text

__all__ = [
    "SCALARS",
    "Coerce",
    "Fields",
    "MissingKey",
    "Refused",
    "Written",
    "WrittenFloat",
    "WrittenInt",
    "coerce",
    "coercer",
]

Coerce = Callable[[object], object]


def coerce(schema: Schema, field: Field, value: object) -> object:
    """The stored form of `value` in `field`. Raises Refused. For many values, keep a `coercer`."""
    return coercer(schema, field)(value)


def coercer(schema: Schema, field: Field) -> Coerce:
    """A function from what may be given for `field` to its stored form, which raises Refused."""
    if field.is_derived:
        return _refuse_derived
    one = _one(schema, field)
    if field.is_list:
        one = _list(_required(one, _REQUIRED_ITEM) if field.items_required else _nullable(one))
    return _required(one, _REQUIRED) if field.required else _nullable(one)


def _one(schema: Schema, field: Field) -> Coerce:
    """The coercion of one value that is not null."""
    match field.type:
        case EnumRef(name=name):
            return one_of(name, [value.name for value in schema.enums[name].values])
        case EntityRef(name=name):
            return _reference(schema, name, as_id(_scalar(schema.stored_scalar(field))))
        case AggregationRef():
            return _refuse_derived
        case Scalar() as scalar:
            return as_id(SCALARS[scalar]) if field.name == "id" else SCALARS[scalar]
        case _:
            assert_never(field.type)


def _scalar(stored: Scalar | EnumRef) -> Coerce:
    return SCALARS[stored] if isinstance(stored, Scalar) else text


def _reference(schema: Schema, target: str, of_id: Coerce) -> Coerce:
    """A reference takes an id, or an entity that has one."""
    expected = tuple(entity.name for entity in schema.concrete(target))

    def coerce_reference(value: object) -> object:
        kind = None if type(value) is str else getattr(type(value), "__entity__", None)
        if kind is None:
            return of_id(value)
        if kind not in expected:
            raise Refused(
                f"an entity of type {kind} stands where {target} is expected",
                f"give {' or '.join(expected) or target}, or its id",
                value,
            )
        own = getattr(value, "id", None)
        if own is None:
            raise Refused(f"the {kind} that is referred to has no id", "set its id first", value)
        return of_id(own)

    return coerce_reference


_REQUIRED = Refused(
    "missing value for a field that must have one", "give it a value, or take the ! off the field in schema.graphql"
)
_REQUIRED_ITEM = Refused(
    "null stands in a list whose elements must have a value",
    "leave it out in the handler, or take the inner ! off the field in schema.graphql",
)


def _required(one: Coerce, refusal: Refused) -> Coerce:
    def coerce_required(value: object) -> object:
        if value is None:
            raise Refused(refusal.what, refusal.mend, value)
        return one(value)

    return _usual_text_or(coerce_required) if one is text else coerce_required


def _nullable(one: Coerce) -> Coerce:
    def coerce_nullable(value: object) -> object:
        return None if value is None else one(value)

    return _usual_text_or(coerce_nullable) if one is text else coerce_nullable


def _usual_text_or(other: Coerce) -> Coerce:
    """Most of what is stored is text, and most of that needs no look but this: one call for a value of it, not two."""

    def coerce_text(value: object) -> object:
        return value if type(value) is str and value.isascii() and "\0" not in value else other(value)

    return coerce_text


def _list(one: Coerce) -> Coerce:
    def coerce_list(value: object) -> object:
        if not isinstance(value, (list, tuple)):
            raise _no_list(value)
        found: list[object] = []
        try:
            for inner in value:
                found.append(one(inner))  # noqa: PERF401 - how many there are tells which one is refused
        except Refused as refused:
            raise Refused(f"element [{len(found)}]: {refused.what}", refused.mend, refused.value) from refused
        return found

    return coerce_list


def _no_list(value: object) -> Refused:
    if isinstance(value, set | frozenset):
        return Refused("a set has no order, as a list needs", "sort it in the handler: sorted(values)", value)
    if isinstance(value, str | bytes | int | float):
        return Refused(f"{show(value)} is one value, not a list", "put it in a list: [value]", value)
    return Refused(f"{show(value)} is not a list", "make it one in the handler: list(values)", value)


def _refuse_derived(value: object) -> object:
    raise Refused("a derived field cannot be set", "set the field on the other side that it is derived from", value)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _WORDS:
        return _WORDS[value.lower()]
    raise Refused(f"{show(value)} is not a truth value, as Boolean needs", "write true or false", value)


_WORDS = {"true": True, "false": False}

SCALARS: Mapping[Scalar, Coerce] = {
    Scalar.ID: text,
    Scalar.STRING: text,
    Scalar.BYTES: octets,
    Scalar.BOOLEAN: _boolean,
    Scalar.INT: integer("Int", 32),
    Scalar.INT8: integer("Int8", 64),
    Scalar.BIG_INT: big_int,
    Scalar.BIG_DECIMAL: big_decimal,
    Scalar.TIMESTAMP: timestamp,
    Scalar.FLOAT: real,
    Scalar.JSON: json_text,
    Scalar.DATE: day,
    Scalar.DATE_TIME: moment,
}
