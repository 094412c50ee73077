"""What schema.graphql says, before anyone judges it: the syntax tree with the questions already answered.

A declaration keeps its syntax node, so that every problem can point at line and column.
Nothing here is refused; `Mistakes` collects what the rules beside this file refuse.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from graphql import language as ast

from docgraph.model.nearest import nearest
from docgraph.model.problem import Location, SchemaProblem


class Kind(enum.Enum):
    """What a declared name is; the value is the words for it."""

    ENTITY = "an entity"
    AGGREGATION = "an aggregation"
    INTERFACE = "an interface"
    UNION = "a union"
    ENUM = "an enum"
    SCALAR = "a custom scalar"
    INPUT = "an input type"
    SCHEMA = "a holder of fulltext searches"


@dataclass(frozen=True)
class DeclaredField:
    """One field of a type or interface."""

    node: ast.FieldDefinitionNode
    name: str
    base: str  # name of the innermost type
    depth: int  # how many lists around it
    required: bool
    items_required: bool
    text: str  # the type as written: [Post!]!

    @property
    def is_list(self) -> bool:
        return self.depth > 0

    def directive(self, name: str) -> ast.DirectiveNode | None:
        return directive(self.node, name)

    @property
    def is_derived(self) -> bool:
        return self.directive("derivedFrom") is not None

    @property
    def base_node(self) -> ast.TypeNode:
        """Where the innermost type is named."""
        node = self.node.type
        while isinstance(node, ast.NonNullTypeNode | ast.ListTypeNode):
            node = node.type
        return node


@dataclass(frozen=True)
class Declared:
    """One type, interface, union, enum, scalar or input."""

    kind: Kind
    node: ast.TypeDefinitionNode
    name: str
    fields: Mapping[str, DeclaredField] = field(default_factory=dict)  # the first of each name
    interfaces: tuple[ast.NamedTypeNode, ...] = ()

    def directive(self, name: str) -> ast.DirectiveNode | None:
        return directive(self.node, name)

    def implements(self, interface: str) -> bool:
        return any(node.name.value == interface for node in self.interfaces)


@dataclass(frozen=True)
class Declarations:
    """All names of one schema.graphql, the first declaration of each."""

    by_name: Mapping[str, Declared]
    directives: frozenset[str]  # those that the schema itself defines

    def of(self, *kinds: Kind) -> Iterator[Declared]:
        """The declarations of these kinds, in declaration order."""
        return (declared for declared in self.by_name.values() if declared.kind in kinds)

    def get(self, name: str) -> Declared | None:
        return self.by_name.get(name)

    def implementers(self, interface: str) -> list[Declared]:
        return [entity for entity in self.of(Kind.ENTITY) if entity.implements(interface)]


class Mistakes:
    """The problems of one schema.graphql, collected while it is judged."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[SchemaProblem] = []

    def add(self, node: ast.Node, what: str, mend: str) -> None:
        """Note a problem at the place of `node`; for a declaration that is its name, not its description."""
        place = getattr(node, "name", None) if not isinstance(node, ast.DirectiveNode) else node
        place = place if isinstance(place, ast.Node) else node
        token = place.loc.start_token if place.loc else None
        at = Location(self.path, token.line, token.column) if token else Location(self.path)
        self.found.append(SchemaProblem(what, at=at, mend=mend))


def directive(node: ast.Node, name: str) -> ast.DirectiveNode | None:
    """The first directive of this name on a declaration."""
    return next((each for each in getattr(node, "directives", None) or () if each.name.value == name), None)


def argument(node: ast.DirectiveNode, name: str) -> ast.ValueNode | None:
    """The value of a directive's argument; None where it is not given."""
    return next((each.value for each in node.arguments or () if each.name.value == name), None)


def description(node: ast.Node) -> str | None:
    """The description of a declaration, without surrounding space."""
    found = getattr(node, "description", None)
    return (found.value.strip() or None) if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy for an unknown name: the nearest known one, or `otherwise`."""
    found = nearest(name, known)
    return f"did you mean {found}?" if found else otherwise


def read_type(node: ast.TypeNode) -> tuple[str, int, bool, bool, str]:
    """Base name, how many lists around it, `!` outside, `!` directly inside the brackets, and the type as written."""
    match node:
        case ast.NonNullTypeNode(type=inner):
            base, depth, _, items_required, text = read_type(inner)
            return base, depth, True, items_required, f"{text}!"
        case ast.ListTypeNode(type=inner):
            base, depth, required, _, text = read_type(inner)
            return base, depth + 1, False, required, f"[{text}]"
        case ast.NamedTypeNode(name=name):
            return name.value, 0, False, False, name.value
    raise TypeError(f"{node} is no type")
