"""The types of connections: pages of entities with cursors.

Source: spec/subgraph-api.md, shapes of the extensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import GraphQLEnumType, GraphQLInputField, GraphQLInputObjectType, GraphQLNonNull
from strawberry.types.arguments import StrawberryArgument

from docgraph.api.definitions import Declared, Shown, argument, fill, object_type, optional, required_list
from docgraph.api.inputs import Ready
from docgraph.api.roots import Owner
from docgraph.api.scalars import ANNOTATION
from docgraph.model.schema import Scalar

FIRST_TOLD = "How many, from the start; 1 to 1000. 100 where neither `first` nor `last` is given."
AFTER_TOLD = "The cursor that the page begins after."
LAST_TOLD = "How many, from the end; 1 to 1000."
BEFORE_TOLD = "The cursor that the page ends before."


class Connections:
    """Makes the types of connections. `orders`: the enum `X_orderBy` of each owner that has one."""

    def __init__(
        self, direction: GraphQLEnumType, orders: Mapping[str, GraphQLEnumType], filters: Mapping[str, Ready]
    ) -> None:
        self._direction = direction
        self._orders = orders
        self._filters = filters
        whole, text = optional(ANNOTATION[Scalar.INT]), optional(ANNOTATION[Scalar.STRING])
        self._window = (
            argument("first", whole, description=FIRST_TOLD),
            argument("after", text, description=AFTER_TOLD),
            argument("last", whole, description=LAST_TOLD),
            argument("before", text, description=BEFORE_TOLD),
        )
        self._page = object_type("PageInfo", "What is before and after a page.")
        fill(
            self._page,
            [
                Declared("hasNextPage", bool, description="Whether there are entities after the page"),
                Declared("hasPreviousPage", bool, description="Whether there are entities before the page"),
                Declared("startCursor", text, description="The cursor of the first entity of the page"),
                Declared("endCursor", text, description="The cursor of the last entity of the page"),
            ],
        )

    def arguments(self, owner: Owner) -> Iterator[StrawberryArgument]:
        yield argument("where", optional(self._filters[owner.name]))
        if owner.name in self._orders:
            yield argument("orderBy", optional(required_list(self._order(owner, self._orders[owner.name]))))
        yield from self._window

    def _order(self, owner: Owner, keys: GraphQLEnumType) -> Ready:
        fields = {
            "field": GraphQLInputField(GraphQLNonNull(keys)),
            "direction": GraphQLInputField(self._direction, default_value="asc"),
        }
        return Ready(GraphQLInputObjectType(f"{owner.name}_order", fields, "One key of an order."))

    def connection(self, owner: Owner, node: Shown, figures: Ready) -> Shown:
        """The type `X_connection`. `node`: the type of its entities, `figures`: that of figures about them."""
        edge = object_type(f"{owner.name}_edge", "An entity and its place.")
        fill(edge, [Declared("cursor", str, description="The place, for `after` and `before`"), Declared("node", node)])
        made = object_type(f"{owner.name}_connection", "A page of entities.")
        fill(
            made,
            [
                Declared("nodes", required_list(node)),
                Declared("edges", required_list(edge)),
                Declared("pageInfo", self._page),
                Declared("totalCount", int, description="How many entities there are on all pages"),
                Declared("aggregate", figures, description="Figures about the entities of all pages"),
            ],
        )
        return made
