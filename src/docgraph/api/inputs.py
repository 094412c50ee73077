"""Filters and enums as graphql-core types, and how Strawberry comes to use them.

A schema can have a hundred thousand filter fields; Strawberry's conversion of each
costs more than everything else together. A scalar's definition may bring a ready-made
graphql-core type as its implementation, which Strawberry then uses as it is: that is
the seam through which these types enter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)
from graphql.type import GraphQLInputType
from strawberry.types.scalar import ScalarDefinition

from docgraph.api.roots import Owner, owners
from docgraph.api.scalars import ANNOTATION, DEFINITIONS
from docgraph.model.schema import AggregationType, EnumRef, Scalar, Schema
from docgraph.query import filters


class Ready:
    """Stands for a ready-made graphql-core type in the types that Strawberry converts."""

    def __init__(self, core: GraphQLInputObjectType | GraphQLEnumType | GraphQLObjectType) -> None:
        self.core = core

    @property
    def _scalar_definition(self) -> ScalarDefinition:
        return self._definition

    @cached_property
    def _definition(self) -> ScalarDefinition:
        made = ScalarDefinition(self.core.name, self.core.description, None, None, None, None)
        made.implementation = cast("Any", self.core)
        return made


class Input(GraphQLInputObjectType):
    """An input type whose field names are known to be names, so that nobody checks 100,000 of them again."""

    def __init__(self, name: str, make: Callable[[], dict[str, GraphQLInputField]]) -> None:
        super().__init__(name, {})
        self._make = make

    @cached_property
    def fields(self) -> dict[str, GraphQLInputField]:
        return self._make()


class Output(GraphQLObjectType):
    """An object type whose field names are known to be names."""

    def __init__(self, name: str, make: Callable[[], dict[str, GraphQLField]], description: str | None = None) -> None:
        super().__init__(name, {}, description=description)
        self._make = make

    @cached_property
    def fields(self) -> dict[str, GraphQLField]:
        return self._make()


BUILT_IN: Mapping[Scalar, GraphQLInputType] = {
    Scalar.ID: GraphQLID,
    Scalar.STRING: GraphQLString,
    Scalar.BOOLEAN: GraphQLBoolean,
    Scalar.INT: GraphQLInt,
    Scalar.FLOAT: GraphQLFloat,
}


def enum(name: str, values: Iterable[tuple[str, str | None]], description: str | None = None) -> GraphQLEnumType:
    """An enum of names with their descriptions; a value stands for its name."""
    return GraphQLEnumType(
        name, {value: GraphQLEnumValue(value, description=told) for value, told in values}, description=description
    )


def scalar(of: Scalar) -> GraphQLInputType:
    found = BUILT_IN.get(of)
    return found if found is not None else cast("Any", DEFINITIONS[ANNOTATION[of]].implementation)


class Inputs:
    """The filter of every entity, interface and aggregation. Source: spec/subgraph-api.md 2.5."""

    def __init__(self, schema: Schema, enums: Mapping[str, GraphQLEnumType]) -> None:
        self._schema = schema
        self._enums = enums
        self._compared: dict[tuple[str, bool], GraphQLInputField] = {}
        self.block_changed = GraphQLInputObjectType(
            "BlockChangedFilter", {"number_gte": GraphQLInputField(GraphQLNonNull(GraphQLInt))}
        )
        self._changed = GraphQLInputField(self.block_changed, description="Filter for the block changed event.")
        self.filters = {owner.name: self._filter(owner) for owner in (*owners(schema), *schema.aggregations.values())}

    def _filter(self, owner: Owner | AggregationType) -> Input:
        return Input(f"{owner.name}_filter", lambda: self._fields(owner))

    def _fields(self, owner: Owner | AggregationType) -> dict[str, GraphQLInputField]:
        own = self.filters[owner.name]
        alone, listed = GraphQLInputField(own), GraphQLInputField(GraphQLList(own))
        made: dict[str, GraphQLInputField] = {}
        for key, meaning in filters.filters_of(self._schema, owner).items():
            match meaning:
                case filters.Comparison(type=type, is_list=is_list):
                    made[key] = self._comparison(type, is_list)
                case filters.OfChildren(target=target):
                    made[key] = GraphQLInputField(self.filters[target])
                case filters.Changed():
                    made[key] = self._changed
                case filters.Every() | filters.Some():
                    made[key] = listed
                case filters.Negated():
                    made[key] = alone
        return made

    def _comparison(self, of: Scalar | EnumRef, is_list: bool) -> GraphQLInputField:
        """One field object serves all filters that compare with the same type."""
        found = self._compared.get((of.name, is_list))
        if found is None:
            shown = scalar(of) if isinstance(of, Scalar) else self._enums[of.name]
            found = GraphQLInputField(GraphQLList(GraphQLNonNull(cast("Any", shown))) if is_list else shown)
            self._compared[of.name, is_list] = found
        return found
