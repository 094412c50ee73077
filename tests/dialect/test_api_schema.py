"""The API of the worked example, type by type and to the letter. Source: spec/subgraph-api.md 2.3 to 2.6 and 2.16.

Types and root fields that are docgraph's own may stand beside these.
"""

from __future__ import annotations

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    is_scalar_type,
)

from dialect.worlds import PAGES
from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema

EIGHT = ("", "_not", "_gt", "_lt", "_gte", "_lte", "_in", "_not_in")
TWENTY = (
    *EIGHT,
    *("_contains", "_contains_nocase", "_not_contains", "_not_contains_nocase"),
    *("_starts_with", "_starts_with_nocase", "_not_starts_with", "_not_starts_with_nocase"),
    *("_ends_with", "_ends_with_nocase", "_not_ends_with", "_not_ends_with_nocase"),
)
FOUR = ("", "_not", "_in", "_not_in")
OF_TEXTS = ("", "_not", "_contains", "_contains_nocase", "_not_contains", "_not_contains_nocase")

COLLECTION = "(skip: Int = 0, first: Int = 100, orderBy: {0}_orderBy, orderDirection: OrderDirection, where: {0}_filter"
FIXED = "block: Block_height, subgraphError: _SubgraphErrorPolicy_! = allow)"


@pytest.fixture(scope="module")
def api() -> GraphQLSchema:
    return core_of(Engine.build(read_schema(PAGES), "docgraph_d1", "d1").schema)


def one(field: str, of: str, suffixes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The filters of a single value."""
    return [(f"{field}{suffix}", f"[{of}!]" if suffix in ("_in", "_not_in") else of) for suffix in suffixes]


def many(field: str) -> list[tuple[str, str]]:
    """The filters of a list of text or of references."""
    return [(f"{field}{suffix}", "[String!]") for suffix in OF_TEXTS]


def children(field: str, of: str) -> list[tuple[str, str]]:
    return [(f"{field}_{quantifier}", f"{of}_filter") for quantifier in ("", "none", "every")]


def general(of: str) -> list[tuple[str, str]]:
    own = f"{of}_filter"
    return [("_change_block", "BlockChangedFilter"), ("and", f"[{own}]"), ("or", f"[{own}]"), ("not", own)]


FILTERS: dict[str, list[tuple[str, str]]] = {
    "Page_filter": [
        *one("id", "ID", EIGHT),
        *one("title", "String", TWENTY),
        *one("kind", "Kind", FOUR),
        *one("words", "Int", EIGHT),
        *one("size", "BigInt", EIGHT),
        *many("tags"),
        *one("author", "String", TWENTY),
        ("author_", "Author_filter"),
        *many("links"),
        *children("links", "Page"),
        *children("notes", "Note"),
        *general("Page"),
    ],
    "Note_filter": [
        *one("id", "ID", EIGHT),
        *one("title", "String", TWENTY),
        *one("page", "String", TWENTY),
        ("page_", "Page_filter"),
        *general("Note"),
    ],
    "Author_filter": [
        *one("id", "Bytes", (*EIGHT, "_contains", "_not_contains")),
        *one("name", "String", TWENTY),
        *general("Author"),
    ],
    "Doc_filter": [*one("id", "ID", EIGHT), *one("title", "String", TWENTY), *general("Doc")],
    "Block_height": [("hash", "Bytes"), ("number", "Int"), ("number_gte", "Int")],
    "BlockChangedFilter": [("number_gte", "Int!")],
}

ENUMS: dict[str, str] = {
    "Kind": "GUIDE NOTE",
    "OrderDirection": "asc desc",
    "_SubgraphErrorPolicy_": "allow deny",
    "Page_orderBy": "id title kind words size author author__id author__name",
    "Note_orderBy": "id title page page__id page__title page__kind page__words page__size",
    "Author_orderBy": "id name",
    "Doc_orderBy": "id title",
}

FIELDS: dict[str, list[str]] = {
    "Page": [
        *("id: ID!", "title: String!", "kind: Kind!", "words: Int", "size: BigInt", "tags: [String!]!"),
        "author: Author",
        f"links{COLLECTION.format('Page')}): [Page!]!",
        f"notes{COLLECTION.format('Note')}): [Note!]!",
    ],
    "Note": ["id: ID!", "title: String!", "page: Page!"],
    "Author": ["id: Bytes!", "name: String!"],
    "Doc": ["id: ID!", "title: String!"],
    "_Meta_": ["block: _Block_!", "deployment: String!", "hasIndexingErrors: Boolean!"],
    "_Block_": ["hash: Bytes", "number: Int!", "timestamp: Int", "parentHash: Bytes"],
}

OWN = {"_source"}  # of every entity, and docgraph's own

ROOTS = [
    f"page(id: ID!, {FIXED}: Page",
    f"pages{COLLECTION.format('Page')}, {FIXED}: [Page!]!",
    f"note(id: ID!, {FIXED}: Note",
    f"notes{COLLECTION.format('Note')}, {FIXED}: [Note!]!",
    f"author(id: ID!, {FIXED}: Author",
    f"authors{COLLECTION.format('Author')}, {FIXED}: [Author!]!",
    f"doc(id: ID!, {FIXED}: Doc",
    f"docs{COLLECTION.format('Doc')}, {FIXED}: [Doc!]!",
    "_meta(block: Block_height): _Meta_",
]


def shown(owner: GraphQLObjectType | GraphQLInterfaceType, name: str) -> str:
    """A field as the schema language has it, without descriptions."""
    field = owner.fields[name]
    arguments = ", ".join(f"{name}: {each.type}{default(each)}" for name, each in field.args.items())
    return f"{name}({arguments}): {field.type}" if arguments else f"{name}: {field.type}"


def default(argument: GraphQLArgument) -> str:
    return "" if argument.default_value is Undefined else f" = {argument.default_value}"


@pytest.mark.parametrize("name", FILTERS)
def test_an_input_has_the_fields_of_the_dialect_in_order(api: GraphQLSchema, name: str) -> None:
    made = api.type_map[name]
    assert isinstance(made, GraphQLInputObjectType)
    assert [(key, str(field.type)) for key, field in made.fields.items()] == FILTERS[name]
    assert all(field.default_value is Undefined for field in made.fields.values())


@pytest.mark.parametrize("name", ENUMS)
def test_an_enum_has_the_values_of_the_dialect_in_order(api: GraphQLSchema, name: str) -> None:
    made = api.type_map[name]
    assert isinstance(made, GraphQLEnumType)
    assert list(made.values) == ENUMS[name].split()


@pytest.mark.parametrize("name", FIELDS)
def test_a_type_has_the_fields_of_the_dialect_in_order(api: GraphQLSchema, name: str) -> None:
    made = api.type_map[name]
    assert isinstance(made, GraphQLObjectType | GraphQLInterfaceType)
    assert [shown(made, each) for each in made.fields if each not in OWN] == FIELDS[name]


def test_the_root_has_the_fields_of_the_dialect_in_order(api: GraphQLSchema) -> None:
    query = api.query_type
    assert query is not None
    assert [text for text in (shown(query, each) for each in query.fields) if text in ROOTS] == ROOTS


def test_entities_implement_what_they_say_and_the_interface_lists_them(api: GraphQLSchema) -> None:
    page, doc = api.type_map["Page"], api.type_map["Doc"]
    assert isinstance(page, GraphQLObjectType)
    assert isinstance(doc, GraphQLInterfaceType)
    assert page.interfaces == (doc,)
    assert [each.name for each in api.get_possible_types(doc)] == ["Page", "Note"]


def test_the_scalars_and_directives_of_the_dialect_are_there_even_if_unused(api: GraphQLSchema) -> None:
    scalars = {name for name, made in api.type_map.items() if is_scalar_type(made)}
    assert scalars >= {"Boolean", "ID", "Int", "Float", "String", "BigDecimal", "Bytes", "BigInt", "Int8", "Timestamp"}
    assert {each.name for each in api.directives} >= {"skip", "include", "entity", "subgraphId", "derivedFrom"}


def test_types_come_sorted_by_name(api: GraphQLSchema) -> None:
    assert list(api.type_map) == sorted(api.type_map)
