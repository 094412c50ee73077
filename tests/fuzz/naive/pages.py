"""Pages of collections: filtered, ordered, cut. Source: spec/subgraph-api.md 2.3, 2.6 and 2.7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fuzz.naive.conditions import holds
from fuzz.naive.vocabulary import Order, orders_of
from fuzz.naive.world import Entity, World
from fuzz.nouns import Field


def page(world: World, name: str, found: list[Entity], given: Mapping[str, Any], as_stored: bool) -> list[Entity]:
    """Those of `found`, entities of the type `name`, that the arguments ask for.

    `as_stored`: they come from a stored list, which keeps its order and repetitions unless `orderBy` is given.
    """
    owner = world.schema.types.get(name)
    where, order_by = given.get("where"), given.get("orderBy")
    if where is not None and owner is not None:
        found = [each for each in found if holds(world, owner, each, where) is True]
    if order_by is not None and owner is not None:
        order = orders_of(world.schema, owner)[order_by]
        found = _ordered(world, found, order, given.get("orderDirection") == "desc")
    elif not as_stored:
        found = sorted(found, key=lambda each: each.id)
    skip, first = given.get("skip") or 0, given.get("first")
    return found[skip : skip + (100 if first is None else first)]


def _ordered(world: World, found: list[Entity], order: Order, descending: bool) -> list[Entity]:
    """By key, then by id, both in one direction; nulls count as greater than all else."""
    unique = {(each.type.name, each.id): each for each in found}.values()

    def rank(entity: Entity) -> Any:
        key = key_of(world, entity, order)
        return (key is None, 0 if key is None else key, entity.id)

    return sorted(unique, key=rank, reverse=descending)


def key_of(world: World, entity: Entity, order: Order) -> Any:
    """What an entity is ordered by."""
    return rank_of(world, order.child or order.field, value_of(world, entity, order))


def value_of(world: World, entity: Entity, order: Order) -> Any:
    """The value that counts for an order, or in figures."""
    own = entity.own(order.field)
    if order.child is None:
        if own.derived_from is None:
            return entity.values[own.name]
        return _first_of_each_type(world, own.type, world.led_to(entity, own), "id")
    return _first_of_each_type(world, own.type, world.led_to(entity, own), order.child.name)


def _first_of_each_type(world: World, target: str, found: list[Entity], name: str) -> Any:
    """The value of the first type that has one; of several of a type the lowest id speaks."""
    for entity in world.schema.concrete(target):
        mine = [each for each in found if each.type.name == entity.name]
        field = entity.field(name)
        if mine and field is not None and mine[0].values[name] is not None:
            return mine[0].values[name]
    return None


def rank_of(world: World, field: Field, value: Any) -> Any:
    """What a value is compared by: enums are ordered by their declaration."""
    held = world.schema.held(field)
    return world.schema.enums[held].index(value) if value is not None and held in world.schema.enums else value
