"""From declarations that were judged and found right to the entity model.

Every look-up here may rely on the rules: nothing is checked a second time.
"""

from __future__ import annotations

from graphql import language as ast

from docgraph.model.schema import (
    Aggregate,
    AggregationRef,
    AggregationType,
    Computed,
    EntityRef,
    EntityType,
    EnumRef,
    EnumType,
    EnumValue,
    Field,
    FieldType,
    Fulltext,
    InterfaceType,
    Merge,
    Scalar,
    Schema,
    UnionType,
)
from docgraph.model.sdl.aggregations import aggregates, dimensions, word
from docgraph.model.sdl.collisions import root_names
from docgraph.model.sdl.declared import Declarations, Declared, DeclaredField, Kind, argument, description, directive
from docgraph.model.sdl.expressions import read_expression
from docgraph.model.sdl.types import SCALARS, is_true, texts


def build(declarations: Declarations, fulltexts: tuple[Fulltext, ...], text: str) -> Schema:
    """The model of a schema without mistakes."""
    return Schema(
        entities={each.name: _entity(each, declarations) for each in declarations.of(Kind.ENTITY)},
        interfaces={each.name: _interface(each, declarations) for each in declarations.of(Kind.INTERFACE)},
        enums={each.name: _enum(each) for each in declarations.of(Kind.ENUM)},
        unions={each.name: _union(each) for each in declarations.of(Kind.UNION)},
        aggregations={each.name: _aggregation(each, declarations) for each in declarations.of(Kind.AGGREGATION)},
        fulltexts=fulltexts,
        text=text,
    )


def _entity(declared: Declared, declarations: Declarations) -> EntityType:
    singular, plural = root_names(declared)
    entity = declared.directive("entity")
    timeseries = entity is not None and is_true(argument(entity, "timeseries"))
    return EntityType(
        name=declared.name,
        fields=_fields(declared, declarations),
        interfaces=_interfaces(declared),
        immutable=timeseries or (entity is not None and is_true(argument(entity, "immutable"))),
        timeseries=timeseries,
        shared=entity is not None and is_true(argument(entity, "shared")),
        singular=singular,
        plural=plural,
        indexes=_indexes(declared),
        description=description(declared.node),
    )


def _indexes(declared: Declared) -> tuple[tuple[str, ...], ...]:
    values = [argument(each, "fields") for each in declared.node.directives or () if each.name.value == "index"]
    return tuple(texts(value) or () for value in values if value is not None)


def _interface(declared: Declared, declarations: Declarations) -> InterfaceType:
    singular, plural = root_names(declared)
    return InterfaceType(
        name=declared.name,
        fields=_fields(declared, declarations),
        implementers=tuple(each.name for each in declarations.implementers(declared.name)),
        interfaces=_interfaces(declared),
        singular=singular,
        plural=plural,
        description=description(declared.node),
    )


def _interfaces(declared: Declared) -> tuple[str, ...]:
    return tuple(node.name.value for node in declared.interfaces)


def _enum(declared: Declared) -> EnumType:
    values = getattr(declared.node, "values", None) or ()
    return EnumType(
        name=declared.name,
        values=tuple(EnumValue(node.name.value, description(node)) for node in values),
        description=description(declared.node),
    )


def _union(declared: Declared) -> UnionType:
    members = tuple(node.name.value for node in getattr(declared.node, "types", None) or ())
    return UnionType(name=declared.name, members=members, description=description(declared.node))


def _aggregation(declared: Declared, declarations: Declarations) -> AggregationType:
    node = directive(declared.node, "aggregation")
    source = argument(node, "source") if node else None
    intervals = argument(node, "intervals") if node else None
    _, plural = root_names(declared)
    return AggregationType(
        name=declared.name,
        source=word(source) or "",
        intervals=(texts(intervals) or ()) if intervals else (),
        fields=tuple(_field(each, declarations) for each in declared.fields.values()),
        dimensions=tuple(_field(each, declarations) for each in dimensions(declared)),
        aggregates=tuple(_aggregate(each, aggregate, declarations) for each, aggregate in aggregates(declared)),
        plural=plural,
        description=description(declared.node),
    )


def _aggregate(declared: DeclaredField, node: ast.DirectiveNode, declarations: Declarations) -> Aggregate:
    argued = word(argument(node, "arg"))
    return Aggregate(
        field=_field(declared, declarations),
        function=word(argument(node, "fn")) or "",
        argument=None if argued is None else read_expression(argued),
        cumulative=is_true(argument(node, "cumulative")),
    )


def _fields(declared: Declared, declarations: Declarations) -> tuple[Field, ...]:
    return tuple(_field(each, declarations) for each in declared.fields.values())


def _field(declared: DeclaredField, declarations: Declarations) -> Field:
    derived, merge = declared.directive("derivedFrom"), declared.directive("merge")
    return Field(
        name=declared.name,
        type=_type(declared.base, declarations),
        is_list=declared.is_list,
        required=declared.required,
        items_required=declared.items_required,
        derived_from=word(argument(derived, "field")) if derived else None,
        merge=Merge(word(argument(merge, "fn"))) if merge else Merge.LAST,
        computed=_computed(declared),
        description=description(declared.node),
    )


def _computed(declared: DeclaredField) -> Computed | None:
    node = declared.directive("aggregate")
    of = word(argument(node, "of")) if node else None
    if node is None or of is None:  # on a field of an aggregation it has another meaning
        return None
    return Computed(of, str(word(argument(node, "fn"))), word(argument(node, "field")))


def _type(name: str, declarations: Declarations) -> FieldType:
    if name in SCALARS:
        return Scalar(name)
    target = declarations.get(name)
    match target.kind if target is not None else None:
        case Kind.ENUM:
            return EnumRef(name)
        case Kind.AGGREGATION:
            return AggregationRef(name)
        case _:
            return EntityRef(name)
