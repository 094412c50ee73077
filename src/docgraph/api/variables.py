"""The variables of an operation as the compiler sees them.

A plan is used again for other values of the variables. So the compiler sees a slot in
the place of each value, and all that it learns of one goes through `pinned`, which
notes the place: the plan holds for requests that have equal values there. What it sees
without asking is the shape: which variables and which keys of objects there are, which
of them are null, and how many objects a list has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    GraphQLDirective,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    Node,
    VariableNode,
    get_nullable_type,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from docgraph.query.slots import Place, Slot


class Variables:
    """The values of one request's variables, seen or unseen."""

    def __init__(self, values: VariableValues, shown: VariableValues) -> None:
        self._values, self._shown = values, shown
        self._places: dict[Place, None] = {}
        self._looked_at_sources = False

    @classmethod
    def known(cls, values: VariableValues) -> Variables:
        """Every value can be seen: for a plan that is used once."""
        return cls(values, values)

    @classmethod
    def unseen(cls, values: VariableValues) -> Variables:
        """Values are slots until they are pinned."""
        given = {
            name: _slots(values.sources[name].signature.type, each, (name,)) for name, each in values.coerced.items()
        }
        made = cls(values, VariableValues({}, given))
        made._shown = VariableValues(_Watched(values.sources, made._note_sources), given)
        return made

    @property
    def places(self) -> tuple[Place, ...] | None:
        """The places of the values that were seen, in order; None: more was seen than places can tell."""
        return None if self._looked_at_sources else tuple(self._places)

    def _note_sources(self) -> None:
        self._looked_at_sources = True

    def arguments(self, field: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """The coerced arguments, with slots in them. Raises GraphQLError: they do not fit."""
        given = get_argument_values(field, node, self._shown)
        return {name: self._with_lists_seen(each) for name, each in given.items()}

    def _with_lists_seen(self, given: Any) -> Any:
        """The value with no slot as an element of a list: such lists are written in the query, and rare."""
        match given:
            case dict():
                return {key: self._with_lists_seen(each) for key, each in given.items()}
            case list():
                return [self.pinned(each) if isinstance(each, Slot) else self._with_lists_seen(each) for each in given]
            case _:
                return given

    def directive(self, directive: GraphQLDirective, node: Node) -> dict[str, Any] | None:
        """The arguments of a directive; None: it does not stand there. Raises GraphQLError: they do not fit."""
        each: DirectiveNode
        for each in getattr(node, "directives", None) or ():
            for argument in each.arguments or ():
                if isinstance(argument.value, VariableNode):
                    self.pinned(self._shown.coerced.get(argument.value.name.value))
        return get_directive_values(directive, node, self._values)  # type: ignore[arg-type]

    def pinned(self, given: Any) -> Any:
        """The value with everything in it seen."""
        match given:
            case Slot():
                self._places[given.place] = None
                return given.filled(self._values.coerced)
            case dict():
                return {key: self.pinned(each) for key, each in given.items()}
            case list():
                return [self.pinned(each) for each in given]
            case _:
                return given


class _Watched(dict[str, Any]):
    """What was sent, before it was coerced; graphql-core looks at it for variables within literals of JSON."""

    def __init__(self, content: Mapping[str, Any], looked: Callable[[], None]) -> None:
        super().__init__(content)
        self._looked = looked

    def __contains__(self, name: object) -> bool:
        self._looked()
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        self._looked()
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._looked()
        return super().get(name, default)


def _slots(kind: GraphQLInputType, value: Any, place: Place) -> Any:
    """The value with slots in the places of its leaves; a list of leaves is one leaf."""
    if value is None:
        return None
    match get_nullable_type(kind):
        case GraphQLList(of_type=inner):
            if is_leaf_type(get_nullable_type(inner)):
                return Slot(place, many=True)
            return [_slots(inner, each, (*place, index)) for index, each in enumerate(value)]
        case GraphQLInputObjectType(fields=fields):
            return {key: _slots(fields[key].type, each, (*place, key)) for key, each in value.items()}
        case _:
            return Slot(place, many=False)
