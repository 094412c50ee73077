"""Variables for any query: values that rows have, by the places where each variable stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    is_list_type,
    is_non_null_type,
    parse,
    type_from_ast,
    visit,
)
from graphql.type import GraphQLSchema

from corpora.rows import Row
from docgraph.api.where import Vocabulary
from docgraph.model.schema import Schema
from docgraph.query.filters import Comparison

PAGE = {"first": 10, "skip": 0}
SAMPLES: dict[str, Any] = {
    "ID": "1",
    "String": "1",
    "Bytes": "0x01",
    "Int": 1,
    "Int8": "1",
    "BigInt": "1",
    "BigDecimal": "1.5",
    "Boolean": True,
    "Float": 1.5,
    "Timestamp": "1",
    "Date": "2024-02-01",
    "DateTime": "2024-01-01",
    "JSON": 1,
}


class Places(Visitor):
    """For each variable, the entity and the key of a filter, or the argument, that it stands for."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: dict[str, tuple[str, str]] = {}
        self._argument = ""
        self._key = ""

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        self._argument, self._key = node.name.value, ""

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self._key = node.name.value

    def leave_variable_definition(self, *_: Any) -> None:
        self._argument = self._key = ""

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        parent, field = self.info.get_parent_input_type(), self.info.get_field_def()
        if not self._argument:
            return
        if self._key and isinstance(get_named_type(parent), GraphQLInputObjectType):
            self.found.setdefault(node.name.value, (get_named_type(parent).name, self._key))
        elif field is not None:
            self.found.setdefault(node.name.value, (get_named_type(field.type).name, self._argument))

    def leave_field(self, *_: FieldNode) -> None:
        self._argument = self._key = ""


class Chosen:
    """Variables for the operations of one schema's queries."""

    def __init__(self, schema: Schema, core: GraphQLSchema, rows: Mapping[str, list[Row]]) -> None:
        self._schema = schema
        self._core = core
        self._rows = rows
        self._vocabulary = Vocabulary(schema)

    def variables(self, text: str, operation: OperationDefinitionNode, row: int) -> dict[str, Any]:
        """Values of the given row of whatever each variable is compared with."""
        info = TypeInfo(self._core)
        places = Places(info)
        visit(parse(text), TypeInfoVisitor(info, places))
        found = {}
        for each in operation.variable_definitions or ():
            name = each.variable.name.value
            kind = type_from_ast(self._core, each.type)
            if each.default_value is None:
                found[name] = self._value(kind, places.found.get(name), row)
        return found

    def _value(self, kind: Any, place: tuple[str, str] | None, row: int) -> Any:
        if is_non_null_type(kind):
            return self._value(kind.of_type, place, row)
        if is_list_type(kind):
            item = self._value(kind.of_type, place, row)
            return item if isinstance(item, list) else [item]
        if isinstance(kind, GraphQLEnumType):
            return "id" if "id" in kind.values else next(iter(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return {"number": 1} if kind.name == "Block_height" else {}
        return _as(kind.name, self._told(place, row), SAMPLES[kind.name])

    def _told(self, place: tuple[str, str] | None, row: int) -> Any:
        if place is None:
            return None
        owner, key = place
        if key in PAGE:
            return PAGE[key]
        if owner == "Block_height":
            return 1
        if owner.endswith("_filter"):
            return self._compared(owner.removesuffix("_filter"), key, row)
        return next(self._values(owner, "id", row), None) if key == "id" else None

    def _compared(self, owner: str, key: str, row: int) -> Any:
        meaning = self._vocabulary.filters(owner).get(key)
        if not isinstance(meaning, Comparison):
            return None
        match meaning.operator.suffix:
            case "_gt" | "_gte":
                return 0
            case "_lt" | "_lte":
                return 2**31 - 1
            case "_not" | "_not_in":
                return None
            case _:
                return next(self._values(owner, meaning.field.name, row), None)

    def _values(self, owner: str, field: str, row: int) -> Iterator[Any]:
        """The values of a field, beginning with that of the row."""
        for entity in self._schema.concrete(owner):
            own = self._rows[entity.name]
            for step in range(len(own)):
                value = own[(row + step) % len(own)].get(field)
                if value not in (None, [], "404", "0xdead"):
                    yield value[0] if isinstance(value, list) else value


def _as(scalar: str, value: Any, sample: Any) -> Any:
    """The value as a variable of this type takes it."""
    if value is None:
        return sample
    match scalar:
        case "Int":
            return int(value) if str(value).lstrip("-").isdigit() else sample
        case "Float":
            return float(value)
        case "Boolean":
            return value if isinstance(value, bool) else sample
        case "ID" | "String" | "BigInt" | "BigDecimal" | "Int8":
            return str(value)
        case _:
            return value
