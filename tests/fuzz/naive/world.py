"""The entities of one block, and where their fields lead. Source: spec/subgraph-api.md 2.8, 2.9 and 2.11."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from fuzz.nouns import Field, Rows, Schema, Type, Version


class Entity(msgspec.Struct, frozen=True):
    type: Type
    values: Any
    version: Version

    @property
    def since(self) -> int:
        return self.version.since

    @property
    def id(self) -> Any:
        return self.values["id"]

    def own(self, field: Field) -> Field:
        """The entity's own field of that name; an interface's may be derived where this one is stored."""
        found = self.type.field(field.name)
        assert found is not None
        return found


class World:
    """What there is at a block."""

    def __init__(self, schema: Schema, rows: Rows, number: int) -> None:
        self.schema = schema
        self._entities: dict[str, dict[Any, Entity]] = {each.name: {} for each in schema.entities()}
        for each in rows.versions:
            if each.since <= number and (each.until is None or number < each.until):
                entity = Entity(schema.types[each.type], each.values, each)
                self._entities[each.type][entity.id] = entity

    def all(self, name: str) -> list[Entity]:
        """All entities of this type, interface or union, by id."""
        found = [each for entity in self.schema.concrete(name) for each in self._entities[entity.name].values()]
        return sorted(found, key=lambda each: each.id)

    def by_id(self, name: str, identifier: Any) -> Entity | None:
        for entity in self.schema.concrete(name):
            if identifier in self._entities[entity.name]:
                return self._entities[entity.name][identifier]
        return None

    def led_to(self, entity: Entity, field: Field) -> list[Entity]:
        """Where a field leads: a stored list in its order, whatever is derived by id."""
        own = entity.own(field)
        if own.derived_from is not None:
            return [each for each in self.all(own.type) if self._refers(each, own.derived_from, entity.id)]
        stored = entity.values[own.name]
        ids: Iterable[Any] = (stored or []) if own.is_list else [stored]
        found = (self.by_id(own.type, each) for each in ids if each is not None)
        return [each for each in found if each is not None]

    def _refers(self, child: Entity, name: str, identifier: Any) -> bool:
        back = child.type.field(name)
        if back is None or back.derived_from is not None:
            return False
        stored = child.values[name]
        return identifier in (stored or []) if back.is_list else stored == identifier
