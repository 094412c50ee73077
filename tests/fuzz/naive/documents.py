"""A request's text: its operation, its variables, which fields it asks for, what their arguments are.

Source: GraphQL specification 6.1 to 6.4.1, written out here because the evaluator shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from graphql import language as ast
from graphql import parse

from fuzz.nouns import Request, Schema

Grouped = dict[str, list[ast.FieldNode]]


class Absent:
    """A variable that is not given and has no default."""


ABSENT = Absent()


class Document:
    def __init__(self, schema: Schema, request: Request) -> None:
        parsed = parse(request.text)
        self._schema = schema
        self._fragments = {
            each.name.value: each for each in parsed.definitions if isinstance(each, ast.FragmentDefinitionNode)
        }
        operations = [each for each in parsed.definitions if isinstance(each, ast.OperationDefinitionNode)]
        self.operation = next(
            each
            for each in operations
            if request.operation is None or (each.name and each.name.value == request.operation)
        )
        self._variables = dict(request.variables)
        for each in self.operation.variable_definitions or ():
            if each.default_value is not None:
                self._variables.setdefault(each.variable.name.value, self._plain(each.default_value))

    def roots(self) -> Grouped:
        return self.fields("Query", [self.operation.selection_set])

    def fields(self, type_name: str, sets: Iterable[ast.SelectionSetNode | None]) -> Grouped:
        """The fields of an object of this concrete type, by the keys of the response."""
        found: Grouped = {}
        spread: set[str] = set()
        for each in sets:
            self._collect(type_name, each, found, spread)
        return found

    def _collect(self, type_name: str, selected: Any, found: Grouped, spread: set[str]) -> None:
        for node in selected.selections if selected else ():
            if not self._wanted(node):
                continue
            if isinstance(node, ast.FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            part: Any = node
            if isinstance(node, ast.FragmentSpreadNode):
                if node.name.value in spread:
                    continue
                spread.add(node.name.value)
                part = self._fragments[node.name.value]
            if part.type_condition is None or self._is(type_name, part.type_condition.name.value):
                self._collect(type_name, part.selection_set, found, spread)

    def _wanted(self, node: Any) -> bool:
        said = {each.name.value: self._plain(each.arguments[0].value) for each in node.directives or ()}
        return said.get("skip") is not True and said.get("include") is not False

    def _is(self, type_name: str, condition: str) -> bool:
        if condition in self._schema.types or condition in self._schema.unions:
            return any(each.name == type_name for each in self._schema.concrete(condition))
        return condition == type_name

    def arguments(self, node: ast.FieldNode) -> Mapping[str, Any]:
        """The arguments as plain values; those whose variable is absent are left out."""
        found = {each.name.value: self._plain(each.value) for each in node.arguments or ()}
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _plain(self, node: Any) -> Any:
        match node:
            case ast.VariableNode():
                return self._variables.get(node.name.value, ABSENT)
            case ast.NullValueNode():
                return None
            case ast.ListValueNode():
                found = [self._plain(each) for each in node.values]
                return [None if each is ABSENT else each for each in found]
            case ast.ObjectValueNode():
                pairs = {each.name.value: self._plain(each.value) for each in node.fields}
                return {name: value for name, value in pairs.items() if value is not ABSENT}
            case ast.IntValueNode():
                return int(node.value)
            case ast.FloatValueNode():
                return Decimal(node.value)
        return node.value  # strings, booleans, enum values
