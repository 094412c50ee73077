"""What a case of the dialect is, and short ways to write one down.

Expected answers come from the text of the specification, never from a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

VALIDATION = "GRAPHQL_VALIDATION_FAILED"
INPUT = "BAD_USER_INPUT"
BLOCK = "BLOCK_NOT_AVAILABLE"
NULL = "NULL_VALUE"
REFUSED = object()  # as data: the response has no `data` at all


class Wrong(msgspec.Struct, frozen=True):
    """An error that the answer must have, message and code to the letter."""

    message: str
    code: str
    path: tuple[str | int, ...] | None = None  # None: the error has no path


class Where(msgspec.Struct, frozen=True):
    """A filter as GraphQL writes it: asked as a literal, and again as one variable."""

    type: str  # of the rows
    plural: str  # their query field
    text: str  # what stands between the braces


class Case(msgspec.Struct, frozen=True):
    """One request and all of its answer."""

    name: str
    section: str  # of the specification's part 2
    query: str
    data: object
    errors: tuple[Wrong, ...] = ()
    variables: Mapping[str, Any] | None = None
    operation: str | None = None
    where: Where | None = None


class Area(msgspec.Struct, frozen=True):
    """Cases about one thing, asked of one world."""

    title: str
    world: str
    cases: tuple[Case, ...]


def answers(section: str, name: str, query: str, data: object, /, **variables: Any) -> Case:
    """A query and its data, without errors."""
    return Case(name, section, query, data, variables=variables or None)


def refuses(section: str, name: str, query: str, /, *errors: Wrong, **variables: Any) -> Case:
    """A query that is not executed."""
    return Case(name, section, query, REFUSED, errors, variables or None)


def said(name: str, query: str, *messages: str, code: str = VALIDATION) -> Case:
    """A query that breaks rules of GraphQL, which are told in these words."""
    return refuses("2.14", name, query, *(Wrong(message, code) for message in messages))


def fails(section: str, name: str, query: str, data: object, /, *errors: Wrong, **variables: Any) -> Case:
    """A query that is executed, with errors."""
    return Case(name, section, query, data, errors, variables or None)


def rows(ids: str) -> list[dict[str, str]]:
    """What `{ id }` answers for ids that are separated by spaces."""
    return [{"id": each} for each in ids.split()]


class Rows(msgspec.Struct, frozen=True):
    """Short ways to ask for the ids of the rows of one type."""

    type: str
    plural: str
    section: str

    def where(self, text: str, ids: str, section: str = "", name: str = "") -> Case:
        """The filter finds these rows, in the order of their ids."""
        query = f"{{ {self.plural}(where: {{{text}}}) {{ id }} }}"
        section, name = section or self.section, name or f"{self.plural} where {text}"
        return Case(name, section, query, {self.plural: rows(ids)}, where=Where(self.type, self.plural, text))

    def wrong(self, text: str, message: str, code: str = INPUT, section: str = "") -> Case:
        """The filter is refused; `message` follows what every refused argument begins with."""
        path: tuple[str | int, ...] | None = (self.plural,) if code == INPUT else None
        if code == INPUT:
            message = f"Invalid value provided for argument `where`: {message}"
        query = f"{{ {self.plural}(where: {{{text}}}) {{ id }} }}"
        return Case(
            f"{self.plural} where {text}",
            section or self.section,
            query,
            REFUSED,
            (Wrong(message, code, path),),
            where=Where(self.type, self.plural, text),
        )

    def asked(self, arguments: str, ids: str, section: str = "") -> Case:
        """The arguments give these rows in this order."""
        query = f"{{ {self.plural}({arguments}) {{ id }} }}"
        return Case(f"{self.plural}({arguments})", section or self.section, query, {self.plural: rows(ids)})
