"""Rows for any schema: the same each time, every type and field, most references leading somewhere.

What the queries name in so many words (ids, names of tokens) exists, so that their answers are not empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from graphql import (
    ArgumentNode,
    ObjectFieldNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)
from graphql.type import GraphQLSchema

from docgraph.model.schema import EntityRef, EntityType, EnumRef, Field, Scalar, Schema

Row = dict[str, Any]  # by field name, as JSON
DANGLING = 7  # each such row's optional references lead nowhere
HUGE = 3  # each such row's BigInt has more digits than 64 bits hold


class Named(msgspec.Struct, frozen=True):
    """What queries name literally: ids by entity, other values by entity and field."""

    ids: Mapping[str, list[str]]
    values: Mapping[tuple[str, str], list[str]]


def named(schema: Schema, core: GraphQLSchema, queries: Iterable[str]) -> Named:
    """The literals of the queries that could be values of fields."""
    ids: dict[str, list[str]] = defaultdict(list)
    values: dict[tuple[str, str], list[str]] = defaultdict(list)
    fields = {(owner.name, field.name): field for owner in schema.entities.values() for field in owner.fields}

    class Literals(Visitor):
        def __init__(self, info: TypeInfo) -> None:
            super().__init__()
            self.info = info

        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            field = self.info.get_field_def()
            owner = get_named_type(field.type).name if field else ""
            if node.name.value == "id" and isinstance(node.value, StringValueNode) and owner in schema.entities:
                ids[owner].append(node.value.value)

        def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
            parent = self.info.get_parent_input_type()
            if isinstance(node.value, StringValueNode) and parent is not None:
                owner = get_named_type(parent).name.removesuffix("_filter")
                field = fields.get((owner, node.name.value))
                if field is not None and isinstance(field.type, EntityRef):
                    ids[field.type.name].append(node.value.value)
                values[owner, node.name.value].append(node.value.value)

    for text in queries:
        info = TypeInfo(core)
        visit(parse(text), TypeInfoVisitor(info, Literals(info)))
    return Named(ids, values)


class Rows:
    """So many rows of every entity of a schema."""

    def __init__(self, schema: Schema, count: int, named: Named) -> None:
        self.schema = schema
        self.count = count
        self._named = named
        self.ids = {entity.name: list(self._ids(entity)) for entity in schema.entities.values()}
        self._alone = {
            (entity.name, field.derived_from)
            for owner in schema.entities.values()
            for field in owner.fields
            if field.is_derived and not field.is_list and isinstance(field.type, EntityRef)
            for entity in schema.concrete(field.type.name)
        }

    def of(self, entity: EntityType) -> Iterator[Row]:
        for number, own in enumerate(self.ids[entity.name]):
            yield {field.name: self._value(entity, field, number) for field in entity.stored_fields} | {"id": own}

    def _ids(self, entity: EntityType) -> Iterator[Any]:
        """Ids of an id space do not meet."""
        given = list(dict.fromkeys(self._named.ids.get(entity.name, ())))[: self.count]
        ordinal = list(self.schema.entities).index(entity.name) + 1
        for number in range(self.count):
            match entity.id_type:
                case Scalar.INT8:
                    yield str(ordinal * 1_000_000 + number)
                case Scalar.BYTES:
                    yield given[number] if number < len(given) else f"0x{ordinal:04x}{number:036x}"
                case _:
                    yield given[number] if number < len(given) else f"{entity.name.lower()}-{number}"

    def _value(self, entity: EntityType, field: Field, number: int) -> Any:
        if isinstance(field.type, EntityRef):
            return self._reference(entity, field, field.type.name, number)
        if field.is_list:
            return [self._scalar(entity, field, field.type, number + step) for step in range(number % 4)]
        if not field.required and number % DANGLING == DANGLING - 1:
            return None
        return self._scalar(entity, field, field.type, number)

    def _reference(self, entity: EntityType, field: Field, target: str, number: int) -> Any:
        concrete = self.schema.concrete(target)
        if not concrete:
            return [] if field.is_list else None
        ids = self.ids[concrete[number % len(concrete)].name]
        if field.is_list:
            return [ids[place % len(ids)] for place in (number + 1, number, number + 1)]
        if not field.required and number % DANGLING == DANGLING - 1:
            return "0xdead" if self.schema.stored_scalar(field) is Scalar.BYTES else "404"
        # A field that others derive one entity from leads to another entity from each row.
        alone = (entity.name, field.name) in self._alone
        return ids[(number if alone else number // 2) % len(ids)]

    def _scalar(self, entity: EntityType, field: Field, of: Scalar | EnumRef, number: int) -> Any:
        if isinstance(of, EnumRef):
            labels = self.schema.enums[of.name].values
            return labels[number % len(labels)].name
        told = self._named.values.get((entity.name, field.name))
        if told and number % 2 == 0 and of in (Scalar.STRING, Scalar.BYTES, Scalar.ID):
            return told[(number // 2) % len(told)]
        match of:
            case Scalar.ID | Scalar.STRING:
                return f"{field.name} {number}"
            case Scalar.BYTES:
                return f"0x{number + 1:040x}"
            case Scalar.BOOLEAN:
                return number % 2 == 0
            case Scalar.INT:
                return number * 37
            case Scalar.INT8:
                return str(number * 2**40)
            case Scalar.BIG_INT:
                return str(10**30 + number) if number % HUGE == 0 else str(number * 1000)
            case Scalar.BIG_DECIMAL:
                return f"{number * 11}.{number + 1:018}"
            case Scalar.FLOAT:
                return number / 8
            case Scalar.TIMESTAMP | Scalar.DATE_TIME:
                return f"2024-01-{number % 28 + 1:02}T{number % 24:02}:00:00Z"
            case Scalar.DATE:
                return f"2024-02-{number % 29 + 1:02}"
            case Scalar.JSON:
                return {"number": number, "list": [None, field.name]}
