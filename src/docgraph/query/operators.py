"""The one registry of filter operators.

Which operators a field offers, what they are called, what they take, what they
mean and how they read in SQL: input types, plans, statements, the table in the
documentation and the test matrix are all derived from `OPERATORS`. Knows nothing
of GraphQL libraries and of tables.

Source of the suffixes and their order: spec/subgraph-api.md 2.5.1 and 2.5.2.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

import msgspec

from docgraph.model.schema import EntityRef, EnumRef, Field, Scalar, Schema
from docgraph.store.sql import Sql, sql


class Kind(enum.Enum):
    """What a field is to a filter."""

    ID = "ID"
    TEXT = "String, references"
    BYTES_REFERENCE = "references to Bytes"  # entities whose ids are Bytes
    ORDERED = "Int, Int8, BigInt, BigDecimal, Float, Timestamp, Date, DateTime"
    BYTES = "Bytes"
    CHOICE = "Boolean, enums"
    OPAQUE = "JSON"
    LIST = "lists"
    TEXT_LIST = "lists of String"


class Takes(enum.Enum):
    """What the value of an operator looks like."""

    ONE = "v"  # of the field's own filter type
    MANY = "[v!]"


class Operator(msgspec.Struct, frozen=True):
    """One operator for some kinds of fields."""

    suffix: str  # after the field's name; empty for equality
    kinds: frozenset[Kind]
    takes: Takes
    means: str  # for people; `x` is the field, `v` the value
    sql: Callable[[Sql, Sql], Sql]  # the condition, from the column and the bound value
    null: Callable[[Sql], Sql] | None = None  # the condition when the value is null; None: null is refused
    pattern: Callable[[str], str] | None = None  # text is looked for as this LIKE pattern


def literal(text: str) -> str:
    """The LIKE pattern that finds exactly this text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _within(text: str) -> str:
    return f"%{literal(text)}%"


def _at_start(text: str) -> str:
    return f"{literal(text)}%"


def _at_end(text: str) -> str:
    return f"%{literal(text)}"


_VALUES = frozenset({Kind.ID, Kind.TEXT, Kind.BYTES_REFERENCE, Kind.ORDERED, Kind.BYTES})
_LISTS = frozenset({Kind.LIST, Kind.TEXT_LIST})
_TEXT = frozenset({Kind.TEXT})
_SEARCHED = frozenset({Kind.TEXT, Kind.BYTES_REFERENCE})  # as the API shows them
_BYTES = frozenset({Kind.BYTES, Kind.BYTES_REFERENCE})
_TEXT_LIST = frozenset({Kind.TEXT_LIST})

OPERATORS: tuple[Operator, ...] = (
    Operator(
        "",
        frozenset(Kind),
        Takes.ONE,
        "x equals v; `null` finds rows without x. Lists: the same elements in the same order",
        lambda x, v: sql("{} = {}", x, v),
        null=lambda x: sql("{} is null", x),
    ),
    Operator(
        "_not",
        frozenset(Kind),
        Takes.ONE,
        "x has a value and it is not v; `null` finds rows with any x",
        lambda x, v: sql("{} <> {}", x, v),
        null=lambda x: sql("{} is not null", x),
    ),
    Operator("_gt", _VALUES, Takes.ONE, "x is greater than v", lambda x, v: sql("{} > {}", x, v)),
    Operator("_lt", _VALUES, Takes.ONE, "x is less than v", lambda x, v: sql("{} < {}", x, v)),
    Operator("_gte", _VALUES, Takes.ONE, "x is v or greater", lambda x, v: sql("{} >= {}", x, v)),
    Operator("_lte", _VALUES, Takes.ONE, "x is v or less", lambda x, v: sql("{} <= {}", x, v)),
    Operator(
        "_in",
        _VALUES | {Kind.CHOICE},
        Takes.MANY,
        "x is one of the values; an empty list finds nothing",
        lambda x, v: sql("{} = any({})", x, v),
    ),
    Operator(
        "_not_in",
        _VALUES | {Kind.CHOICE},
        Takes.MANY,
        "x has a value and it is none of these; an empty list excludes nothing",
        # With no values this is true even where x is null: nothing is excluded.
        lambda x, v: sql("{} <> all({})", x, v),
    ),
    Operator(
        "_contains",
        _TEXT,
        Takes.ONE,
        "v stands somewhere in x",
        lambda x, v: sql("{} like {}", x, v),
        pattern=_within,
    ),
    Operator(
        "_contains",
        _BYTES,
        Takes.ONE,
        "the bytes v stand somewhere in x",
        lambda x, v: sql("position({} in {}) > 0", v, x),
    ),
    Operator(
        "_contains",
        _LISTS,
        Takes.ONE,
        "the list x has all the values, in any order",
        lambda x, v: sql("{} @> {}", x, v),
    ),
    Operator(
        "_contains_nocase",
        _SEARCHED,
        Takes.ONE,
        "as `_contains`, ignoring case",
        lambda x, v: sql("{} ilike {}", x, v),
        pattern=_within,
    ),
    Operator(
        "_contains_nocase",
        _TEXT_LIST,
        Takes.ONE,
        "the list x has at least one of the values, ignoring case",
        lambda x, v: sql('exists (select from unnest({}) as "item$"("v") where "item$"."v" ilike any({}))', x, v),
        pattern=literal,
    ),
    Operator(
        "_not_contains",
        _TEXT,
        Takes.ONE,
        "x has a value and v stands nowhere in it",
        lambda x, v: sql("{} not like {}", x, v),
        pattern=_within,
    ),
    Operator(
        "_not_contains",
        _BYTES,
        Takes.ONE,
        "x has a value and the bytes v stand nowhere in it",
        lambda x, v: sql("position({} in {}) = 0", v, x),
    ),
    Operator(
        "_not_contains",
        _LISTS,
        Takes.ONE,
        "the list x has none of the values",
        lambda x, v: sql("not {} && {}", x, v),
    ),
    Operator(
        "_not_contains_nocase",
        _SEARCHED,
        Takes.ONE,
        "as `_not_contains`, ignoring case",
        lambda x, v: sql("{} not ilike {}", x, v),
        pattern=_within,
    ),
    Operator(
        "_not_contains_nocase",
        _TEXT_LIST,
        Takes.ONE,
        "the list x has none of the values, ignoring case; a missing list matches",
        lambda x, v: sql('not exists (select from unnest({}) as "item$"("v") where "item$"."v" ilike any({}))', x, v),
        pattern=literal,
    ),
    Operator(
        "_starts_with",
        _SEARCHED,
        Takes.ONE,
        "x begins with v",
        lambda x, v: sql("{} like {}", x, v),
        pattern=_at_start,
    ),
    Operator(
        "_starts_with_nocase",
        _SEARCHED,
        Takes.ONE,
        "as `_starts_with`, ignoring case",
        lambda x, v: sql("{} ilike {}", x, v),
        pattern=_at_start,
    ),
    Operator(
        "_not_starts_with",
        _SEARCHED,
        Takes.ONE,
        "x has a value and does not begin with v",
        lambda x, v: sql("{} not like {}", x, v),
        pattern=_at_start,
    ),
    Operator(
        "_not_starts_with_nocase",
        _SEARCHED,
        Takes.ONE,
        "as `_not_starts_with`, ignoring case",
        lambda x, v: sql("{} not ilike {}", x, v),
        pattern=_at_start,
    ),
    Operator(
        "_ends_with",
        _SEARCHED,
        Takes.ONE,
        "x ends with v",
        lambda x, v: sql("{} like {}", x, v),
        pattern=_at_end,
    ),
    Operator(
        "_ends_with_nocase",
        _SEARCHED,
        Takes.ONE,
        "as `_ends_with`, ignoring case",
        lambda x, v: sql("{} ilike {}", x, v),
        pattern=_at_end,
    ),
    Operator(
        "_not_ends_with",
        _SEARCHED,
        Takes.ONE,
        "x has a value and does not end with v",
        lambda x, v: sql("{} not like {}", x, v),
        pattern=_at_end,
    ),
    Operator(
        "_not_ends_with_nocase",
        _SEARCHED,
        Takes.ONE,
        "as `_not_ends_with`, ignoring case",
        lambda x, v: sql("{} not ilike {}", x, v),
        pattern=_at_end,
    ),
)

_KINDS: Mapping[Scalar, Kind] = {
    Scalar.ID: Kind.ID,
    Scalar.STRING: Kind.TEXT,
    Scalar.BYTES: Kind.BYTES,
    Scalar.BOOLEAN: Kind.CHOICE,
    Scalar.INT: Kind.ORDERED,
    Scalar.INT8: Kind.ORDERED,
    Scalar.BIG_INT: Kind.ORDERED,
    Scalar.BIG_DECIMAL: Kind.ORDERED,
    Scalar.TIMESTAMP: Kind.ORDERED,
    Scalar.FLOAT: Kind.ORDERED,
    Scalar.DATE: Kind.ORDERED,
    Scalar.DATE_TIME: Kind.ORDERED,
    Scalar.JSON: Kind.OPAQUE,
}


def kind_of(schema: Schema, field: Field) -> Kind:
    """What a stored field is to a filter.

    A reference is text, whatever its target's id is, except for a number (Int8). Only `_contains` looks into the
    bytes of one to Bytes, as it does there; the other text operators, which fail there, look into what the API shows.
    """
    if field.is_list:
        texts = (Scalar.STRING, Scalar.ID) if field.is_reference else (Scalar.STRING,)
        return Kind.TEXT_LIST if schema.stored_scalar(field) in texts else Kind.LIST
    if field.is_reference and schema.stored_scalar(field) is Scalar.BYTES:
        return Kind.BYTES_REFERENCE
    match filter_type(schema, field):
        case Scalar() as scalar:
            return _KINDS[scalar]
        case EnumRef():
            return Kind.CHOICE


def filter_type(schema: Schema, field: Field) -> Scalar | EnumRef:
    """The GraphQL type of one value in a filter on a stored field.

    Source: spec/subgraph-api.md 2.5.1: references are filtered as String, those with a number as id as Int.
    """
    if isinstance(field.type, EntityRef):
        return Scalar.INT if schema.stored_scalar(field) is Scalar.INT8 else Scalar.STRING
    return schema.stored_scalar(field)


_OFFERED: Mapping[Kind, tuple[Operator, ...]] = {
    kind: tuple(operator for operator in OPERATORS if kind in operator.kinds) for kind in Kind
}


def operators_of(kind: Kind) -> tuple[Operator, ...]:
    """The operators that a field of this kind offers, in the order of the dialect."""
    return _OFFERED[kind]
