"""Connections: which entities stand on a page, and what is told about it.

Cursors are opaque: here one is the place that it stands for, and is told as the entity it was taken from.

Source: spec/subgraph-api.md, shapes of the extensions; Relay's Cursor Connections Specification, 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from fuzz.naive.conditions import Refused, check, holds
from fuzz.naive.documents import Document
from fuzz.naive.figures import figures
from fuzz.naive.pages import key_of
from fuzz.naive.values import shown
from fuzz.naive.vocabulary import Order, orders_of
from fuzz.naive.world import Entity, World
from fuzz.nouns import Type, cursor_of, place_of

Path = tuple[str | int, ...]
Show = Callable[[Entity, list[Any], Path], Any]
WorldAt = Callable[[int], World]
Given = Mapping[str, Any]
Keys = list[tuple[bool, Any]]  # whether null, which counts as greater than all else


class Page(msgspec.Struct, frozen=True):
    entities: list[Entity]
    has_next: bool
    has_previous: bool


def connection(
    document: Document, world: World, world_at: WorldAt, owner: Type, nodes: list[Any], path: Path, show: Show
) -> Any:
    """The answer of `xConnection`; `show` gives an entity of the page."""
    given = document.arguments(nodes[0])
    found = _found(world, owner, given)
    page = _page(world, world_at, owner, found, given)
    answered: dict[str, Any] = {}
    for key, below in _fields(document, f"{owner.name}_connection", nodes).items():
        match below[0].name.value:
            case "nodes":
                answered[key] = [show(each, below, (*path, key, at)) for at, each in enumerate(page.entities)]
            case "edges":
                placed = enumerate(page.entities)
                answered[key] = [_edge(document, owner, each, below, (*path, key, at), show) for at, each in placed]
            case "totalCount":
                answered[key] = len(found)
            case "aggregate":
                answered[key] = figures(document, world, owner, found, (), below)
            case "pageInfo":
                answered[key] = _told(document, page, below)
            case "__typename":
                answered[key] = f"{owner.name}_connection"
    return answered


def _told(document: Document, page: Page, nodes: list[Any]) -> dict[str, Any]:
    told = {
        "hasNextPage": page.has_next,
        "hasPreviousPage": page.has_previous,
        "startCursor": _cursor(page.entities[0]) if page.entities else None,
        "endCursor": _cursor(page.entities[-1]) if page.entities else None,
        "__typename": "PageInfo",
    }
    return {key: told[each[0].name.value] for key, each in _fields(document, "PageInfo", nodes).items()}


def _edge(document: Document, owner: Type, entity: Entity, nodes: list[Any], path: Path, show: Show) -> Any:
    told: dict[str, Any] = {}
    for key, below in _fields(document, f"{owner.name}_edge", nodes).items():
        match below[0].name.value:
            case "node":
                told[key] = show(entity, below, (*path, key))
            case "cursor":
                told[key] = _cursor(entity)
            case "__typename":
                told[key] = f"{owner.name}_edge"
    return told


def _cursor(entity: Entity) -> str:
    return cursor_of(_shown_id(entity))


def _shown_id(entity: Entity) -> str:
    return str(shown(entity.type.fields[0].type, entity.id))


def entities_below(document: Document, owner: Type, nodes: list[Any], path: Path) -> list[tuple[list[Any], Path]]:
    """The fields of a connection that give entities, with their paths."""
    found = []
    for key, below in _fields(document, f"{owner.name}_connection", nodes).items():
        if below[0].name.value == "nodes":
            found.append((below, (*path, key)))
        if below[0].name.value == "edges":
            edge = _fields(document, f"{owner.name}_edge", below)
            found += [(each, (*path, key, one)) for one, each in edge.items() if each[0].name.value == "node"]
    return found


def _fields(document: Document, type_name: str, nodes: list[Any]) -> Mapping[str, list[Any]]:
    return document.fields(type_name, [node.selection_set for node in nodes])


# The page ----------------------------------------------------------------------------


def _page(world: World, world_at: WorldAt, owner: Type, found: list[Entity], given: Given) -> Page:
    """What lies after `after` and before `before`, of it the first ones, of these the last ones."""
    keyed = [_keys(world, owner, each, given) for each in found]
    falling = [descending for _, descending in _orders(world, owner, given)]
    start, end = 0, len(found)
    if given.get("after") is not None:
        place = stands_at(world_at, owner, given, "after")
        start = sum(not _follows(keys, place, falling) for keys in keyed)
    if given.get("before") is not None:
        place = stands_at(world_at, owner, given, "before")
        end = sum(_follows(place, keys, falling) for keys in keyed)
    has_previous, has_next = start > 0, end < len(found)
    end = max(start, end)
    first, last = given.get("first"), given.get("last")
    first = 100 if first is None and last is None else first
    if first is not None and first < end - start:
        end, has_next = start + first, True
    if last is not None and last < end - start:
        start, has_previous = end - last, True
    return Page(found[start:end], has_next, has_previous)


def stands_at(world_at: WorldAt, owner: Type, given: Given, argument: str) -> Keys | None:
    """The keys of the place that a cursor stands for; None: no cursor of this connection stands for it."""
    place = place_of(given[argument])
    if place is None:
        return None
    world = world_at(place.block)
    try:
        check(world, owner, given.get("where") or {})
    except Refused:
        return None
    for each in _found(world, owner, given):
        if _shown_id(each) == place.id:
            return _keys(world, owner, each, given)
    return None


def _found(world: World, owner: Type, given: Given) -> list[Entity]:
    """All that fulfil the filter, in order: by the keys, the first counts most."""
    where = given.get("where") or {}
    found = [each for each in world.all(owner.name) if holds(world, owner, each, where) is True]
    for order, descending in reversed(_orders(world, owner, given)):
        # Sorting is stable, in reverse too.
        found = sorted(found, key=lambda each, order=order: _key(world, each, order), reverse=descending)
    return found


def _orders(world: World, owner: Type, given: Given) -> list[tuple[Order, bool]]:
    """The keys and whether they descend; the id comes last, in the direction of the one before it."""
    asked = given.get("orderBy") or []
    directions: dict[str, bool] = {}
    for each in asked if isinstance(asked, list) else [asked]:
        if "id" not in directions:
            directions.setdefault(each["field"], each.get("direction") == "desc")
    directions.setdefault("id", list(directions.values())[-1] if directions else False)
    orders = orders_of(world.schema, owner)
    return [(orders[name], descending) for name, descending in directions.items()]


def _keys(world: World, owner: Type, entity: Entity, given: Given) -> Keys:
    return [_key(world, entity, order) for order, _ in _orders(world, owner, given)]


def _key(world: World, entity: Entity, order: Order) -> tuple[bool, Any]:
    key = key_of(world, entity, order)
    return (key is None, 0 if key is None else key)


def _follows(one: Any, other: Any, falling: list[bool]) -> bool:
    """Whether a place comes after another one. `falling`: which keys descend."""
    for mine, theirs, falls in zip(one, other, falling, strict=True):
        if mine != theirs:
            return bool((mine < theirs) == falls)
    return False
