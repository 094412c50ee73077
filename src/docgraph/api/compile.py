"""A validated operation and its variables, as a plan.

Pure: no database, no clock. Everything that is wrong with the arguments is found
in one go and told with place and path.

Source: spec/subgraph-api.md 2.3, 2.6, 2.8 and 2.11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import msgspec
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
)
from graphql.execution.values import get_argument_values

from docgraph.api.asked import Asked
from docgraph.api.books import log_mistakes, logs_wanted, problems_wanted
from docgraph.api.collect import Collector
from docgraph.api.connections import connection
from docgraph.api.errors import Code, PathKeys, Rejected, beyond, error, worded
from docgraph.api.figures import groups
from docgraph.api.limits import Limits
from docgraph.api.roots import (
    AboutTheIndex,
    Found,
    Grouped,
    History,
    Logs,
    Many,
    One,
    Owner,
    Paged,
    Problems,
    RootField,
    Summed,
    root_fields,
)
from docgraph.api.where import Vocabulary, condition, read_as
from docgraph.model.changes import Id
from docgraph.model.schema import AggregationRef, AggregationType, EntityRef, EntityType, Field, Scalar, Schema
from docgraph.model.values import Refused
from docgraph.query import plan
from docgraph.query.conditions import parts
from docgraph.query.cost import entities
from docgraph.query.history import version_type
from docgraph.query.ledger import Entry
from docgraph.query.rows import join_of
from docgraph.query.tsquery import Malformed, tsquery

MAX_FIRST = 1000
DEFAULT_FIRST = 100
MAX_SKIP = 4_294_967_295

INTROSPECTION = ("__schema", "__type")
ABOUT_THE_INDEX = (*INTROSPECTION, "_meta", "_problems", "_logs")


class Contract(msgspec.Struct, frozen=True):
    """What operations are compiled against."""

    schema: Schema
    core: GraphQLSchema
    vocabulary: Vocabulary
    deployment: str
    roots: Mapping[str, RootField]  # by name
    limits: Limits

    @classmethod
    def of(cls, schema: Schema, core: GraphQLSchema, deployment: str, limits: Limits) -> Contract:
        return cls(schema, core, Vocabulary(schema), deployment, root_fields(schema), limits)


class Compiled(msgspec.Struct, frozen=True):
    """What the database is to answer, and whether that is all of it."""

    operation: plan.Operation
    introspects: bool  # other parts of the answer come from the schema itself
    about_the_index: tuple[FieldNode, ...]  # what may be told even where problems forbid data


def compile_operation(contract: Contract, operation: OperationDefinitionNode, collector: Collector) -> Compiled:
    """The plan of an operation.

    Raises Rejected: arguments are out of range or make no sense, or the answer could grow beyond the limits.
    """
    compiler = _Compiler(contract, collector, [], _Budget(contract.limits.parts))
    asked = collector.fields(_root_type(contract.core, operation), [operation.selection_set])
    roots = tuple(compiler.roots(asked))
    if compiler.errors:
        raise Rejected(compiler.errors)
    planned = plan.Operation(roots)
    _refuse_too_many(entities(planned), contract.limits.entities)
    about = tuple(node for nodes in asked.values() for node in nodes if node.name.value in ABOUT_THE_INDEX)
    return Compiled(planned, any(node.name.value in INTROSPECTION for node in about), about)


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


class _Budget:
    """How many parts a plan may still have."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def spend(self, parts: int, nodes: list[FieldNode], path: PathKeys) -> None:
        self._left -= parts
        if self._left < 0:
            message = f"query is too expensive: it has more parts than the limit of `{self._most}`"
            raise Rejected([beyond(self._most, message, nodes, path)])


class _Compiler(msgspec.Struct, frozen=True):
    contract: Contract
    collector: Collector
    errors: list[GraphQLError]
    budget: _Budget

    # Roots ---------------------------------------------------------------------

    def roots(self, asked: Mapping[str, list[FieldNode]]) -> Iterator[plan.Root]:
        self._keep_log_apart(asked)
        for key, nodes in asked.items():
            name = nodes[0].name.value
            if name == "__typename":
                yield plan.RootTypeName(key)
            elif name not in INTROSPECTION:
                arguments = self._arguments("Query", nodes, (key,))
                if arguments is not None:
                    yield self._root(key, nodes, arguments)

    def _keep_log_apart(self, asked: Mapping[str, list[FieldNode]]) -> None:
        """The log is asked for without entities. Source: spec/subgraph-api.md 2.11."""
        logs = {key: nodes for key, nodes in asked.items() if nodes[0].name.value == "_logs"}
        if all(nodes[0].name.value in (*ABOUT_THE_INDEX, "__typename") for nodes in asked.values()):
            return
        for key, nodes in logs.items():
            self._refuse("The `_logs` field cannot be combined with entity fields in one request", nodes, (key,))

    def _root(self, key: str, nodes: list[FieldNode], arguments: Mapping[str, Any]) -> plan.Root:
        path = (key,)
        block = self._block(arguments.get("block"), nodes, path)
        policy = plan.Policy(arguments.get("subgraphError", "allow"))
        asked = self.contract.roots[nodes[0].name.value]
        match asked:
            case One(owner):
                wanted = self._id(owner, arguments["id"], nodes, path)
                return plan.ById(key, wanted, self._selections(owner.name, nodes, path), block, policy)
            case Many(owner):
                rows = self._rows(owner.name, arguments, nodes, path)
                return plan.Collection(key, rows, self._selections(owner.name, nodes, path), block, policy)
            case Summed(aggregation):
                buckets, rows = self._buckets(aggregation, arguments, nodes, path)
                return plan.Statistics(key, buckets, rows, self._summed(aggregation, nodes, path), block, policy)
            case Found(owner, fulltext):
                query = self._search(arguments["text"], nodes, path)
                rows = self._rows(owner.name, arguments, nodes, path)
                (selection,) = self._selections(owner.name, nodes, path)
                return plan.Search(key, fulltext, query, rows, selection, block, policy)
            case Paged(owner):
                return connection(self._asked(key, nodes, owner), arguments, block)
            case Grouped(owner):
                return groups(self._asked(key, nodes, owner), arguments, block)
            case History(owner):
                wanted = self._id(owner, arguments["id"], nodes, path)
                rows = plan.Rows(*self._page(arguments, nodes, path))
                direction = plan.Direction(arguments.get("orderDirection") or "desc")
                versions = tuple(self._versions(owner, nodes, path))
                return plan.History(key, owner.name, wanted, rows, direction, versions)
            case AboutTheIndex():
                return plan.Meta(key, tuple(self._meta("_Meta_", nodes)), self.contract.deployment, block)
            case Logs():
                return self._logs(key, arguments, nodes)
            case Problems():
                return self._problems(key, arguments, nodes)
            case _:
                assert_never(asked)

    def _asked(self, key: str, nodes: list[FieldNode], owner: Owner) -> Asked:
        """A root field for those who plan it elsewhere."""
        return Asked(
            *(key, nodes, owner, self.contract.vocabulary, self.collector),
            *(self._condition, self._selections, self._judge_size, self._refuse, self.budget.spend),
        )

    def _meta(self, type_name: str, nodes: list[FieldNode]) -> Iterator[plan.MetaOutput]:
        for key, below in self.collector.below(type_name, nodes).items():
            field = plan.MetaField(below[0].name.value)
            outputs = tuple(self._meta("_Block_", below)) if field is plan.MetaField.BLOCK else ()
            yield plan.MetaOutput(key, field, outputs)

    def _versions(self, owner: Owner, nodes: list[FieldNode], path: PathKeys) -> Iterator[plan.VersionOutput]:
        for key, below in self.collector.below(version_type(owner.name), nodes).items():
            self.budget.spend(1, below, (*path, key))
            field = plan.VersionField(below[0].name.value)
            of_node = field is plan.VersionField.NODE
            yield plan.VersionOutput(key, field, self._selections(owner.name, below, (*path, key)) if of_node else ())

    def _problems(self, key: str, given: Mapping[str, Any], nodes: list[FieldNode]) -> plan.Problems:
        page = self._page(given, nodes, (key,))
        try:
            wanted = problems_wanted(given, *page)
        except Refused as refused:
            self._refuse(f"Invalid value provided for argument `where`: {refused.what}", nodes, (key,))
            wanted = problems_wanted({}, *page)
        return plan.Problems(key, wanted, tuple(self._entries("_Problem_", nodes, (key,))))

    def _logs(self, key: str, given: Mapping[str, Any], nodes: list[FieldNode]) -> plan.Logs:
        mistakes = list(log_mistakes(given))
        for mistake in mistakes:
            self._refuse(mistake, nodes, (key,))
        wanted = logs_wanted({} if mistakes else given)
        direction = plan.Direction(given.get("orderDirection") or "desc")
        entries = tuple(self._entries("_Log_", nodes, (key,)))
        return plan.Logs(key, wanted, direction, entries, self.contract.deployment)

    def _entries(self, type_name: str, nodes: list[FieldNode], path: PathKeys) -> Iterator[Entry]:
        for key, below in self.collector.below(type_name, nodes).items():
            self.budget.spend(1, below, (*path, key))
            name = below[0].name.value
            shown = None if name == "__typename" else get_named_type(self._field(type_name, below).type)
            within = self._entries(shown.name, below, (*path, key)) if isinstance(shown, GraphQLObjectType) else ()
            yield Entry(key, name, tuple(within))

    def _id(self, owner: Owner, given: object, nodes: list[FieldNode], path: PathKeys) -> Id:
        try:
            found = read_as(owner.id_type, given)
        except Refused as refused:
            self._refuse(f"Invalid value provided for argument `id`: {refused.what}", nodes, path)
            return ""
        return found if isinstance(found, bytes | int) else str(found)

    def _search(self, given: object, nodes: list[FieldNode], path: PathKeys) -> str:
        try:
            return tsquery(str(read_as(Scalar.STRING, given)))
        except Refused as refused:
            self._refuse(f"Invalid value provided for argument `text`: {refused.what}", nodes, path)
        except Malformed as malformed:
            self._refuse(str(malformed), nodes, path)
        return ""

    def _block(self, given: Mapping[str, Any] | None, nodes: list[FieldNode], path: PathKeys) -> plan.BlockAt:
        if given is None:
            return None
        wanted = {key: value for key, value in given.items() if value is not None}
        if "hash" in wanted:
            return plan.AtHash(self._hash(wanted["hash"], nodes, path))
        if "number" in wanted:
            return plan.AtNumber(wanted["number"])
        if "number_gte" in wanted:
            return plan.AtLeast(wanted["number_gte"])
        self._refuse(
            "Invalid value provided for argument `block`: give one of `number`, `hash` and `number_gte`", nodes, path
        )
        return None

    def _hash(self, given: object, nodes: list[FieldNode], path: PathKeys) -> bytes:
        try:
            return bytes.fromhex(str(read_as(Scalar.STRING, given)).removeprefix("0x"))
        except ValueError:
            self._refuse("Failed to decode `block.hash` value: `it is not hexadecimal`", nodes, path)
            return b""

    # Rows ------------------------------------------------------------------------

    def _rows(self, type_name: str, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys) -> plan.Rows:
        first, skip = self._page(arguments, nodes, path)
        return plan.Rows(
            first, skip, self._order(type_name, arguments), self._condition(type_name, arguments, nodes, path)
        )

    def _page(self, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys) -> tuple[int, int]:
        """`first` and `skip`."""
        first, skip = arguments.get("first"), arguments.get("skip")
        first, skip = DEFAULT_FIRST if first is None else first, skip or 0
        self._judge_size("first", first, nodes, path)
        if not 0 <= skip <= MAX_SKIP:
            self._refuse(_out_of_range("skip", MAX_SKIP, skip), nodes, path)
        return first, skip

    def _judge_size(self, argument: str, given: int, nodes: list[FieldNode], path: PathKeys) -> None:
        """Refuse a number of rows that is out of range."""
        if not 1 <= given <= MAX_FIRST:
            self._refuse(_out_of_range(argument, MAX_FIRST, given), nodes, path)

    def _order(self, type_name: str, arguments: Mapping[str, Any]) -> plan.Order | None:
        """An order's direction counts only together with an order."""
        wanted = arguments.get("orderBy")
        if wanted is None:
            return None
        meaning = self.contract.vocabulary.orders(type_name)[wanted]
        return plan.Order(meaning.field, meaning.child, plan.Direction(arguments.get("orderDirection") or "asc"))

    def _condition(
        self, type_name: str, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys
    ) -> plan.Condition:
        given = arguments.get("where")
        if given is None:
            return plan.EVERYTHING
        try:
            wanted = condition(self.contract.vocabulary, type_name, given)
        except Refused as refused:
            self._refuse(f"Invalid value provided for argument `where`: {refused.what}", nodes, path)
            return plan.EVERYTHING
        schema = self.contract.schema
        types = 1 if type_name in schema.aggregations else len(schema.concrete(type_name))
        self.budget.spend(types * parts(schema, wanted), nodes, path)
        return wanted

    # Selections --------------------------------------------------------------------

    def _selections(self, target: str, nodes: list[FieldNode], path: PathKeys) -> tuple[plan.Selection, ...]:
        self._go_deeper(nodes, path)
        return tuple(
            plan.Selection(entity.name, tuple(self._outputs(entity, nodes, path)))
            for entity in self.contract.schema.concrete(target)
        )

    def _go_deeper(self, nodes: list[FieldNode], path: PathKeys) -> None:
        """Raises Rejected: a selection stands here that is nested too deeply."""
        deepest = self.contract.limits.depth
        if len(path) > deepest:
            message = f"query has a depth that exceeds the limit of `{deepest}`"
            raise Rejected([beyond(deepest, message, nodes, path)])

    def _outputs(self, entity: EntityType, nodes: list[FieldNode], path: PathKeys) -> Iterator[plan.Output]:
        for key, below in self.collector.below(entity.name, nodes).items():
            self.budget.spend(1, below, (*path, key))
            name = below[0].name.value
            if name == "__typename":
                yield plan.TypeName(key)
                continue
            if name == "_source":
                yield plan.Source(key, tuple(self._entries("_Source_", below, (*path, key))))
                continue
            field = entity.field(name)
            if isinstance(field.type, AggregationRef):
                yield from self._child_statistics(entity, field, field.type.name, key, below, (*path, key))
            elif isinstance(field.type, EntityRef):
                yield from self._led_to(entity, field, field.type.name, key, below, (*path, key))
            else:
                yield plan.Column(key, field)

    def _led_to(
        self, entity: EntityType, field: Field, target: str, key: str, nodes: list[FieldNode], path: PathKeys
    ) -> Iterator[plan.Output]:
        join = join_of(self.contract.schema, entity, field)
        if not field.is_list:
            yield plan.Reference(key, field, join, self._selections(target, nodes, path))
            return
        arguments = self._arguments(entity.name, nodes, path)
        if arguments is not None:
            rows = self._rows(target, arguments, nodes, path)
            yield plan.Children(key, field, join, rows, self._selections(target, nodes, path))

    # Aggregations ------------------------------------------------------------------

    def _child_statistics(
        self, entity: EntityType, field: Field, target: str, key: str, nodes: list[FieldNode], path: PathKeys
    ) -> Iterator[plan.Output]:
        arguments = self._arguments(entity.name, nodes, path)
        if arguments is not None:
            aggregation = self.contract.schema.aggregations[target]
            buckets, rows = self._buckets(aggregation, arguments, nodes, path)
            yield plan.ChildStatistics(key, field, buckets, rows, self._summed(aggregation, nodes, path))

    def _buckets(
        self, aggregation: AggregationType, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys
    ) -> tuple[plan.Buckets, plan.Rows]:
        interval = str(arguments["interval"])
        if interval not in aggregation.intervals:
            declared = ", ".join(aggregation.intervals)
            self._refuse(f"`{aggregation.name}` is declared with the intervals {declared}, not {interval}", nodes, path)
        rows = self._rows(aggregation.name, arguments, nodes, path)
        if rows.order is None:
            newest = plan.Order(aggregation.rows.field("timestamp"), direction=plan.Direction.DESC)
            rows = msgspec.structs.replace(rows, order=newest)
        return plan.Buckets(aggregation, interval, arguments.get("current") == "include"), rows

    def _summed(self, aggregation: AggregationType, nodes: list[FieldNode], path: PathKeys) -> plan.Selection:
        self._go_deeper(nodes, path)
        source = self.contract.schema.entities[aggregation.source]
        outputs = self._outputs(aggregation.rows, nodes, path)
        return plan.Selection(
            aggregation.name,
            tuple(
                plan.Reckoned(output.key, output.field)
                if isinstance(output, plan.Column) and aggregation.may_lack(output.field, source)
                else output
                for output in outputs
            ),
        )

    # Arguments -----------------------------------------------------------------------

    def _arguments(self, type_name: str, nodes: list[FieldNode], path: PathKeys) -> Mapping[str, Any] | None:
        """The coerced arguments; None: they are wrong, and that has been noted."""
        try:
            return get_argument_values(self._field(type_name, nodes), nodes[0], self.collector.variables)
        except GraphQLError as wrong:
            self._note(error(worded(wrong.message), Code.BAD_INPUT, wrong.nodes, path))
            return None

    def _field(self, type_name: str, nodes: list[FieldNode]) -> GraphQLField:
        owner = self.contract.core.type_map[type_name]
        if not isinstance(owner, GraphQLObjectType):
            raise TypeError(f"{type_name} is no object type")
        field: GraphQLField = owner.fields[nodes[0].name.value]
        return field

    def _refuse(self, message: str, nodes: list[FieldNode], path: PathKeys) -> None:
        self._note(error(message, Code.BAD_INPUT, nodes, path))

    def _note(self, wrong: GraphQLError) -> None:
        """Note what is wrong; once, though the same field may be planned for several types."""
        if not any(each.message == wrong.message and each.path == wrong.path for each in self.errors):
            self.errors.append(wrong)


def _out_of_range(argument: str, maximum: int, given: int) -> str:
    # The text says 0 although `first: 0` is refused: clients match on it.
    return f"The `{argument}` argument must be between 0 and {maximum}, but is {given}"
