"""Figures about entities that a client asks for, as part of a plan.

Source: spec/subgraph-api.md, shapes of the extensions.
"""

from __future__ import annotations

from collections.abc import Iterator

from docgraph.api.asked import Arguments, Asked, Nodes
from docgraph.api.errors import PathKeys
from docgraph.query import plan
from docgraph.query.measures import Count, Figure, GroupedBy, Measure, Measured, Part
from docgraph.query.pages import Constant


def groups(asked: Asked, arguments: Arguments, block: plan.BlockAt) -> plan.Groups:
    """The plan of `xAggregate`. What is wrong with the arguments is noted where it was asked."""
    wanted = asked.wanted(arguments)
    names = dict.fromkeys(arguments.get("groupBy") or ())  # each once, in the order given
    fields = tuple(asked.owner.field(name) for name in names)
    return plan.Groups(asked.key, asked.type, fields, wanted, tuple(figures(asked, asked.nodes, (asked.key,))), block)


def figures(asked: Asked, nodes: Nodes, path: PathKeys) -> Iterator[Figure]:
    """What is asked of an `X_aggregate`."""
    own = f"{asked.type}_aggregate"
    for key, name, below, deeper in asked.below(own, nodes, path):
        match name:
            case "__typename":
                yield Constant(key, own)
            case "count":
                yield Count(key)
            case "key":
                yield Part(key, tuple(_key(asked, below, deeper)))
            case _:
                yield Part(key, tuple(_measured(asked, Measure(name), below, deeper)))


def _key(asked: Asked, nodes: Nodes, path: PathKeys) -> Iterator[GroupedBy | Constant]:
    own = f"{asked.type}_key"
    for key, name, _, _ in asked.below(own, nodes, path):
        yield Constant(key, own) if name == "__typename" else GroupedBy(key, asked.owner.field(name))


def _measured(asked: Asked, measure: Measure, nodes: Nodes, path: PathKeys) -> Iterator[Measured | Constant]:
    own = f"{asked.type}_aggregate_{measure.value}"
    for key, name, _, _ in asked.below(own, nodes, path):
        yield Constant(key, own) if name == "__typename" else Measured(key, measure, asked.owner.field(name))
