"""TOML 1.0, read by the standard library; whole numbers remember how they are written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from docgraph.formats.content import (
    DEEPEST,
    FLATTEN,
    TOO_DEEP,
    Mistake,
    is_too_deep,
    long_number,
    place_of,
)
from docgraph.formats.toml_places import places
from docgraph.model.document import Key
from docgraph.model.values import Fields, WrittenFloat, WrittenInt

SAID = re.compile(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
WRITTEN_OTHERWISE = re.compile(r"0[xob]|\d_\d|\+\d|-0")
LONG_KEY = re.compile(rf"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{DEEPEST}}}""")
WHOLE = re.compile(r"[+-]?\d[\d_]*|0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+")
TWICE = ("Cannot overwrite a value", "Cannot declare", "Cannot mutate", "Duplicate inline table key", "Cannot redefine")


def read_fields(text: str) -> Fields:
    """The mapping that `text` is. Raises Mistake."""
    if LONG_KEY.search(text):
        _refuse_long_keys(text)
    try:
        found = tomllib.loads(text, parse_float=_real)
    except tomllib.TOMLDecodeError as error:
        raise _mistake(text, str(error)) from error
    except ValueError as error:  # Python refuses to convert so many digits
        raise long_number(text) from error
    except RecursionError as error:
        raise Mistake(TOO_DEEP, FLATTEN, 0) from error
    if is_too_deep(found):
        raise Mistake(TOO_DEEP, FLATTEN, 0)
    fields = Fields(found)
    for key, value in fields.items():
        fields[key] = _traceable(value)
    if WRITTEN_OTHERWISE.search(text):
        _remember_writing(fields, text)
    return fields


def find(text: str, keys: Sequence[Key]) -> tuple[int, int] | None:
    """Line and column of the value that `keys` leads to; None where it cannot be told."""
    wanted = tuple(keys)
    inside = None  # the first place inside a table that no header of its own announces
    try:
        for path, offset, _ in places(text):
            if path == wanted:
                return place_of(text, offset)
            if inside is None and path[: len(wanted)] == wanted:
                inside = offset
    except (Mistake, RecursionError, tomllib.TOMLDecodeError):
        pass
    return None if inside is None else place_of(text, inside)


def _refuse_long_keys(text: str) -> None:
    """The standard library needs hours for a key of many parts; ours is quick to see one."""
    try:
        for _ in places(text):
            pass
    except Mistake as mistake:
        if mistake.what == TOO_DEEP:
            raise
    except (RecursionError, tomllib.TOMLDecodeError):
        pass  # the standard library will say what is wrong


def _mistake(text: str, said: str) -> Mistake:
    found = SAID.fullmatch(said)
    if found is None:
        return Mistake(said, "correct the TOML", None)
    what, line, column = found.groups()
    mend = "correct the TOML here"
    if what.startswith(TWICE):
        what, mend = f"a key or table stands here for the second time ({what.lower()})", "remove one of the two"
    elif what == "Invalid date or datetime":
        mend = "write a date that exists, or put the text in quotes"
    elif what in ("Invalid value", "Expected newline or end of document after a statement"):
        mend = "put text in quotes, and each key on its own line"
    if line is None:
        return Mistake(f"{what}, found the end of the document", mend, len(text))
    lines = text.split("\n")  # the only line end that the standard library counts
    return Mistake(what, mend, sum(len(each) + 1 for each in lines[: int(line) - 1]) + int(column) - 1)


def _real(text: str) -> float:
    number = float(text)
    return number if repr(number) == text else WrittenFloat(number, text)


def _traceable(value: Any) -> Any:
    if isinstance(value, dict):
        return Fields((key, _traceable(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return [_traceable(inner) for inner in value]
    return value


def _remember_writing(fields: Fields, text: str) -> None:
    for path, _, raw in places(text):
        if raw is None or not WHOLE.fullmatch(raw):
            continue
        holder: Any = fields
        for key in path[:-1]:
            holder = holder[key]
        number = holder[path[-1]]
        if str(number) != raw:
            holder[path[-1]] = WrittenInt(number, raw)
