"""The rules for names: what is taken already, and what two declarations would both become.

In the API: type names and root query fields. In Postgres: tables, enum types and
columns. Source: spec/subgraph-api.md 1.8, 2.2 and 2.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graphql import language as ast

from docgraph.model.names import plural_field, singular_field, snake_case
from docgraph.model.sdl.declared import Declarations, Declared, Kind, Mistakes, argument
from docgraph.model.sdl.types import SCALARS

_OBJECTS = (Kind.ENTITY, Kind.INTERFACE, Kind.AGGREGATION)
_NAMED = (*_OBJECTS, Kind.UNION, Kind.ENUM)

_GRAPHQL_TYPES = frozenset({"Query", "Mutation", "Subscription"})
_API_TYPES = frozenset(
    {
        "OrderDirection",
        "Block_height",
        "BlockChangedFilter",
        "PageInfo",
        "Aggregation_interval",
        "Aggregation_current",
        "LogLevel",
        "_SubgraphErrorPolicy_",
        "_Meta_",
        "_Block_",
        "_Log_",
        "_LogArgument_",
        "_LogMeta_",
        "_Problem_",
        "_Source_",
        "_ProblemFilter_",
    }
)
_MEASURES = ("countDistinct", "sum", "avg", "min", "max")
_SUFFIXES = (
    *("filter", "orderBy", "order", "connection", "edge", "aggregate", "key", "groupBy", "version"),
    *(f"aggregate_{measure}" for measure in _MEASURES),
)
_API_FIELD_OF_ENTITIES = "_source"
_API_FIELDS = ("_meta", "_logs", "_problems")

# Postgres keeps these for itself in every table. Source: PostgreSQL documentation, 5.6 System Columns.
_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_MAX_LABEL = 63  # bytes of an enum label


def judge_names(declarations: Declarations, mistakes: Mistakes) -> None:
    """Apply every rule of this file."""
    _judge_type_names(declarations, mistakes)
    _judge_root_fields(declarations, mistakes)
    _judge_tables(declarations, mistakes)
    for declared in declarations.of(*_OBJECTS):
        _judge_columns(declared, mistakes)
    for declared in declarations.of(Kind.ENUM):
        _judge_labels(declared, mistakes)


def root_names(declared: Declared) -> tuple[str, str]:
    """The root query fields of an entity or interface, for one and for many; an aggregation has only the second."""
    entity = declared.directive("entity")
    singular = argument(entity, "singular") if entity else None
    plural = argument(entity, "plural") if entity else None
    return (
        singular.value if isinstance(singular, ast.StringValueNode) else singular_field(declared.name),
        plural.value if isinstance(plural, ast.StringValueNode) else plural_field(declared.name),
    )


def _judge_type_names(declarations: Declarations, mistakes: Mistakes) -> None:
    generated = {f"{each.name}_{suffix}": each.name for each in declarations.of(*_OBJECTS) for suffix in _SUFFIXES}
    for declared in declarations.of(*_NAMED):
        name = declared.name
        if name in SCALARS:
            mistakes.add(declared.node, f"{name} is the name of a built-in scalar", "choose another name")
        elif name in _GRAPHQL_TYPES or name in _API_TYPES:
            mistakes.add(declared.node, f"the name {name} is kept for the API", "choose another name")
        elif name in generated:
            mistakes.add(
                declared.node,
                f"the name {name} is kept for the API of {generated[name]}",
                "choose another name for one of the two",
            )


def _judge_root_fields(declarations: Declarations, mistakes: Mistakes) -> None:
    taken = dict.fromkeys(_API_FIELDS, "the API itself")
    for declared in declarations.of(*_OBJECTS):
        names = list(_root_fields(declared))
        hit = next((name for place, name in enumerate(names) if name in taken or name in names[:place]), None)
        if hit is not None:
            mistakes.add(
                declared.node,
                f"the query field {hit} of {declared.name} collides with one of {taken.get(hit, 'itself')}",
                f'rename the type, or name its query fields: type {declared.name} @entity(singular: "…", plural: "…")',
            )
        for name in names:
            taken.setdefault(name, declared.name)
    for node, name in fulltext_names(declarations):
        if name in taken:
            mistakes.add(
                node, f"the fulltext search {name} collides with a query field of {taken[name]}", "choose another name"
            )
        taken.setdefault(name, f"the fulltext search {name}")


def _root_fields(declared: Declared) -> Iterator[str]:
    singular, plural = root_names(declared)
    stem = plural.removesuffix("_collection")
    if declared.kind is Kind.AGGREGATION:
        yield plural
    else:
        yield from (singular, plural, f"{stem}Connection", f"{stem}Aggregate")


def fulltext_names(declarations: Declarations) -> Iterator[tuple[ast.StringValueNode, str]]:
    """The names of all fulltext searches, with their places."""
    for declared in declarations.of(Kind.SCHEMA):
        for node in declared.node.directives or ():
            value = argument(node, "name") if node.name.value == "fulltext" else None
            if isinstance(value, ast.StringValueNode):
                yield value, value.value


def _judge_tables(declarations: Declarations, mistakes: Mistakes) -> None:
    for kinds in ((Kind.ENTITY, Kind.AGGREGATION), (Kind.ENUM,)):
        for first, second in _same_in_postgres(declarations.of(*kinds)):
            mistakes.add(
                second.node,
                f"{second.name} and {first.name} would both be called {snake_case(first.name)} in Postgres",
                "rename one of them; capitals and underscores alone do not tell them apart",
            )


def _same_in_postgres(declared: Iterable[Declared]) -> Iterator[tuple[Declared, Declared]]:
    seen: dict[str, Declared] = {}
    for each in declared:
        first = seen.setdefault(snake_case(each.name), each)
        if first is not each:
            yield first, each


def _judge_columns(declared: Declared, mistakes: Mistakes) -> None:
    seen: dict[str, str] = {}
    for field in declared.fields.values():
        column = snake_case(field.name)
        first = seen.setdefault(column, field.name)
        if first != field.name:
            mistakes.add(
                field.node,
                f"the fields {first} and {field.name} of {declared.name} would both be called {column} in Postgres",
                "rename one of them; capitals and underscores alone do not tell them apart",
            )
        if field.name == _API_FIELD_OF_ENTITIES and declared.kind is not Kind.AGGREGATION:
            mistakes.add(
                field.node,
                f"the name {field.name} is kept for the API: it tells which document an entity comes from",
                "choose another name",
            )
        if column in _SYSTEM_COLUMNS and not field.is_derived:
            mistakes.add(
                field.node,
                f"the field {field.name} of {declared.name} would be called {column}, which Postgres keeps for itself",
                "choose another name",
            )


def _judge_labels(declared: Declared, mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for node in getattr(declared.node, "values", None) or ():
        label = node.name.value
        if label in seen:
            mistakes.add(node, f"the value {label} of {declared.name} is declared twice", "name it once")
        elif len(label) > _MAX_LABEL:
            mistakes.add(
                node, f"the value {label[:20]}… of {declared.name} is longer than {_MAX_LABEL} bytes", "shorten it"
            )
        seen.add(label)
