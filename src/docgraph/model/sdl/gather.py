"""From the syntax tree to declarations: which names there are, and what each is.

Finds what stands twice or stands where it must not. Does not look from one
declaration into another; that is for the rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import language as ast

from docgraph.model.nearest import nearest
from docgraph.model.sdl.declared import (
    Declarations,
    Declared,
    DeclaredField,
    Kind,
    Mistakes,
    description,
    directive,
    read_type,
)

# Arguments that docgraph knows; every other directive is the author's own and means nothing to it.
DIRECTIVES: Mapping[str, frozenset[str]] = {
    "entity": frozenset({"immutable", "timeseries", "skipDuplicates", "singular", "plural", "shared"}),
    "derivedFrom": frozenset({"field"}),
    "index": frozenset({"fields"}),
    "aggregation": frozenset({"intervals", "source"}),
    "aggregate": frozenset({"fn", "arg", "cumulative", "of", "field", "where"}),
    "merge": frozenset({"fn"}),
    "fulltext": frozenset({"name", "language", "algorithm", "include"}),
}
_REPEATABLE = {"index", "fulltext"}

ALONE = "_"  # a name that ends in a reserved one as soon as the API adds a suffix to it
CONSTANTS = frozenset({"true", "false", "null"})  # no values of an enum. Source: GraphQL specification 2.9.6
KEPT = "choose another name: GraphQL keeps names with __ in front for itself"

FULLTEXT_HOLDER = "_Schema_"

_KINDS: Mapping[type[ast.Node], Kind] = {
    ast.InterfaceTypeDefinitionNode: Kind.INTERFACE,
    ast.UnionTypeDefinitionNode: Kind.UNION,
    ast.EnumTypeDefinitionNode: Kind.ENUM,
    ast.ScalarTypeDefinitionNode: Kind.SCALAR,
    ast.InputObjectTypeDefinitionNode: Kind.INPUT,
}


def gather(document: ast.DocumentNode, mistakes: Mistakes) -> Declarations:
    """All declarations of a document; the first of each name counts."""
    own = frozenset(node.name.value for node in document.definitions if isinstance(node, ast.DirectiveDefinitionNode))
    found: dict[str, Declared] = {}
    for node in document.definitions:
        if isinstance(node, ast.TypeDefinitionNode):
            declared = _declared(node, mistakes)
            _check_directives(node, own, mistakes)
            _check_descriptions(node, mistakes)
            if declared.name in found:
                mistakes.add(node, f"{declared.name} is declared twice", _first(found[declared.name]))
            elif declared.name.startswith("__"):
                mistakes.add(
                    node, f"{declared.name} begins with __, which GraphQL keeps for itself", "choose another name"
                )
            elif declared.name == ALONE:
                mistakes.add(node, f"the filter of a type called {declared.name} would begin with __", KEPT)
            else:
                found[declared.name] = declared
        elif not isinstance(node, ast.DirectiveDefinitionNode | ast.SchemaDefinitionNode):
            _refuse_definition(node, mistakes)
    declarations = Declarations(found, own)
    if not any(declarations.of(Kind.ENTITY)):
        mistakes.add(
            document.definitions[0], "the schema declares no entity", "declare one: type Page @entity { id: ID! }"
        )
    return declarations


def _refuse_definition(node: ast.DefinitionNode, mistakes: Mistakes) -> None:
    if isinstance(node, ast.TypeExtensionNode | ast.SchemaExtensionNode):
        mistakes.add(node, "extend is not supported", "write the fields into the declaration itself")
    else:
        mistakes.add(node, "a query does not belong into a schema", "keep only type declarations in this file")


def _first(declared: Declared) -> str:
    token = declared.node.name.loc.start_token if declared.node.name.loc else None
    return f"the first stands in line {token.line}; rename one or remove it" if token else "rename one or remove it"


def _declared(node: ast.TypeDefinitionNode, mistakes: Mistakes) -> Declared:
    name = node.name.value
    if isinstance(node, ast.ObjectTypeDefinitionNode | ast.InterfaceTypeDefinitionNode):
        kind = _KINDS.get(type(node)) or _kind_of_type(node, mistakes)
        return Declared(kind, node, name, _fields(node, mistakes), tuple(node.interfaces or ()))
    return Declared(_KINDS[type(node)], node, name)


def _kind_of_type(node: ast.ObjectTypeDefinitionNode | ast.InterfaceTypeDefinitionNode, mistakes: Mistakes) -> Kind:
    name = node.name.value
    is_entity, is_aggregation = directive(node, "entity"), directive(node, "aggregation")
    if name == FULLTEXT_HOLDER:
        return Kind.SCHEMA
    if is_entity and is_aggregation:
        mistakes.add(is_aggregation, f"{name} is both @entity and @aggregation", "keep one of the two")
    elif not is_entity and not is_aggregation:
        mistakes.add(node, f"the type {name} has no @entity", f"write: type {name} @entity {{ … }}")
    return Kind.AGGREGATION if is_aggregation and not is_entity else Kind.ENTITY


def _fields(
    node: ast.ObjectTypeDefinitionNode | ast.InterfaceTypeDefinitionNode, mistakes: Mistakes
) -> dict[str, DeclaredField]:
    found: dict[str, DeclaredField] = {}
    for each in node.fields or ():
        name = each.name.value
        if name in found:
            mistakes.add(each, f"the field {node.name.value}.{name} is declared twice", "rename one or remove it")
        elif name.startswith("__"):
            mistakes.add(each, f"{name} begins with __, which GraphQL keeps for itself", "choose another name")
        elif name == ALONE:
            mistakes.add(each, f"the filters of a field called {name} would begin with __", KEPT)
        elif name in CONSTANTS:
            mistakes.add(each, f"a field called {name} could not be named in an order", "choose another name")
        else:
            found[name] = DeclaredField(each, name, *read_type(each.type))
    return found


def _check_directives(node: ast.TypeDefinitionNode, own: frozenset[str], mistakes: Mistakes) -> None:
    """Misspelt, repeated and misfilled directives, on the declaration and on its fields."""
    for place in (node, *(getattr(node, "fields", None) or ())):
        seen: set[str] = set()
        for each in place.directives or ():
            name = each.name.value
            if name not in DIRECTIVES:
                meant = nearest(name, DIRECTIVES) if name not in own else None
                if meant:
                    mistakes.add(
                        each,
                        f"unknown directive @{name}",
                        f"did you mean @{meant}? Define it (directive @{name} on …) if it is your own",
                    )
                continue
            if name in seen and name not in _REPEATABLE:
                mistakes.add(each, f"@{name} stands twice", "keep one of them")
            seen.add(name)
            _check_arguments(each, mistakes)


def _check_descriptions(node: ast.TypeDefinitionNode, mistakes: Mistakes) -> None:
    """Descriptions become comments in Postgres, which holds no NUL character."""
    for each in (node, *(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
        if "\0" in (description(each) or ""):
            mistakes.add(each, f"the description of {each.name.value} holds a NUL character", "take it out")


def _check_arguments(node: ast.DirectiveNode, mistakes: Mistakes) -> None:
    known, seen = DIRECTIVES[node.name.value], set[str]()
    for each in node.arguments or ():
        name = each.name.value
        if name not in known:
            meant = nearest(name, known)
            mend = f"did you mean {meant}?" if meant else f"known arguments: {', '.join(sorted(known))}"
            mistakes.add(each, f"@{node.name.value} has no argument {name}", mend)
        elif name in seen:
            mistakes.add(each, f"the argument {name} of @{node.name.value} stands twice", "keep one of them")
        seen.add(name)
