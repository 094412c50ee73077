"""One query field that is to be planned, and what it is read and planned with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import FieldNode

from docgraph.api.arguments import Reader
from docgraph.api.errors import PathKeys
from docgraph.api.roots import Owner
from docgraph.api.selections import Selector
from docgraph.api.where import Vocabulary
from docgraph.query import plan

Arguments = Mapping[str, Any]  # coerced
Nodes = list[FieldNode]  # the places of one response key


class Asked(msgspec.Struct, frozen=True):
    """A root field for entities of one type."""

    key: str
    nodes: Nodes
    owner: Owner
    read: Reader
    select: Selector

    @property
    def type(self) -> str:
        return self.owner.name

    @property
    def vocabulary(self) -> Vocabulary:
        return self.read.contract.vocabulary

    def spend(self, parts: int, nodes: Nodes, path: PathKeys) -> None:
        self.read.budget.spend(parts, nodes, path)

    def below(self, type_name: str, nodes: Nodes, path: PathKeys) -> list[tuple[str, str, Nodes, PathKeys]]:
        """The fields below `nodes`: key, name, places and path of each."""
        found: list[tuple[str, str, Nodes, PathKeys]] = []
        for key, each in self.read.collector.below(type_name, nodes).items():
            self.spend(1, each, (*path, key))
            found.append((key, each[0].name.value, each, (*path, key)))
        return found

    def wanted(self, arguments: Arguments) -> plan.Condition:
        """What the rows must fulfil."""
        return self.read.condition(self.type, arguments, self.nodes, (self.key,))
