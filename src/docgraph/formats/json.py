"""JSON, to the letter of RFC 8259: no digit is lost, no key is dropped, nothing is guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from docgraph.formats.content import (
    DEEPEST,
    FLATTEN,
    TOO_DEEP,
    Mistake,
    is_too_deep,
    long_number,
)
from docgraph.formats.yaml_block import BlockParser
from docgraph.formats.yaml_values import Values
from docgraph.model.values import Fields, WrittenFloat, WrittenInt

BLANK = " \t\r\n"
# An escape, and in group 1 half a character without its other half.
ESCAPES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
NOT_A_NUMBER = re.compile(r'"(?>(?:[^"\\]|\\.)*)"|(NaN|-?Infinity)')
MINUS_ZERO = re.compile(r"-0(?![\d.eE])")
MENDS: Mapping[str, str] = {
    "Expecting value": "write a value: text in double quotes, a number, true, false, null, […] or {…}",
    "Expecting property name enclosed in double quotes": "write a key in double quotes, and no comma before }",
    "Expecting ':' delimiter": "put a colon between key and value",
    "Expecting ',' delimiter": "put a comma between values, or close the bracket",
    "Illegal trailing comma before end of object": "remove the comma",
    "Illegal trailing comma before end of array": "remove the comma",
    "Invalid control character at": r"write a line end as \n and a tab as \t",
    "Invalid \\escape": r"write \\ for a backslash",
    "Invalid \\uXXXX escape": r"write four hexadecimal digits after \u",
    "Unterminated string starting at": 'close it with "',
    "Extra data": "one JSON document has one value; for one value per line name the file .jsonl",
}


class _Twice(Exception):
    """A key stands twice in a mapping; where, the decoder does not tell."""


class _NotANumber(Exception):
    """NaN or Infinity, which JSON does not have."""


def read_value(text: str) -> Any:
    """The one value that `text` holds. Raises Mistake."""
    value, end = _read(text, len(text) - len(text.lstrip(BLANK)))
    rest = text[end:].lstrip(BLANK)
    if rest:
        raise Mistake("there is more after the end of the value", MENDS["Extra data"], len(text) - len(rest))
    return value


def read_first_value(text: str) -> tuple[Any, int]:
    """The value that `text` begins with, and where it ends. Raises Mistake."""
    return _read(text, 0)


def _read(text: str, begin: int) -> tuple[Any, int]:
    if begin == len(text):
        raise Mistake("the document is empty", "write a value, for example {}", 0)
    try:
        value, end = (EXACT if "-" in text and MINUS_ZERO.search(text) else QUICK).raw_decode(text, begin)
    except json.JSONDecodeError as error:
        said = error.msg.split(":")[0] if error.msg not in MENDS else error.msg
        raise Mistake(_lower(error.msg), MENDS.get(said, "correct the JSON"), error.pos) from error
    except _NotANumber as error:
        place = next((found for found in NOT_A_NUMBER.finditer(text) if found.group(1)), None)
        what = f"{error} is not a JSON number"
        raise Mistake(what, "write null, or a number", place.start() if place else None) from error
    except ValueError as error:  # Python refuses to convert so many digits
        raise long_number(text) from error
    except RecursionError as error:
        raise Mistake(TOO_DEEP, FLATTEN, begin) from error
    except _Twice as error:
        raise _second_key(text, str(error)) from error
    if "\\" in text and "\\u" in text:  # one character is found many times faster than two
        _refuse_half_characters(text, end)
    if text.count("[") + text.count("{") > DEEPEST and is_too_deep(value):
        raise Mistake(TOO_DEEP, FLATTEN, begin)
    return value, end


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:].removesuffix(" at")


def _second_key(text: str, key: str) -> Mistake:
    """JSON is YAML, and the YAML parser knows its places; each offset stays what it is."""
    try:
        BlockParser(text.replace("\r\n", " \n").replace("\r", "\n"), Values()).documents()
    except Mistake as mistake:
        return mistake
    return Mistake(f"the key {key!r} stands twice in one mapping", "remove one of the two")


def _refuse_half_characters(text: str, end: int) -> None:
    for found in ESCAPES.finditer(text, 0, end):
        if found.group(1):
            what = f"{found.group()} is half of a character"
            raise Mistake(what, "write both halves, or the character itself", found.start())


def _fields(pairs: list[tuple[str, Any]]) -> Fields:
    found = Fields(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _Twice(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


def _real(text: str) -> float:
    number = float(text)
    return number if repr(number) == text else WrittenFloat(number, text)


def _whole(text: str) -> int:
    number = int(text)
    return number if text != "-0" else WrittenInt(number, text)


def _constant(name: str) -> NoReturn:
    raise _NotANumber(name)


QUICK = json.JSONDecoder(object_pairs_hook=_fields, parse_float=_real, parse_constant=_constant)
EXACT = json.JSONDecoder(object_pairs_hook=_fields, parse_float=_real, parse_constant=_constant, parse_int=_whole)
