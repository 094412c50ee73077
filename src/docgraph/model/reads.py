"""What one run of a document reads of entities that other documents speak of.

Who runs the document says how entities are found; what is read of them is noted here,
field by field, so that the document can be run again when just that differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from docgraph.model.changes import Id, Read, Row

Load = Callable[[str, Id], Awaitable[Row | None]]  # entity name and id → the row as documents at lower positions say it


class Reads:
    """The reads of one run. An entity is looked for once: within a run it does not change."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._rows: dict[tuple[str, Id], Row | None] = {}
        self._fields: dict[tuple[str, Id], set[int]] = {}

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

    def told(self) -> tuple[Read, ...]:
        """All that has been read, in an order of its own."""
        return tuple(
            Read(type_name, entity_id, tuple(sorted(fields)), self._rows[type_name, entity_id])
            for (type_name, entity_id), fields in sorted(self._fields.items())
        )


async def nothing(type_name: str, entity_id: Id) -> Row | None:
    """For those who run documents beside each other: nobody else has said anything."""
    return None
