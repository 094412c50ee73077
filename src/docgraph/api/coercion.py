"""Variables' values coerced as graphql-core does it, in a fraction of its time, and their shape.

Only what fits is coerced here. Whatever does not, or is unusual, is left to
graphql-core, which knows what to say about it.

Source: GraphQL specification, Coercing Variable Values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    get_nullable_type,
    is_leaf_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.utilities.coerce_input_value import coerce_default_value

Shape = tuple[object, ...]  # equal for values that plans cannot tell apart before they look at leaves
Coerce = Callable[[Any, list[object], int], Any]  # from the value sent; adds to the shape; the depth it stands at

ABSENT, NULL, PRESENT, DEFAULT = 0, None, 1, 2  # parts of a shape
DEEPEST = 64  # levels of objects and lists; deeper ones are left to graphql-core


class Unclear(Exception):
    """Left to graphql-core."""


class _Variable(msgspec.Struct, frozen=True, eq=False):
    name: str
    coerce: Coerce
    required: bool
    default: object  # coerced; Undefined: there is none


class Signature(msgspec.Struct, frozen=True, eq=False):
    """The variables of one operation."""

    _variables: tuple[_Variable, ...]

    def read(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], Shape]:
        """The coerced values and their shape. Raises Unclear."""
        values: dict[str, Any] = {}
        shape: list[object] = []
        for each in self._variables:
            if each.name in given:
                values[each.name] = each.coerce(given[each.name], shape, 0)
            elif each.default is not Undefined:
                values[each.name] = each.default
                shape.append(DEFAULT)
            elif each.required:
                raise Unclear
            else:
                shape.append(ABSENT)
        return values, tuple(shape)


class Coercions:
    """The coercions to the input types of one schema, made when first needed."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._made: dict[GraphQLInputType, Coerce] = {}

    def signature(self, operation: OperationDefinitionNode) -> Signature:
        """Of an operation that is valid."""
        return Signature(tuple(self._variable(node) for node in operation.variable_definitions or ()))

    def _variable(self, node: VariableDefinitionNode) -> _Variable:
        signed = get_variable_signature(self._schema, node)
        if isinstance(signed, GraphQLError):
            raise TypeError("a valid operation has variables of input types") from signed
        required = isinstance(signed.type, GraphQLNonNull)
        return _Variable(signed.name, self._of(signed.type), required, coerce_default_value(signed))

    def _of(self, kind: GraphQLInputType) -> Coerce:
        made = self._made.get(kind)
        if made is None:
            made = self._made[kind] = self._make(kind)
        return made

    def _make(self, kind: GraphQLInputType) -> Coerce:
        match kind:
            case GraphQLNonNull(of_type=inner):
                return _required(self._of(inner))
            case GraphQLList(of_type=inner):
                several = _leaves if is_leaf_type(get_nullable_type(inner)) else _objects
                return several(self._of(inner))
            case GraphQLInputObjectType():
                return self._object(kind)
            case _:
                return _leaf(kind)

    def _object(self, kind: GraphQLInputObjectType) -> Coerce:
        fields = kind.fields
        wanted = [name for name, field in fields.items() if is_required_input_field(field)]
        # graphql-core fills in what is not given, or makes something else of the whole.
        unusual = kind.is_one_of or any(
            field.default is not None or field.default_value is not Undefined for field in fields.values()
        )

        def coerce(given: Any, shape: list[object], depth: int) -> Any:
            if given is None:
                shape.append(NULL)
                return None
            if unusual or depth > DEEPEST or not isinstance(given, dict):
                raise Unclear
            shape.append(tuple(given))
            found = {}
            for key, value in given.items():
                field = fields.get(key)
                if field is None:
                    raise Unclear
                found[key] = self._of(field.type)(value, shape, depth + 1)
            if any(name not in given for name in wanted):
                raise Unclear
            return found

        return coerce


def _required(coerce: Coerce) -> Coerce:
    def coerce_required(given: Any, shape: list[object], depth: int) -> Any:
        if given is None:
            raise Unclear
        return coerce(given, shape, depth)

    return coerce_required


def _leaf(kind: Any) -> Coerce:
    parse = kind.coerce_input_value

    def coerce(given: Any, shape: list[object], depth: int) -> Any:
        if given is None:
            shape.append(NULL)
            return None
        shape.append(PRESENT)
        try:
            return parse(given)
        except GraphQLError as wrong:
            raise Unclear from wrong

    return coerce


def _leaves(coerce: Coerce) -> Coerce:
    """A list of leaves; as a whole it is a leaf."""

    def coerce_leaves(given: Any, shape: list[object], depth: int) -> Any:
        if given is None:
            shape.append(NULL)
            return None
        shape.append(PRESENT)
        several = given if isinstance(given, list) else [given]
        unshaped: list[object] = []
        return [coerce(each, unshaped, depth) for each in several]

    return coerce_leaves


def _objects(coerce: Coerce) -> Coerce:
    def coerce_objects(given: Any, shape: list[object], depth: int) -> Any:
        if given is None:
            shape.append(NULL)
            return None
        if depth > DEEPEST:
            raise Unclear
        several = given if isinstance(given, list) else [given]
        shape.append(len(several))
        return [coerce(each, shape, depth + 1) for each in several]

    return coerce_objects
