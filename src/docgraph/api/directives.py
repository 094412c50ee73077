"""The directives of schema.graphql, as the API's own schema declares them: tools of the dialect look for them.

Source: spec/subgraph-api.md 1.5 and 2.4.
"""

from __future__ import annotations

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLNonNull,
    GraphQLString,
)

_NAME = GraphQLArgument(GraphQLNonNull(GraphQLString))

DIRECTIVES = (
    GraphQLDirective(
        "derivedFrom",
        [DirectiveLocation.FIELD_DEFINITION],
        {"field": _NAME},
        description="The field is looked up backwards, from the entities whose `field` refers to this one.",
    ),
    GraphQLDirective(
        "entity",
        [DirectiveLocation.OBJECT],
        description="The type is stored and can be queried.",
    ),
    GraphQLDirective(
        "subgraphId",
        [DirectiveLocation.OBJECT],
        {"id": _NAME},
        description="The subgraph that the type belongs to.",
    ),
)
