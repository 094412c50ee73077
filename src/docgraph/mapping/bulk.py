"""Save many entities at once, from Arrow columns: by the rules of saving them one by one, checked column by column.

Where all of a column is of the type that is stored, its values are taken as they are. Where anything is out of the
ordinary, the rows are saved one by one instead, so that what is refused, and in which words, is decided in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import repeat
from typing import Any

import msgspec

from docgraph.mapping.collect import MOST_PROBLEMS, Collector, Misuse, Refusal, Rejected
from docgraph.mapping.shape import Shape
from docgraph.model.changes import Save
from docgraph.model.columns import Unreadable, plain
from docgraph.model.schema import EnumRef, Field, Scalar
from docgraph.model.texts import MAX_ID_BYTES
from docgraph.model.values import Refused

SHORT = MAX_ID_BYTES // 4  # characters: an id of so many is never too long
NOT_ARROW = "give a pyarrow RecordBatch or Table, such as `batch.data`"


class Columns(msgspec.Struct, frozen=True):
    """Rows of one type as columns of equal length."""

    arrow: Mapping[str, Any]  # attribute name → pyarrow.Array
    values: Mapping[str, list[Any]]  # the same as plain values
    lines: Sequence[int | None]


def columns_of(given: Any, lines: Any, shape: Shape, check: Callable[[str], None]) -> Iterator[Columns]:
    """What was given to `save_all`, piece by piece; `check` says whether a column's name is a field's.

    Raises Misuse, and what `check` raises.
    """
    import pyarrow

    if not isinstance(given, pyarrow.RecordBatch | pyarrow.Table):
        raise Misuse(f"{shape.name}.save_all() is given {type(given).__name__}", NOT_ARROW)
    names: list[str] = given.schema.names
    for name in names:
        check(name)
    if twice := next((name for at, name in enumerate(names) if name in names[:at]), None):
        raise Misuse(f"{shape.name}.save_all() is given two columns `{twice}`", "drop one of them")
    told = _lines(lines, given.num_rows, shape)
    start = 0
    for piece in given.to_batches() if isinstance(given, pyarrow.Table) else [given]:
        arrow = dict(zip(names, piece.columns, strict=True))
        yield Columns(
            arrow,
            {name: _plain(name, column) for name, column in arrow.items()},
            told[start : start + piece.num_rows],
        )
        start += piece.num_rows


def save_all(collector: Collector, shape: Shape, pieces: Iterator[Columns]) -> None:
    """Save an entity for each row.

    Raises Misuse; Rejected: values that do not fit, of as many rows as problems are told of a document.
    """
    refusals: list[Refusal] = []
    for piece in pieces:
        rows = _rows(shape, piece)
        if rows is None or refusals or not collector.save_rows(shape.name, rows):
            refusals += _one_by_one(collector, shape, piece)
        if len(refusals) >= MOST_PROBLEMS:
            break
    if refusals:
        raise Rejected(tuple(refusals))


def _rows(shape: Shape, piece: Columns) -> list[Save] | None:
    """The entities; None: each has to be looked at."""
    if shape.shared or "id" not in piece.values or any(name not in piece.values for name in shape.required):
        return None
    try:
        columns = {name: _coerced(shape, name, piece) for name in piece.values}
    except Refused:
        return None
    ids, count = columns["id"], len(piece.lines)
    ordered = [columns.get(name) or repeat(None, count) for name in shape.fields]
    return list(map(Save, repeat(shape.name), ids, zip(*ordered, strict=True), piece.lines))


def _coerced(shape: Shape, name: str, piece: Columns) -> list[Any]:
    """A column's values as they are stored. Raises Refused."""
    column, values, field = piece.arrow[name], piece.values[name], shape.fields[name]
    if not (field.required and column.null_count) and _is_stored_so(shape, field, column, values):
        return values
    return list(map(shape.coercers[name], values))


def _is_stored_so(shape: Shape, field: Field, column: Any, values: list[Any]) -> bool:
    """Would every value that is not null be stored as it is?"""
    import pyarrow
    from pyarrow import compute

    if field.is_list:
        return False
    kind, types = column.type, pyarrow.types
    match field.type:
        case Scalar.STRING | Scalar.ID if field.name == "id":
            return _is_text(kind) and _is_plain(values) and max(map(len, values), default=0) <= SHORT
        case _ if field.name == "id":
            return False
        case Scalar.STRING | Scalar.ID:
            return _is_text(kind) and _is_plain(values)
        case EnumRef(name=name):
            return _is_text(kind) and {*values} <= {*shape.orders[name], None}
        case Scalar.BOOLEAN:
            return bool(types.is_boolean(kind))
        case Scalar.INT:
            return bool(types.is_integer(kind)) and (kind.bit_width < 32 or kind == pyarrow.int32())
        case Scalar.INT8:
            return bool(types.is_integer(kind)) and kind != pyarrow.uint64()
        case Scalar.FLOAT:
            return bool(types.is_floating(kind)) and compute.all(compute.is_finite(column)).as_py() is not False
        case Scalar.DATE:
            return bool(types.is_date(kind)) and {*map(type, values)} <= {date, type(None)}
        case Scalar.DATE_TIME | Scalar.TIMESTAMP:
            is_moment = bool(types.is_timestamp(kind)) and kind.tz is not None
            return is_moment and {*map(type, values)} <= {datetime, type(None)}
        case Scalar.BYTES:
            return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))
        case _:
            return False


def _is_plain(texts: list[Any]) -> bool:
    """Is there no character among them that cannot be stored? Text from Arrow has no halves of surrogate pairs."""
    return "\0" not in "".join(filter(None, texts))


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind))


def _one_by_one(collector: Collector, shape: Shape, piece: Columns) -> list[Refusal]:
    """Save the rows as a handler would that is called for each. Returns what is refused."""
    refusals: list[Refusal] = []
    names = list(piece.values)
    for row, line in zip(zip(*piece.values.values(), strict=True), piece.lines, strict=True):
        try:
            collector.save(shape.name, dict(zip(names, row, strict=True)), line, object())
        except Rejected as rejected:
            refusals += [msgspec.structs.replace(each, line=line) for each in rejected.refusals]
        if len(refusals) >= MOST_PROBLEMS:
            break
    return refusals


def _plain(name: str, column: Any) -> list[Any]:
    try:
        return plain(column)
    except Unreadable as unreadable:
        raise Misuse(f"column `{name}`: {unreadable.what}", unreadable.mend) from unreadable


def _lines(lines: Any, count: int, shape: Shape) -> Sequence[int | None]:
    """A line for each of the rows. Raises Misuse."""
    if lines is None:
        return [None] * count
    told = lines.to_pylist() if hasattr(lines, "to_pylist") else list(lines)
    if len(told) != count:
        what = f"{shape.name}.save_all() is given {count} rows and {len(told)} lines"
        raise Misuse(what, "give a line for each row: filter `batch.lines` as the rows are filtered")
    return told
