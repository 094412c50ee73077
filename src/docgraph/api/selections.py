"""What is selected below a field, as parts of a plan.

Source: spec/subgraph-api.md 2.8 and 2.9.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from graphql import FieldNode, GraphQLObjectType, get_named_type

from docgraph.api.arguments import Reader
from docgraph.api.errors import PathKeys, Rejected, beyond
from docgraph.api.roots import Owner
from docgraph.model.schema import AggregationRef, AggregationType, EntityRef, EntityType, Field
from docgraph.query import plan
from docgraph.query.history import version_type
from docgraph.query.ledger import Entry
from docgraph.query.rows import join_of


class Selector(msgspec.Struct, frozen=True):
    """Plans selections, and reads the arguments within them."""

    read: Reader

    # Of entities -----------------------------------------------------------------------

    def selections(self, target: str, nodes: list[FieldNode], path: PathKeys) -> tuple[plan.Selection, ...]:
        self._go_deeper(nodes, path)
        return tuple(
            plan.Selection(entity.name, tuple(self._outputs(entity, nodes, path)))
            for entity in self.read.contract.schema.concrete(target)
        )

    def _go_deeper(self, nodes: list[FieldNode], path: PathKeys) -> None:
        """Raises Rejected: a selection stands here that is nested too deeply."""
        deepest = self.read.contract.limits.depth
        if len(path) > deepest:
            message = f"query has a depth that exceeds the limit of `{deepest}`"
            raise Rejected([beyond(deepest, message, nodes, path)])

    def _outputs(self, entity: EntityType, nodes: list[FieldNode], path: PathKeys) -> Iterator[plan.Output]:
        for key, below in self.read.collector.below(entity.name, nodes).items():
            self.read.budget.spend(1, below, (*path, key))
            name = below[0].name.value
            if name == "__typename":
                yield plan.TypeName(key)
                continue
            if name == "_source":
                yield plan.Source(key, tuple(self.entries("_Source_", below, (*path, key))))
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
        join = join_of(self.read.contract.schema, entity, field)
        if not field.is_list:
            yield plan.Reference(key, field, join, self.selections(target, nodes, path))
            return
        arguments = self.read.arguments(entity.name, nodes, path)
        if arguments is not None:
            rows = self.read.rows(target, arguments, nodes, path)
            yield plan.Children(key, field, join, rows, self.selections(target, nodes, path))

    # Of aggregations ---------------------------------------------------------------------

    def _child_statistics(
        self, entity: EntityType, field: Field, target: str, key: str, nodes: list[FieldNode], path: PathKeys
    ) -> Iterator[plan.Output]:
        arguments = self.read.arguments(entity.name, nodes, path)
        if arguments is not None:
            aggregation = self.read.contract.schema.aggregations[target]
            buckets, rows = self.read.buckets(aggregation, arguments, nodes, path)
            yield plan.ChildStatistics(key, field, buckets, rows, self.summed(aggregation, nodes, path))

    def summed(self, aggregation: AggregationType, nodes: list[FieldNode], path: PathKeys) -> plan.Selection:
        self._go_deeper(nodes, path)
        source = self.read.contract.schema.entities[aggregation.source]
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

    # Of everything else ----------------------------------------------------------------

    def entries(self, type_name: str, nodes: list[FieldNode], path: PathKeys) -> Iterator[Entry]:
        for key, below in self.read.collector.below(type_name, nodes).items():
            self.read.budget.spend(1, below, (*path, key))
            name = below[0].name.value
            shown = None if name == "__typename" else get_named_type(self.read.field(type_name, below).type)
            within = self.entries(shown.name, below, (*path, key)) if isinstance(shown, GraphQLObjectType) else ()
            yield Entry(key, name, tuple(within))

    def versions(self, owner: Owner, nodes: list[FieldNode], path: PathKeys) -> Iterator[plan.VersionOutput]:
        for key, below in self.read.collector.below(version_type(owner.name), nodes).items():
            self.read.budget.spend(1, below, (*path, key))
            field = plan.VersionField(below[0].name.value)
            of_node = field is plan.VersionField.NODE
            yield plan.VersionOutput(key, field, self.selections(owner.name, below, (*path, key)) if of_node else ())

    def meta(self, type_name: str, nodes: list[FieldNode]) -> Iterator[plan.MetaOutput]:
        for key, below in self.read.collector.below(type_name, nodes).items():
            field = plan.MetaField(below[0].name.value)
            outputs = tuple(self.meta("_Block_", below)) if field is plan.MetaField.BLOCK else ()
            yield plan.MetaOutput(key, field, outputs)
