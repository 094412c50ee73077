"""Cursors of the product, which are opaque: found out by asking for all of a connection.

A request says a place (`fuzz.nouns.Place`) where a cursor belongs, an answer says an entity; in between stands what
the product gives out for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from graphql import language as ast
from graphql import parse, print_ast

from fuzz.nouns import Request, cursor_of, place_of

NONE = "of no place"  # is no cursor
WINDOW = ("first", "last", "after", "before")


class Cursor(msgspec.Struct, frozen=True):
    text: str
    id: str  # of its entity, as the API shows it


def pages(request: Request) -> list[Request]:
    """What gives all cursors that an answer may tell, read at the block that each connection is read at."""
    if "Connection" not in request.text or "ursor" not in request.text:
        return []
    return [_page(request, operation, field) for operation, field in _connections(request)]


def places(request: Request) -> Mapping[str, Request]:
    """By the variables that hold places: what gives the cursors of the connection that each is given to."""
    found: dict[str, Request] = {}
    if not any(isinstance(each, str) and place_of(each) for each in request.variables.values()):
        return found
    for operation, field in _connections(request):
        for each in field.arguments or ():
            if each.name.value in ("after", "before") and isinstance(each.value, ast.VariableNode):
                place = place_of(str(request.variables.get(each.value.name.value)))
                if place is not None:
                    found[each.value.name.value] = _page(request, operation, field, place.block)
    return found


def resolved(request: Request, told: Mapping[str, Iterable[Cursor]]) -> Request:
    """The request with cursors in place of places. `told`: those there are for each variable."""
    given = dict(request.variables)
    for name, cursors in told.items():
        place = place_of(given[name])
        matching = (each.text for each in cursors if place is not None and str(each.id) == place.id)
        given[name] = next(matching, NONE)
    return msgspec.structs.replace(request, variables=given)


def known_as(cursors: Iterable[Cursor], answer: Any) -> Any:
    """The answer with the entities in place of their cursors."""
    return _replaced({each.text: cursor_of(str(each.id)) for each in cursors}, answer)


def _replaced(names: Mapping[str, str], found: Any) -> Any:
    match found:
        case dict():
            return {key: _replaced(names, each) for key, each in found.items()}
        case list():
            return [_replaced(names, each) for each in found]
        case str():
            return names.get(found, found)
    return found


def _connections(request: Request) -> Iterator[tuple[ast.OperationDefinitionNode, ast.FieldNode]]:
    for operation in parse(request.text, no_location=True).definitions:
        if isinstance(operation, ast.OperationDefinitionNode):
            for field in operation.selection_set.selections:
                if isinstance(field, ast.FieldNode) and field.name.value.endswith("Connection"):
                    yield operation, field


def _page(request: Request, operation: Any, field: Any, block: int | None = None) -> Request:
    """All entities of a connection, with their cursors; at another block, if one is given."""
    left_out = WINDOW if block is None else (*WINDOW, "block")
    kept = [each for each in field.arguments or () if each.name.value not in left_out]
    arguments = ["first: 1000", *map(print_ast, kept)]
    if block is not None:
        arguments.append(f"block: {{ number: {block} }}")
    used = {name for each in kept for name in _variables(each)}
    declared = [print_ast(each) for each in operation.variable_definitions or () if each.variable.name.value in used]
    head = f"query Page({', '.join(declared)})" if declared else "query Page"
    given = {name: value for name, value in request.variables.items() if name in used}
    asked = f"page: {field.name.value}({', '.join(arguments)})"
    return Request(f"{head} {{ {asked} {{ edges {{ cursor node {{ id }} }} }} }}", given)


def _variables(node: Any) -> Iterator[str]:
    if isinstance(node, ast.VariableNode):
        yield node.name.value
    for key in node.keys:
        held = getattr(node, key, None)
        for each in held if isinstance(held, tuple | list) else (held,):
            if isinstance(each, ast.Node):
                yield from _variables(each)
