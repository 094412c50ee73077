"""A plan as text, for golden files and for people who wonder what a query does.

Stable: equal plans give equal text, whatever the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec

from docgraph.query import plan
from docgraph.query.ledger import Entry

INDENT = "  "


def describe(operation: plan.Operation) -> str:
    """One line per part, indented by depth."""
    return "".join(f"{line}\n" for root in operation.roots for line in _root(root))


def _root(root: plan.Root) -> Iterator[str]:
    at = _block(root.block) + (" deny" if root.policy is plan.Policy.DENY else "")
    match root:
        case plan.Collection():
            yield f"{root.key}: collection{_rows(root.rows)}{at}"
            yield from _selections(root.selections)
        case plan.ById():
            yield f"{root.key}: one with id {root.id!r}{at}"
            yield from _selections(root.selections)
        case plan.History():
            rows = f"first {root.rows.first} skip {root.rows.skip} {root.direction.value}"
            yield f"{root.key}: versions of {root.type} {root.id!r} {rows}"
            for version in root.outputs:
                yield f"{INDENT}{version.key}: {version.field.value}"
                yield from _deeper(_selections(version.selections))
        case plan.Meta():
            yield f"{root.key}: meta of {root.deployment}{at}"
            yield from _deeper(_meta(root.outputs))
        case plan.Problems():
            yield f"{root.key}: problems{_wanted(root.wanted)}"
            yield from _deeper(_entries(root.entries))
        case plan.RootTypeName():
            yield f"{root.key}: type name{at}"
        case _:
            assert_never(root)


def _block(block: plan.BlockAt) -> str:
    match block:
        case plan.AtNumber(number):
            return f" at block {number}"
        case plan.AtHash(hash=content):
            return f" at block 0x{content.hex()}"
        case plan.AtLeast(number):
            return f" at the latest block, {number} or later"
        case None:
            return ""
        case _:
            assert_never(block)


def _rows(rows: plan.Rows) -> str:
    order = ""
    if rows.order is not None:
        child = f".{rows.order.child.name}" if rows.order.child else ""
        order = f" ordered by {rows.order.field.name}{child} {rows.order.direction.value}"
    where = "" if rows.condition == plan.EVERYTHING else f" where {_condition(rows.condition)}"
    return f" first {rows.first} skip {rows.skip}{order}{where}"


def _condition(condition: plan.Condition) -> str:
    match condition:
        case plan.And(conditions):
            return f"all({', '.join(map(_condition, conditions))})"
        case plan.Or(conditions):
            return f"any({', '.join(map(_condition, conditions))})"
        case plan.Not(inner):
            return f"not({_condition(inner)})"
        case plan.Compare(field=field, operator=operator, value=payload):
            return f"{field.name} {operator.suffix.removeprefix('_') or 'is'} {payload!r}"
        case plan.Exists(field=field, quantifier=quantifier, condition=inner):
            return f"{quantifier.name.lower()} {field.name}({_condition(inner)})"
        case plan.ChangedSince(block):
            return f"changed since block {block}"
        case _:
            assert_never(condition)


def _selections(selections: tuple[plan.Selection, ...]) -> Iterator[str]:
    for selection in selections:
        yield f"{INDENT}{selection.type}"
        for output in selection.outputs:
            yield from _deeper(_deeper(_output(output)))


def _output(output: plan.Output) -> Iterator[str]:
    match output:
        case plan.TypeName(key):
            yield f"{key}: type name"
        case plan.Column(key, field):
            yield f"{key}: {field.name}"
        case plan.Reference():
            yield f"{output.key}: one by {output.field.name}, {output.join.value}"
            yield from _selections(output.selections)
        case plan.Children():
            yield f"{output.key}: many by {output.field.name}, {output.join.value},{_rows(output.rows)}"
            yield from _selections(output.selections)
        case _:
            assert_never(output)


def _meta(outputs: tuple[plan.MetaOutput, ...]) -> Iterator[str]:
    for output in outputs:
        yield f"{output.key}: {output.field.value}"
        yield from _deeper(_meta(output.outputs))


def _wanted(wanted: msgspec.Struct) -> str:
    asked = msgspec.structs.asdict(wanted).items()
    return "".join(f" {key} {each!r}" for key, each in asked if each is not None)


def _entries(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        yield f"{entry.key}: {entry.name}"
        yield from _deeper(_entries(entry.entries))


def _deeper(lines: Iterator[str]) -> Iterator[str]:
    return (f"{INDENT}{line}" for line in lines)
