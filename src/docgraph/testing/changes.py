"""What a block did to entities, as plain values that read well in an assertion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from docgraph.mapping.loaded import shown
from docgraph.model.changes import Id, Row
from docgraph.model.problem import Problem
from docgraph.model.schema import EntityType, Field, Schema
from docgraph.store.changed import RowChange

Values = Mapping[str, object]  # by field, as the schema names it


class Changes(msgspec.Struct, frozen=True):
    """What one block did. Types without a change are absent.

    Values are those that a handler loads, with lists for lists. Fields that follow from other entities (`@aggregate`)
    count as well; derived ones do not.
    """

    created: Mapping[str, Mapping[Id, Values]] = {}  # type → id → all fields
    changed: Mapping[str, Mapping[Id, Values]] = {}  # type → id → the fields that differ, as they are now
    deleted: Mapping[str, list[Id]] = {}  # type → ids, sorted
    problems: tuple[Problem, ...] = ()  # that were told with this block

    def __bool__(self) -> bool:
        """Did the block create, change or delete an entity?"""
        return bool(self.created or self.changed or self.deleted)


def changes_of(schema: Schema, rows: Iterable[RowChange], problems: Iterable[Problem]) -> Changes:
    """The same in values."""
    created: dict[str, dict[Id, Values]] = {}
    changed: dict[str, dict[Id, Values]] = {}
    deleted: dict[str, list[Id]] = {}
    for each in rows:
        entity = schema.entities[each.type]
        if each.after is None:
            deleted.setdefault(each.type, []).append(each.id)
        elif each.before is None:
            created.setdefault(each.type, {})[each.id] = dict(_values(entity, each.after))
        elif differing := dict(_differing(entity, each.before, each.after)):
            changed.setdefault(each.type, {})[each.id] = differing
    return Changes(created, changed, deleted, tuple(problems))


def _values(entity: EntityType, row: Row) -> Iterator[tuple[str, object]]:
    fields = (*entity.stored_fields, *entity.computed_fields)
    return ((field.name, _value(field, held)) for field, held in zip(fields, row, strict=True))


def _differing(entity: EntityType, before: Row, after: Row) -> Iterator[tuple[str, object]]:
    once = dict(_values(entity, before))
    return ((field, now) for field, now in _values(entity, after) if now != once[field])


def _value(field: Field, held: object) -> object:
    return [shown(field, each) for each in held] if isinstance(held, list | tuple) else shown(field, held)
