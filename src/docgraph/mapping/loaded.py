"""Entities that handlers load: values as handlers see them, and a note of each field that they look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from docgraph.mapping.shape import Shape
from docgraph.model.changes import Id, Row
from docgraph.model.reads import Reads, nothing
from docgraph.model.schema import Field, Scalar


class Library(msgspec.Struct, frozen=True):
    """What a handler may load, and from where."""

    readable: Mapping[str, Shape]
    reads: Reads
    moving: frozenset[str] = frozenset()  # those of them of which not all is said before the source is run


class Loaded(msgspec.Struct, frozen=True):
    """An entity as documents at lower positions say it, and the one that is handled, so far."""

    shape: Shape
    id: Id
    row: Row
    reads: Reads  # of the run that it was loaded in

    def value(self, attribute: str) -> object:
        """The value of a field, which has been read by this."""
        place = list(self.shape.fields).index(attribute)
        self.reads.note(self.shape.name, self.id, place)
        return shown(self.shape.fields[attribute], self.row[place])


CLOSED = Library({}, Reads(nothing))  # for handlers that load nothing


def shown(field: Field, held: object) -> object:
    """A stored value as a handler sees it: it may be given again as it is, and cannot be changed in its place."""
    if isinstance(held, list | tuple):
        return tuple(shown(field, each) for each in held)
    match field.type, held:
        case Scalar.JSON, str():
            return json.loads(held, parse_float=Decimal)
        case Scalar.BIG_INT, Decimal():
            return int(held)
        case Scalar.BIG_DECIMAL, Decimal():
            return Decimal(format(held, "f"))  # without an exponent
        case _:
            return held
