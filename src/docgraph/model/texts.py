"""Text and bytes: what becomes an ID, a String, Bytes or a value of an enum.

Text is kept as it was written, character by character. What Postgres cannot hold
(NUL, lone surrogates) is refused, never dropped.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from docgraph.model.given import Refused, WrittenFloat, WrittenInt, show
from docgraph.model.nearest import nearest
from docgraph.model.numbers import is_writable, plain

MAX_ID_BYTES = 2000  # an index entry of Postgres holds little more

_HEX = re.compile(r"(?:0[xX])?((?:[0-9a-fA-F]{2})*)")


def text(value: object) -> str:
    """A String: text as it is, numbers and dates as they are written."""
    if type(value) is str:
        return value if value.isascii() and "\0" not in value else storable(value)
    match value:
        case str():
            return storable(str.__str__(value))
        case WrittenInt() | WrittenFloat():
            return value.written
        case bool():
            raise Refused(
                f"{show(value)} is a truth value, not text",
                f'quote it if the word is meant: "{show(value)}"; or declare the field as Boolean',
                value,
            )
        case int() if is_writable(value):
            return plain(value)
        case float() if math.isfinite(value):
            return repr(float(value))
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 10_000:
            return format(value, "f")
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            raise Refused(
                "bytes are not text", "decode them in the handler: value.decode(); or declare the field as Bytes", value
            )
        case dict() | list() | tuple() | set() | frozenset():
            raise Refused(
                f"{show(value)} is not text but holds several values",
                "take one value out of it in the handler, or declare the field as a list or as JSON",
                value,
            )
    raise Refused(f"{show(value)} is not text", "give text: str(value) in the handler", value)


def storable(value: str) -> str:
    """The text itself. Raises Refused: it holds a character that Postgres cannot."""
    if "\0" in value:
        raise Refused("the text holds a NUL character, which cannot be stored", "take it out in the handler", value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Refused(
                f"the text holds half of a surrogate pair (U+{ord(value[error.start]):04X}), which is no character",
                "save the document as UTF-8 with whole characters, or take it out in the handler",
                value,
            ) from error
    return value


def octets(value: object) -> bytes:
    """Bytes: bytes, or hexadecimal text with or without 0x."""
    match value:
        case bytes():
            return bytes(value)
        case bytearray() | memoryview():
            return bytes(value)
        case WrittenInt(written=written) if written[:2] in ("0x", "0X"):
            digits = written
        case str():
            digits = value
        case _:
            raise Refused(f"{show(value)} is not Bytes", 'give bytes, or hexadecimal text in quotes: "0x1f"', value)
    found = _HEX.fullmatch(digits)
    if found:
        return bytes.fromhex(found[1])
    raise Refused(
        f"{show(value)} is not hexadecimal",
        "write two digits 0-9 a-f for each byte, with or without 0x in front",
        value,
    )


def one_of(name: str, labels: Iterable[str]) -> Callable[[object], str]:
    """A coercion to a value of the enum `name`: its exact name, or a Python enum's member with that value or name."""
    known = {label: label for label in labels}

    def coerce(value: object) -> str:
        for candidate in (value.value, value.name) if isinstance(value, enum.Enum) else (value,):
            if isinstance(candidate, str) and candidate in known:
                return known[candidate]
        raise Refused(f"{show(value)} is not a value of {name}", _mend_label(value, known), value)

    return coerce


def _mend_label(value: object, known: Iterable[str]) -> str:
    near = nearest(value, known) if isinstance(value, str) else None
    hint = f"did you mean {near}? " if near else ""
    return f"{hint}Known: {', '.join(sorted(known))}"


def as_id(coerce: Callable[[object], object]) -> Callable[[object], object]:
    """The coercion, refusing what is too long to be indexed: ids and references are."""

    def coerce_id(value: object) -> object:
        found = coerce(value)
        if isinstance(found, (str, bytes)) and len(found) > MAX_ID_BYTES // 4:
            size = len(found.encode() if isinstance(found, str) else found)
            if size > MAX_ID_BYTES:
                raise Refused(
                    f"an id of {size} bytes is too long",
                    f"an id has at most {MAX_ID_BYTES} bytes: shorten it in the handler, for example by a hash",
                    value,
                )
        return found

    return coerce_id
