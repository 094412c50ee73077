"""The one door for SQL: templates take only SQL, names and values are told apart.

    sql("select {} from {} where {} = any({}::text[])", name("title"), name("app", "page"), name("id"), value(ids))

A `{}` takes another piece of SQL. `name` quotes an identifier, `value` becomes a
bind parameter; nothing else puts text that came from outside into a statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import LiteralString

import msgspec


class Bound(msgspec.Struct, frozen=True):
    """A bind parameter: a value, or a slot that a value is put into later."""

    payload: object


class Sql(msgspec.Struct, frozen=True):
    """A piece of SQL. Compose with `sql` and `join`, print with `render`."""

    parts: tuple[str | Bound, ...]

    def __bool__(self) -> bool:
        return bool(self.parts)


EMPTY = Sql(())


def sql(template: LiteralString, *pieces: Sql) -> Sql:
    """The template with each `{}` replaced by a piece, in order. `{{` and `}}` are braces.

    Raises ValueError: the number of pieces is not the number of `{}`.
    """
    texts = _split(template)
    if len(texts) != len(pieces) + 1:
        raise ValueError(f"{len(texts) - 1} places, {len(pieces)} pieces: {template}")
    parts: list[str | Bound] = [texts[0]] if texts[0] else []
    for piece, text in zip(pieces, texts[1:], strict=True):
        parts.extend(piece.parts)
        if text:
            parts.append(text)
    return Sql(tuple(parts))


@cache
def _split(template: str) -> tuple[str, ...]:
    """Cut at each `{}` that is not part of an escaped brace; escaped braces become braces."""
    texts, start, at = [], 0, 0
    while at < len(template):
        if template.startswith(("{{", "}}"), at):
            at += 2
        elif template.startswith("{}", at):
            texts.append(template[start:at])
            at = start = at + 2
        else:
            at += 1
    return tuple(text.replace("{{", "{").replace("}}", "}") for text in (*texts, template[start:]))


def name(*identifier: str) -> Sql:
    """A quoted identifier; several are parts of one qualified name."""
    return Sql((".".join('"' + part.replace('"', '""') + '"' for part in identifier),))


def value(payload: object) -> Sql:
    """A bind parameter."""
    return Sql((Bound(payload),))


def text_literal(text: str) -> Sql:
    """A text constant, for the few places (DDL, comments) where Postgres takes no parameter.

    Raises ValueError: the text holds a NUL character, which Postgres cannot hold.
    """
    if "\0" in text:
        raise ValueError("a NUL character cannot be part of a text constant")
    return Sql(("E'" + text.replace("\\", "\\\\").replace("'", "''") + "'",))


def integer(number: int) -> Sql:
    """A whole number as a constant."""
    return Sql((str(int(number)),))


def join(separator: LiteralString, pieces: Iterable[Sql]) -> Sql:
    """The pieces with the separator between them."""
    parts: list[str | Bound] = []
    for count, piece in enumerate(pieces):
        if count:
            parts.append(separator)
        parts.extend(piece.parts)
    return Sql(tuple(parts))


def render(piece: Sql) -> tuple[str, list[object]]:
    """The statement with `$1`, `$2`, … and its parameters in that order.

    A `value` whose piece stands in several places is bound once; equal payloads of
    different pieces are not, so a statement's text never depends on its values.
    """
    texts: list[str] = []
    payloads: list[object] = []
    places: dict[int, int] = {}
    for part in piece.parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        place = places.get(id(part))
        if place is None:
            payloads.append(part.payload)
            place = places[id(part)] = len(payloads)
        texts.append(f"${place}")
    return "".join(texts), payloads
