"""What authors use where the type of an entity is only known while a handler runs: its name is a value."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any
from uuid import UUID

from docgraph.mapping.collect import Misuse, current
from docgraph.mapping.entity import Entity
from docgraph.model.nearest import nearest


class Entities:
    """Loads, saves and removes entities by the names of their types. Checks and messages are those of the classes."""

    __slots__ = ()

    def get(self, type_name: str, id: str | bytes | int | UUID | Entity) -> Awaitable[Any]:
        """As `load` of the type's class: the entity, or None. To be awaited."""
        return _class(type_name, "get").load(id)  # type: ignore[no-any-return]

    def set(self, type_name: str, id: str | bytes | int, fields: Mapping[str, object]) -> None:
        """Save an entity with these fields, by the names of their attributes."""
        _class(type_name, "set")(id, **fields).save()

    def remove(self, type_name: str, id: str | bytes | int) -> None:
        """As `remove` of the type's class."""
        _class(type_name, "remove").remove(id)


def _class(type_name: str, wish: str) -> type[Any]:
    classes = current(f"entities.{wish}()").classes
    if found := classes.get(type_name):
        return found
    meant = nearest(type_name, classes)
    near = f"did you mean `{meant}`? " if meant else ""
    listed = ", ".join(sorted(classes)[:20])
    raise Misuse(f"the schema declares no entity type `{type_name}`", f"{near}There is: {listed}")


entities = Entities()
