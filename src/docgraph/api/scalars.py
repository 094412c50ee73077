"""The scalars of the dialect: what clients may send for each.

A value is parsed to its stored form by the same coercions that documents go
through; what differs is which kinds of literals and JSON values a client may use.

Source: spec/subgraph-api.md 2.14.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLScalarType,
    IntValueNode,
    StringValueNode,
    ValueNode,
    value_from_ast_untyped,
)
from strawberry import ID
from strawberry.types.scalar import ScalarDefinition

from docgraph.model.schema import Scalar
from docgraph.model.values import SCALARS, Refused


class Accepts(msgspec.Struct, frozen=True):
    """What a client may write for a scalar, and what people read about it."""

    literals: tuple[type[ValueNode], ...]
    values: tuple[type, ...]
    description: str


TEXT_ONLY = ((StringValueNode,), (str,))
WHOLE = ((IntValueNode, StringValueNode), (int, str))
DECIMAL = ((IntValueNode, FloatValueNode, StringValueNode), (int, float, str))

ACCEPTED: Mapping[Scalar, Accepts] = {
    Scalar.BIG_DECIMAL: Accepts(*DECIMAL, "A decimal number with up to 34 significant digits, as a string."),
    Scalar.BIG_INT: Accepts(*WHOLE, "A whole number of any size, as a string."),
    Scalar.BYTES: Accepts(*TEXT_ONLY, "Bytes, as a string of hexadecimal digits that begins with 0x."),
    Scalar.DATE: Accepts(*TEXT_ONLY, "A day of the calendar, as an ISO 8601 string: 2024-02-29."),
    Scalar.DATE_TIME: Accepts(*TEXT_ONLY, "A moment in UTC, as an ISO 8601 string: 2024-02-29T13:45:00Z."),
    Scalar.INT8: Accepts(*WHOLE, "A whole number of 64 bits, as a string."),
    Scalar.TIMESTAMP: Accepts(*TEXT_ONLY, "Microseconds since 1970, as a string of digits."),
}


def _refuse(name: str, problem: str, node: ValueNode | None = None) -> GraphQLError:
    return GraphQLError(f"{name} cannot represent this value: {problem}", node)


def _definition(scalar: Scalar, accepts: Accepts) -> ScalarDefinition:
    parse = SCALARS[scalar]
    expected = " or ".join(kind.__name__.replace("str", "string") for kind in accepts.values)

    def coerced(given: object, node: ValueNode | None = None) -> object:
        try:
            return parse(given)
        except Refused as refused:
            raise _refuse(scalar.value, refused.what, node) from refused

    def from_value(given: object) -> object:
        if isinstance(given, bool) or not isinstance(given, accepts.values):
            raise _refuse(scalar.value, f"give it as {expected}")
        return coerced(given)

    def from_literal(node: ValueNode) -> object:
        if not isinstance(node, accepts.literals):
            raise _refuse(scalar.value, f"give it as {expected}", node)
        return coerced(getattr(node, "value", None), node)

    return _defined(scalar.value, accepts.description, from_value, from_literal)


def _json() -> ScalarDefinition:
    """JSON: whatever a client can write. A completed answer holds it as text, which is passed through."""
    parse = SCALARS[Scalar.JSON]

    def from_value(given: object) -> object:
        try:
            return parse(given)
        except Refused as refused:
            raise _refuse("JSON", refused.what) from refused

    def from_literal(node: ValueNode) -> object:
        return from_value(value_from_ast_untyped(node))

    return _defined("JSON", "Any JSON value.", from_value, from_literal, lambda shown: msgspec.Raw(shown.encode()))


def _defined(
    name: str,
    description: str,
    from_value: Callable[[Any], Any],
    from_literal: Callable[[Any], Any],
    show: Callable[[Any], Any] = lambda shown: shown,
) -> ScalarDefinition:
    made = ScalarDefinition(name, description, None, serialize=show, parse_value=from_value, parse_literal=None)
    made.implementation = GraphQLScalarType(
        name,
        description=description,
        coerce_output_value=show,
        coerce_input_value=from_value,
        coerce_input_literal=from_literal,
        extensions={"strawberry-definition": made},
    )
    return made


def _marker(scalar: Scalar) -> type:
    """A class that stands for the scalar in type annotations."""
    return type(scalar.value, (), {})


# What stands for each scalar in the types; those of GraphQL itself keep Strawberry's own.
ANNOTATION: Mapping[Scalar, Any] = {
    Scalar.ID: ID,
    Scalar.STRING: str,
    Scalar.BOOLEAN: bool,
    Scalar.INT: int,
    Scalar.FLOAT: float,
    Scalar.JSON: _marker(Scalar.JSON),
    **{scalar: _marker(scalar) for scalar in ACCEPTED},
}

DEFINITIONS: Mapping[object, ScalarDefinition] = {
    ANNOTATION[Scalar.JSON]: _json(),
    **{ANNOTATION[scalar]: _definition(scalar, accepts) for scalar, accepts in ACCEPTED.items()},
}
