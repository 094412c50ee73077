"""The rules for `@derivedFrom`: who refers back, and in which of the four shapes.

Scalar or list on either side; or `field: "id"`, where two entities share their id.
Source: spec/subgraph-api.md 1.5.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import language as ast

from docgraph.model.sdl.declared import (
    Declarations,
    Declared,
    DeclaredField,
    Kind,
    Mistakes,
    argument,
    did_you_mean,
)
from docgraph.model.sdl.types import SCALARS, same_id


@dataclass(frozen=True)
class _Derivation:
    """`field` of `owner` lists those whose `source`, a field of `target`, refers back."""

    owner: Declared
    field: DeclaredField
    target: Declared
    name: ast.StringValueNode  # of the source, as @derivedFrom gives it

    @property
    def where(self) -> str:
        return f"{self.owner.name}.{self.field.name}"

    @property
    def source(self) -> DeclaredField | None:
        return self.target.fields.get(self.name.value)


def judge_derived(declarations: Declarations, mistakes: Mistakes) -> None:
    """Apply the rules to every derived field."""
    for owner in declarations.of(Kind.ENTITY, Kind.INTERFACE):
        for field in owner.fields.values():
            name = _source_name(owner, field, mistakes)
            target = _target(owner, field, declarations, mistakes)
            if name is not None and target is not None:
                _judge(_Derivation(owner, field, target, name), declarations, mistakes)


def _source_name(owner: Declared, field: DeclaredField, mistakes: Mistakes) -> ast.StringValueNode | None:
    node = field.directive("derivedFrom")
    if node is None:
        return None
    value = argument(node, "field")
    where = f"{owner.name}.{field.name}"
    if value is None:
        mistakes.add(node, f"@derivedFrom of {where} has no argument field", 'write @derivedFrom(field: "…")')
    elif not isinstance(value, ast.StringValueNode):
        mistakes.add(value, f"field of @derivedFrom of {where} must be text", f'quote it: "{ast.print_ast(value)}"')
    else:
        return value
    return None


def _target(owner: Declared, field: DeclaredField, declarations: Declarations, mistakes: Mistakes) -> Declared | None:
    target = declarations.get(field.base)
    undefined = target is None and field.base not in SCALARS  # told by the rules for types
    if not field.is_derived or undefined:
        return None
    if target is None or target.kind not in (Kind.ENTITY, Kind.INTERFACE, Kind.AGGREGATION):
        mistakes.add(
            field.base_node,
            f"{owner.name}.{field.name} is derived, but {field.base} is no entity or interface",
            "give it the type whose field refers back here, or take @derivedFrom away",
        )
        return None
    if target.kind is Kind.AGGREGATION and not field.is_list:
        mistakes.add(
            field.node.type,
            f"{owner.name}.{field.name} is one {target.name}, but an aggregation has a row for each interval",
            f"write {field.name}: [{target.name}!]!",
        )
        return None
    return target


def _judge(derivation: _Derivation, declarations: Declarations, mistakes: Mistakes) -> None:
    owner, target, source = derivation.owner, derivation.target, derivation.source
    origin = f"{target.name}.{derivation.name.value}"
    if source is None:
        mend = f"name a field of {target.name} that refers to {owner.name}"
        mend = did_you_mean(derivation.name.value, target.fields, mend)
        mistakes.add(derivation.name, f"{derivation.where} is derived from {origin}, which does not exist", mend)
    elif source.is_derived:
        mistakes.add(
            derivation.name,
            f"{derivation.where} is derived from {origin}, which is derived itself",
            "one of the two sides must be stored: take @derivedFrom off there",
        )
    elif source.name == "id":
        _judge_shared_id(derivation, source, mistakes)
    else:
        _judge_back_reference(derivation, source, declarations, mistakes)


def _judge_back_reference(
    derivation: _Derivation, source: DeclaredField, declarations: Declarations, mistakes: Mistakes
) -> None:
    owner, origin = derivation.owner, f"{derivation.target.name}.{source.name}"
    if source.base == owner.name:
        return
    allowed = _may_be_referred_to(derivation, declarations)
    if source.base not in allowed:
        mistakes.add(
            derivation.name,
            f"{derivation.where} is derived from {origin}, which is of type {source.base}, not {owner.name}",
            f"the type of {origin} must be {' or '.join(allowed)}",
        )


def _judge_shared_id(derivation: _Derivation, source: DeclaredField, mistakes: Mistakes) -> None:
    own = derivation.owner.fields.get("id")
    if own is not None and same_id(own.base) != same_id(source.base):
        mistakes.add(
            derivation.name,
            f"{derivation.owner.name} and {derivation.target.name} cannot share ids: {own.base} is not {source.base}",
            "give both the same id type",
        )


def _may_be_referred_to(derivation: _Derivation, declarations: Declarations) -> list[str]:
    """The owner itself, interfaces of it that declare the deriving field, unions that hold it.

    For an interface also its implementers: each has its own way of storing the field.
    """
    owner = derivation.owner
    interfaces = [
        interface.name
        for interface in declarations.of(Kind.INTERFACE)
        if owner.implements(interface.name) and derivation.field.name in interface.fields
    ]
    unions = [
        union.name
        for union in declarations.of(Kind.UNION)
        if any(member.name.value == owner.name for member in getattr(union.node, "types", None) or ())
    ]
    implementers = [each.name for each in declarations.implementers(owner.name)]
    return [owner.name, *interfaces, *unions, *implementers]
