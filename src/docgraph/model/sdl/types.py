"""The rules for types, interfaces, unions and enums, and for their fields.

Each rule looks at declarations and adds what is wrong to `Mistakes`; none stops the
others. Source: spec/subgraph-api.md 1.1 to 1.5 and 1.9.
"""

from __future__ import annotations

from collections.abc import Iterable

from graphql import language as ast

from docgraph.model.schema import Scalar
from docgraph.model.sdl.declared import (
    Declarations,
    Declared,
    DeclaredField,
    Kind,
    Mistakes,
    argument,
    did_you_mean,
)

SCALARS = frozenset(scalar.value for scalar in Scalar)
ID_TYPES = ("ID", "String", "Bytes", "Int8")
_TARGETS = (Kind.ENTITY, Kind.INTERFACE, Kind.UNION)

# What people write when they think of another language. Source: graph-cli's suggestions.
_FOREIGN = {
    "address": "Bytes",
    "any": "JSON",
    "blob": "Bytes",
    "bool": "Boolean",
    "bytes32": "Bytes",
    "decimal": "BigDecimal",
    "double": "Float",
    "integer": "Int",
    "int32": "Int",
    "int64": "Int8",
    "int256": "BigInt",
    "long": "Int8",
    "map": "JSON",
    "number": "Float",
    "object": "JSON",
    "str": "String",
    "text": "String",
    "time": "DateTime",
    "uint": "BigInt",
    "uint8": "Int",
    "uint32": "Int8",
    "uint64": "BigInt",
    "uint256": "BigInt",
    "url": "String",
    "uuid": "String",
}


def judge_types(declarations: Declarations, mistakes: Mistakes) -> None:
    """Apply every rule of this file."""
    for declared in declarations.by_name.values():
        match declared.kind:
            case Kind.ENTITY | Kind.INTERFACE:
                _judge_id(declared, mistakes)
                _judge_interfaces(declared, declarations, mistakes)
                _judge_directives(declared, mistakes)
                _judge_fields(declared, declarations, mistakes)
            case Kind.AGGREGATION:
                _judge_fields(declared, declarations, mistakes)
            case Kind.UNION:
                _judge_union(declared, declarations, mistakes)
            case Kind.SCALAR if declared.name not in SCALARS:
                mistakes.add(
                    declared.node,
                    f"custom scalars are not supported: {declared.name} has no way to be stored, filtered and ordered",
                    f"use one of {', '.join(sorted(SCALARS))}",
                )
        if declared.kind is Kind.INTERFACE:
            _judge_id_types(declared, declarations.implementers(declared.name), mistakes)


def _judge_directives(declared: Declared, mistakes: Mistakes) -> None:
    entity = declared.directive("entity")
    if entity is not None:
        _judge_entity_arguments(declared, entity, mistakes)
    for each in declared.node.directives or ():
        if each.name.value == "index":
            _judge_index(declared, each, mistakes)


def _judge_entity_arguments(declared: Declared, entity: ast.DirectiveNode, mistakes: Mistakes) -> None:
    for flag in ("immutable", "timeseries", "skipDuplicates", "shared"):
        value = argument(entity, flag)
        if value is not None and not isinstance(value, ast.BooleanValueNode):
            mistakes.add(value, f"{flag} of @entity must be true or false", f"write {flag}: true, without quotes")
    for name in ("singular", "plural"):
        value = argument(entity, name)
        if value is not None and not (isinstance(value, ast.StringValueNode) and is_name(value.value)):
            mistakes.add(
                value,
                f"{name} of @entity must be the name of a query field",
                "write letters, digits and _ in quotes, not beginning with a digit or __",
            )
    if is_true(argument(entity, "skipDuplicates")) and not is_true(argument(entity, "immutable")):
        mistakes.add(
            entity, f"skipDuplicates of {declared.name} needs immutable: true", "add immutable: true to @entity"
        )


def _judge_index(declared: Declared, index: ast.DirectiveNode, mistakes: Mistakes) -> None:
    value = argument(index, "fields")
    names = texts(value) if value is not None else None
    if not names:
        mistakes.add(value or index, "@index needs fields, a list of field names", 'write @index(fields: ["title"])')
        return
    if len(set(names)) < len(names):
        mistakes.add(index, "a field stands twice in @index", "name each field once")
    for name in names:
        field = declared.fields.get(name)
        if field is None:
            mend = did_you_mean(name, declared.fields, f"name a field of {declared.name}")
            mistakes.add(index, f"@index names {name}, which {declared.name} does not have", mend)
        elif field.is_derived or field.is_list:
            what = "a derived field" if field.is_derived else "a list"
            mistakes.add(index, f"@index names {name}, {what}", "index plain stored fields; lists have their own")


def _judge_id(declared: Declared, mistakes: Mistakes) -> None:
    field = declared.fields.get("id")
    if field is None:
        mistakes.add(declared.node, f"{declared.name} has no field id", "add: id: ID!")
    elif field.base not in ID_TYPES or field.is_list:
        mistakes.add(
            field.node.type,
            f"the id of {declared.name} has the type {field.text}",
            f"use one of {', '.join(each + '!' for each in ID_TYPES)}",
        )
    elif not field.required:
        mistakes.add(field.node.type, f"the id of {declared.name} may be null", f"write id: {field.base}!")


def _judge_interfaces(declared: Declared, declarations: Declarations, mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for node in declared.interfaces:
        name = node.name.value
        interface = declarations.get(name)
        known = [each.name for each in declarations.of(Kind.INTERFACE)]
        if name in seen:
            mistakes.add(node, f"{declared.name} implements {name} twice", "name it once")
        elif name == declared.name:
            mistakes.add(node, f"{name} implements itself", f"take implements {name} away")
        elif interface is None:
            mend = did_you_mean(name, known, f"declare it: interface {name} {{ id: ID! }}")
            mistakes.add(node, f"the interface {name} is not defined", mend)
        elif interface.kind is not Kind.INTERFACE:
            mistakes.add(node, f"{name} is {interface.kind.value}, not an interface", "implement only interfaces")
        else:
            _judge_promises(declared, interface, mistakes)
        seen.add(name)


def _judge_promises(declared: Declared, interface: Declared, mistakes: Mistakes) -> None:
    """Every field of the interface, with the identical type."""
    for promised in interface.fields.values():
        own = declared.fields.get(promised.name)
        if own is None:
            mistakes.add(
                declared.node,
                f"{declared.name} lacks the field {promised.name} of the interface {interface.name}",
                f"add: {promised.name}: {promised.text}",
            )
        elif own.text != promised.text:
            mistakes.add(
                own.node.type,
                f"{declared.name}.{own.name} has the type {own.text}, "
                f"but the interface {interface.name} says {promised.text}",
                f"both must be identical: write {own.name}: {promised.text}",
            )


def _judge_id_types(group: Declared, members: Iterable[Declared], mistakes: Mistakes) -> None:
    """Who can stand in for each other must have ids of one type; ID and String are one."""
    by_type: dict[str, list[str]] = {}
    for member in members:
        if "id" in member.fields and member.fields["id"].base in ID_TYPES:
            by_type.setdefault(same_id(member.fields["id"].base), []).append(member.name)
    if len(by_type) > 1:
        mix = ", ".join(
            f"{' and '.join(names)} {'have' if len(names) > 1 else 'has'} {kind}" for kind, names in by_type.items()
        )
        mistakes.add(
            group.node, f"the types behind {group.name} mix id types: {mix}", "give all of them the same id type"
        )


def _judge_union(declared: Declared, declarations: Declarations, mistakes: Mistakes) -> None:
    nodes = getattr(declared.node, "types", None) or ()
    if not nodes:
        mistakes.add(declared.node, f"the union {declared.name} has no members", "write: = A | B")
    members: dict[str, Declared] = {}
    for node in nodes:
        name = node.name.value
        member = declarations.get(name)
        if name in members:
            mistakes.add(node, f"{name} stands twice in the union {declared.name}", "name it once")
        elif member is None or member.kind is not Kind.ENTITY:
            what = "is not defined" if member is None else f"is {member.kind.value}"
            known = [each.name for each in declarations.of(Kind.ENTITY)]
            mend = did_you_mean(name, known, "a union holds entities only")
            mistakes.add(node, f"{name} in the union {declared.name} {what}", mend)
        else:
            members[name] = member
    _judge_id_types(declared, members.values(), mistakes)


def _judge_fields(declared: Declared, declarations: Declarations, mistakes: Mistakes) -> None:
    for field in declared.fields.values():
        _judge_field(declared, field, declarations, mistakes)


def _judge_field(declared: Declared, field: DeclaredField, declarations: Declarations, mistakes: Mistakes) -> None:
    where = f"{declared.name}.{field.name}"
    if field.node.arguments:
        mistakes.add(
            field.node.arguments[0],
            f"the field {where} declares arguments",
            "take them away: docgraph adds first, skip, orderBy and where by itself",
        )
    if field.depth > 1:
        mistakes.add(field.node.type, f"{where} is a list of lists", "use one list, an entity in between, or JSON")
    target = declarations.get(field.base)
    if field.base not in SCALARS:
        _judge_base(where, field, target, declarations, mistakes)
    if field.is_derived and declared.kind is not Kind.AGGREGATION:
        return
    if target is not None and target.kind is Kind.AGGREGATION:
        mistakes.add(
            field.base_node,
            f"{where} cannot store a reference to the aggregation {target.name}",
            'derive it: @derivedFrom(field: "…") with a field of the aggregation that refers back',
        )


def _judge_base(
    where: str, field: DeclaredField, target: Declared | None, declarations: Declarations, mistakes: Mistakes
) -> None:
    """The innermost type of a field, when it is no built-in scalar."""
    if target is None:
        foreign = _FOREIGN.get(field.base.lower())
        names = [*SCALARS, *(each.name for each in declarations.of(*_TARGETS, Kind.ENUM))]
        mend = (
            f"did you mean {foreign}?"
            if foreign
            else did_you_mean(field.base, names, "declare it, or correct its name")
        )
        mistakes.add(field.base_node, f"{where} has the type {field.base}, which is not defined", mend)
    elif target.kind in (Kind.INPUT, Kind.SCHEMA):
        mistakes.add(
            field.base_node,
            f"{where} has the type {field.base}, which is {target.kind.value}",
            "use a scalar, an enum, an entity, an interface or a union",
        )


def is_true(value: ast.ValueNode | None) -> bool:
    return isinstance(value, ast.BooleanValueNode) and value.value


def is_name(text: str) -> bool:
    """A GraphQL name that GraphQL does not keep for itself."""
    return text.isascii() and text.isidentifier() and not text.startswith("__")


def texts(value: ast.ValueNode) -> tuple[str, ...] | None:
    """The strings of a list, one string counting as a list of one; None: something else stands there."""
    values = value.values if isinstance(value, ast.ListValueNode) else (value,)
    found = tuple(each.value for each in values if isinstance(each, ast.StringValueNode))
    return found if len(found) == len(values) else None


def same_id(base: str) -> str:
    """Id types that can be compared have the same name here."""
    return "ID or String" if base in ("ID", "String") else base
