"""One query field that is to be planned, and what the planner lends to whoever plans it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from graphql import FieldNode

from docgraph.api.collect import Collector
from docgraph.api.errors import PathKeys
from docgraph.api.roots import Owner
from docgraph.api.where import Vocabulary
from docgraph.query import plan

Arguments = Mapping[str, Any]  # coerced
Nodes = list[FieldNode]  # the places of one response key


class Asked(msgspec.Struct, frozen=True):
    """A root field for entities of one type."""

    key: str
    nodes: Nodes
    owner: Owner
    vocabulary: Vocabulary
    collector: Collector
    condition: Callable[[str, Arguments, Nodes, PathKeys], plan.Condition]  # from `where`
    selections: Callable[[str, Nodes, PathKeys], tuple[plan.Selection, ...]]
    judge_size: Callable[[str, int, Nodes, PathKeys], None]  # refuses what is out of range
    refuse: Callable[[str, Nodes, PathKeys], None]  # notes what is wrong
    spend: Callable[[int, Nodes, PathKeys], None]  # parts of the plan

    @property
    def type(self) -> str:
        return self.owner.name

    def below(self, type_name: str, nodes: Nodes, path: PathKeys) -> list[tuple[str, str, Nodes, PathKeys]]:
        """The fields below `nodes`: key, name, places and path of each."""
        found: list[tuple[str, str, Nodes, PathKeys]] = []
        for key, each in self.collector.below(type_name, nodes).items():
            self.spend(1, each, (*path, key))
            found.append((key, each[0].name.value, each, (*path, key)))
        return found

    def wanted(self, arguments: Arguments) -> plan.Condition:
        """What the rows must fulfil."""
        return self.condition(self.type, arguments, self.nodes, (self.key,))
