"""What every format needs of a document's content: its text, and the place of a mistake in it.

Line ends are LF, CRLF or CR; lines and columns count from 1, columns in characters.
Knows no format.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from typing import Any

from docgraph.model.document import Key, decode
from docgraph.model.problem import FormatProblem, Location

# Deep enough for every real document; shallow enough that nobody behind us runs out of stack.
DEEPEST = 100  # collections inside one another
TOO_DEEP = f"more than {DEEPEST} lists and mappings stand inside one another"
FLATTEN = "flatten the document, or split it into several"

# What Python converts without being asked twice; Postgres holds more, but no document means it.
MOST_DIGITS = 4300
TOO_MANY_DIGITS = f"a number has more than {MOST_DIGITS} digits"
QUOTE_NUMBER = "write it in quotes, as text"

WIDE_ENCODINGS = (
    ("UTF-32", (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),
    ("UTF-16", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
)
WIDE_MARKS = tuple(mark for _, marks in WIDE_ENCODINGS for mark in marks)


class Mistake(Exception):
    """Something in a text is not what its format says. Whoever knows the path turns it into a FormatProblem."""

    def __init__(self, what: str, mend: str, offset: int | None = None) -> None:
        super().__init__(what, mend, offset)
        self.what, self.mend = what, mend
        self.offset = offset  # characters from the beginning of the text; None: cannot be told


def text_of(content: bytes, path: str) -> str:
    """The content as text, a byte order mark dropped, line ends as they are.

    Raises FormatProblem: the content is not UTF-8.
    """
    if content.startswith(WIDE_MARKS):
        encoding = next(name for name, marks in WIDE_ENCODINGS if content.startswith(marks))
        raise FormatProblem(f"the document is {encoding}", at=Location(path, 1, 1), mend="save the file as UTF-8")
    return decode(content, path)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of the character at `offset`."""
    before = text[:offset]
    if "\r" in before:
        if before.endswith("\r") and text.startswith("\n", offset):
            before = before[:-1]  # a CRLF is one line end, also when we stand in its middle
        before = one_line_end(before)
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def one_line_end(text: str) -> str:
    """The text with every line end written as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def problem(mistake: Mistake, text: str, path: str, *, above: int = 0) -> FormatProblem:
    """The mistake with its place; `above` lines of the document stand above `text`."""
    if mistake.offset is None:
        return FormatProblem(mistake.what, at=Location(path), mend=mistake.mend)
    line, column = place_of(text, mistake.offset)
    return FormatProblem(mistake.what, at=Location(path, line + above, column), mend=mistake.mend)


def is_too_deep(value: object) -> bool:
    """Whether more than DEEPEST collections stand inside one another."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def elements(root: Any, at: Sequence[Key]) -> list[Any]:
    """The list that `at` leads to.

    Raises Mistake: there is no such place, or no list there.
    """
    found = root
    for step, key in enumerate(at):
        try:
            found = _step(found, key)
        except LookupError as error:
            known = ", ".join(str(each) for each in list(found)[:8]) if isinstance(found, Mapping) else ""
            mend = f"name one of: {known}" if known else "correct the record handler's `at` in subgraph.yaml"
            trodden = ".".join(str(each) for each in at[: step + 1])
            raise Mistake(f"there is nothing at `{trodden}`, where records are expected", mend) from error
    if not isinstance(found, list):
        where = f"at `{'.'.join(str(key) for key in at)}`" if at else "in this document"
        inside = found.items() if isinstance(found, Mapping) else ()
        lists = ", ".join(str(key) for key, value in inside if isinstance(value, list))
        mend = f"say where the list is with `at`: {lists}" if lists else "use a document handler for it"
        raise Mistake(f"there is no list {where}, so it has no records", mend)
    return found


def _step(found: Any, key: Key) -> Any:
    """One step into a value. Raises LookupError: it leads nowhere."""
    match found, key:
        case dict(), _:
            return found[key]
        case list(), int() if key >= 0:
            return found[key]
        case _:
            raise LookupError(key)


LONG_NUMBER = re.compile(rf"\d(?:_?\d){{{MOST_DIGITS},}}")


def long_number(text: str) -> Mistake:
    """The first number in `text` that has too many digits."""
    found = LONG_NUMBER.search(text)
    return Mistake(TOO_MANY_DIGITS, QUOTE_NUMBER, found.start() if found else None)
