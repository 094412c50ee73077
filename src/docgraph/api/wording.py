"""The words in which a request is refused: those of graphql-js 16, which clients and their tests know.

graphql-core has the words of the version after it for what is wrong with a value.

Source: spec/subgraph-api.md 2.14; graphql-js 16, `ValuesOfCorrectTypeRule` and `coerceInputValue`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLInputObjectType, GraphQLSchema

LONGEST = 60  # characters of a text that are repeated to whoever sent it
MOST = 10  # items of a list
DEEPEST = 2  # levels of an object

_TYPE = r'"(?P<type>[^"]+)"'
_ARGUMENT = re.compile(rf'Argument "\w+\.(?P<field>\w+)\((?P<argument>\w+):\)" of type {_TYPE} is required, but it')
_UNKNOWN = re.compile(
    rf'Expected value of type {_TYPE} not to include unknown field "(?P<key>\w+)"'
    r"(?:\. (?P<hint>Did you mean .+?\?) Found|, found): .*",
    re.DOTALL,
)
_LACKS = re.compile(rf'Expected value of type {_TYPE} to include required field "(?P<key>\w+)", found: .*', re.DOTALL)
_NULL = re.compile(rf"Expected value of non-null type {_TYPE} not to be null\.")
_NO_OBJECT = re.compile(rf"Expected value of type {_TYPE} to be an object, found: (?P<found>.*)\.", re.DOTALL)
_VARIABLE = re.compile(r'Variable "\$(?P<name>\w+)" has invalid value(?: at (?P<path>[^:]+))?: (?P<what>.*)', re.DOTALL)
_ABSENT = re.compile(rf"Expected a value of non-null type {_TYPE} to be provided\.")
_SCALAR = re.compile(r"(?P<refused>(?:Boolean|Float|ID|Int|String) cannot represent [a-z0-9 -]*value: ).*", re.DOTALL)
_ENUM = re.compile(
    r'(?P<refused>Enum "\w+" cannot represent non-string value: ).*(?P<hint>\.(?: Did you mean [^?]+\?)?)', re.DOTALL
)
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def of_query(message: str, schema: GraphQLSchema) -> str:
    """What is wrong with a query."""
    if message == "The mutation operation is not supported by the schema.":
        return "Not supported: Mutations are not supported"
    if found := _ARGUMENT.match(message):
        return message.replace(
            found.group(),
            f'Field "{found["field"]}" argument "{found["argument"]}" of type "{found["type"]}" is required, but it',
        )
    if found := _LACKS.fullmatch(message):
        return f'Field "{found["type"]}.{found["key"]}" of required type "{_wanted(found, schema)}" was not provided.'
    if found := _NULL.fullmatch(message):
        return f'Expected value of type "{found["type"]}", found null.'
    if found := _NO_OBJECT.fullmatch(message):
        return f'Expected value of type "{found["type"]}", found {found["found"]}.'
    return _unknown(message)


def of_variables(message: str, schema: GraphQLSchema, given: Mapping[str, Any]) -> str:
    """What is wrong with the variables that were given."""
    found = _VARIABLE.fullmatch(message)
    if found is None:
        return message
    name, path, what = found["name"], found["path"] or "", found["what"]
    if absent := _ABSENT.fullmatch(what):
        return f'Variable "${name}" of required type "{absent["type"]}" was not provided.'
    null = _NULL.fullmatch(what)
    if null and not path:
        return f'Variable "${name}" of non-null type "{null["type"]}" must not be null.'
    place = f' at "{name}{path}"' if path else ""
    value = shown(_at(given.get(name), path))
    return f'Variable "${name}" got invalid value {value}{place}; {_of_value(what, schema, value)}'


def reworded(errors: Sequence[GraphQLError], schema: GraphQLSchema, given: Mapping[str, Any]) -> list[GraphQLError]:
    """The errors of a request in common words."""
    for each in errors:
        each.message = of_variables(of_query(each.message, schema), schema, given)
    return list(errors)


def _of_value(what: str, schema: GraphQLSchema, value: str) -> str:
    # graphql-core repeats the value as Python writes it.
    if found := _SCALAR.fullmatch(what):
        return f"{found['refused']}{value}"
    if found := _ENUM.fullmatch(what):
        return f"{found['refused']}{value}{found['hint']}"
    if found := _LACKS.fullmatch(what):
        return f'Field "{found["key"]}" of required type "{_wanted(found, schema)}" was not provided.'
    if found := _NULL.fullmatch(what):
        return f'Expected non-nullable type "{found["type"]}" not to be null.'
    if found := _NO_OBJECT.fullmatch(what):
        return f'Expected type "{found["type"]}" to be an object.'
    return _unknown(what)


def _unknown(message: str) -> str:
    found = _UNKNOWN.fullmatch(message)
    if found is None:
        return message
    hint = f" {found['hint']}" if found["hint"] else ""
    return f'Field "{found["key"]}" is not defined by type "{found["type"]}".{hint}'


def _wanted(found: re.Match[str], schema: GraphQLSchema) -> str:
    """The type of the key that an input object lacks."""
    owner = schema.type_map[found["type"]]
    return str(owner.fields[found["key"]].type) if isinstance(owner, GraphQLInputObjectType) else ""


def _at(value: Any, path: str) -> Any:
    """The part of a variable that `.a[1].b` leads to."""
    for key, index in _STEP.findall(path):
        if key and isinstance(value, Mapping):
            value = value.get(key)
        elif index and isinstance(value, list):
            value = value[int(index)]
    return value


def shown(value: object, depth: int = 0) -> str:
    """A value of JSON as graphql-js repeats it, with an end."""
    match value:
        case str():
            return json.dumps(value if len(value) <= LONGEST else value[: LONGEST - 1] + "…", ensure_ascii=False)
        case list() | dict() if depth > DEEPEST:
            return "[Array]" if isinstance(value, list) else "[Object]"
        case list():
            more = [f"... {len(value) - MOST} more items"] if len(value) > MOST else []
            return f"[{', '.join([*(shown(each, depth + 1) for each in value[:MOST]), *more])}]"
        case dict():
            pairs = [f"{key}: {shown(each, depth + 1)}" for key, each in list(value.items())[:MOST]]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        case _:
            return json.dumps(value)
