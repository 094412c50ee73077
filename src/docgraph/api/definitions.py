"""Strawberry definitions made directly, for types that exist only at run time.

Decorated classes would have to be generated as source or annotations; the definition
objects are the seam that Strawberry keeps for integrations (`from_input` in its
types/base.py), and cost a fraction. Knows nothing of the entity model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from graphql import GraphQLAbstractType, GraphQLResolveInfo
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryList, StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion
from strawberry.types.unset import UNSET

from docgraph.query.objects import TYPE

Shown = Any  # a class with a definition, a list, an optional, a scalar's annotation, a ready-made type


class Declared(StrawberryField):
    """A field whose type needs no annotation to be resolved."""

    def __init__(
        self,
        field_name: str,
        shown: Shown,
        arguments: Sequence[StrawberryArgument] = (),
        description: str | None = None,
    ) -> None:
        super().__init__(python_name=field_name, graphql_name=field_name, description=description)
        self.shown = shown
        self.arguments = list(arguments)

    def resolve_type(self, *, type_definition: StrawberryObjectDefinition | None = None) -> Shown:
        return self.shown


def argument(name: str, shown: Shown, default: object = UNSET, description: str | None = None) -> StrawberryArgument:
    return StrawberryArgument(name, name, StrawberryAnnotation(shown), default=default, description=description)


def optional(shown: Shown) -> Shown:
    return StrawberryOptional(shown)


def required_list(shown: Shown) -> Shown:
    """A list without nulls."""
    return StrawberryList(shown)


def object_type(name: str, description: str | None = None, interfaces: Iterable[Shown] = ()) -> Shown:
    return _type(name, description, [each.__strawberry_definition__ for each in interfaces])


def interface_type(name: str, description: str | None = None) -> Shown:
    return _type(name, description, is_interface=True)


class _Members(StrawberryUnion):
    """A union of objects that carry their type."""

    def get_type_resolver(self, type_map: Any) -> Any:
        return type_of


def union(name: str, members: Iterable[Shown], description: str | None = None) -> Shown:
    return _Members(name, tuple(StrawberryAnnotation(each) for each in members), description)


def fill(made: Shown, fields: Iterable[StrawberryField]) -> None:
    """Give a type its fields; types that refer to each other are made first and filled afterwards."""
    made.__strawberry_definition__.fields.extend(fields)


def type_of(answered: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
    """The concrete type of an object of an answer in exact form."""
    return str(answered[TYPE])


def _type(
    name: str,
    description: str | None,
    interfaces: Sequence[StrawberryObjectDefinition] = (),
    *,
    is_interface: bool = False,
) -> Shown:
    made = type(name, (), {})
    definition = StrawberryObjectDefinition(
        name=name,
        is_input=False,
        is_interface=is_interface,
        origin=made,
        description=description,
        interfaces=list(interfaces),
        extend=False,
        directives=None,
        is_type_of=(lambda answered, info: True) if interfaces else None,
        resolve_type=type_of if is_interface else None,
        fields=[],
    )
    cast("Any", made).__strawberry_definition__ = definition
    return made
