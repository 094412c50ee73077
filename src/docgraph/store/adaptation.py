"""Whether the tables of one schema can become those of another where they lie, and what that takes. Pure.

In place is what adds: types, fields that may be null, indexes, data sources behind the
others, values of enums; what loosens: a `!` less; and what no table shows, such as
descriptions, derived fields and aggregations. Whatever else changes is built beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from docgraph.model.schema import AggregationRef, EntityRef, EntityType, EnumRef, EnumType, Field, Scalar, Schema


class Label(msgspec.Struct, frozen=True):
    """A value of an enum that is new, and the one that it stands beside."""

    enum: str
    name: str
    beside: str
    behind: bool  # that one; otherwise before it


class Adaptation(msgspec.Struct, frozen=True):
    """What it takes to go on with a deployment under another schema or with more data sources."""

    what: tuple[str, ...]  # the changes, for people
    enums: tuple[str, ...] = ()  # names of those that are new
    labels: tuple[Label, ...] = ()  # in an order in which each finds the one beside it
    types: tuple[str, ...] = ()  # names of the entities that are new
    columns: Mapping[str, tuple[Field, ...]] = {}  # entity → its fields that are new
    loosened: Mapping[str, tuple[Field, ...]] = {}  # entity → its fields that need no value any more
    places: Mapping[str, tuple[int, ...]] = {}  # entity → by place of a field before, its place now; where they differ
    ordinals: tuple[int, ...] | None = None  # by ordinal of a type before, its ordinal now; None: they are the same


class Rebuild(msgspec.Struct, frozen=True):
    """What keeps a deployment from being gone on with."""

    why: tuple[str, ...]  # for people


def adaptation(before: Schema, now: Schema, had: Sequence[str], has: Sequence[str]) -> Adaptation | Rebuild:
    """From the schema `before` with the data sources `had` to the schema `now` with the data sources `has`."""
    why = [*_sources_in_the_way(had, has), *_schema_in_the_way(before, now)]
    if why:
        return Rebuild(tuple(why))
    common = [(before.entities[name], now.entities[name]) for name in before.entities]
    columns = {new.name: _added(old, new) for old, new in common}
    loosened = {new.name: _loosened(old, new) for old, new in common}
    places = {new.name: _places(old, new) for old, new in common}
    ordered = sorted(now.entities)
    ordinals = tuple(ordered.index(name) for name in sorted(before.entities))
    return Adaptation(
        what=(*(f"data source {name} is new" for name in has[len(had) :]), *_told(before, now)),
        enums=tuple(name for name in now.enums if name not in before.enums),
        labels=tuple(each for name in before.enums for each in _new_labels(before.enums[name], now.enums[name])),
        types=tuple(name for name in now.entities if name not in before.entities),
        columns={name: fields for name, fields in columns.items() if fields},
        loosened={name: fields for name, fields in loosened.items() if fields},
        places={name: each for name, each in places.items() if each != tuple(range(len(each)))},
        ordinals=None if ordinals == tuple(range(len(ordinals))) else ordinals,
    )


def _sources_in_the_way(had: Sequence[str], has: Sequence[str]) -> Iterator[str]:
    """Positions of documents follow from the order of their sources, so a source can only come behind the others."""
    if [*has[: len(had)]] == [*had]:
        return
    told = [f"data source {name} is gone" for name in had if name not in has]
    told += [f"data source {name} is new, and not behind the others" for name in has if name not in had]
    yield from told if {*had} != {*has} else (f"the order of the data sources is now {', '.join(has)}",)


def _schema_in_the_way(before: Schema, now: Schema) -> Iterator[str]:
    for name, enum in before.enums.items():
        if name not in now.enums:
            yield f"enum {name} is gone"
        elif not _within(_labels(enum), _labels(now.enums[name])):
            yield f"enum {name} has lost values, or has them in another order"
    for name, old in before.entities.items():
        new = now.entities.get(name)
        if new is None:
            yield f"type {name} is gone"
        elif (old.shared, old.timeseries) != (new.shared, new.timeseries):
            yield f"type {name} is stored in another way"
        elif before.id_spaces[name] != now.id_spaces[name]:
            yield f"type {name} shares its ids with other types"
        else:
            yield from _fields_in_the_way(before, now, old, new)
    if _searched(before) != _searched(now):
        yield "a fulltext search looks in other fields, or in another language"


def _fields_in_the_way(before: Schema, now: Schema, old: EntityType, new: EntityType) -> Iterator[str]:
    stored = {field.name: field for field in new.stored_fields}
    for field in old.stored_fields:
        other = stored.pop(field.name, None)
        if other is None:
            yield f"{old.name}.{field.name} is gone"
        elif _held(before, old, field) != _held(now, new, other):
            yield f"{old.name}.{field.name} is stored in another way"
        elif other.required and not field.required:
            yield f"{old.name}.{field.name} must have a value now"
    for field in stored.values():
        if field.required:
            yield f"{old.name}.{field.name} is new and must have a value"
    figures = [
        [_figure(schema, entity, field, before) for field in entity.computed_fields]
        for schema, entity in ((before, old), (now, new))
    ]
    if figures[0] != figures[1]:
        yield f"the figures of {old.name} change"


def _held(schema: Schema, entity: EntityType, field: Field) -> tuple[object, ...]:
    """What its columns are made of, and how it comes about."""
    merge = field.merge if entity.shared else None
    return schema.stored_scalar(field), field.is_list, field.items_required, merge


def _figure(schema: Schema, entity: EntityType, field: Field, before: Schema) -> tuple[object, ...]:
    """What a figure follows from: its rows may be of types that there were before, whose rows are there already."""
    assert field.computed is not None
    of = entity.field(field.computed.of)
    assert isinstance(of.type, EntityRef)
    rows = {each.name for each in schema.concrete(of.type.name) if each.name in before.entities}
    return field.name, field.type, field.required, field.computed, of.type, of.derived_from, rows


def _searched(schema: Schema) -> set[tuple[object, ...]]:
    return {(each.name, each.language, each.entity, each.fields) for each in schema.fulltexts}


def _added(old: EntityType, new: EntityType) -> tuple[Field, ...]:
    had = {field.name for field in old.stored_fields}
    return tuple(field for field in new.stored_fields if field.name not in had)


def _loosened(old: EntityType, new: EntityType) -> tuple[Field, ...]:
    required = {field.name for field in old.stored_fields if field.required}
    return tuple(field for field in new.stored_fields if field.name in required and not field.required)


def _places(old: EntityType, new: EntityType) -> tuple[int, ...]:
    names = [field.name for field in new.stored_fields]
    return tuple(names.index(field.name) for field in old.stored_fields)


def _labels(enum: EnumType) -> tuple[str, ...]:
    return tuple(value.name for value in enum.values)


def _new_labels(old: EnumType, new: EnumType) -> Iterator[Label]:
    had, has = _labels(old), _labels(new)
    first = has.index(had[0])
    yield from (Label(old.name, label, had[0], False) for label in has[:first])
    for before, label in zip(has[first:], has[first + 1 :], strict=False):
        if label not in had:
            yield Label(old.name, label, before, True)


def _within(labels: Sequence[str], among: Sequence[str]) -> bool:
    """Whether `among` has all the labels, in their order."""
    rest = iter(among)
    return all(label in rest for label in labels)


def _told(before: Schema, now: Schema) -> Iterator[str]:
    """What is different, for people."""
    told = False
    kinds = ((before.entities, now.entities), (before.interfaces, now.interfaces), (before.enums, now.enums))
    for had, has in (*kinds, (before.unions, now.unions), (before.aggregations, now.aggregations)):
        for name in sorted(had.keys() | has.keys()):
            if had.get(name) == has.get(name):
                continue
            told = True
            if name not in had or name not in has:
                yield f"type {name} is {'gone' if name not in has else 'new'}"
                continue
            old, new = had[name], has[name]
            fields = [*_told_fields(old, new)] if isinstance(old, EntityType) and isinstance(new, EntityType) else []
            yield from fields or [f"type {name} changed"]
    if not told and before.text != now.text:
        yield "the schema says the same in other words"


def _told_fields(old: EntityType, new: EntityType) -> Iterator[str]:
    had, has = ({field.name: field for field in each.fields} for each in (old, new))
    for name in sorted(had.keys() | has.keys()):
        if name not in had or name not in has:
            yield f"{new.name}.{name} is {'gone' if name not in has else 'new'}"
        elif _shape(had[name]) != _shape(has[name]):
            yield f"{new.name}.{name} changed"
        elif had[name].description != has[name].description:
            yield f"{new.name}.{name} has another description"


def _shape(field: Field) -> tuple[object, ...]:
    named: Scalar | EnumRef | EntityRef | AggregationRef = field.type
    return named, field.is_list, field.required, field.items_required, field.derived_from, field.merge, field.computed
