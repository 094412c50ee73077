"""What a client typed into a search, as a text that Postgres's to_tsquery takes without a syntax error.

Reads the operators of to_tsquery and writes every word quoted, so that nothing in a
word is read as an operator again. Words side by side are ANDed. Pure text in, text out.

Source: spec/subgraph-api.md 2.13; PostgreSQL documentation, 8.11.2 tsquery.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

MAX_LENGTH = 10_000  # characters of a search
MAX_WORD = 1_000  # bytes of a word or quoted phrase; Postgres takes lexemes of twice that
MAX_DEPTH = 50  # of parentheses
MAX_DISTANCE = 16_384  # between the two sides of <N>

_DISTANCE = re.compile(r"<(?:-|(\d{1,9}))>")
_SUFFIX = re.compile(r":[*a-dA-D]*")
_ENDS_WORD = frozenset("&|!()<:")
_ECHOED = 100  # characters of a search that a message repeats


class Malformed(Exception):
    """A search that cannot be read. The text is what a client is told."""


class _Operand(msgspec.Struct, frozen=True):
    text: str


class _Operator(msgspec.Struct, frozen=True):
    """Between two operands, in the words of to_tsquery."""

    text: str


class _Not(msgspec.Struct, frozen=True):
    pass


class _Open(msgspec.Struct, frozen=True):
    pass


class _Close(msgspec.Struct, frozen=True):
    pass


_Token = _Operand | _Operator | _Not | _Open | _Close
_SIGNS: dict[str, _Token] = {"&": _Operator("&"), "|": _Operator("|"), "!": _Not(), "(": _Open(), ")": _Close()}


def tsquery(typed: str) -> str:
    """The search as to_tsquery takes it; empty where nothing was typed. Raises Malformed."""
    if len(typed) > MAX_LENGTH:
        raise _malformed(f"a search is longer than {MAX_LENGTH} characters", typed)
    written: list[str] = []
    depth, negated, wants_operand = 0, False, True
    for token in _tokens(typed):
        if not wants_operand and not isinstance(token, _Operator | _Close):
            written.append("&")
            wants_operand = True
        if wants_operand and isinstance(token, _Operator | _Close):
            raise _malformed("no operand in tsquery", typed)
        if isinstance(token, _Not):
            negated = not negated
            continue
        if negated:
            # Two in a row cancel out: Postgres can stack only a few.
            written.append("!")
            negated = False
        match token:
            case _Operand(text) | _Operator(text):
                written.append(text)
                wants_operand = isinstance(token, _Operator)
            case _Open():
                written.append("(")
                depth += 1
            case _Close():
                written.append(")")
                depth -= 1
        if not 0 <= depth <= MAX_DEPTH:
            raise _malformed("syntax error in tsquery", typed)
    if depth:
        raise _malformed("syntax error in tsquery", typed)
    if wants_operand and (written or typed.strip()):
        raise _malformed("no operand in tsquery", typed)
    return " ".join(written)


def _tokens(typed: str) -> Iterator[_Token]:
    at = 0
    while at < len(typed):
        sign = typed[at]
        if sign.isspace():
            at += 1
        elif sign in _SIGNS:
            yield _SIGNS[sign]
            at += 1
        elif sign == "<":
            distance = _DISTANCE.match(typed, at)
            if distance is None or int(distance[1] or 1) > MAX_DISTANCE:
                raise _malformed("syntax error in tsquery", typed)
            yield _Operator(distance[0])
            at = distance.end()
        else:
            word, at = _quoted(typed, at + 1) if sign == "'" else _plain(typed, at)
            if not word or len(word.encode()) > MAX_WORD:
                raise _malformed("syntax error in tsquery" if not word else "word is too long in tsquery", typed)
            suffix = _SUFFIX.match(typed, at)
            if suffix is not None:
                at = suffix.end()
                if at < len(typed) and not typed[at].isspace() and typed[at] not in _ENDS_WORD - {":"}:
                    raise _malformed("syntax error in tsquery", typed)
            yield _Operand(_literal(word, suffix[0] if suffix else ""))


def _quoted(typed: str, at: int) -> tuple[str, int]:
    """The phrase that begins at `at`, just behind its quote, and where it ends. A doubled quote is one."""
    content: list[str] = []
    while at < len(typed):
        if typed.startswith("''", at):
            content.append("'")
            at += 2
        elif typed[at] == "'":
            return "".join(content), at + 1
        else:
            each, at = _character(typed, at)
            content.append(each)
    raise _malformed("syntax error in tsquery", typed)


def _plain(typed: str, at: int) -> tuple[str, int]:
    """The word that begins at `at`, and where it ends."""
    content: list[str] = []
    while at < len(typed) and not typed[at].isspace() and typed[at] not in _ENDS_WORD:
        each, at = _character(typed, at)
        content.append(each)
    return "".join(content), at


def _character(typed: str, at: int) -> tuple[str, int]:
    """One character, a backslash making the next one literal."""
    if typed[at] != "\\":
        return typed[at], at + 1
    if at + 1 == len(typed):
        raise _malformed("syntax error in tsquery", typed)
    return typed[at + 1], at + 2


def _literal(word: str, suffix: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'{suffix if suffix != ':' else ''}"


def _malformed(why: str, typed: str) -> Malformed:
    """Source of the words: graph-node, which clients match on; `why` is Postgres's own."""
    shown = typed if len(typed) <= _ECHOED else f"{typed[:_ECHOED]}…"
    return Malformed(
        f'Invalid fulltext search query syntax. Error: {why}: "{shown}". '
        "Hint: Search terms with spaces need to be enclosed in single quotes"
    )
