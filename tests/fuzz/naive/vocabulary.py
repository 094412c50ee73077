"""What the keys of filters and the names of orders mean.

Source: spec/subgraph-api.md 2.5.1, 2.6.2 and the deviations: names are resolved from the
table of keys, a field's own name wins over an operator's, list fields have no order.
"""

from __future__ import annotations

import msgspec

from fuzz.nouns import Field, Schema, Type

EQUAL = ["", "_not"]
ORDERED = ["_gt", "_lt", "_gte", "_lte"]
AMONG = ["_in", "_not_in"]
EIGHT = [*EQUAL, *ORDERED, *AMONG]
TEXT = [
    f"{negated}{kind}{case}"
    for kind in ("contains", "starts_with", "ends_with")
    for negated in ("_", "_not_")
    for case in ("", "_nocase")
]
LIST = [*EQUAL, "_contains", "_not_contains"]
TEXT_LIST = [*LIST, "_contains_nocase", "_not_contains_nocase"]


class Comparison(msgspec.Struct, frozen=True):
    field: Field
    suffix: str
    type: str  # of one value
    takes_list: bool


class Children(msgspec.Struct, frozen=True):
    field: Field
    quantifier: str  # "", "none" or "every"


class Word(msgspec.Struct, frozen=True):
    """`and`, `or`, `not` and `_change_block`."""

    word: str


Key = Comparison | Children | Word


class Order(msgspec.Struct, frozen=True):
    field: Field
    child: Field | None = None


def suffixes(schema: Schema, field: Field) -> list[str]:
    """The operators of a stored field."""
    held = schema.held(field)
    if field.is_list:
        return TEXT_LIST if held == "String" or (held == "ID" and schema.leads(field)) else LIST
    if schema.leads(field):
        return EIGHT if held == "Int8" else [*EIGHT, *TEXT]
    match held:
        case "String":
            return [*EIGHT, *TEXT]
        case "Bytes":
            return [*EIGHT, "_contains", "_not_contains"]
        case "JSON":
            return EQUAL
        case _ if held == "Boolean" or held in schema.enums:
            return [*EQUAL, *AMONG]
        case _:
            return EIGHT


def compared_as(schema: Schema, field: Field) -> str:
    """The GraphQL type of one value of a filter."""
    if schema.leads(field):
        return "Int" if schema.held(field) == "Int8" else "String"
    return field.type


def keys_of(schema: Schema, owner: Type) -> dict[str, Key]:
    """The keys of the filter of an entity or interface; those of a field that is declared first win."""
    found: dict[str, Key] = {}
    own = {field.name for field in owner.fields if field.derived_from is None}
    for field in owner.fields:
        for key, meaning in _keys(schema, owner, field):
            if key == field.name or key not in own:
                found.setdefault(key, meaning)
    for word in ("_change_block", "and", "or", "not"):
        found.setdefault(word, Word(word))
    return found


def _keys(schema: Schema, owner: Type, field: Field) -> list[tuple[str, Key]]:
    found: list[tuple[str, Key]] = []
    if field.derived_from is None:
        as_type = compared_as(schema, field)
        for suffix in suffixes(schema, field):
            takes_list = field.is_list or suffix in AMONG
            found.append((field.name + suffix, Comparison(field, suffix, as_type, takes_list)))
    if field.type in schema.types:
        quantifiers = ["", "none", "every"] if field.is_list else [""]
        found += [(f"{field.name}_{each}", Children(field, each)) for each in quantifiers]
    return found


def orders_of(schema: Schema, owner: Type) -> dict[str, Order]:
    """The names of the order of an entity or interface; a field's own name wins over a child's path."""
    found = {field.name: Order(field) for field in owner.fields if not field.is_list}
    for field in owner.fields:
        if not field.is_list and field.type in schema.types:
            for child in schema.types[field.type].fields:
                if not child.is_list and not schema.leads(child):
                    found.setdefault(f"{field.name}__{child.name}", Order(field, child))
    return found
