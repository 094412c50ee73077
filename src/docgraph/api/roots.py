"""The query fields of an API: what each name asks for.

One table for the types that describe the fields and for the compiler that plans them.

Source: spec/subgraph-api.md 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from docgraph.model.schema import AggregationType, EntityType, Fulltext, InterfaceType, Schema

Owner = EntityType | InterfaceType


class One(msgspec.Struct, frozen=True):
    """One entity by its id."""

    owner: Owner


class Many(msgspec.Struct, frozen=True):
    """A page of entities."""

    owner: Owner


class Summed(msgspec.Struct, frozen=True):
    """A page of the rows of an aggregation."""

    aggregation: AggregationType


class Found(msgspec.Struct, frozen=True):
    """The entities that a fulltext search finds."""

    owner: EntityType
    fulltext: Fulltext


class Paged(msgspec.Struct, frozen=True):
    """`xConnection`: entities page by page, with cursors."""

    owner: Owner


class Grouped(msgspec.Struct, frozen=True):
    """`xAggregate`: figures about entities, by group."""

    owner: Owner


class History(msgspec.Struct, frozen=True):
    """The versions of one entity."""

    owner: Owner


class AboutTheIndex(msgspec.Struct, frozen=True):
    """`_meta`: what the index tells about itself."""


class Problems(msgspec.Struct, frozen=True):
    """`_problems`: what is wrong with the documents now."""


class Logs(msgspec.Struct, frozen=True):
    """`_logs`: what handlers logged while documents were indexed."""


RootField = One | Many | Summed | Found | Paged | Grouped | History | AboutTheIndex | Problems | Logs


def owners(schema: Schema) -> Iterator[Owner]:
    """What has query fields of its own: entities in declaration order, then interfaces."""
    yield from schema.entities.values()
    yield from schema.interfaces.values()


def stem(owner: Owner) -> str:
    """What the names of an owner's further query fields begin with."""
    return owner.plural.removesuffix("_collection")


def root_fields(schema: Schema) -> Mapping[str, RootField]:
    """By name, in the order of `Query`."""
    found: dict[str, RootField] = {}
    for owner in owners(schema):
        found[owner.singular] = One(owner)
        found[owner.plural] = Many(owner)
    for aggregation in schema.aggregations.values():
        found[aggregation.plural] = Summed(aggregation)
    for fulltext in schema.fulltexts:
        found[fulltext.name] = Found(schema.entities[fulltext.entity], fulltext)
    for owner in owners(schema):
        found[f"{stem(owner)}Connection"] = Paged(owner)
        found[f"{stem(owner)}Aggregate"] = Grouped(owner)
        # A type of the author's may be called so: PoolFee and PoolFeeHistory stand in real schemas.
        found.setdefault(f"{owner.singular}History", History(owner))
    found["_meta"] = AboutTheIndex()
    found["_logs"] = Logs()
    found["_problems"] = Problems()
    return found
