"""What the operations of a deployment are compiled against."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from graphql import GraphQLSchema

from docgraph.api.limits import Limits
from docgraph.api.roots import RootField, root_fields
from docgraph.api.where import Vocabulary
from docgraph.model.schema import Schema


class Contract(msgspec.Struct, frozen=True):
    """The author's schema, the API's, and what follows from both."""

    schema: Schema
    core: GraphQLSchema
    vocabulary: Vocabulary
    deployment: str
    roots: Mapping[str, RootField]  # by name
    limits: Limits

    @classmethod
    def of(cls, schema: Schema, core: GraphQLSchema, deployment: str, limits: Limits) -> Contract:
        return cls(schema, core, Vocabulary(schema), deployment, root_fields(schema), limits)
