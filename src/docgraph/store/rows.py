"""Rows as bytes: what an entity's row hashes to, and how a row that is not served is kept.

One encoding for both, MessagePack: values by the names of their columns, sorted, nulls
left out. So a row is the same bytes whatever place its fields have in the schema, and
whether or not there is a field about which it says nothing; and equal numbers are equal
bytes (1.0 and 1.00). Also says which rows Postgres could not hold. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from operator import itemgetter
from typing import Any, Optional

import msgspec

from docgraph.model.changes import Id, Row
from docgraph.model.merging import Said
from docgraph.model.problem import Location, ValueProblem
from docgraph.model.schema import EnumRef, Field, Scalar, Schema
from docgraph.store.ddl_indexes import indexed_columns
from docgraph.store.layout import Table, fit

# A B-tree or GIN entry of Postgres holds 2,704 bytes, its own overhead included.
INDEXED_BYTES = 2_500
NUMERIC_DIGITS = 131_072  # before the decimal point
NUMERIC_FRACTION = 16_383  # after it

HELD: dict[Scalar, type] = {
    Scalar.ID: str,
    Scalar.STRING: str,
    Scalar.BYTES: bytes,
    Scalar.BOOLEAN: bool,
    Scalar.INT: int,
    Scalar.INT8: int,
    Scalar.BIG_INT: Decimal,
    Scalar.BIG_DECIMAL: Decimal,
    Scalar.TIMESTAMP: datetime,
    Scalar.FLOAT: float,
    Scalar.JSON: str,
    Scalar.DATE: date,
    Scalar.DATE_TIME: datetime,
}
EXACT = Context(prec=NUMERIC_DIGITS + NUMERIC_FRACTION, Emax=MAX_EMAX, Emin=MIN_EMIN)
ENCODER = msgspec.msgpack.Encoder()


class Codec:
    """Encodes, hashes and decodes the rows of one entity type."""

    def __init__(self, schema: Schema, table: Table) -> None:
        fields = table.entity.stored_fields
        held = tuple(_python_type(schema, field) for field in fields)
        self.columns = table.columns
        self._type_name = table.entity.name
        self._decimals = tuple(at for at, field in enumerate(fields) if schema.stored_scalar(field) in _DECIMAL)
        self.jsons = tuple(at for at, field in enumerate(fields) if field.type is Scalar.JSON)  # their places
        self._sorted = sorted(range(len(fields)), key=table.columns.__getitem__)
        self._in_order = _picker(self._sorted)
        self._record = _record([table.columns[at] for at in self._sorted], [held[at] for at in self._sorted])
        self._decoder = msgspec.msgpack.Decoder(self._record)
        self._places = [self._sorted.index(at) for at in range(len(fields))]
        places = {fit(field.column): at for at, field in enumerate(fields)}
        self._indexed = tuple(
            tuple(places[each] for each in key if each in places) for key in (("id",), *indexed_columns(table))
        )

    def encode(self, row: Row) -> bytes:
        """The row's bytes: equal for equal rows. Raises Unstorable: Postgres could not hold the row."""
        values: Sequence[object] = row
        if self._decimals:
            values = list(row)
            for at in self._decimals:
                values[at] = self._canonical(row[at], self.columns[at])
        encoded = ENCODER.encode(self._record(*self._in_order(values)))
        if len(encoded) > INDEXED_BYTES:
            self._check_indexed(row)
        return encoded

    def decode(self, encoded: bytes) -> Row:
        """The row that `encode` made these bytes from."""
        values = msgspec.structs.astuple(self._decoder.decode(encoded))
        return tuple([values[at] for at in self._places])

    def named(self, places: Sequence[int]) -> bytes:
        """Bytes that stand for these fields, whatever place they have."""
        return "\0".join(sorted([self.columns[at] for at in places])).encode()

    def stands_for(self, row: Row | None, places: Sequence[int]) -> bytes:
        """16 bytes for these fields of the row, and for that there is one."""
        if row is None:
            return digest(b"")
        seen = {self.columns[at]: self._standing(at, row[at]) for at in places}
        return digest(ENCODER.encode(sorted(seen.items())))

    def _standing(self, at: int, value: object) -> object:
        match value:
            case Said.NULL:
                return {}  # as no value is encoded
            case Decimal():
                return self._canonical(value, "")
            case _:
                return self._canonical(value, "") if at in self._decimals else value

    def _canonical(self, number: object, column: str) -> object:
        if number is None:
            return None
        if not isinstance(number, Decimal):
            assert isinstance(number, list | tuple)
            return [self._canonical(each, column) for each in number]
        if not number:
            return "0"
        normal = number.normalize(EXACT)
        if normal.adjusted() >= NUMERIC_DIGITS or -int(normal.as_tuple().exponent) > NUMERIC_FRACTION:
            raise Unstorable(
                f"{column}: the number has more digits than a database column holds",
                f"keep it below {NUMERIC_DIGITS} digits before the point and {NUMERIC_FRACTION} after it",
            )
        return str(normal)

    def _check_indexed(self, row: Row) -> None:
        for key in self._indexed:
            if (size := sum(_entry_size(row[at]) for at in key)) > INDEXED_BYTES:
                names = ", ".join(self.columns[at] for at in key)
                raise Unstorable(
                    f"{self._type_name}: {size} bytes in {names}, where an index holds {INDEXED_BYTES}",
                    "shorten the value; ids, references and fields of @index must be short",
                )


class Unstorable(Exception):
    """A row that Postgres could not hold."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what, mend)
        self.what, self.mend = what, mend

    def problem(self, path: str) -> ValueProblem:
        return ValueProblem(self.what, at=Location(path), mend=self.mend)


def digest(encoded: bytes) -> bytes:
    """16 bytes that stand for the row."""
    return hashlib.blake2b(encoded, digest_size=16).digest()


def id_text(identifier: Id) -> str:
    """An id as text, whatever its type; unambiguous within one id space."""
    match identifier:
        case bytes():
            return identifier.hex()
        case _:
            return str(identifier)


def text_id(text: str, id_type: Scalar) -> Id:
    """The id that `id_text` wrote."""
    match id_type:
        case Scalar.BYTES:
            return bytes.fromhex(text)
        case Scalar.INT8:
            return int(text)
        case _:
            return text


_DECIMAL = (Scalar.BIG_INT, Scalar.BIG_DECIMAL)


def _python_type(schema: Schema, field: Field) -> Any:
    scalar = schema.stored_scalar(field)
    one: Any = Optional[str if isinstance(scalar, EnumRef) else HELD[scalar]]  # noqa: UP045 - a value, not an annotation
    return Optional[list[one]] if field.is_list else one  # noqa: UP045


def _picker(places: Sequence[int]) -> Callable[[Sequence[object]], Sequence[object]]:
    """What takes the values at these places, at least one, out of a row."""
    if len(places) == 1:
        return lambda values: (values[places[0]],)
    return itemgetter(*places)


def _record(columns: Sequence[str], held: Sequence[Any]) -> type[msgspec.Struct]:
    """What rows are encoded as: one field for each column, under a name that no column can spoil."""
    names = [f"f{at}" for at in range(len(columns))]
    return msgspec.defstruct(
        "Record",
        [(name, each, None) for name, each in zip(names, held, strict=True)],
        rename=dict(zip(names, columns, strict=True)),
        omit_defaults=True,
        gc=False,
    )


def _entry_size(value: object) -> int:
    # Of a list each element is an entry of its own.
    return max(map(_size, value), default=0) if isinstance(value, list | tuple) else _size(value)


def _size(value: object) -> int:
    match value:
        case str():
            return len(value.encode())
        case bytes() | Sequence():
            return len(value)
        case Decimal():
            return len(str(value)) // 2
        case _:
            return 8
