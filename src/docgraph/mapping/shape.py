"""An entity type as handlers meet it: attribute names, and how each attribute's value is coerced.

Worked out once per schema, because it is used for every value of every document.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from docgraph.model.changes import Row
from docgraph.model.schema import EntityRef, EntityType, Field, Merge, Schema
from docgraph.model.values import Coerce, Refused, coercer

# Names that Python or an entity's own methods need.
TAKEN = frozenset({*keyword.kwlist, "self", "save", "save_all", "remove", "load"})

# What these make of nothing is 0 or an empty list, so a contribution need not assign the field.
_FILLED = (Merge.SUM, Merge.COUNT, Merge.UNION, Merge.COLLECT)


class Shape(msgspec.Struct, frozen=True):
    """What there is to know of a type while handlers run."""

    name: str
    space: str  # the id space: types that share one cannot share an id
    fields: Mapping[str, Field]  # attribute name → stored field, in the order of rows
    coercers: Mapping[str, Coerce]  # by attribute name
    required: frozenset[str]  # attribute names
    derived: Mapping[str, Field]  # attribute name → derived field
    referring: Mapping[str, tuple[tuple[str, str], ...]]  # of them: who refers here, entity names and their fields
    timeseries: bool = False  # the id may be left out
    shared: bool = False  # each save is a contribution of its own
    computed: Mapping[str, Field] = {}  # attribute name → field that docgraph fills
    orders: Mapping[str, tuple[str, ...]] = {}  # enum name → its values as declared, which is how they are sorted
    place_of_id: int = 0  # in rows

    def row(self, given: Mapping[str, object]) -> Row | None:
        """The row of an entity that is given these values, by attribute name; None where one is refused or missing."""
        get = given.get
        try:
            return tuple([coerce(get(name)) for name, coerce in self.coercers.items()])
        except Refused:
            return None


def must_be_given(entity: EntityType, field: Field) -> bool:
    """Whether each save must give the field a value."""
    return field.required and not (entity.shared and field.merge in _FILLED)


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
    return {
        entity.name: _shape(schema, entity) for entity in (schema.entities.values() if entities is None else entities)
    }


def _shape(schema: Schema, entity: EntityType) -> Shape:
    names = attribute_names(entity)
    stored = {names[field.name]: field for field in entity.stored_fields}
    return Shape(
        name=entity.name,
        space=schema.id_spaces[entity.name],
        fields=stored,
        coercers={name: coercer(schema, field) for name, field in stored.items()},
        required=frozenset(name for name, field in stored.items() if must_be_given(entity, field)),
        derived={names[field.name]: field for field in entity.fields if field.is_derived},
        referring={names[field.name]: tuple(_referring(schema, field)) for field in entity.fields if field.is_derived},
        timeseries=entity.timeseries,
        shared=entity.shared,
        computed={names[field.name]: field for field in entity.computed_fields},
        orders={name: tuple(value.name for value in enum.values) for name, enum in schema.enums.items()},
        place_of_id=list(stored).index("id"),
    )


def _referring(schema: Schema, derived: Field) -> Iterator[tuple[str, str]]:
    """Nobody for a field that leads to an aggregation, of which handlers see nothing."""
    if isinstance(derived.type, EntityRef) and derived.derived_from is not None:
        for entity in schema.concrete(derived.type.name):
            yield entity.name, derived.derived_from
