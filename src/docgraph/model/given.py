"""What documents give to handlers, and how a value is refused.

Formats build these, handlers see plain mappings and numbers, and the coercions
beside this file read what the plain value no longer tells: how it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any


class MissingKey(KeyError):
    """A handler asked a mapping of its document for a key that is not there."""

    def __init__(self, mapping: Mapping[Any, Any], key: object) -> None:
        super().__init__(key)
        self.mapping = mapping  # the very object of the document, so that its place can be found
        self.key = key

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.mapping, self.key))


class Fields(dict[Any, Any]):
    """A mapping inside a document: a dict whose missing keys can be traced to their place."""

    def __missing__(self, key: object) -> Any:
        raise MissingKey(self, key)


class WrittenInt(int):
    """A whole number that remembers how the document wrote it: `08`, `0o17`, `+1`. Prints as written."""

    written: str

    def __new__(cls, number: int, written: str) -> WrittenInt:
        made = super().__new__(cls, number)
        made.written = written
        return made

    def __str__(self) -> str:
        return self.written

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (int(self), self.written))


class WrittenFloat(float):
    """A number that remembers how the document wrote it: `1.10`, `1e3`, more digits than a float holds."""

    written: str

    def __new__(cls, number: float, written: str) -> WrittenFloat:
        made = super().__new__(cls, number)
        made.written = written
        return made

    def __str__(self) -> str:
        return self.written

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (float(self), self.written))


Written = WrittenInt | WrittenFloat


class Refused(Exception):
    """A value does not fit its field. Whoever knows the entity and the document adds the place."""

    def __init__(self, what: str, mend: str, value: object = None) -> None:
        super().__init__(what, mend, value)
        self.what, self.mend = what, mend
        self.value = value  # the innermost value that was refused, the very object that was given

    def __str__(self) -> str:
        return f"{self.what}\n  mend: {self.mend}"


def show(value: object) -> str:
    """A value as its author would recognise it, in at most 60 characters."""
    match value:
        case WrittenInt() | WrittenFloat():
            text = value.written
        case bool():
            text = "true" if value else "false"
        case None:
            text = "null"
        case int() if value.bit_length() > 200:
            text = f"a number of {value.bit_length()} bits"
        case Decimal():
            text = str(value)
        case date() | time():
            text = value.isoformat()
        case _:
            text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…" + text[-1:]
