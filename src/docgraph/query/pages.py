"""What is wanted of an ordered set that is read page by page; values, as parts of a plan."""

from __future__ import annotations

import enum

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where a row stands in an order: its keys in stored form, None where it has none; its id last."""

    keys: tuple[object, ...]


class Window(msgspec.Struct, frozen=True):
    """A part of an ordered set: what lies between two places, of that the first, of these the last.

    `first` or `last` is given. Source: Relay's Cursor Connections Specification, 4.4.
    """

    first: int | None = None
    last: int | None = None
    after: Place | None = None
    before: Place | None = None

    @property
    def size(self) -> int:
        """How many rows there can be."""
        return min(each for each in (self.first, self.last) if each is not None)


class Constant(msgspec.Struct, frozen=True):
    """`__typename` where there is only one type."""

    key: str
    text: str


class PageFact(enum.Enum):
    """What can be asked of a page. The values are the names of the API."""

    HAS_NEXT = "hasNextPage"
    HAS_PREVIOUS = "hasPreviousPage"
    START = "startCursor"
    END = "endCursor"


class PageOutput(msgspec.Struct, frozen=True):
    key: str
    fact: PageFact


class Page(msgspec.Struct, frozen=True):
    """`pageInfo`."""

    key: str
    outputs: tuple[PageOutput | Constant, ...]


class CursorOf(msgspec.Struct, frozen=True):
    """The cursor of an edge."""

    key: str


class Total(msgspec.Struct, frozen=True):
    """How many rows there are, whatever the window."""

    key: str
