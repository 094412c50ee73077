"""What a handler was called for, and where in it a value stands."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from docgraph.model.document import Document, Key, Record
from docgraph.model.names import snake_case
from docgraph.model.problem import FormatProblem, Location
from docgraph.model.schema import Field

LOOKED_AT = 100_000  # values; a problem's place is not worth more


class Subject(msgspec.Struct, frozen=True):
    """A document, or a record of it."""

    document: Document
    record: Record | None = None
    records_at: tuple[Key, ...] = ()

    @property
    def argument(self) -> Document | Record:
        """What the handler is given."""
        return self.document if self.record is None else self.record

    @property
    def at(self) -> Location:
        """The place of the whole."""
        return Location(self.document.path, None if self.record is None else self.record.line)

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
