"""A validated operation and its variables, as a plan.

Pure: no database, no clock. Everything that is wrong with the arguments is found
in one go and told with place and path.

Source: spec/subgraph-api.md 2.3, 2.6, 2.8 and 2.11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import msgspec
from graphql import FieldNode, GraphQLSchema, OperationDefinitionNode

from docgraph.api.arguments import Budget, Reader
from docgraph.api.asked import Asked
from docgraph.api.books import log_mistakes, logs_wanted, problems_wanted
from docgraph.api.collect import Collector
from docgraph.api.connections import connection
from docgraph.api.contract import Contract
from docgraph.api.errors import Rejected, beyond
from docgraph.api.figures import groups
from docgraph.api.roots import AboutTheIndex, Found, Grouped, History, Logs, Many, One, Paged, Problems, Summed
from docgraph.api.selections import Selector
from docgraph.model.values import Refused
from docgraph.query import plan
from docgraph.query.cost import entities

INTROSPECTION = ("__schema", "__type")
ABOUT_THE_INDEX = (*INTROSPECTION, "_meta", "_problems", "_logs")


class Compiled(msgspec.Struct, frozen=True):
    """What the database is to answer, and whether that is all of it."""

    operation: plan.Operation
    conditional: bool  # whether there is an answer depends on blocks or problems
    introspects: bool  # other parts of the answer come from the schema itself
    about_the_index: tuple[FieldNode, ...]  # what may be told even where problems forbid data


def compile_operation(contract: Contract, operation: OperationDefinitionNode, collector: Collector) -> Compiled:
    """The plan of an operation.

    Raises Rejected: arguments are out of range or make no sense, or the answer could grow beyond the limits.
    """
    compiler = _Compiler(Reader(contract, collector, Budget(contract.limits.parts), []))
    asked = collector.fields(_root_type(contract.core, operation), [operation.selection_set])
    roots = tuple(compiler.roots(asked))
    if compiler.read.errors:
        raise Rejected(compiler.read.errors)
    planned = plan.Operation(roots)
    _refuse_too_many(entities(planned), contract.limits.entities)
    about = tuple(node for nodes in asked.values() for node in nodes if node.name.value in ABOUT_THE_INDEX)
    conditional = any(root.block is not None or root.policy is plan.Policy.DENY for root in roots)
    return Compiled(planned, conditional, any(node.name.value in INTROSPECTION for node in about), about)


def _refuse_too_many(figure: int, most: int) -> None:
    """Source of the message: graph-node, as clients match on it."""
    if figure > most:
        message = (
            f"query potentially returns `{figure}` entities or more and thereby exceeds the limit of `{most}` entities."
            " Possible solutions are reducing the depth of the query, querying fewer relationships per entity"
            " or using `first` to return smaller collections"
        )
        raise Rejected([beyond(most, message)])


def _root_type(core: GraphQLSchema, operation: OperationDefinitionNode) -> str:
    """`Query` or `Subscription`, which have the same fields."""
    root = core.get_root_type(operation.operation)
    if root is None:
        raise TypeError("a valid operation has a root")
    return root.name


class _Compiler(msgspec.Struct, frozen=True):
    read: Reader

    @property
    def select(self) -> Selector:
        return Selector(self.read)

    def roots(self, asked: Mapping[str, list[FieldNode]]) -> Iterator[plan.Root]:
        self._keep_log_apart(asked)
        for key, nodes in asked.items():
            name = nodes[0].name.value
            if name == "__typename":
                yield plan.RootTypeName(key)
            elif name not in INTROSPECTION:
                arguments = self.read.arguments("Query", nodes, (key,))
                if arguments is not None:
                    yield self._root(key, nodes, arguments)

    def _keep_log_apart(self, asked: Mapping[str, list[FieldNode]]) -> None:
        """The log is asked for without entities. Source: spec/subgraph-api.md 2.11."""
        logs = {key: nodes for key, nodes in asked.items() if nodes[0].name.value == "_logs"}
        if all(nodes[0].name.value in (*ABOUT_THE_INDEX, "__typename") for nodes in asked.values()):
            return
        for key, nodes in logs.items():
            self.read.refuse("The `_logs` field cannot be combined with entity fields in one request", nodes, (key,))

    def _root(self, key: str, nodes: list[FieldNode], arguments: Mapping[str, Any]) -> plan.Root:
        path = (key,)
        asked = self.read.contract.roots[nodes[0].name.value]
        if isinstance(asked, Paged | Grouped | Problems | Logs):
            # A cursor tells which filter it belongs to, and books are not asked often.
            arguments = self.read.seen(arguments)
        block = self.read.block(arguments.get("block"), nodes, path)
        policy = plan.Policy(arguments.get("subgraphError", "allow"))
        match asked:
            case One(owner):
                wanted = self.read.id(owner, arguments["id"], nodes, path)
                return plan.ById(key, wanted, self.select.selections(owner.name, nodes, path), block, policy)
            case Many(owner):
                rows = self.read.rows(owner.name, arguments, nodes, path)
                return plan.Collection(key, rows, self.select.selections(owner.name, nodes, path), block, policy)
            case Summed(aggregation):
                buckets, rows = self.read.buckets(aggregation, arguments, nodes, path)
                return plan.Statistics(key, buckets, rows, self.select.summed(aggregation, nodes, path), block, policy)
            case Found(owner, fulltext):
                query = self.read.search(arguments["text"], nodes, path)
                rows = self.read.rows(owner.name, arguments, nodes, path)
                (selection,) = self.select.selections(owner.name, nodes, path)
                return plan.Search(key, fulltext, query, rows, selection, block, policy)
            case Paged(owner):
                return connection(Asked(key, nodes, owner, self.read, self.select), arguments, block)
            case Grouped(owner):
                return groups(Asked(key, nodes, owner, self.read, self.select), arguments, block)
            case History(owner):
                wanted = self.read.id(owner, arguments["id"], nodes, path)
                rows = plan.Rows(*self.read.page(arguments, nodes, path))
                direction = plan.Direction(arguments.get("orderDirection") or "desc")
                versions = tuple(self.select.versions(owner, nodes, path))
                return plan.History(key, owner.name, wanted, rows, direction, versions)
            case AboutTheIndex():
                return plan.Meta(key, tuple(self.select.meta("_Meta_", nodes)), self.read.contract.deployment, block)
            case Logs():
                return self._logs(key, arguments, nodes)
            case Problems():
                return self._problems(key, arguments, nodes)
            case _:
                assert_never(asked)

    def _problems(self, key: str, given: Mapping[str, Any], nodes: list[FieldNode]) -> plan.Problems:
        page = self.read.page(given, nodes, (key,))
        try:
            wanted = problems_wanted(given, *page)
        except Refused as refused:
            self.read.refuse(f"Invalid value provided for argument `where`: {refused.what}", nodes, (key,))
            wanted = problems_wanted({}, *page)
        return plan.Problems(key, wanted, tuple(self.select.entries("_Problem_", nodes, (key,))))

    def _logs(self, key: str, given: Mapping[str, Any], nodes: list[FieldNode]) -> plan.Logs:
        mistakes = list(log_mistakes(given))
        for mistake in mistakes:
            self.read.refuse(mistake, nodes, (key,))
        wanted = logs_wanted({} if mistakes else given)
        direction = plan.Direction(given.get("orderDirection") or "desc")
        entries = tuple(self.select.entries("_Log_", nodes, (key,)))
        return plan.Logs(key, wanted, direction, entries, self.read.contract.deployment)
