"""JSON: any value that JSON can say, as compact text, no digit lost.

Written by hand because numbers must stay as the document wrote them, which the
ready-made encoders cannot promise.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from docgraph.model.given import Refused, WrittenFloat, show
from docgraph.model.numbers import MAX_DIGITS, exact, is_writable, plain
from docgraph.model.texts import storable

MAX_DEPTH = 200
_MAX_SCALE = 16_000  # digits after the point that a Postgres numeric holds, a few less

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_quoted = json.encoder.encode_basestring


def json_text(value: object) -> str:
    """The value as compact JSON text, keys in the order given; text becomes a JSON string."""
    written: list[str] = []
    _write(value, written, 0)
    return "".join(written)


def _write(value: object, written: list[str], depth: int) -> None:
    match value:
        case str():
            written.append(_quoted(storable(value)))
        case None:
            written.append("null")
        case bool():
            written.append("true" if value else "false")
        case int():
            written.append(_whole(value))
        case float() | Decimal():
            written.append(_number(value))
        case dict() | Mapping():  # dict first: asking an abstract class is slow
            _write_mapping(value, written, depth)
        case list() | tuple():
            _write_list(value, written, depth)
        case date() | time() | UUID():
            written.append(f'"{_iso(value)}"')
        case _:
            raise Refused(
                f"{show(value)} is nothing that JSON can say",
                "give mappings with text keys, lists, text, numbers, true, false, null or dates",
                value,
            )


def _write_mapping(value: Mapping[object, object], written: list[str], depth: int) -> None:
    _check_depth(value, depth)
    mark = "{"
    for key, inner in value.items():
        if not isinstance(key, str):
            raise Refused(f"the key {show(key)} is not text, as JSON needs", f'quote it: "{key}"', value)
        written.append(f"{mark}{_quoted(storable(key))}:")
        _write(inner, written, depth + 1)
        mark = ","
    written.append("}" if value else "{}")


def _write_list(value: list[object] | tuple[object, ...], written: list[str], depth: int) -> None:
    _check_depth(value, depth)
    mark = "["
    for inner in value:
        written.append(mark)
        _write(inner, written, depth + 1)
        mark = ","
    written.append("]" if value else "[]")


def _check_depth(value: object, depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise Refused(
            f"the JSON is nested deeper than {MAX_DEPTH} levels", "store the inner part as entities or as text", value
        )


def _whole(value: int) -> str:
    if not is_writable(value):
        raise _out_of_range(value)
    return plain(value)


def _number(value: float | Decimal) -> str:
    number = exact(value) if isinstance(value, float) else value
    if number is None or not number.is_finite():
        raise Refused(f"{show(value)} is not a number of JSON", "leave it out, or use null", value)
    exponent = number.as_tuple().exponent
    if number.adjusted() >= MAX_DIGITS or not isinstance(exponent, int) or exponent < -_MAX_SCALE:
        raise _out_of_range(value)
    if isinstance(value, WrittenFloat) and _NUMBER.fullmatch(value.written):
        return value.written
    return repr(float(value)) if type(value) is float and math.isfinite(value) else str(number)


def _iso(value: date | time | UUID) -> str:
    return str(value) if isinstance(value, UUID) else value.isoformat()


def _out_of_range(value: object) -> Refused:
    return Refused(f"{show(value)} has more digits than can be stored", "store it as text: quote it", value)
