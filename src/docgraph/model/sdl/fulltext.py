"""The rules for `@fulltext` on `_Schema_`, and the searches that come out of it.

Source: spec/subgraph-api.md 1.7 and 1.9.
"""

from __future__ import annotations

from collections.abc import Mapping

from graphql import language as ast

from docgraph.model.schema import Fulltext
from docgraph.model.sdl.declared import Declarations, Declared, Kind, Mistakes, argument, did_you_mean
from docgraph.model.sdl.types import is_name

LANGUAGES = ("simple", "da", "nl", "en", "fi", "fr", "de", "hu", "it", "no", "pt", "ro", "ru", "es", "sv", "tr")
ALGORITHMS = ("rank", "proximityRank")
_INCLUDE = 'include: [{ entity: "Page", fields: [{ name: "title" }] }]'


def read_fulltexts(declarations: Declarations, mistakes: Mistakes) -> tuple[Fulltext, ...]:
    """Every search that is declared rightly; the others are mistakes."""
    found: list[Fulltext] = []
    for declared in declarations.of(Kind.SCHEMA):
        if declared.fields:
            first = next(iter(declared.fields.values()))
            mistakes.add(first.node, f"{declared.name} has fields", "it only carries @fulltext: take the fields away")
        for node in declared.node.directives or ():
            if node.name.value != "fulltext":
                mistakes.add(
                    node, f"{declared.name} has the directive @{node.name.value}", "only @fulltext stands here"
                )
                continue
            search = _read(node, declarations, mistakes)
            if search is not None:
                found.append(search)
    return tuple(found)


def _read(node: ast.DirectiveNode, declarations: Declarations, mistakes: Mistakes) -> Fulltext | None:
    name = _name(node, mistakes)
    language = _choice(node, "language", LANGUAGES, mistakes)
    algorithm = _choice(node, "algorithm", ALGORITHMS, mistakes)
    entity, fields = _include(node, declarations, mistakes)
    if name is None or language is None or algorithm is None or entity is None or not fields:
        return None
    return Fulltext(name=name, language=language, algorithm=algorithm, entity=entity, fields=fields)


def _name(node: ast.DirectiveNode, mistakes: Mistakes) -> str | None:
    value = argument(node, "name")
    if isinstance(value, ast.StringValueNode) and is_name(value.value):
        return value.value
    mistakes.add(value or node, "@fulltext needs a name, which becomes a query field", 'write name: "pageSearch"')
    return None


def _choice(node: ast.DirectiveNode, name: str, known: tuple[str, ...], mistakes: Mistakes) -> str | None:
    value = argument(node, name)
    if isinstance(value, ast.EnumValueNode) and value.value in known:
        return value.value
    if value is None:
        mistakes.add(node, f"@fulltext has no {name}", f"write {name}: one of {', '.join(known)}")
        return None
    written = str(getattr(value, "value", ""))
    mend = f"without quotes: {name}: {written}" if written in known else f"use one of {', '.join(known)}"
    mistakes.add(value, f"the {name} {ast.print_ast(value)} of @fulltext is not known", mend)
    return None


def _include(
    node: ast.DirectiveNode, declarations: Declarations, mistakes: Mistakes
) -> tuple[str | None, tuple[str, ...]]:
    """The one entity that is searched, and its fields."""
    value = argument(node, "include")
    entries = value.values if isinstance(value, ast.ListValueNode) else (value,) if value else ()
    if not entries:
        mistakes.add(value or node, "@fulltext has no include", f"write {_INCLUDE}")
        return None, ()
    if len(entries) > 1:
        mistakes.add(entries[1], "@fulltext searches one entity only", "declare another @fulltext for the second one")
    parts = _parts(entries[0], {"entity", "fields"}, mistakes)
    name = parts.get("entity")
    if not isinstance(name, ast.StringValueNode):
        mistakes.add(name or entries[0], "include of @fulltext names no entity", f"write {_INCLUDE}")
        return None, ()
    entity = declarations.get(name.value)
    if entity is None or entity.kind is not Kind.ENTITY:
        known = [each.name for each in declarations.of(Kind.ENTITY)]
        mistakes.add(name, f"{name.value} is no entity", did_you_mean(name.value, known, "name an entity"))
        return None, ()
    return entity.name, _fields(entity, parts.get("fields"), entries[0], mistakes)


def _fields(entity: Declared, value: ast.ValueNode | None, place: ast.ValueNode, mistakes: Mistakes) -> tuple[str, ...]:
    entries = value.values if isinstance(value, ast.ListValueNode) else (value,) if value else ()
    if not entries:
        mistakes.add(value or place, "include of @fulltext names no fields", f"write {_INCLUDE}")
    found: list[str] = []
    for entry in entries:
        name = _parts(entry, {"name"}, mistakes).get("name")
        if not isinstance(name, ast.StringValueNode):
            mistakes.add(name or entry, "a field of @fulltext has no name", 'write { name: "title" }')
            continue
        field = entity.fields.get(name.value)
        if field is None:
            mend = did_you_mean(name.value, entity.fields, f"name a field of {entity.name}")
            mistakes.add(name, f"{entity.name} has no field {name.value}", mend)
        elif field.base not in ("String", "ID") or field.is_list or field.is_derived:
            mistakes.add(
                name, f"{entity.name}.{field.name} has the type {field.text}, which is no text", "name a String field"
            )
        else:
            found.append(field.name)
    return tuple(found)


def _parts(value: ast.ValueNode, known: set[str], mistakes: Mistakes) -> Mapping[str, ast.ValueNode]:
    """The attributes of an object in `include`."""
    if not isinstance(value, ast.ObjectValueNode):
        return {}
    for each in value.fields:
        if each.name.value not in known:
            mend = did_you_mean(each.name.value, known, f"known: {', '.join(sorted(known))}")
            mistakes.add(each, f"{each.name.value} is not known in include of @fulltext", mend)
    return {each.name.value: each.value for each in value.fields}
