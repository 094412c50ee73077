"""The smallest case that still shows a difference: parts of the request, rows and fields are left out one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
from graphql import language as ast
from graphql import parse, print_ast

from fuzz.nouns import Case, Request, Type

Shows = Callable[[Case], Awaitable[bool]]
PARTS = ("selections", "arguments", "directives", "fields", "values", "variable_definitions", "definitions")
TRIES = 2_000


async def shrink(case: Case, shows: Shows) -> Case:
    """A smaller case for which `shows` is still true. `shows` must refuse cases that make no sense."""
    left = TRIES
    while left > 0:
        for smaller in _smaller(case):
            left -= 1
            if left <= 0 or await shows(smaller):
                case = smaller
                break
        else:
            return case
    return case


def _smaller(case: Case) -> Iterator[Case]:
    """Cases with one thing less, the largest things first."""
    for request in _requests(case.request):
        yield msgspec.structs.replace(case, request=request)
    rows = case.rows
    for at in range(len(rows.versions)):
        kept = (*rows.versions[:at], *rows.versions[at + 1 :])
        yield msgspec.structs.replace(case, rows=msgspec.structs.replace(rows, versions=kept))
    if rows.problems:
        yield msgspec.structs.replace(case, rows=msgspec.structs.replace(rows, problems=()))
    for name, made in case.schema.types.items():
        without = {key: each for key, each in case.schema.types.items() if key != name}
        yield _with_types(case, without)
        for field in made.fields:
            kept = tuple(each for each in made.fields if each is not field)
            yield _with_types(case, {**case.schema.types, name: msgspec.structs.replace(made, fields=kept)})
    yield from _plainer_values(case)


def _with_types(case: Case, types: dict[str, Type]) -> Case:
    """The case with other types; what rows hold beyond them is dropped."""
    known = {name: {field.name for field in made.fields} for name, made in types.items()}
    versions = tuple(
        msgspec.structs.replace(
            each, values={key: value for key, value in each.values.items() if key in known[each.type]}
        )
        for each in case.rows.versions
        if each.type in known
    )
    unions = {name: tuple(each for each in members if each in types) for name, members in case.schema.unions.items()}
    schema = msgspec.structs.replace(
        case.schema, types=types, unions={name: members for name, members in unions.items() if members}
    )
    return Case(schema, msgspec.structs.replace(case.rows, versions=versions), case.request)


def _plainer_values(case: Case) -> Iterator[Case]:
    """Nulls and empty lists in place of values."""
    for at, version in enumerate(case.rows.versions):
        for name, value in version.values.items():
            field = case.schema.types[version.type].field(name)
            if field is None or value in (None, []) or name == "id":
                continue
            for plain in ([], None) if field.is_list else (None,):
                if plain is None and field.required:
                    continue
                changed = msgspec.structs.replace(version, values={**version.values, name: plain})
                kept = (*case.rows.versions[:at], changed, *case.rows.versions[at + 1 :])
                yield msgspec.structs.replace(case, rows=msgspec.structs.replace(case.rows, versions=kept))


# Requests ------------------------------------------------------------------------


def _requests(request: Request) -> Iterator[Request]:
    document = parse(request.text, no_location=True)
    for smaller in _without_a_part(document):
        yield _tidied(request, smaller)
    for name in request.variables:
        kept = {key: value for key, value in request.variables.items() if key != name}
        yield msgspec.structs.replace(request, variables=kept)
    for name, value in request.variables.items():
        for smaller in _less_json(value):
            yield msgspec.structs.replace(request, variables={**request.variables, name: smaller})


def _less_json(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for key, inner in value.items():
                yield {other: each for other, each in value.items() if other != key}
                yield from ({**value, key: each} for each in _less_json(inner))
        case list():
            for at, inner in enumerate(value):
                yield value[:at] + value[at + 1 :]
                yield from ([*value[:at], each, *value[at + 1 :]] for each in _less_json(inner))


def _without_a_part(node: Any) -> Iterator[Any]:
    """The tree with one part of one list left out, or one inline fragment dissolved."""
    for key in node.keys:
        held = getattr(node, key, None)
        if isinstance(held, tuple | list):
            parts = list(held)
            for at, part in enumerate(parts):
                if key in PARTS and not (key in ("selections", "definitions") and len(parts) == 1):
                    yield _replaced(node, key, parts[:at] + parts[at + 1 :])
                if isinstance(part, ast.InlineFragmentNode):
                    inner = list(part.selection_set.selections)
                    yield _replaced(node, key, parts[:at] + inner + parts[at + 1 :])
                for smaller in _without_a_part(part):
                    yield _replaced(node, key, [*parts[:at], smaller, *parts[at + 1 :]])
        elif isinstance(held, ast.Node):
            for smaller in _without_a_part(held):
                yield _replaced(node, key, smaller)


def _replaced(node: Any, key: str, value: Any) -> Any:
    held = {each: getattr(node, each, None) for each in node.keys}
    return type(node)(**{**held, key: tuple(value) if isinstance(value, list) else value})


def _tidied(request: Request, document: Any) -> Request:
    """Without fragments and variables that nothing mentions."""
    text = print_ast(document)
    definitions = []
    for each in document.definitions:
        if isinstance(each, ast.FragmentDefinitionNode) and f"...{each.name.value}" not in text:
            continue
        if isinstance(each, ast.OperationDefinitionNode):
            used = [one for one in each.variable_definitions or () if text.count(f"${one.variable.name.value}") > 1]
            each = _replaced(each, "variable_definitions", used)
        definitions.append(each)
    text = print_ast(ast.DocumentNode(definitions=tuple(definitions)))
    given = {name: value for name, value in request.variables.items() if f"${name}" in text}
    return Request(text, given, request.operation)
