"""The arguments of the fields that an operation asks for, as parts of a plan.

What is wrong with them is noted with place and path, and reading goes on: all of it is told in one go.

Source: spec/subgraph-api.md 2.3, 2.6 and 2.11.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from graphql import FieldNode, GraphQLError, GraphQLField, GraphQLObjectType

from docgraph.api.collect import Collector
from docgraph.api.contract import Contract
from docgraph.api.errors import Code, PathKeys, Rejected, beyond, error, worded
from docgraph.api.roots import Owner
from docgraph.api.where import condition, reading
from docgraph.model.changes import Id
from docgraph.model.schema import AggregationType, Scalar
from docgraph.model.values import Coerce, Refused
from docgraph.query import plan
from docgraph.query.conditions import parts
from docgraph.query.slots import Slot, later
from docgraph.query.tsquery import Malformed, tsquery

MAX_FIRST = 1000
DEFAULT_FIRST = 100
MAX_SKIP = 4_294_967_295
MAY_BE_SLOTS = ("id", "text", "where")  # the arguments that a plan need not know the values of


class Budget:
    """How many parts a plan may still have."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def spend(self, parts: int, nodes: list[FieldNode], path: PathKeys) -> None:
        self._left -= parts
        if self._left < 0:
            message = f"query is too expensive: it has more parts than the limit of `{self._most}`"
            raise Rejected([beyond(self._most, message, nodes, path)])


class Reader(msgspec.Struct, frozen=True):
    """Reads what one operation asks for."""

    contract: Contract
    collector: Collector
    budget: Budget
    errors: list[GraphQLError]

    # Of every field ------------------------------------------------------------------

    def arguments(self, type_name: str, nodes: list[FieldNode], path: PathKeys) -> Mapping[str, Any] | None:
        """The coerced arguments; None: they are wrong, and that has been noted.

        There are slots only in those of MAY_BE_SLOTS.
        """
        try:
            given = self.collector.variables.arguments(self.field(type_name, nodes), nodes[0])
        except GraphQLError as wrong:
            self._note(error(worded(wrong.message), Code.BAD_INPUT, wrong.nodes, path))
            return None
        return {key: each if key in MAY_BE_SLOTS else self.seen(each) for key, each in given.items()}

    def seen(self, arguments: Any) -> Any:
        """The arguments without slots: what is planned depends on all of their values."""
        return self.collector.variables.pinned(arguments)

    def field(self, type_name: str, nodes: list[FieldNode]) -> GraphQLField:
        owner = self.contract.core.type_map[type_name]
        if not isinstance(owner, GraphQLObjectType):
            raise TypeError(f"{type_name} is no object type")
        field: GraphQLField = owner.fields[nodes[0].name.value]
        return field

    def refuse(self, message: str, nodes: list[FieldNode], path: PathKeys) -> None:
        self._note(error(message, Code.BAD_INPUT, nodes, path))

    def _note(self, wrong: GraphQLError) -> None:
        """Note what is wrong; once, though the same field may be planned for several types."""
        if not any(each.message == wrong.message and each.path == wrong.path for each in self.errors):
            self.errors.append(wrong)

    # Of entities ---------------------------------------------------------------------

    def id(self, owner: Owner, given: object, nodes: list[FieldNode], path: PathKeys) -> Id | Slot:
        try:
            found: Id | Slot = later(given, partial(_id, reading(owner.id_type)))
        except Refused as refused:
            self.refuse(f"Invalid value provided for argument `id`: {refused.what}", nodes, path)
            return ""
        return found

    def search(self, given: object, nodes: list[FieldNode], path: PathKeys) -> str | Slot:
        try:
            found: str | Slot = later(given, _tsquery)
            return found
        except Refused as refused:
            self.refuse(f"Invalid value provided for argument `text`: {refused.what}", nodes, path)
        except Malformed as malformed:
            self.refuse(str(malformed), nodes, path)
        return ""

    def block(self, given: Mapping[str, Any] | None, nodes: list[FieldNode], path: PathKeys) -> plan.BlockAt:
        if given is None:
            return None
        wanted = {key: value for key, value in given.items() if value is not None}
        if "hash" in wanted:
            return plan.AtHash(self._hash(wanted["hash"], nodes, path))
        if "number" in wanted:
            return plan.AtNumber(wanted["number"])
        if "number_gte" in wanted:
            return plan.AtLeast(wanted["number_gte"])
        self.refuse(
            "Invalid value provided for argument `block`: give one of `number`, `hash` and `number_gte`", nodes, path
        )
        return None

    def _hash(self, given: object, nodes: list[FieldNode], path: PathKeys) -> bytes:
        try:
            return bytes.fromhex(str(reading(Scalar.STRING)(given)).removeprefix("0x"))
        except ValueError:
            self.refuse("Failed to decode `block.hash` value: `it is not hexadecimal`", nodes, path)
            return b""

    def rows(self, type_name: str, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys) -> plan.Rows:
        first, skip = self.page(arguments, nodes, path)
        return plan.Rows(
            first, skip, self._order(type_name, arguments), self.condition(type_name, arguments, nodes, path)
        )

    def page(self, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys) -> tuple[int, int]:
        """`first` and `skip`."""
        first, skip = arguments.get("first"), arguments.get("skip")
        first, skip = DEFAULT_FIRST if first is None else first, skip or 0
        self.judge_size("first", first, nodes, path)
        if not 0 <= skip <= MAX_SKIP:
            self.refuse(_out_of_range("skip", MAX_SKIP, skip), nodes, path)
        return first, skip

    def judge_size(self, argument: str, given: int, nodes: list[FieldNode], path: PathKeys) -> None:
        """Refuse a number of rows that is out of range."""
        if not 1 <= given <= MAX_FIRST:
            self.refuse(_out_of_range(argument, MAX_FIRST, given), nodes, path)

    def _order(self, type_name: str, arguments: Mapping[str, Any]) -> plan.Order | None:
        """An order's direction counts only together with an order."""
        wanted = arguments.get("orderBy")
        if wanted is None:
            return None
        meaning = self.contract.vocabulary.orders(type_name)[wanted]
        return plan.Order(meaning.field, meaning.child, plan.Direction(arguments.get("orderDirection") or "asc"))

    def condition(
        self, type_name: str, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys
    ) -> plan.Condition:
        given = arguments.get("where")
        if given is None:
            return plan.EVERYTHING
        try:
            wanted = condition(self.contract.vocabulary, type_name, given)
        except Refused as refused:
            self.refuse(f"Invalid value provided for argument `where`: {refused.what}", nodes, path)
            return plan.EVERYTHING
        schema = self.contract.schema
        types = 1 if type_name in schema.aggregations else len(schema.concrete(type_name))
        self.budget.spend(types * parts(schema, wanted), nodes, path)
        return wanted

    def buckets(
        self, aggregation: AggregationType, arguments: Mapping[str, Any], nodes: list[FieldNode], path: PathKeys
    ) -> tuple[plan.Buckets, plan.Rows]:
        interval = str(arguments["interval"])
        if interval not in aggregation.intervals:
            declared = ", ".join(aggregation.intervals)
            self.refuse(f"`{aggregation.name}` is declared with the intervals {declared}, not {interval}", nodes, path)
        rows = self.rows(aggregation.name, arguments, nodes, path)
        if rows.order is None:
            newest = plan.Order(aggregation.rows.field("timestamp"), direction=plan.Direction.DESC)
            rows = msgspec.structs.replace(rows, order=newest)
        return plan.Buckets(aggregation, interval, arguments.get("current") == "include"), rows


def _id(read: Coerce, given: object) -> Id:
    found = read(given)
    return found if isinstance(found, bytes | int) else str(found)


def _tsquery(given: object) -> str:
    return tsquery(str(reading(Scalar.STRING)(given)))


def _out_of_range(argument: str, maximum: int, given: int) -> str:
    # The text says 0 although `first: 0` is refused: clients match on it.
    return f"The `{argument}` argument must be between 0 and {maximum}, but is {given}"
