"""The GraphQL schema of an entity model.

Names, arguments, their order, defaults and nullability are the dialect's, to the
letter; field names are as declared, never re-cased.

Source: spec/subgraph-api.md 2.2 to 2.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

import msgspec
from graphql import GraphQLEnumType, GraphQLInputField, GraphQLInputObjectType, GraphQLInt
from strawberry.types.arguments import StrawberryArgument

from docgraph.api.books import Books
from docgraph.api.connection_types import Connections
from docgraph.api.definitions import (
    Declared,
    Shown,
    argument,
    fill,
    interface_type,
    object_type,
    optional,
    required_list,
    union,
)
from docgraph.api.figure_types import Figures, figure_arguments
from docgraph.api.inputs import Inputs, Ready, enum, scalar
from docgraph.api.roots import (
    AboutTheIndex,
    Found,
    Grouped,
    History,
    Logs,
    Many,
    One,
    Owner,
    Paged,
    Problems,
    RootField,
    Summed,
    owners,
    root_fields,
)
from docgraph.api.scalars import ANNOTATION
from docgraph.model.schema import AggregationRef, AggregationType, EntityRef, EnumRef, Field, Scalar, Schema
from docgraph.model.sdl.aggregations import INTERVALS
from docgraph.query import filters
from docgraph.query.history import version_type

BLOCK_TOLD = (
    'The block at which the query should be executed: `{number: 3}`, `{hash: "0x…"}`, or '
    "`{number_gte: 3}` for the latest block once it is block 3 or a later one. The latest block by default."
)
SUBSCRIPTION_TOLD = "Every query, answered now and again after each block that changes the answer."
POLICY_TOLD = "`deny` refuses data while documents have problems; `allow` gives what is there."


class Types(msgspec.Struct, frozen=True):
    """Everything a Strawberry schema is made of."""

    query: Shown
    subscription: Shown  # with the fields of the query
    others: tuple[Shown, ...]  # types that must be there even where nothing refers to them


def types_of(schema: Schema) -> Types:
    return _Builder(schema).types()


class _Fixed:
    """The types that every schema has. Source: spec/subgraph-api.md 2.4."""

    def __init__(self) -> None:
        whole, octets = ANNOTATION[Scalar.INT], ANNOTATION[Scalar.BYTES]
        self.order_direction = enum("OrderDirection", [("asc", None), ("desc", None)], "The direction of an order.")
        self.direction = Ready(self.order_direction)
        self.policy = Ready(
            enum(
                "_SubgraphErrorPolicy_",
                [
                    ("allow", "Data is given even where documents have problems"),
                    ("deny", "No data is given while documents have problems"),
                ],
            )
        )
        self.interval = Ready(enum("Aggregation_interval", [(each, None) for each in INTERVALS]))
        self.current = Ready(
            enum(
                "Aggregation_current",
                [
                    ("exclude", "Only buckets that have ended"),
                    ("include", "Also the buckets that have not ended yet, from the data points there are"),
                ],
            )
        )
        self.block_height = Ready(
            GraphQLInputObjectType(
                "Block_height",
                {
                    "hash": GraphQLInputField(scalar(Scalar.BYTES)),
                    "number": GraphQLInputField(GraphQLInt),
                    "number_gte": GraphQLInputField(GraphQLInt),
                },
            )
        )
        self.block = object_type("_Block_")
        fill(
            self.block,
            [
                Declared("hash", optional(octets), description="The hash of the block"),
                Declared("number", whole, description="The block number"),
                Declared("timestamp", optional(whole), description="When the block was made, in seconds since 1970"),
                Declared("parentHash", optional(octets), description="The hash of the block before it"),
            ],
        )
        self.meta = object_type("_Meta_", "What the index tells about itself.")
        fill(
            self.meta,
            [
                Declared("block", self.block, description="The block that the answer is read at"),
                Declared("deployment", str, description="The deployment that answers"),
                Declared("hasIndexingErrors", bool, description="Whether documents had problems at that block"),
            ],
        )
        self.block_argument = argument("block", optional(self.block_height), description=BLOCK_TOLD)
        self.policy_argument = argument("subgraphError", self.policy, "allow", POLICY_TOLD)
        self.text = argument("text", str)
        self.skip = argument("skip", optional(whole), 0)
        self.first = argument("first", optional(whole), 100)
        self.interval_argument = argument("interval", self.interval, description="How long a bucket is")
        self.current_argument = argument("current", optional(self.current))
        self.direction_argument = argument("orderDirection", optional(self.direction))
        self.newest_first = argument("orderDirection", optional(self.direction), "desc")


class _Builder:
    """Makes all types first and fills them afterwards, since they refer to each other."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.fixed = _Fixed()
        self.books = Books()
        self.owners: Mapping[str, Owner] = {each.name: each for each in owners(schema)}
        enums = {
            name: enum(name, [(value.name, value.description) for value in made.values], made.description)
            for name, made in schema.enums.items()
        }
        inputs = Inputs(schema, enums)
        self.enums = {name: Ready(made) for name, made in enums.items()}
        self.filters = {name: Ready(made) for name, made in inputs.filters.items()}
        self.others = (Ready(inputs.block_changed), self.fixed.interval, self.fixed.current)
        self.interfaces = {name: interface_type(name, made.description) for name, made in schema.interfaces.items()}
        self.entities = {
            name: object_type(name, made.description, [self.interfaces[each] for each in made.interfaces])
            for name, made in schema.entities.items()
        }
        self.unions = {
            name: union(name, (self.entities[each] for each in made.members), made.description)
            for name, made in schema.unions.items()
        }
        self.shown: Mapping[str, Shown] = {**self.interfaces, **self.entities, **self.unions}
        self.orders = dict(self._orders())
        self.connections = Connections(self.fixed.order_direction, self.orders, self.filters)
        figures = Figures(schema, enums)
        self.figures = {name: Ready(figures.aggregate(owner)) for name, owner in self.owners.items()}
        self.arguments = {name: tuple(self._collection_arguments(owner)) for name, owner in self.owners.items()}
        self.sums = {name: object_type(name, made.description) for name, made in schema.aggregations.items()}
        self.sum_arguments = {name: tuple(self._sum_arguments(made)) for name, made in schema.aggregations.items()}

    def types(self) -> Types:
        for name, owner in self.owners.items():
            fill(self.shown[name], [*map(self._field, owner.fields), self.books.source()])
        for name, aggregation in self.schema.aggregations.items():
            fill(self.sums[name], [self._field(field) for field in aggregation.fields])
        query, subscription = object_type("Query"), object_type("Subscription", SUBSCRIPTION_TOLD)
        fill(query, self._root_fields())
        fill(subscription, query.__strawberry_definition__.fields)
        shown = (*self.entities.values(), *self.sums.values(), *self.unions.values(), *self.others)
        return Types(query, subscription, (*shown, *ANNOTATION.values()))

    # Fields of entities and interfaces ------------------------------------------

    def _field(self, field: Field) -> Declared:
        shown = self._type(field)
        arguments: tuple[StrawberryArgument, ...] = ()
        if field.is_list and isinstance(field.type, EntityRef):
            arguments = self.arguments.get(field.type.name, self._page_arguments())
        if isinstance(field.type, AggregationRef):
            arguments = self.sum_arguments[field.type.name]
        return Declared(field.name, shown, arguments, field.description)

    def _type(self, field: Field) -> Shown:
        shown = self._named(field)
        if field.is_list:
            shown = required_list(shown if field.items_required else optional(shown))
        return shown if field.required else optional(shown)

    def _named(self, field: Field) -> Shown:
        match field.type:
            case EntityRef(name=name):
                return self.shown[name]
            case EnumRef(name=name):
                return self.enums[name]
            case AggregationRef(name=name):
                return self.sums[name]
            case Scalar() as scalar:
                return ANNOTATION[scalar]

    # Arguments -------------------------------------------------------------------

    def _collection_arguments(self, owner: Owner) -> Iterator[StrawberryArgument]:
        yield from self._page_arguments()
        if owner.name in self.orders:
            yield argument("orderBy", optional(Ready(self.orders[owner.name])))
            yield self.fixed.direction_argument
        yield argument("where", optional(self.filters[owner.name]))

    def _sum_arguments(self, aggregation: AggregationType) -> Iterator[StrawberryArgument]:
        orders = filters.orders_of(self.schema, aggregation)
        order = Ready(enum(f"{aggregation.name}_orderBy", [(each, None) for each in orders]))
        yield from (*self._page_arguments(), self.fixed.interval_argument)
        yield from (argument("orderBy", optional(order)), self.fixed.direction_argument, self.fixed.current_argument)
        yield argument("where", optional(self.filters[aggregation.name]))

    def _orders(self) -> Iterator[tuple[str, GraphQLEnumType]]:
        for name, owner in self.owners.items():
            orders = filters.orders_of(self.schema, owner)
            if orders:
                yield name, enum(f"{name}_orderBy", [(each, None) for each in orders])

    def _page_arguments(self) -> tuple[StrawberryArgument, ...]:
        return (self.fixed.skip, self.fixed.first)

    # Roots -------------------------------------------------------------------------

    def _root_fields(self) -> Iterator[Declared]:
        for name, asked in root_fields(self.schema).items():
            yield self._root_field(name, asked)

    def _versions(self, owner: Owner) -> Shown:
        shown, whole = object_type(version_type(owner.name)), ANNOTATION[Scalar.INT]
        node = Declared("node", self.shown[owner.name], (), "The entity, and what it led to at the block `since`")
        since = Declared("since", whole, (), "The block that made this version")
        until = Declared("until", optional(whole), (), "The first block without it; null while it is current")
        fill(shown, [node, since, until])
        return shown

    def _root_field(self, name: str, asked: RootField) -> Declared:
        block, policy = self.fixed.block_argument, self.fixed.policy_argument
        match asked:
            case One(owner):
                by_id = argument("id", ANNOTATION[Scalar.ID])
                return Declared(name, optional(self.shown[owner.name]), (by_id, block, policy))
            case Many(owner):
                shown = required_list(self.shown[owner.name])
                return Declared(name, shown, (*self.arguments[owner.name], block, policy))
            case Summed(aggregation):
                shown = required_list(self.sums[aggregation.name])
                return Declared(name, shown, (*self.sum_arguments[aggregation.name], block, policy))
            case Found(owner, fulltext):
                where = argument("where", optional(self.filters[owner.name]))
                searched = (self.fixed.text, self.fixed.first, self.fixed.skip, block, where, policy)
                told = f"Searches {', '.join(fulltext.fields)}; best match first"
                return Declared(name, required_list(self.shown[owner.name]), searched, told)
            case Paged(owner):
                shown = self.connections.connection(owner, self.shown[owner.name], self.figures[owner.name])
                return Declared(name, shown, (*self.connections.arguments(owner), block))
            case Grouped(owner):
                arguments = figure_arguments(owner, self.filters[owner.name])
                return Declared(name, required_list(self.figures[owner.name]), (*arguments, block))
            case History(owner):
                versions = required_list(self._versions(owner))
                by_id = argument("id", ANNOTATION[Scalar.ID])
                page = (self.fixed.first, self.fixed.skip, self.fixed.newest_first)
                told = "The versions of one entity, by the block that made them"
                return Declared(name, versions, (by_id, *page), told)
            case AboutTheIndex():
                told = "Access to what the index tells about itself"
                return Declared(name, optional(self.fixed.meta), (block,), told)
            case Logs():
                return self.books.logs(name, self.fixed.newest_first)
            case Problems():
                return self.books.problems(name)
            case _:
                assert_never(asked)
