"""What a client is told where an aggregation cannot be computed: neither SQL nor a fault of ours.

A data point can hold numbers that its expression cannot take, and an expression can
mix types; Postgres finds out when it computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from docgraph.query import plan

MIXED = "its expression mixes types that do not go together"
REASONS: Mapping[str, str] = {  # by SQLSTATE
    "22003": "a number is out of range",
    "22023": "a value is out of range",
    "2201F": "a power has no value",
    "22P02": "a text is no such value",
    "42725": MIXED,
    "42804": MIXED,
    "42846": MIXED,
    "42883": MIXED,
}


class Uncomputable(Exception):
    """The text is what a client is told."""


def why_uncomputable(operation: plan.Operation, sqlstate: str | None) -> Uncomputable | None:
    """The reason why the operation failed, where it lies in an aggregation that it asks for."""
    reason = REASONS.get(sqlstate or "")
    names = dict.fromkeys(name for root in operation.roots for name in _asked(_below(root)))
    if isinstance(reason, str) and names:
        return Uncomputable(f"The aggregation `{'` or `'.join(names)}` cannot be computed: {reason}")
    return None


def _below(root: plan.Root) -> Iterable[plan.Selection | plan.Buckets]:
    match root:
        case plan.Statistics(buckets=buckets, selection=selection):
            return (buckets, selection)
        case plan.Collection(selections=selections) | plan.ById(selections=selections):
            return selections
        case plan.Connection(outputs=outputs):
            edges = [part for output in outputs if isinstance(output, plan.Edges) for part in output.outputs]
            nodes = [part for part in (*outputs, *edges) if isinstance(part, plan.Nodes)]
            return [selection for part in nodes for selection in part.selections]
        case plan.History(outputs=outputs):
            return [selection for output in outputs for selection in output.selections]
        case plan.Search(selection=selection):
            return (selection,)
        case _:
            return ()


def _asked(parts: Iterable[plan.Selection | plan.Buckets]) -> Iterator[str]:
    """The names of the aggregations in these parts of a plan."""
    for part in parts:
        if isinstance(part, plan.Buckets):
            yield part.aggregation.name
            continue
        for output in part.outputs:
            match output:
                case plan.ChildStatistics(buckets=buckets, selection=selection):
                    yield from _asked((buckets, selection))
                case plan.Reference(selections=selections) | plan.Children(selections=selections):
                    yield from _asked(selections)
                case _:
                    pass
