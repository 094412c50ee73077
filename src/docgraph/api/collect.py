"""CollectFields: which fields a selection asks for, per concrete type, in the order of the response.

Source: GraphQL specification, Executing Selection Sets. Written out because the
planner needs it without executing anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    Node,
    SelectionSetNode,
    is_abstract_type,
)

from docgraph.api.errors import Code, Rejected, error, worded
from docgraph.api.variables import Variables


class Collector(msgspec.Struct, frozen=True):
    """What the fields of one operation are collected with."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables

    def fields(self, type_name: str, sets: Iterable[SelectionSetNode | None]) -> dict[str, list[FieldNode]]:
        """The fields of an object of this type, by response key; a key asked for twice keeps its first place."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selected in sets:
            if selected is not None:
                self._collect(type_name, selected, found, spread)
        return found

    def below(self, type_name: str, nodes: Iterable[FieldNode]) -> dict[str, list[FieldNode]]:
        """The fields below fields that share one response key."""
        return self.fields(type_name, (node.selection_set for node in nodes))

    def _collect(
        self, type_name: str, selected: SelectionSetNode, found: dict[str, list[FieldNode]], spread: set[str]
    ) -> None:
        for node in selected.selections:
            if not self._included(node):
                continue
            match node:
                case FieldNode():
                    key = node.alias.value if node.alias else node.name.value
                    found.setdefault(key, []).append(node)
                case InlineFragmentNode():
                    condition = node.type_condition.name.value if node.type_condition else None
                    if self._applies(condition, type_name):
                        self._collect(type_name, node.selection_set, found, spread)
                case FragmentSpreadNode() if node.name.value not in spread:
                    spread.add(node.name.value)
                    fragment = self.fragments[node.name.value]
                    if self._applies(fragment.type_condition.name.value, type_name):
                        self._collect(type_name, fragment.selection_set, found, spread)

    def _included(self, node: Node) -> bool:
        if not getattr(node, "directives", None):
            return True
        for directive, stops in ((GraphQLSkipDirective, True), (GraphQLIncludeDirective, False)):
            try:
                values = self.variables.directive(directive, node)
            except GraphQLError as wrong:  # a variable that may be null, and is
                raise Rejected([error(worded(wrong.message), Code.BAD_INPUT, wrong.nodes)]) from wrong
            if values is not None and values["if"] is stops:
                return False
        return True

    def _applies(self, condition: str | None, type_name: str) -> bool:
        if condition is None or condition == type_name:
            return True
        kinds: Mapping[str, GraphQLNamedType] = self.schema.type_map
        abstract = kinds[condition]
        return is_abstract_type(abstract) and self.schema.is_sub_type(abstract, kinds[type_name])
