"""A plan as text, for golden files and for people who wonder what a query does.

Stable: equal plans give equal text, whatever the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

import msgspec

from docgraph.query import plan
from docgraph.query.ledger import Entry
from docgraph.query.measures import Count, Figure, Figures, GroupedBy, Measured, Part
from docgraph.query.pages import Constant, CursorOf, Page, Total

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
        case plan.Search(fulltext=fulltext, query=query):
            yield f"{root.key}: search {fulltext.name} for {query!r}{_rows(root.rows)}{at}"
            yield from _selections((root.selection,))
        case plan.Statistics(buckets=buckets):
            yield f"{root.key}: {_buckets(buckets)}{_rows(root.rows)}{at}"
            yield from _selections((root.selection,))
        case plan.ById():
            yield f"{root.key}: one with id {root.id!r}{at}"
            yield from _selections(root.selections)
        case plan.Connection():
            yield f"{root.key}: connection of {root.type}{_window(root)}{at}"
            yield from _deeper(_connection(root.outputs))
        case plan.Groups():
            by = f" by {', '.join(field.name for field in root.fields)}" if root.fields else ""
            yield f"{root.key}: figures of {root.type}{by}{_where(root.condition)}{at}"
            yield from _deeper(_figures(root.outputs))
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
        case plan.Logs():
            yield f"{root.key}: log of {root.deployment} {root.direction.value}{_wanted(root.wanted)}"
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
        order = f" ordered by {order_text(rows.order)}"
    return f" first {rows.first} skip {rows.skip}{order}{_where(rows.condition)}"


def _buckets(buckets: plan.Buckets) -> str:
    unfinished = ", unfinished ones too," if buckets.unfinished else ""
    return f"{buckets.aggregation.name} by {buckets.interval}{unfinished}"


def _window(root: plan.Connection) -> str:
    window = root.window
    told = [f" {name} {part}" for name, part in (("first", window.first), ("last", window.last)) if part is not None]
    for name, place in (("after", window.after), ("before", window.before)):
        told += [f" {name} {list(place.keys)!r}"] if place is not None else []
    orders = ", ".join(order_text(order) for order in root.orders)
    return f"{''.join(told)} ordered by {orders}{_where(root.condition)}"


def _connection(outputs: tuple[plan.ConnectionOutput, ...]) -> Iterator[str]:
    for output in outputs:
        match output:
            case plan.Nodes():
                yield f"{output.key}: rows"
                yield from _selections(output.selections)
            case plan.Edges():
                yield f"{output.key}: rows with cursors"
                for part in output.outputs:
                    yield from _deeper(_edge(part))
            case Page():
                yield f"{output.key}: page"
                for told in output.outputs:
                    what = "type name" if isinstance(told, Constant) else told.fact.value
                    yield f"{INDENT}{told.key}: {what}"
            case Figures():
                yield f"{output.key}: figures"
                yield from _deeper(_figures(output.outputs))
            case Total():
                yield f"{output.key}: number of rows"
            case Constant():
                yield f"{output.key}: type name"
            case _:
                assert_never(output)


def _figures(outputs: tuple[Figure, ...]) -> Iterator[str]:
    for output in outputs:
        match output:
            case Count():
                yield f"{output.key}: number of rows"
            case Part():
                yield output.key
                yield from (f"{INDENT}{part.key}: {_figure(part)}" for part in output.outputs)
            case Constant():
                yield f"{output.key}: type name"
            case _:
                assert_never(output)


def _figure(part: Measured | GroupedBy | Constant) -> str:
    match part:
        case Measured():
            return f"{part.measure.value} of {part.field.name}"
        case GroupedBy():
            return part.field.name
        case Constant():
            return "type name"
        case _:
            assert_never(part)


def _edge(part: CursorOf | plan.Nodes | Constant) -> Iterator[str]:
    match part:
        case CursorOf():
            yield f"{part.key}: cursor"
        case plan.Nodes():
            yield f"{part.key}: row"
            yield from _selections(part.selections)
        case Constant():
            yield f"{part.key}: type name"
        case _:
            assert_never(part)


def order_text(order: plan.Order) -> str:
    """An order in words."""
    child = f".{order.child.name}" if order.child else ""
    return f"{order.field.name}{child} {order.direction.value}"


def _where(condition: plan.Condition) -> str:
    return "" if condition == plan.EVERYTHING else f" where {condition_text(condition)}"


def condition_text(condition: plan.Condition) -> str:
    """A condition in words; different conditions have different words."""
    match condition:
        case plan.And(conditions):
            return f"all({', '.join(map(condition_text, conditions))})"
        case plan.Or(conditions):
            return f"any({', '.join(map(condition_text, conditions))})"
        case plan.Not(inner):
            return f"not({condition_text(inner)})"
        case plan.Compare(field=field, operator=operator, value=payload):
            return f"{field.name} {operator.suffix.removeprefix('_') or 'is'} {payload!r}"
        case plan.Exists(field=field, quantifier=quantifier, condition=inner):
            return f"{quantifier.name.lower()} {field.name}({condition_text(inner)})"
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
        case plan.Column(key, field) | plan.Reckoned(key, field):
            yield f"{key}: {field.name}"
        case plan.Reference():
            yield f"{output.key}: one by {output.field.name}, {output.join.value}"
            yield from _selections(output.selections)
        case plan.Children():
            yield f"{output.key}: many by {output.field.name}, {output.join.value},{_rows(output.rows)}"
            yield from _selections(output.selections)
        case plan.Source(key, entries):
            yield f"{key}: source"
            yield from _deeper(_entries(entries))
        case plan.ChildStatistics(buckets=buckets, rows=rows):
            yield f"{output.key}: {_buckets(buckets)} by {output.field.name}{_rows(rows)}"
            yield from _selections((output.selection,))
        case _:
            assert_never(output)


def _meta(outputs: tuple[plan.MetaOutput, ...]) -> Iterator[str]:
    for output in outputs:
        yield f"{output.key}: {output.field.value}"
        yield from _deeper(_meta(output.outputs))


def _wanted(wanted: msgspec.Struct) -> str:
    asked = msgspec.structs.asdict(wanted).items()
    return "".join(f" {key} {_plain(each)}" for key, each in asked if each is not None)


def _plain(asked: object) -> str:
    return asked.isoformat() if isinstance(asked, datetime) else repr(asked)


def _entries(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        yield f"{entry.key}: {entry.name}"
        yield from _deeper(_entries(entry.entries))


def _deeper(lines: Iterator[str]) -> Iterator[str]:
    return (f"{INDENT}{line}" for line in lines)
