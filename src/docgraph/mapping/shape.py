"""An entity type as handlers meet it: attribute names, and how each attribute's value is coerced.

Worked out once per schema, because it is used for every value of every document.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping

import msgspec

from docgraph.model.schema import EntityType, Field, Schema
from docgraph.model.values import Coerce, coercer

# Names that Python or an entity's own methods need.
TAKEN = frozenset({*keyword.kwlist, "self", "save", "remove", "load"})


class Shape(msgspec.Struct, frozen=True):
    """What there is to know of a type while handlers run."""

    name: str
    space: str  # the id space: types that share one cannot share an id
    fields: Mapping[str, Field]  # attribute name → stored field, in the order of rows
    coercers: Mapping[str, Coerce]  # by attribute name
    required: tuple[str, ...]  # attribute names
    derived: Mapping[str, Field]  # attribute name → derived field
    timeseries: bool = False  # the id may be left out


def attribute_names(entity: EntityType) -> Mapping[str, str]:
    """Field name → attribute name: snake_case, with an underscore behind it where the name is taken."""
    names: dict[str, str] = {}
    for field in entity.fields:
        name = field.column
        while name in TAKEN or name in names.values():
            name += "_"
        names[field.name] = name
    return names


def shapes(schema: Schema, entities: Iterable[EntityType] | None = None) -> Mapping[str, Shape]:
    """The shape of each entity type, by name."""
    return {entity.name: _shape(schema, entity) for entity in entities or schema.entities.values()}


def _shape(schema: Schema, entity: EntityType) -> Shape:
    names = attribute_names(entity)
    stored = {names[field.name]: field for field in entity.stored_fields}
    return Shape(
        name=entity.name,
        space=schema.id_spaces[entity.name],
        fields=stored,
        coercers={name: coercer(schema, field) for name, field in stored.items()},
        required=tuple(name for name, field in stored.items() if field.required),
        derived={names[field.name]: field for field in entity.fields if field.is_derived},
        timeseries=entity.timeseries,
    )
