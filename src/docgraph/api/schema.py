"""The Strawberry schema of a deployment: the contract that requests are judged by.

Fields have no resolvers of their own: an answer is a tree that the database made,
and graphql-core only ever walks it by the keys of the response.
"""

from __future__ import annotations

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

from docgraph.api.complete import groups, resolver
from docgraph.api.directives import DIRECTIVES
from docgraph.api.roots import Grouped, root_fields
from docgraph.api.scalars import DEFINITIONS
from docgraph.api.types import types_of
from docgraph.model.schema import EntityType, Schema


def strawberry_schema(schema: Schema) -> strawberry.Schema:
    """The schema of the dialect for an entity model."""
    types = types_of(schema)
    config = StrawberryConfig(name_converter=NameConverter(auto_camel_case=False), scalar_map=DEFINITIONS)
    made = strawberry.Schema(query=types.query, subscription=types.subscription, types=types.others, config=config)
    core = core_of(made)
    core.directives = (*core.directives, *DIRECTIVES)
    core.type_map = dict(sorted(core.type_map.items()))  # introspection lists types by name
    for kind in core.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = resolver(rows_of(schema, kind.name), name)
    for name, asked in root_fields(schema).items():
        if isinstance(asked, Grouped):
            _query(core).fields[name].resolve = groups
    return made


def rows_of(schema: Schema, type_name: str) -> EntityType | None:
    """What the rows behind a type of the API look like, where there are any."""
    aggregation = schema.aggregations.get(type_name)
    return aggregation.rows if aggregation else schema.entities.get(type_name)


def core_of(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema inside, which validation and completion work on."""
    core: GraphQLSchema = schema._schema
    return core


def _query(core: GraphQLSchema) -> GraphQLObjectType:
    if core.query_type is None:
        raise TypeError("a schema has query fields")
    return core.query_type
