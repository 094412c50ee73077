"""What an operation can cost at most, told from its plan alone, before any SQL is written.

Pure. Source: spec/subgraph-api.md 2.15, where a `first` given by a variable counts
as what it is: a plan holds no variables.
"""

from __future__ import annotations

from typing import assert_never

from docgraph.query import plan
from docgraph.query.figures import MAX_GROUPS
from docgraph.query.measures import Figures
from docgraph.query.pages import Constant, Page, Total


def entities(operation: plan.Operation) -> int:
    """How many entities the answer can hold at most: for each collection n + n times what is below one of its rows.

    A single reference adds nothing of its own, only the collections below it.
    """
    return sum(_root(root) for root in operation.roots)


def _root(root: plan.Root) -> int:
    match root:
        case plan.Collection():
            return _many(root.rows, root.selections)
        case plan.Statistics():
            return _many(root.rows, (root.selection,))
        case plan.Search():
            return _many(root.rows, (root.selection,))
        case plan.ById():
            return _below(root.selections)
        case plan.Connection():
            return sum(_connected(root.window.size, output) for output in root.outputs)
        case plan.Groups():
            return MAX_GROUPS if root.fields else 1
        case plan.History():
            below = sum(_below(each.selections) for each in root.outputs)
            return root.rows.first + root.rows.first * below
        case plan.Meta() | plan.Problems() | plan.Logs() | plan.RootTypeName():
            return 0
        case _:
            assert_never(root)


def _connected(size: int, output: plan.ConnectionOutput) -> int:
    """A page counts once for each list that is made of it."""
    match output:
        case plan.Nodes():
            return size + size * _below(output.selections)
        case plan.Edges():
            nodes = (part.selections for part in output.outputs if isinstance(part, plan.Nodes))
            return size + size * sum(map(_below, nodes))
        case Page() | Total() | Figures() | Constant():
            return 0
        case _:
            assert_never(output)


def _many(rows: plan.Rows, selections: tuple[plan.Selection, ...]) -> int:
    return rows.first + rows.first * _below(selections)


def _below(selections: tuple[plan.Selection, ...]) -> int:
    """What one row leads to; it is of one of the types."""
    return max((sum(map(_output, selection.outputs)) for selection in selections), default=0)


def _output(output: plan.Output) -> int:
    match output:
        case plan.TypeName() | plan.Column() | plan.Reckoned() | plan.Source():
            return 0
        case plan.Reference():
            return _below(output.selections)
        case plan.Children():
            return _many(output.rows, output.selections)
        case plan.ChildStatistics():
            return _many(output.rows, (output.selection,))
        case _:
            assert_never(output)
