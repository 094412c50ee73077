"""What can be measured of entities, what they can be grouped by, and what of it is wanted.

One table for the types that describe the figures and for the statements that compute
them; the values that are parts of a plan.

Source: spec/subgraph-api.md, shapes of the extensions.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from docgraph.model.schema import EntityType, EnumRef, Field, InterfaceType, Scalar, Schema
from docgraph.query.pages import Constant


class Measure(enum.Enum):
    """A figure about the values of one field; nulls do not count. The values are the names of the API."""

    COUNT_DISTINCT = "countDistinct"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"


# What adding up gives, for every scalar that can be added up.
SUM_TYPE: Mapping[Scalar, Scalar] = {
    Scalar.INT: Scalar.BIG_INT,
    Scalar.INT8: Scalar.BIG_INT,
    Scalar.BIG_INT: Scalar.BIG_INT,
    Scalar.BIG_DECIMAL: Scalar.BIG_DECIMAL,
    Scalar.FLOAT: Scalar.FLOAT,
}


def groupable(owner: EntityType | InterfaceType) -> tuple[Field, ...]:
    """The fields that entities can be grouped by: those with one stored value; a reference counts as its id."""
    return tuple(field for field in owner.fields if not field.is_list and not field.is_derived)


def measured(schema: Schema, owner: EntityType | InterfaceType) -> Mapping[Measure, tuple[Field, ...]]:
    """The fields that each measure is offered for; a measure of nothing is left out."""
    fields = groupable(owner)
    numeric = tuple(field for field in fields if field.type in SUM_TYPE)
    ordered = tuple(field for field in fields if schema.stored_scalar(field) is not Scalar.JSON)
    offered = {
        Measure.COUNT_DISTINCT: fields,
        Measure.SUM: numeric,
        Measure.AVG: numeric,
        Measure.MIN: ordered,
        Measure.MAX: ordered,
    }
    return {measure: found for measure, found in offered.items() if found}


def result_type(schema: Schema, measure: Measure, field: Field) -> Scalar | EnumRef:
    """The GraphQL type of a measure of a field."""
    held = schema.stored_scalar(field)
    match measure:
        case Measure.COUNT_DISTINCT:
            return Scalar.INT
        case Measure.SUM if isinstance(held, Scalar):
            return SUM_TYPE[held]
        case Measure.AVG:
            return Scalar.FLOAT if held is Scalar.FLOAT else Scalar.BIG_DECIMAL
        case _:
            return held


# What is wanted --------------------------------------------------------------


class Count(msgspec.Struct, frozen=True):
    """How many rows there are."""

    key: str


class Measured(msgspec.Struct, frozen=True):
    """A figure about the values of a stored field."""

    key: str
    measure: Measure
    field: Field


class GroupedBy(msgspec.Struct, frozen=True):
    """What the rows of a group have in common in this field; null where they are not grouped by it."""

    key: str
    field: Field


class Part(msgspec.Struct, frozen=True):
    """An object within the figures."""

    key: str
    outputs: tuple[Measured | GroupedBy | Constant, ...]


Figure = Count | Part | Constant


class Figures(msgspec.Struct, frozen=True):
    """`aggregate`: figures about all rows of a connection, whatever the window."""

    key: str
    outputs: tuple[Figure, ...]
