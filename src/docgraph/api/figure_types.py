"""The types of figures about entities, ready-made for graphql-core.

Source: spec/subgraph-api.md, shapes of the extensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from graphql import GraphQLEnumType, GraphQLField, GraphQLInt, GraphQLNonNull, GraphQLObjectType
from graphql.type import GraphQLOutputType
from strawberry.types.arguments import StrawberryArgument

from docgraph.api.definitions import argument, optional, required_list
from docgraph.api.inputs import Output, Ready, enum, scalar
from docgraph.api.roots import Owner
from docgraph.model.schema import EnumRef, Field, Scalar, Schema
from docgraph.query.measures import Measure, groupable, measured, result_type

TOLD: Mapping[Measure, str] = {
    Measure.COUNT_DISTINCT: "How many different values there are",
    Measure.SUM: "The sums of the values; null where there are none",
    Measure.AVG: "The averages of the values; null where there are none",
    Measure.MIN: "The least values; null where there are none",
    Measure.MAX: "The greatest values; null where there are none",
}


def figure_arguments(owner: Owner, where: Ready) -> Iterator[StrawberryArgument]:
    """The arguments of `xAggregate` but for the block."""
    yield argument("where", optional(where))
    fields = groupable(owner)
    if fields:
        by = enum(f"{owner.name}_groupBy", [(field.name, None) for field in fields])
        yield argument("groupBy", optional(required_list(Ready(by))))


class Figures:
    """Makes the types of figures."""

    def __init__(self, schema: Schema, enums: Mapping[str, GraphQLEnumType]) -> None:
        self._schema = schema
        self._enums = enums
        self._count = GraphQLField(GraphQLNonNull(GraphQLInt))
        self._shown: dict[str, GraphQLField] = {}

    def aggregate(self, owner: Owner) -> GraphQLObjectType:
        """The type `X_aggregate`. What there is nothing to tell of is left out."""
        return Output(f"{owner.name}_aggregate", lambda: self._parts(owner), "Figures about entities.")

    def _parts(self, owner: Owner) -> dict[str, GraphQLField]:
        parts: dict[str, GraphQLField] = {}
        if groupable(owner):
            keys = {field.name: self._field(self._schema.stored_scalar(field)) for field in groupable(owner)}
            parts["key"] = _part(f"{owner.name}_key", keys, "What they are grouped by; null where they are not")
        parts["count"] = GraphQLField(GraphQLNonNull(GraphQLInt), description="How many entities there are")
        for measure, fields in measured(self._schema, owner).items():
            found = {field.name: self._measure(measure, field) for field in fields}
            parts[measure.value] = _part(f"{owner.name}_aggregate_{measure.value}", found, TOLD[measure])
        return parts

    def _measure(self, measure: Measure, field: Field) -> GraphQLField:
        if measure is Measure.COUNT_DISTINCT:
            return self._count
        return self._field(result_type(self._schema, measure, field))

    def _field(self, of: Scalar | EnumRef) -> GraphQLField:
        """One field object serves all figures of the same type."""
        found = self._shown.get(of.name)
        if found is None:
            shown = scalar(of) if isinstance(of, Scalar) else self._enums[of.name]
            found = self._shown[of.name] = GraphQLField(cast("GraphQLOutputType", shown))
        return found


def _part(name: str, fields: dict[str, GraphQLField], told: str) -> GraphQLField:
    return GraphQLField(GraphQLNonNull(Output(name, lambda: fields)), description=told)
