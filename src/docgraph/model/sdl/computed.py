"""The rules for `@aggregate(of:, fn:, field:)` on fields of entities: figures about the entities that refer to one."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import language as ast

from docgraph.model.schema import Scalar
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
from docgraph.model.sdl.shared import NUMBERS, ORDERED, WHOLE

FUNCTIONS = ("COUNT", "SUM", "MIN", "MAX", "AVG")
_TOTALS = ("COUNT", "SUM")  # of nothing they are 0, and not null

_TEXTS = (Scalar.STRING.value, Scalar.ID.value)

# What can hold a sum of values of a type, however many there are.
_SUMS: Mapping[str, tuple[str, ...]] = {
    Scalar.INT.value: (Scalar.INT8.value, Scalar.BIG_INT.value, Scalar.BIG_DECIMAL.value),
    Scalar.INT8.value: (Scalar.BIG_INT.value, Scalar.BIG_DECIMAL.value),
    Scalar.BIG_INT.value: (Scalar.BIG_INT.value, Scalar.BIG_DECIMAL.value),
    Scalar.BIG_DECIMAL.value: (Scalar.BIG_DECIMAL.value,),
    Scalar.FLOAT.value: (Scalar.FLOAT.value,),
}


def judge_computed(declarations: Declarations, mistakes: Mistakes) -> None:
    """Apply every rule of this file."""
    for owner in declarations.of(Kind.ENTITY, Kind.INTERFACE):
        for field in owner.fields.values():
            node = field.directive("aggregate")
            if node is None:
                continue
            if owner.kind is Kind.INTERFACE:
                mistakes.add(
                    node, f"{owner.name} is an interface, which computes nothing", "write it at the entities alone"
                )
            elif _judge_form(owner, field, node, mistakes):
                _judge(owner, field, node, declarations, mistakes)


def _judge_form(owner: Declared, field: DeclaredField, node: ast.DirectiveNode, mistakes: Mistakes) -> bool:
    """Whether the rest can be judged at all."""
    where = f"{owner.name}.{field.name}"
    before = len(mistakes.found)
    if field.name == "id" or field.is_derived or field.is_list:
        mistakes.add(node, f"{where} cannot be a figure", "give the figure a field of its own, which is no list")
    if word(argument(node, "of")) is None:
        mistakes.add(
            node, f"@aggregate of {where} does not say of what", 'write of: "…", the name of a derived field beside it'
        )
    name = word(argument(node, "fn"))
    if name not in FUNCTIONS:
        mend = did_you_mean(name or "", FUNCTIONS, f"use one of {', '.join(FUNCTIONS)}")
        mistakes.add(node, f"@aggregate of {where} needs fn, the name of a function", mend)
    for foreign in ("arg", "cumulative", "where"):
        if argument(node, foreign) is not None:
            mistakes.add(node, f"{foreign} has no meaning for {where}", "take it away: it belongs into aggregations")
    return len(mistakes.found) == before


def _judge(
    owner: Declared, field: DeclaredField, node: ast.DirectiveNode, declarations: Declarations, mistakes: Mistakes
) -> None:
    where, of = f"{owner.name}.{field.name}", str(word(argument(node, "of")))
    derived = owner.fields.get(of)
    target = declarations.get(derived.base) if derived is not None else None
    lists = [each.name for each in owner.fields.values() if each.is_derived and each.is_list]
    if derived is None or not derived.is_derived or not derived.is_list:
        mend = did_you_mean(of, lists, f'add a list with @derivedFrom to {owner.name}, and name it: of: "…"')
        mistakes.add(node, f"@aggregate of {where} is of {of}, which is no derived list of {owner.name}", mend)
    elif target is not None and target.kind not in (Kind.ENTITY, Kind.INTERFACE):
        mistakes.add(node, f"@aggregate of {where} is of {of}, which are no entities", "name another derived list")
    elif target is not None:
        _judge_function(where, field, node, target, mistakes)


def _judge_function(
    where: str, field: DeclaredField, node: ast.DirectiveNode, target: Declared, mistakes: Mistakes
) -> None:
    function, name = str(word(argument(node, "fn"))), word(argument(node, "field"))
    if field.required and function not in _TOTALS:
        mistakes.add(
            field.node.type, f"{where} may not be null, but {function} of nothing is", f"write {field.base}, without !"
        )
    if function == "COUNT":
        if name is not None:
            mistakes.add(node, f"{where} counts entities, not values of {name}", "take field away")
        if field.base not in WHOLE:
            mistakes.add(field.node.type, f"{where} counts, and {field.base} is no whole number", "write Int!")
        return
    source = target.fields.get(name or "")
    if name is None or source is None:
        mend = did_you_mean(name or "", target.fields, f'write field: "…", the name of a field of {target.name}')
        mistakes.add(node, f"@aggregate of {where} does not say of which field of {target.name}", mend)
    elif source.is_list or source.is_derived or source.directive("aggregate") is not None:
        mistakes.add(
            node,
            f"@aggregate of {where} is of {target.name}.{name}, which is no plain stored field",
            "name a field that documents give one value",
        )
    else:
        _judge_types(where, field, source, function, node, mistakes)


def _judge_types(
    where: str, field: DeclaredField, source: DeclaredField, function: str, node: ast.DirectiveNode, mistakes: Mistakes
) -> None:
    taken = ORDERED if function in ("MIN", "MAX") else NUMBERS
    if source.base not in taken:
        mistakes.add(node, f"{function} is not of {source.base}, the type of {source.name}", "name another field")
        return
    match function:
        case "MIN" | "MAX":
            fitting: tuple[str, ...] = _TEXTS if source.base in _TEXTS else (source.base,)
        case "AVG":
            fitting = (Scalar.FLOAT.value,) if source.base == Scalar.FLOAT.value else (Scalar.BIG_DECIMAL.value,)
        case _:
            fitting = _SUMS[source.base]
    if field.base not in fitting:
        mistakes.add(
            field.node.type,
            f"{where} has the type {field.base}, which does not hold every {function} of {source.base}",
            f"use {' or '.join(fitting)}",
        )
