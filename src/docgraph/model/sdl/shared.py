"""The rules for entities that several documents contribute to: `@entity(shared: true)` and `@merge`."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import language as ast

from docgraph.model.schema import Merge, Scalar
from docgraph.model.sdl.aggregations import word
from docgraph.model.sdl.declared import (
    Declarations,
    Declared,
    DeclaredField,
    Kind,
    Mistakes,
    argument,
    did_you_mean,
)
from docgraph.model.sdl.types import is_true

NUMBERS = frozenset(each.value for each in (Scalar.INT, Scalar.INT8, Scalar.BIG_INT, Scalar.BIG_DECIMAL, Scalar.FLOAT))
WHOLE = frozenset(each.value for each in (Scalar.INT, Scalar.INT8, Scalar.BIG_INT))
_TEXT = (Scalar.ID, Scalar.STRING)
_MOMENTS = (Scalar.DATE, Scalar.DATE_TIME, Scalar.TIMESTAMP)
ORDERED = NUMBERS | {each.value for each in (*_TEXT, *_MOMENTS)}
_BOOLEAN = frozenset({Scalar.BOOLEAN.value})

# What the value of a field must be for a function to mean something; functions that are not here take anything.
_VALUES: Mapping[Merge, tuple[frozenset[str], str]] = {
    Merge.SUM: (NUMBERS, "a number"),
    Merge.COUNT: (WHOLE, "a whole number"),
    Merge.MIN: (ORDERED, "a number, a text, a day or a point in time"),
    Merge.MAX: (ORDERED, "a number, a text, a day or a point in time"),
    Merge.AND: (_BOOLEAN, "a Boolean"),
    Merge.OR: (_BOOLEAN, "a Boolean"),
}
_LISTS = (Merge.UNION, Merge.COLLECT)


def judge_shared(declarations: Declarations, mistakes: Mistakes) -> None:
    """Apply every rule of this file."""
    for declared in declarations.of(Kind.ENTITY, Kind.INTERFACE, Kind.AGGREGATION):
        entity = declared.directive("entity")
        shared = is_true(argument(entity, "shared")) if entity is not None else False
        if entity is not None and shared:
            _judge_entity(declared, entity, mistakes)
        for field in declared.fields.values():
            merge = field.directive("merge")
            if merge is not None:
                _judge_merge(declared, field, merge, shared, mistakes)


def _judge_entity(declared: Declared, entity: ast.DirectiveNode, mistakes: Mistakes) -> None:
    for flag in ("immutable", "timeseries"):
        if is_true(argument(entity, flag)):
            mistakes.add(
                entity,
                f"{declared.name} is shared and {flag}",
                f"what several documents say changes with each of them: take shared or {flag} away",
            )


def _judge_merge(
    declared: Declared, field: DeclaredField, merge: ast.DirectiveNode, shared: bool, mistakes: Mistakes
) -> None:
    where = f"{declared.name}.{field.name}"
    if declared.kind is not Kind.ENTITY or not shared:
        mistakes.add(
            merge,
            f"@merge of {where} has no effect: one document owns each {declared.name}",
            f"write type {declared.name} @entity(shared: true), or take @merge away",
        )
        return
    if field.name == "id" or field.is_derived or field.directive("aggregate") is not None:
        mistakes.add(merge, f"{where} cannot be merged: no document says anything about it", "take @merge away")
        return
    name = word(argument(merge, "fn"))
    known = [each.value for each in Merge]
    if name not in known:
        mend = did_you_mean(name or "", known, f"use one of {', '.join(known)}")
        mistakes.add(merge, f"@merge of {where} needs fn, the name of a function", mend)
        return
    _judge_type(where, field, Merge(name), merge, mistakes)


def _judge_type(
    where: str, field: DeclaredField, function: Merge, merge: ast.DirectiveNode, mistakes: Mistakes
) -> None:
    if function in _LISTS:
        if not field.is_list:
            mistakes.add(merge, f"{function.value} is of lists, and {where} is {field.text}", f"write [{field.base}!]!")
        elif field.base == Scalar.JSON.value and function is Merge.UNION:
            mistakes.add(merge, f"{where}: values of JSON have no order to unite them in", "use COLLECT")
        return
    if function not in _VALUES:
        return
    allowed, words = _VALUES[function]
    if field.is_list or field.base not in allowed:
        mistakes.add(
            merge,
            f"{function.value} is of {words}, and {where} is {field.text}",
            f"give {where} another type, or another fn",
        )
