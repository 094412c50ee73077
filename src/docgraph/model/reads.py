"""What one run of a document reads of entities that other documents speak of.

Who runs the document says how entities are found; what is read of them is noted here,
field by field, so that the document can be run again when just that differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from docgraph.model.changes import Id, Read, Referring, Row

Load = Callable[[str, Id], Awaitable[Row | None]]  # entity name and id → the row as documents at lower positions say it

# Entity name, the name of a field of it, and an id → the entities that refer to it by that field.
Refer = Callable[[str, str, Id], Awaitable[Mapping[Id, Row]]]


class Reads:
    """The reads of one run. An entity is looked for once: within a run it does not change."""

    def __init__(self, load: Load, refer: Refer | None = None) -> None:
        self._load, self._refer = load, refer or nobody
        self._rows: dict[tuple[str, Id], Row | None] = {}
        self._fields: dict[tuple[str, Id], set[int]] = {}
        self._referring: dict[tuple[str, str, Id], tuple[Id, ...]] = {}

    async def load(self, type_name: str, entity_id: Id) -> Row | None:
        """The entity, None where there is none. That it is there, or not, has been read by this."""
        key = type_name, entity_id
        if key not in self._fields:
            row = await self._load(type_name, entity_id)
            self._rows.setdefault(key, row)
            self._fields.setdefault(key, set())
        return self._rows[key]

    def note(self, type_name: str, entity_id: Id, place: int) -> None:
        """The field at this place of the row has been read."""
        self._fields[type_name, entity_id].add(place)

    async def refer(self, type_name: str, field: str, place: int, target: Id) -> Mapping[Id, Row]:
        """The entities that refer to `target` by this field, at this place of their rows, ascending by id.

        Which these are has been read by this, and that field of each.
        """
        key = type_name, field, target
        if key not in self._referring:
            found = await self._refer(*key)
            for entity_id, row in found.items():
                self._rows.setdefault((type_name, entity_id), row)
                self._fields.setdefault((type_name, entity_id), set()).add(place)
            self._referring.setdefault(key, tuple(sorted(found)))
        rows = {each: self._rows[type_name, each] for each in self._referring[key]}
        return {each: row for each, row in rows.items() if row is not None}

    def told(self) -> tuple[Read | Referring, ...]:
        """All that has been read, in an order of its own."""
        if not (self._fields or self._referring):
            return ()
        read = tuple(
            Read(type_name, entity_id, tuple(sorted(fields)), self._rows[type_name, entity_id])
            for (type_name, entity_id), fields in sorted(self._fields.items())
        )
        return (*read, *(Referring(*key, found) for key, found in sorted(self._referring.items())))


class Others(msgspec.Struct, frozen=True):
    """Where a run finds what other documents say."""

    load: Load
    refer: Refer


async def nothing(type_name: str, entity_id: Id) -> Row | None:
    """For those who run documents beside each other: nobody else has said anything."""
    return None


async def nobody(type_name: str, field: str, target: Id) -> Mapping[Id, Row]:
    """For the same: so nobody refers to anything."""
    return {}


NOTHING = Others(nothing, nobody)
