"""Figures about entities: counts, sums, averages, least and greatest values, by group.

Sums of Float depend on the order in which Postgres adds, so none is asked for.

Source: spec/subgraph-api.md, shapes of the extensions; docs/connections.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

from fuzz.naive.conditions import holds
from fuzz.naive.documents import Document
from fuzz.naive.pages import rank_of, value_of
from fuzz.naive.values import json_equal, shown
from fuzz.naive.vocabulary import Order
from fuzz.naive.world import Entity, World
from fuzz.nouns import Field, Type

DIGITS = 34
TO_DIGITS = Context(prec=DIGITS, rounding=ROUND_HALF_UP)


def groups(document: Document, world: World, owner: Type, nodes: list[Any]) -> list[dict[str, Any]]:
    """The answer of `xAggregate`: a group for each combination of values, null last; one of all without `groupBy`."""
    given = document.arguments(nodes[0])
    where, by = given.get("where") or {}, given.get("groupBy") or []
    found = [each for each in world.all(owner.name) if holds(world, owner, each, where) is True]
    grouped = [_field(owner, name) for name in dict.fromkeys(by if isinstance(by, list) else [by])]
    if not grouped:
        return [figures(document, world, owner, found, (), nodes)]
    members: dict[tuple[Any, ...], list[Entity]] = {}
    for each in found:
        members.setdefault(tuple(_rank(world, each, field) for field in grouped), []).append(each)
    return [figures(document, world, owner, members[key], tuple(grouped), nodes) for key in sorted(members)]


def _rank(world: World, entity: Entity, field: Field) -> tuple[bool, Any]:
    rank = rank_of(world, field, value_of(world, entity, Order(field)))
    return (rank is None, 0 if rank is None else rank)


def _field(owner: Type, name: str) -> Field:
    field = owner.field(name)
    assert field is not None
    return field


def figures(
    document: Document, world: World, owner: Type, found: list[Entity], grouped: tuple[Field, ...], nodes: list[Any]
) -> dict[str, Any]:
    """What is asked of an `X_aggregate`. What all of `found` have in common in `grouped` is their key."""
    told: dict[str, Any] = {}
    for key, below in _fields(document, f"{owner.name}_aggregate", nodes).items():
        match below[0].name.value:
            case "__typename":
                told[key] = f"{owner.name}_aggregate"
            case "count":
                told[key] = len(found)
            case "key":
                told[key] = _key(document, world, owner, found, grouped, below)
            case measure:
                told[key] = _measured(document, world, owner, found, measure, below)
    return told


def _key(
    document: Document, world: World, owner: Type, found: list[Entity], grouped: tuple[Field, ...], nodes: list[Any]
) -> dict[str, Any]:
    own = f"{owner.name}_key"
    told: dict[str, Any] = {"__typename": own}
    for field in grouped:
        told[field.name] = shown(world.schema.held(field), value_of(world, found[0], Order(field)))
    return {key: told.get(each[0].name.value) for key, each in _fields(document, own, nodes).items()}


def _measured(
    document: Document, world: World, owner: Type, found: list[Entity], measure: str, nodes: list[Any]
) -> dict[str, Any]:
    own = f"{owner.name}_aggregate_{measure}"
    told: dict[str, Any] = {}
    for key, each in _fields(document, own, nodes).items():
        name = each[0].name.value
        if name == "__typename":
            told[key] = own
            continue
        field = _field(owner, name)
        values = [value_of(world, entity, Order(field)) for entity in found]
        told[key] = _figure(world, field, measure, [value for value in values if value is not None])
    return told


def _figure(world: World, field: Field, measure: str, values: list[Any]) -> Any:
    held = world.schema.held(field)
    if measure == "countDistinct":
        return _different(held, values)
    if not values:
        return None
    if measure in ("min", "max"):
        chosen = (min if measure == "min" else max)(values, key=lambda each: rank_of(world, field, each))
        return shown(held, chosen)
    if measure == "sum" and held != "BigDecimal":
        return str(sum(values))
    total = sum(map(Fraction, values), Fraction())
    return _decimal(total / len(values) if measure == "avg" else total)


def _different(held: str, values: list[Any]) -> int:
    if held != "JSON":
        return len(set(values))
    different: list[Any] = []
    for each in values:
        if not any(json_equal(each, other) for other in different):
            different.append(each)
    return len(different)


def _decimal(number: Fraction) -> str:
    """Rounded to 34 significant digits, and written out."""
    if number == 0:
        return "0"
    # Of the last digit of a few more than wanted; bits tell how many digits there are.
    exponent = int((number.numerator.bit_length() - number.denominator.bit_length()) * 0.30103) - DIGITS - 5
    scaled = number * Fraction(10) ** -exponent
    whole = abs(scaled.numerator) // scaled.denominator
    rest = abs(scaled.numerator) % scaled.denominator
    # A last digit of 1 keeps what was cut off from looking like a tie.
    digits = Decimal(f"{whole}{'1' if rest else '0'}E{exponent - 1}")
    return format((digits if number > 0 else digits.copy_negate()).normalize(TO_DIGITS), "f")


def _fields(document: Document, type_name: str, nodes: list[Any]) -> Mapping[str, list[Any]]:
    return document.fields(type_name, [node.selection_set for node in nodes])
