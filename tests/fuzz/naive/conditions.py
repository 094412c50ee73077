"""Filters: whether they hold for an entity. True, False, or None for unknown.

Source: spec/subgraph-api.md 2.5.2 to 2.5.5 and the deviations.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fuzz.naive.values import as_text, json_equal, read
from fuzz.naive.vocabulary import Children, Comparison, Word, keys_of
from fuzz.naive.world import Entity, World
from fuzz.nouns import Field, Type

Truth = bool | None
Given = Mapping[str, Any]


class Refused(Exception):
    """The filter makes no sense."""


def check(world: World, owner: Type, given: Given) -> None:
    """Raises Refused: what is given cannot be compared so."""
    keys = keys_of(world.schema, owner)
    for key, value in given.items():
        match keys[key]:
            case Comparison(suffix=suffix) if value is None and suffix not in ("", "_not"):
                raise Refused(key)
            case Children() if value is None:
                raise Refused(key)
            case Children(field=field):
                check(world, world.schema.types[field.type], value)
            case Word(word="not") if value is not None:
                check(world, owner, value)
            case Word(word="and" | "or") if value is not None:
                for each in _listed(value):
                    check(world, owner, each)


def holds(world: World, owner: Type, entity: Entity, given: Given) -> Truth:
    """All keys of a filter are ANDed."""
    keys = keys_of(world.schema, owner)
    return _all(_holds(world, owner, entity, keys[key], value) for key, value in given.items())


def _holds(world: World, owner: Type, entity: Entity, meaning: Any, value: Any) -> Truth:
    match meaning:
        case Comparison():
            return _compared(world, entity, meaning, value)
        case Children(field=field, quantifier=quantifier):
            target = world.schema.types[field.type]
            found = [holds(world, target, each, value) is True for each in world.led_to(entity, field)]
            return {"": any(found), "none": not any(found), "every": all(found)}[quantifier]
        case Word() if value is None:
            return True
        case Word(word="_change_block"):
            return entity.since >= value["number_gte"]
        case Word(word="not"):
            return _not(holds(world, owner, entity, value))
        case Word(word="and"):
            return _all(holds(world, owner, entity, each) for each in _listed(value))
        case Word(word="or"):
            return _not(_all(_not(holds(world, owner, entity, each)) for each in _listed(value)))
    raise TypeError(meaning)


def _listed(value: Any) -> list[Given]:
    """A single value stands for a list of one; null as an element counts as absent."""
    return [each for each in (value if isinstance(value, list) else [value]) if each is not None]


def _all(found: Iterable[Truth]) -> Truth:
    seen = list(found)
    return False if False in seen else None if None in seen else True


def _not(found: Truth) -> Truth:
    return None if found is None else not found


def _compared(world: World, entity: Entity, meaning: Comparison, given: Any) -> Truth:
    field, suffix = meaning.field, meaning.suffix
    x = _compared_with(world, entity, field)
    if given is None:
        return (x is None) if suffix == "" else (x is not None)
    held = world.schema.held(field)
    if _is_text(world, field, suffix):
        held, x = "String", None if x is None else as_text(x)
    if meaning.takes_list:
        values = [read(held, each) for each in (given if isinstance(given, list) else [given])]
        return _list(x, suffix, values, held) if field.is_list else _among(x, suffix, values)
    return _one(x, suffix, read(held, given), held)


def _compared_with(world: World, entity: Entity, field: Field) -> Any:
    """What is stored; where the entity derives what its interface stores, the ids that it leads to."""
    own = entity.own(field)
    if own.derived_from is None:
        return entity.values[own.name]
    ids = [each.id for each in world.led_to(entity, own)]
    return ids if own.is_list else next(iter(ids), None)


def _is_text(world: World, field: Field, suffix: str) -> bool:
    """Whether the operator looks into text; `_contains` of a reference to Bytes looks into the bytes."""
    if field.is_list or not world.schema.leads(field):
        return False
    if world.schema.held(field) == "Bytes" and suffix in ("_contains", "_not_contains"):
        return False
    return suffix.removeprefix("_not").lstrip("_").startswith(("contains", "starts", "ends"))


def _among(x: Any, suffix: str, values: list[Any]) -> Truth:
    if not values:
        return suffix == "_not_in"  # nothing is excluded, whatever x is
    return None if x is None else (x in values) == (suffix == "_in")


def _list(x: list[Any] | None, suffix: str, values: list[Any], held: str) -> Truth:
    same: Callable[[Any, Any], bool] = json_equal if held == "JSON" else operator.eq
    if suffix.endswith("_nocase"):
        found = any(_folded(each) == _folded(other) for each in x or [] if each is not None for other in values)
        return found == (suffix == "_contains_nocase")
    if x is None:
        return None
    if suffix in ("", "_not"):
        equal = len(x) == len(values) and all(
            each is not None and same(each, other) for each, other in zip(x, values, strict=True)
        )
        return equal == (suffix == "")
    present = [any(each is not None and same(each, other) for each in x) for other in values]
    return all(present) if suffix == "_contains" else not any(present)


def _one(x: Any, suffix: str, value: Any, held: str) -> Truth:
    if x is None:
        return None
    if suffix.endswith("_nocase"):
        return _one(_folded(x), suffix.removesuffix("_nocase"), _folded(value), held)
    if suffix.startswith("_not"):
        return not _one(x, suffix.removeprefix("_not"), value, held)
    if held == "JSON":
        return json_equal(x, value)
    return bool(OPERATORS[suffix](x, value))


OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "": operator.eq,
    "_gt": operator.gt,
    "_lt": operator.lt,
    "_gte": operator.ge,
    "_lte": operator.le,
    "_contains": operator.contains,
    "_starts_with": lambda x, value: x.startswith(value),
    "_ends_with": lambda x, value: x.endswith(value),
}


def _folded(text: str) -> str:
    """Ignoring case means the letters A to Z."""
    return "".join(each.lower() if each.isascii() else each for each in text)
