"""What YAML means: nodes to plain values by the core schema of YAML 1.2, or to their places.

`no`, `yes`, dates and `1_000` are text; numbers remember how they are written; keys are
text, as written. Merge keys (`<<`), which YAML 1.2 dropped, are understood because people use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docgraph.formats.content import MOST_DIGITS, QUOTE_NUMBER, TOO_MANY_DIGITS, Mistake
from docgraph.formats.yaml_flow import STANDARD
from docgraph.model.document import Key
from docgraph.model.values import Fields, WrittenFloat, WrittenInt

MAYBE_TYPED = frozenset("0123456789+-.~nNtTfF")  # how a plain scalar that is no text begins
LETTERS = frozenset("~nNtTfF")  # those of them that begin no number
CONSTANTS: Mapping[str, bool | float | None] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# In group 1 a whole number, in group 2 one with a fraction or an exponent, in group 3 none that is finite.
NUMBER = re.compile(
    r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)"
    r"|([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|([-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)

Plain = bool | int | float | str | None


def resolve(text: str, at: int) -> Plain:
    """What a plain scalar means."""
    if text and text[0] not in MAYBE_TYPED:
        return text
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] in LETTERS:
        return text
    number = NUMBER.fullmatch(text)
    if number is None:
        return text
    if number.lastindex == 1:
        return _whole(text, at)
    return _real(text, text if number.lastindex == 2 else text.replace(".", ""))


def _whole(text: str, at: int) -> int:
    """A whole number that prints as written."""
    if len(text) > MOST_DIGITS:
        raise Mistake(TOO_MANY_DIGITS, QUOTE_NUMBER, at)
    number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    return number if str(number) == text else WrittenInt(number, text)


def _real(text: str, number_text: str) -> float:
    """A number that is not whole and prints as written."""
    number = float(number_text)
    return number if repr(number) == text else WrittenFloat(number, text)


class Merge:
    """The key `<<`, until it is known what stands behind it."""


MERGE = Merge()


class Values:
    """Builds plain values: Fields, list, str, int, float, bool, None."""

    def plain(self, text: str, at: int) -> Any:
        return text if text and text[0] not in MAYBE_TYPED else resolve(text, at)

    def scalar(self, text: str, style: str, tag: str | None, at: int) -> Any:
        if tag is None:
            return text if style else resolve(text, at)
        if tag in ("!", STANDARD + "str"):
            return text
        if tag in TYPED:
            kind, fits = TYPED[tag]
            value = resolve(text, at)
            if fits(value):
                return float(value) if kind == "float" and type(value) is int else value
            raise Mistake(
                f"{text!r} is not what its tag says, {_short(tag)}", "correct the value or remove the tag", at
            )
        raise _unknown(tag, at)

    def key(self, text: str, style: str, tag: str | None, at: int) -> Any:
        if tag is not None:
            self.scalar(text, style, tag, at)
        return MERGE if text == "<<" and not style and tag is None else text

    def sequence(self, elements: list[Any], tag: str | None, at: int) -> Any:
        if tag not in (None, "!", STANDARD + "seq"):
            raise _unknown(str(tag), at)
        return elements

    def mapping(self, pairs: list[tuple[Any, Any, int]], tag: str | None, at: int) -> Any:
        if tag not in (None, "!", STANDARD + "map"):
            raise _unknown(str(tag), at)
        return Fields(merged(pairs, _same))


class Place:
    """Where a node stands, and its parts."""

    __slots__ = ("at", "parts")

    def __init__(self, at: int, parts: Mapping[str, Place] | Sequence[Place] = ()) -> None:
        self.at = at
        self.parts = parts

    def find(self, keys: Sequence[Key]) -> Place:
        """The place that `keys` leads to. Raises LookupError."""
        place = self
        for key in keys:
            parts: Any = place.parts
            if isinstance(parts, Mapping) != isinstance(key, str):
                raise LookupError(key)
            place = parts[key]
        return place


class Places(Values):
    """Builds where values stand instead of the values."""

    def plain(self, text: str, at: int) -> Place:
        return Place(at)

    def scalar(self, text: str, style: str, tag: str | None, at: int) -> Place:
        return Place(at)

    def sequence(self, elements: list[Any], tag: str | None, at: int) -> Place:
        return Place(at, elements)

    def mapping(self, pairs: list[tuple[Any, Any, int]], tag: str | None, at: int) -> Place:
        return Place(at, merged(pairs, _parts))


def merged(pairs: list[tuple[Any, Any, int]], inside: Callable[[Any], Any]) -> dict[str, Any]:
    """The pairs as a dict, with the pairs of merged mappings behind its own. Raises Mistake: a key stands twice."""
    found: dict[Any, Any] = {}
    for key, value, at in pairs:
        if key in found if isinstance(key, str) or key is MERGE else _refuse(at):
            name = "<<" if key is MERGE else key
            raise Mistake(f"the key {name!r} stands here for the second time", "remove one of the two", at)
        found[key] = value
    if MERGE not in found:
        return found
    source = found.pop(MERGE)
    parts = inside(source)
    sources = [inside(each) for each in parts] if isinstance(parts, list) else [parts]
    if not all(isinstance(each, Mapping) for each in sources):
        return {("<<" if key is MERGE else key): value for key, value, _ in pairs}
    for each in sources:
        for key, value in each.items():
            found.setdefault(key, value)
    return found


def _refuse(at: int) -> bool:
    raise Mistake("a list or a mapping stands as a key", "use text as the key", at)


def _same(value: Any) -> Any:
    return value


def _parts(place: Place) -> Any:
    return place.parts


def _is_null(value: object) -> bool:
    return value is None


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float) or _is_int(value)


TYPED: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    STANDARD + "null": ("null", _is_null),
    STANDARD + "bool": ("bool", _is_bool),
    STANDARD + "int": ("int", _is_int),
    STANDARD + "float": ("float", _is_number),
}


def _short(tag: str) -> str:
    return "!!" + tag.removeprefix(STANDARD) if tag.startswith(STANDARD) else tag


def _unknown(tag: str, at: int) -> Mistake:
    known = "!!str, !!int, !!float, !!bool, !!null, !!seq, !!map"
    return Mistake(f"the tag {_short(tag)} means nothing here", f"remove it; known are {known}", at)
