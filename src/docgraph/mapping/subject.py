"""What a handler was called for, and where in it a value stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec

from docgraph.model.columns import Unreadable, plain
from docgraph.model.document import Batch, Document, Key, Record
from docgraph.model.names import snake_case
from docgraph.model.problem import FormatProblem, Location
from docgraph.model.schema import Field
from docgraph.model.values import Fields

LOOKED_AT = 100_000  # values; a problem's place is not worth more


class Subject(msgspec.Struct, frozen=True):
    """A document, or a record or a batch of records of it."""

    document: Document
    record: Record | None = None
    records_at: tuple[Key, ...] = ()
    batch: Batch | None = None

    @property
    def argument(self) -> Document | Record | Batch:
        """What the handler is given."""
        return self.record or self.batch or self.document

    @property
    def line(self) -> int | None:
        """The record's, from 1."""
        return None if self.record is None else self.record.line

    @property
    def at(self) -> Location:
        """The place of the whole."""
        return Location(self.document.path, self.line if self.batch is None else self.batch.index + 1)

    def at_line(self, line: int | None, given: object) -> Subject:
        """The one record of the batch at `line`, `given` itself where it is from there; the whole if there is none."""
        if self.batch is None or line is None or not 0 <= line - 1 - self.batch.index < self.batch.data.num_rows:
            return self
        row = self.batch.data.slice(line - 1 - self.batch.index, 1)
        told = Fields()
        for name, column in zip(row.schema.names, row.columns, strict=True):
            with suppress(Unreadable):
                (value,) = plain(column)
                told[name] = given if type(value) is type(given) and repr(value) == repr(given) else value
        return Subject(self.document, Record(self.document, told, line=line, index=line - 1))

    def place_of_mapping(self, mapping: object) -> Location | None:
        """Where this very mapping stands; None if it is not from the document."""
        for keys, value in self._values():
            if value is mapping:
                return self._locate(keys)
        return None

    def place_of_value(self, value: object, field: Field) -> Location:
        """Where a value given for `field` most likely stands: the one that is it, or equal to it.

        The one under a key like the field's name, else the only one; the whole if it cannot be told.
        """
        found = [(keys, each) for keys, each in self._values() if keys and _equal(each, value)]
        same = [keys for keys, each in found if each is value]
        equal = [keys for keys, _ in found]
        for candidates in (same, equal):
            named = [keys for keys in candidates if _is_called_like(keys, field)]
            if len(named) == 1:
                return self._locate(named[0])
        for candidates in (same, equal) if _is_telling(value) else ():
            if len(candidates) == 1:
                return self._locate(candidates[0])
        return self.at

    def is_context(self, mapping: object) -> bool:
        """Is this mapping a part of the manifest's constants?"""
        return any(value is mapping for _, value in _walk(self.document.context))

    def _locate(self, keys: tuple[Key, ...]) -> Location:
        prefix = () if self.record is None else (*self.records_at, self.record.index)
        found = self.document.locate((*prefix, *keys))
        return self.at if found.line is None else found

    def _values(self) -> Iterator[tuple[tuple[Key, ...], object]]:
        if self.record is not None:
            return _walk(self.record.data)
        if self.batch is not None:
            return iter(())
        try:
            return _walk(self.document.data)
        except FormatProblem:
            return iter(())


def _walk(root: object) -> Iterator[tuple[tuple[Key, ...], object]]:
    """Every value inside with the keys that lead to it, in document order."""
    waiting: list[tuple[tuple[Key, ...], object]] = [((), root)]
    for _ in range(LOOKED_AT):
        if not waiting:
            return
        keys, value = waiting.pop()
        yield keys, value
        match value:
            case dict():
                waiting += [((*keys, key), inner) for key, inner in reversed(value.items())]
            case list() | tuple():
                waiting += [((*keys, index), value[index]) for index in reversed(range(len(value)))]


def _equal(one: object, other: object) -> bool:
    return one is other or (type(one) is type(other) and not isinstance(one, dict | list) and one == other)


def _is_telling(value: object) -> bool:
    """Would two of it in one document be more than chance?"""
    if value is None:
        return False
    return not isinstance(value, bool | int) if not isinstance(value, str) else len(value) > 1


def _is_called_like(keys: tuple[Key, ...], field: Field) -> bool:
    named = [key for key in keys if isinstance(key, str)]
    return bool(named) and snake_case(named[-1]) == field.column
