"""Arrow columns as lists of the plain values that handlers meet and the coercions beside this file take.

Nothing is changed silently: what Python's own types cannot hold becomes text or a whole number, which the schema
then takes or refuses. Arrow is imported when the first column is there, for it is no part of every installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from docgraph.model.given import Fields, show

Column = Any  # pyarrow.Array
EPOCH = datetime(1970, 1, 1)


class Unreadable(Exception):
    """A value of a column has no plain form. Whoever knows the document adds the place."""

    def __init__(self, what: str, mend: str, row: int | None = None) -> None:
        super().__init__(what, mend, row)
        self.what, self.mend = what, mend
        self.row = row  # from 0, within the column; None: cannot be told


def plain(column: Column) -> list[Any]:
    """The column's values, None for null.

    Raises Unreadable: text that is not UTF-8; a map with a key twice, or with lists or mappings as keys.
    """
    import pyarrow

    kind, types = column.type, pyarrow.types
    if isinstance(kind, pyarrow.BaseExtensionType):
        return column.to_pylist() if kind.extension_name == "arrow.uuid" else plain(column.storage)
    if types.is_dictionary(kind):
        return plain(column.dictionary_decode())
    if types.is_run_end_encoded(kind):
        return plain(pyarrow.compute.run_end_decode(column))
    if types.is_struct(kind):
        return _mappings(column)
    if types.is_map(kind):
        return _maps(column)
    if types.is_list(kind) or types.is_large_list(kind):
        inner = plain(column.values)
        return _cut(column, (inner[start:end] for start, end in pairwise(column.offsets.to_pylist())))
    if types.is_fixed_size_list(kind):
        size, first = kind.list_size, column.offset
        inner = plain(column.values.slice(first * size, len(column) * size))
        return _cut(column, (inner[at * size : (at + 1) * size] for at in range(len(column))))
    if types.is_timestamp(kind):
        return _moments(column)
    if types.is_date(kind):
        return _checked(column, pyarrow.int32() if types.is_date32(kind) else pyarrow.int64())
    if types.is_time(kind):
        return _times(column)
    if types.is_duration(kind):
        return list(column.cast(pyarrow.int64()).to_pylist())
    return _texts(column) if types.is_string(kind) or types.is_large_string(kind) else list(column.to_pylist())


def _cut(column: Column, pieces: Iterable[list[Any]]) -> list[Any]:
    """The pieces, None where the column is null."""
    if not column.null_count:
        return list(pieces)
    return [piece if there else None for piece, there in zip(pieces, column.is_valid().to_pylist(), strict=True)]


def _mappings(column: Column) -> list[Any]:
    names = [column.type.field(at).name for at in range(column.type.num_fields)]
    if len(set(names)) != len(names):
        raise Unreadable("a struct has two fields of one name", "rename one of them")
    inner = [plain(each) for each in column.flatten()]
    rows: Iterator[tuple[Any, ...]] = zip(*inner, strict=True) if inner else iter([()] * len(column))
    made = (Fields(zip(names, row, strict=True)) for row in rows)
    return [each if there else None for each, there in zip(made, column.is_valid().to_pylist(), strict=True)]


def _maps(column: Column) -> list[Any]:
    offsets = column.offsets.to_pylist()
    start, end = (offsets[0], offsets[-1]) if offsets else (0, 0)
    keys, values = (plain(each.slice(start, end - start)) for each in (column.keys, column.items))
    there = column.is_valid().to_pylist()
    found: list[Any] = []
    for row, (first, last) in enumerate(pairwise(offsets)):
        if not there[row]:
            found.append(None)
            continue
        of_row = keys[first - start : last - start]
        try:
            made = Fields(zip(of_row, values[first - start : last - start], strict=True))
        except TypeError as error:
            raise Unreadable("a map has lists or mappings as keys", "write it as a list of structs", row) from error
        if len(made) != len(of_row):
            twice = next(key for at, key in enumerate(of_row) if key in of_row[:at])
            raise Unreadable(f"the key {show(twice)} stands twice in one map", "remove one of the two", row)
        found.append(made)
    return found


def _moments(column: Column) -> list[Any]:
    """Points in time: with a time zone in UTC, without one without. Finer than a microsecond: as text."""
    import pyarrow

    began = EPOCH if column.type.tz is None else EPOCH.replace(tzinfo=UTC)
    try:
        numbers = column.cast(pyarrow.timestamp("us")).cast(pyarrow.int64()).to_pylist()
        # Four times as fast as Arrow's own way.
        return [None if each is None else began + timedelta(0, 0, each) for each in numbers]
    except (pyarrow.ArrowInvalid, OverflowError):
        return [_moment(each) for each in column]


def _moment(scalar: Any) -> Any:
    import pyarrow

    if not scalar.is_valid:
        return None
    try:
        made = scalar.cast(pyarrow.timestamp("us")).as_py()
    except (OverflowError, ValueError):
        unit, zone = scalar.type.unit, scalar.type.tz
        if unit != "ns":
            return scalar.value
        return scalar.cast(pyarrow.timestamp("ns")).cast(pyarrow.string()).as_py() + ("Z" if zone else "")
    return made if scalar.type.tz is None else made.replace(tzinfo=UTC)


def _times(column: Column) -> list[Any]:
    """Times of day. Finer than a microsecond: as text."""
    import pyarrow

    try:
        return list(column.cast(pyarrow.time64("us")).to_pylist())
    except (pyarrow.ArrowInvalid, OverflowError, ValueError):
        number = pyarrow.int32() if column.type.bit_width == 32 else pyarrow.int64()
        return [_time(each) for each in zip(column, column.cast(number).to_pylist(), strict=True)]


def _time(pair: tuple[Any, int | None]) -> Any:
    import pyarrow

    scalar, number = pair
    try:
        return scalar.cast(pyarrow.time64("us")).as_py()
    except (pyarrow.ArrowInvalid, OverflowError, ValueError):
        per_day = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[scalar.type.unit] * 86_400
        return scalar.cast(pyarrow.string()).as_py() if number is not None and 0 <= number < per_day else number


def _checked(column: Column, number: Any) -> list[Any]:
    """Days; those outside of Python's calendar as the number that stands for them."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_day(each, each.cast(number).as_py()) for each in column]


def _day(scalar: Any, number: int | None) -> Any:
    try:
        return scalar.as_py()
    except (OverflowError, ValueError):
        return number


def _texts(column: Column) -> list[Any]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError as error:
        row = next(at for at, each in enumerate(column) if not _is_text(each))
        raise Unreadable("the text is not UTF-8", "write it as UTF-8, or the column as binary", row) from error


def _is_text(scalar: Any) -> bool:
    try:
        scalar.as_py()
    except UnicodeDecodeError:
        return False
    return True
