"""One deployment as the writing side sees it: its layout, and what follows from it for each entity type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from docgraph.model.changes import Id
from docgraph.model.schema import EntityRef, EntityType, Scalar, Schema
from docgraph.store.layout import Layout, fit, layout
from docgraph.store.rows import Codec, text_id
from docgraph.store.sql import Sql, sql


class Deployment(msgspec.Struct, frozen=True):
    """The tables of one deployment and how to write to them."""

    id: int
    index: str  # name of the index
    sources: tuple[str, ...]  # names, by ordinal
    layout: Layout
    codecs: Mapping[str, Codec]  # by entity name
    types: tuple[str, ...]  # entity names, sorted: an ordinal stands for each in `$document.types`
    ordinals: Mapping[str, int]  # entity name → its place among `types`
    spaces: Mapping[str, str]  # entity name → id space
    members: Mapping[str, tuple[str, ...]]  # id space → its entity names
    shared: frozenset[str]  # names of the entities that several documents may contribute to
    figured: Mapping[str, tuple[Figured, ...]]  # entity name → whose figures follow from its rows

    def id_type(self, type_name: str) -> Scalar:
        return self.layout.tables[type_name].entity.id_type

    def claimed_id(self, space: str, text: str) -> Id:
        """The id that a row of `$claim` speaks of."""
        return text_id(text, self.id_type(self.members[space][0]))

    def id_array(self, type_name: str) -> Sql:
        """The Postgres type of a list of the type's ids."""
        return ID_ARRAY.get(self.id_type(type_name), TEXT_ARRAY)


class Figured(msgspec.Struct, frozen=True):
    """Rows of one type change figures of those that they refer to."""

    owner: str  # name of the type that has the figures
    place: int  # of the referring field in the rows
    column: str  # of the same


TEXT_ARRAY = sql("text[]")
ID_ARRAY: Mapping[Scalar, Sql] = {Scalar.BYTES: sql("bytea[]"), Scalar.INT8: sql("bigint[]")}


def deployment(number: int, index: str, sources: Sequence[str], schema: Schema, namespace: str) -> Deployment:
    """The deployment of `schema` in `namespace`."""
    places = layout(schema, namespace)
    types = tuple(sorted(schema.entities))
    spaces = schema.id_spaces
    return Deployment(
        number,
        index,
        tuple(sources),
        places,
        {name: Codec(schema, table) for name, table in places.tables.items()},
        types,
        {name: ordinal for ordinal, name in enumerate(types)},
        spaces,
        {space: tuple(name for name in types if spaces[name] == space) for space in dict.fromkeys(spaces.values())},
        frozenset(entity.name for entity in schema.entities.values() if entity.shared),
        {name: tuple(dict.fromkeys(_figured(schema, entity))) for name, entity in schema.entities.items()},
    )


def _figured(schema: Schema, child: EntityType) -> Iterator[Figured]:
    """Whose figures the rows of a type change."""
    for owner in schema.entities.values():
        if owner is child and owner.computed_fields:
            yield Figured(owner.name, _place(child, "id"), "id")  # a new row begins without its figures
        for of in {field.computed.of for field in owner.computed_fields if field.computed is not None}:
            derived = owner.field(of)
            if not isinstance(derived.type, EntityRef) or child not in schema.concrete(derived.type.name):
                continue
            for place, field in enumerate(child.stored_fields):
                if field.name == derived.derived_from:
                    yield Figured(owner.name, place, fit(field.column))


def figured_fields(schema: Schema, child: EntityType) -> frozenset[str]:
    """The names of the fields of a type from which figures of others follow: what refers, and what is summed up."""
    names: set[str] = set()
    for owner in schema.entities.values():
        for computed in (field.computed for field in owner.computed_fields if field.computed is not None):
            derived = owner.field(computed.of)
            if isinstance(derived.type, EntityRef) and child in schema.concrete(derived.type.name):
                names |= {each for each in (derived.derived_from, computed.field) if each is not None}
    return frozenset(names)


def _place(entity: EntityType, field_name: str) -> int:
    return next(at for at, field in enumerate(entity.stored_fields) if field.name == field_name)
