"""The rules for timeseries entities and the aggregations over them.

Source: spec/subgraph-api.md 1.5, 1.6 and 1.9. Weeks, months, quarters and years are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import language as ast

from docgraph.model.schema import Scalar
from docgraph.model.sdl.declared import (
    Declarations,
    Declared,
    DeclaredField,
    Kind,
    Mistakes,
    argument,
    did_you_mean,
)
from docgraph.model.sdl.expressions import BadExpression, fields_of
from docgraph.model.sdl.types import ID_TYPES, SCALARS, is_true, texts

INTERVALS = ("hour", "day", "week", "month", "quarter", "year")
FUNCTIONS = ("sum", "min", "max", "count", "first", "last")
_ROW_FUNCTIONS = ("first", "last")  # take one row's value, so it need not be a number

# How wide a number is; Float stands apart, since it is not exact.
_WIDTH = {
    scalar.value: width for width, scalar in enumerate((Scalar.INT, Scalar.INT8, Scalar.BIG_INT, Scalar.BIG_DECIMAL))
}
_NUMERIC = (*_WIDTH, Scalar.FLOAT.value)
_TIMESTAMP = Scalar.TIMESTAMP.value


def judge_aggregations(declarations: Declarations, mistakes: Mistakes) -> None:
    """Apply every rule of this file."""
    for declared in declarations.of(Kind.ENTITY):
        entity = declared.directive("entity")
        if entity is not None and is_true(argument(entity, "timeseries")):
            _judge_timeseries(declared, entity, mistakes)
    for declared in declarations.of(Kind.AGGREGATION):
        _judge_aggregation(declared, declarations, mistakes)


def aggregates(declared: Declared) -> Iterator[tuple[DeclaredField, ast.DirectiveNode]]:
    """The aggregated fields of an aggregation with their directives."""
    for field in declared.fields.values():
        node = field.directive("aggregate")
        if node is not None:
            yield field, node


def dimensions(declared: Declared) -> Iterator[DeclaredField]:
    """The fields that rows are grouped by."""
    return (
        field
        for field in declared.fields.values()
        if field.directive("aggregate") is None and field.name not in ("id", "timestamp")
    )


def word(value: ast.ValueNode | None) -> str | None:
    """A name given as text or as a bare word."""
    return value.value if isinstance(value, ast.StringValueNode | ast.EnumValueNode) else None


def _judge_timeseries(declared: Declared, entity: ast.DirectiveNode, mistakes: Mistakes) -> None:
    immutable = argument(entity, "immutable")
    if isinstance(immutable, ast.BooleanValueNode) and not immutable.value:
        mistakes.add(immutable, f"the timeseries {declared.name} cannot be mutable", "take immutable: false away")
    field = declared.fields.get("id")
    if field is not None and field.base in ("ID", "String"):
        mistakes.add(
            field.node.type, f"the id of the timeseries {declared.name} has the type {field.text}", "write id: Int8!"
        )
    _judge_timestamp(declared, mistakes)


def _judge_timestamp(declared: Declared, mistakes: Mistakes) -> None:
    field = declared.fields.get("timestamp")
    if field is None:
        mistakes.add(declared.node, f"{declared.name} has no field timestamp", "add: timestamp: Timestamp!")
    elif field.text != f"{_TIMESTAMP}!":
        mistakes.add(
            field.node.type, f"{declared.name}.timestamp has the type {field.text}", "write timestamp: Timestamp!"
        )


def _judge_aggregation(declared: Declared, declarations: Declarations, mistakes: Mistakes) -> None:
    node = declared.directive("aggregation")
    if node is None:
        return
    for interface in declared.interfaces:
        mistakes.add(interface, f"the aggregation {declared.name} implements an interface", "only entities can")
    _judge_intervals(declared, node, mistakes)
    _judge_timestamp(declared, mistakes)
    source = _judge_source(declared, node, declarations, mistakes)
    _judge_id(declared, source, mistakes)
    if not any(aggregates(declared)):
        mistakes.add(
            declared.node,
            f"the aggregation {declared.name} aggregates nothing",
            'add a field such as: count: Int! @aggregate(fn: "count")',
        )
    for field in declared.fields.values():
        if field.is_derived:
            mistakes.add(
                field.node,
                f"{declared.name}.{field.name} is derived, which no field of an aggregation can be",
                "take @derivedFrom away",
            )
    if source is not None:
        for field in dimensions(declared):
            _judge_dimension(declared, field, source, mistakes)
    for field, aggregate in aggregates(declared):
        _judge_aggregate(f"{declared.name}.{field.name}", field, aggregate, mistakes)
        if source is not None and (field.base in SCALARS or declarations.get(field.base)):
            _judge_argument(f"{declared.name}.{field.name}", field, aggregate, source, mistakes)


def _judge_intervals(declared: Declared, node: ast.DirectiveNode, mistakes: Mistakes) -> None:
    value = argument(node, "intervals")
    example = 'write intervals: ["hour", "day"]'
    if value is None:
        mistakes.add(node, f"the aggregation {declared.name} has no intervals", example)
        return
    names = texts(value)
    if not names:
        mistakes.add(value, f"intervals of {declared.name} must be a list of at least one text", example)
        return
    for name in names:
        if name not in INTERVALS:
            mend = did_you_mean(name, INTERVALS, f"use some of {', '.join(INTERVALS)}")
            mistakes.add(value, f"{declared.name} has the unknown interval {name}", mend)
    if len(set(names)) < len(names):
        mistakes.add(value, f"an interval of {declared.name} stands twice", "name each once")


def _judge_source(
    declared: Declared, node: ast.DirectiveNode, declarations: Declarations, mistakes: Mistakes
) -> Declared | None:
    value = argument(node, "source")
    if value is None:
        mistakes.add(node, f"the aggregation {declared.name} has no source", 'name a timeseries entity: source: "…"')
        return None
    if not isinstance(value, ast.StringValueNode):
        mistakes.add(value, f"source of {declared.name} must be text", f'quote it: "{ast.print_ast(value)}"')
        return None
    source = declarations.get(value.value)
    if source is None or source.kind is not Kind.ENTITY:
        known = [each.name for each in declarations.of(Kind.ENTITY)]
        mend = did_you_mean(value.value, known, "name a timeseries entity")
        mistakes.add(value, f"the source {value.value} of {declared.name} is no entity", mend)
        return None
    entity = source.directive("entity")
    if entity is None or not is_true(argument(entity, "timeseries")):
        mistakes.add(
            value,
            f"the source {source.name} of {declared.name} is no timeseries",
            f"write: type {source.name} @entity(timeseries: true)",
        )
    return source


def _judge_id(declared: Declared, source: Declared | None, mistakes: Mistakes) -> None:
    field = declared.fields.get("id")
    if field is None:
        mistakes.add(declared.node, f"{declared.name} has no field id", "add: id: Int8!")
        return
    expected = source.fields.get("id") if source is not None else None
    if field.base not in ID_TYPES or field.is_list or not field.required:
        mistakes.add(field.node.type, f"the id of {declared.name} has the type {field.text}", "write id: Int8!")
    elif source is not None and expected is not None and expected.base != field.base:
        mistakes.add(
            field.node.type,
            f"the id of {declared.name} has the type {field.text}, "
            f"but that of its source {source.name} has {expected.text}",
            f"write id: {expected.text}",
        )


def _judge_dimension(declared: Declared, field: DeclaredField, source: Declared, mistakes: Mistakes) -> None:
    original = source.fields.get(field.name)
    if original is None:
        mend = did_you_mean(field.name, source.fields, "add @aggregate, or name a field of the source")
        mistakes.add(
            field.node, f"{declared.name}.{field.name} is neither aggregated nor a field of {source.name}", mend
        )
    elif original.base != field.base or original.is_list != field.is_list:
        mistakes.add(
            field.node.type,
            f"{declared.name}.{field.name} has the type {field.text}, but {source.name}.{field.name} {original.text}",
            f"write {field.name}: {original.text}",
        )


def _judge_aggregate(where: str, field: DeclaredField, node: ast.DirectiveNode, mistakes: Mistakes) -> None:
    """What an aggregate says by itself: its function, whether it is cumulative, the type of its result."""
    value = argument(node, "fn")
    function = word(value)
    if value is None:
        mistakes.add(node, f"@aggregate of {where} has no fn", f"write fn: one of {', '.join(FUNCTIONS)}")
    elif function not in FUNCTIONS:
        mend = did_you_mean(function or "", FUNCTIONS, f"use one of {', '.join(FUNCTIONS)}")
        mistakes.add(value, f"@aggregate of {where} has the unknown fn {ast.print_ast(value)}", mend)
    cumulative = argument(node, "cumulative")
    if cumulative is not None and not isinstance(cumulative, ast.BooleanValueNode):
        mistakes.add(cumulative, f"cumulative of {where} must be true or false", "write cumulative: true, unquoted")
    for ours in ("of", "field", "where"):
        if argument(node, ours) is not None:
            mistakes.add(node, f"@aggregate of {where} has no argument {ours} in an aggregation", "use fn and arg")
    if function in FUNCTIONS and (field.is_list or (field.base not in _NUMERIC and function not in _ROW_FUNCTIONS)):
        mistakes.add(
            field.node.type,
            f"{where} has the type {field.text}, which {function} cannot give",
            f"use one of {', '.join(_NUMERIC)}",
        )


def _judge_argument(
    where: str, field: DeclaredField, node: ast.DirectiveNode, source: Declared, mistakes: Mistakes
) -> None:
    """The expression of an aggregate: over fields of the source, and not wider than the result."""
    function, value = word(argument(node, "fn")), argument(node, "arg")
    if value is None:
        if function in FUNCTIONS and function != "count":
            mistakes.add(node, f"@aggregate of {where} has no arg", f'name a field of {source.name}: arg: "…"')
        return
    if not isinstance(value, ast.StringValueNode):
        mistakes.add(value, f"arg of {where} must be text", f'quote it: "{ast.print_ast(value)}"')
        return
    try:
        names = fields_of(value.value)
    except BadExpression as error:
        mistakes.add(
            value,
            f"the expression of {where} cannot be used: {error}",
            "use fields, numbers, + - * / % ^, comparisons, and, or, not, case, casts and functions such as abs",
        )
        return
    for name in names:
        if name not in source.fields:
            mend = did_you_mean(name, source.fields, f"use fields of {source.name}")
            mistakes.add(value, f"arg of {where} names {name}, which {source.name} does not have", mend)
        elif source.fields[name].is_derived:
            mistakes.add(value, f"arg of {where} names {name}, which is derived", "use stored fields")
    if names == (value.value.strip(),) and names[0] in source.fields and not field.is_list:
        _judge_width(where, field, (source.fields[names[0]], function or ""), value, mistakes)


def _judge_width(
    where: str,
    field: DeclaredField,
    use: tuple[DeclaredField, str],
    place: ast.ValueNode,
    mistakes: Mistakes,
) -> None:
    """A plain field as the argument must fit the result."""
    given, function = use
    if function in _ROW_FUNCTIONS and given.base == field.base and not given.is_list:
        return
    if function == "count" or function not in FUNCTIONS:
        return
    if given.base not in _NUMERIC or given.is_list:
        mistakes.add(
            place,
            f"{function} of {where} needs a number, but {given.name} has the type {given.text}",
            f"name a field of type {', '.join(_NUMERIC)}",
        )
    elif field.base in _NUMERIC and not _fits(given.base, field.base):
        mistakes.add(
            field.node.type,
            f"{where} has the type {field.base}, too narrow for {given.name} of type {given.base}",
            f"write {field.name}: {given.base}!",
        )
    elif field.base not in _NUMERIC:
        mistakes.add(
            field.node.type,
            f"{where} has the type {field.base}, but {given.name} has the type {given.base}",
            f"write {field.name}: {given.base}!",
        )


def _fits(given: str, result: str) -> bool:
    if Scalar.FLOAT.value in (given, result):
        return result == Scalar.FLOAT.value
    return _WIDTH[given] <= _WIDTH[result]
