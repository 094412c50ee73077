"""The generated API is the dialect's, name by name. Source: spec/subgraph-api.md 2.3 to 2.6 and 2.16."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    Undefined,
    build_schema,
    extend_schema,
    parse,
)

from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "api.graphql"

EIGHT = ["", "_not", "_gt", "_lt", "_gte", "_lte", "_in", "_not_in"]
TEXT = EIGHT + [
    f"_{negated}{name}{case}"
    for name in ("contains", "starts_with", "ends_with")
    for negated in ("", "not_")
    for case in ("", "_nocase")
]
FOUR = ["", "_not", "_in", "_not_in"]
LIST = ["", "_not", "_contains", "_contains_nocase", "_not_contains", "_not_contains_nocase"]


def built(text: str) -> Engine:
    return Engine.build(read_schema(text), "docgraph_d1", "d1")


def filter_keys(engine: Engine, name: str) -> list[str]:
    made = core_of(engine.schema).type_map[name]
    assert isinstance(made, GraphQLInputObjectType)
    return list(made.fields)


def orders(engine: Engine, name: str) -> list[str]:
    made = core_of(engine.schema).type_map[name]
    assert isinstance(made, GraphQLEnumType)
    return list(made.values)


def shown(engine: Engine, type_name: str, field_name: str) -> str:
    """A field as the schema language shows it, without descriptions."""
    made = core_of(engine.schema).type_map[type_name]
    assert isinstance(made, GraphQLObjectType)
    field = made.fields[field_name]
    arguments = []
    for name, argument in field.args.items():
        default = "" if argument.default_value is Undefined else f" = {argument.default_value}"
        arguments.append(f"{name}: {argument.type}{default}")
    listed = f"({', '.join(arguments)})" if arguments else ""
    return f"{field_name}{listed}: {field.type}"


@pytest.fixture
def pages(pages_schema: str) -> Engine:
    return built(pages_schema)


def test_root_fields_come_in_declaration_order_interfaces_last(pages: Engine) -> None:
    query = core_of(pages.schema).query_type
    assert query is not None
    assert list(query.fields) == [
        *("page", "pages", "note", "notes", "author", "authors", "doc", "docs"),
        *("pagesConnection", "pagesAggregate", "pageHistory", "notesConnection", "notesAggregate", "noteHistory"),
        *("authorsConnection", "authorsAggregate", "authorHistory", "docsConnection", "docsAggregate", "docHistory"),
        *("_meta", "_logs", "_problems"),
    ]


def test_a_type_called_like_the_history_of_another_takes_its_place() -> None:
    schema = "type Fee @entity { id: ID! } type FeeHistory @entity { id: ID! }"
    assert shown(built(schema), "Query", "feeHistory").endswith(": FeeHistory")
    assert shown(built(schema), "Query", "feeHistoryHistory").endswith(": [FeeHistory_version!]!")


def test_root_fields_have_the_arguments_of_the_dialect(pages: Engine) -> None:
    fixed = "block: Block_height, subgraphError: _SubgraphErrorPolicy_! = allow"
    collection = (
        "skip: Int = 0, first: Int = 100, orderBy: {0}_orderBy, orderDirection: OrderDirection, where: {0}_filter"
    )
    assert shown(pages, "Query", "page") == f"page(id: ID!, {fixed}): Page"
    assert shown(pages, "Query", "author") == f"author(id: ID!, {fixed}): Author"
    assert shown(pages, "Query", "pages") == f"pages({collection.format('Page')}, {fixed}): [Page!]!"
    assert shown(pages, "Query", "docs") == f"docs({collection.format('Doc')}, {fixed}): [Doc!]!"
    assert shown(pages, "Query", "_meta") == "_meta(block: Block_height): _Meta_"


def test_children_have_arguments_and_single_references_and_scalar_lists_have_none(pages: Engine) -> None:
    collection = (
        "skip: Int = 0, first: Int = 100, orderBy: {0}_orderBy, orderDirection: OrderDirection, where: {0}_filter"
    )
    assert shown(pages, "Page", "links") == f"links({collection.format('Page')}): [Page!]!"
    assert shown(pages, "Page", "notes") == f"notes({collection.format('Note')}): [Note!]!"
    assert shown(pages, "Page", "author") == "author: Author"
    assert shown(pages, "Page", "tags") == "tags: [String!]!"


def test_filters_offer_the_operators_of_each_field_in_order(pages: Engine) -> None:
    assert filter_keys(pages, "Page_filter") == [
        *(f"id{suffix}" for suffix in EIGHT),
        *(f"title{suffix}" for suffix in TEXT),
        *(f"kind{suffix}" for suffix in FOUR),
        *(f"words{suffix}" for suffix in EIGHT),
        *(f"size{suffix}" for suffix in EIGHT),
        *(f"tags{suffix}" for suffix in LIST),
        *(f"author{suffix}" for suffix in TEXT),
        "author_",
        *(f"links{suffix}" for suffix in LIST),
        *("links_", "links_none", "links_every"),
        *("notes_", "notes_none", "notes_every"),
        *("_change_block", "and", "or", "not"),
    ]


def test_filter_values_have_the_types_of_the_dialect(pages: Engine) -> None:
    made = core_of(pages.schema).type_map["Page_filter"]
    assert isinstance(made, GraphQLInputObjectType)
    types = {key: str(field.type) for key, field in made.fields.items()}
    expected = {
        "id": "ID",
        "id_in": "[ID!]",
        "title": "String",
        "kind": "Kind",
        "kind_not_in": "[Kind!]",
        "words": "Int",
        "size_gte": "BigInt",
        "size_in": "[BigInt!]",
        "tags": "[String!]",
        "tags_contains": "[String!]",
        "author": "String",
        "author_in": "[String!]",
        "author_": "Author_filter",
        "links_not_contains": "[String!]",
        "links_": "Page_filter",
        "notes_every": "Note_filter",
        "_change_block": "BlockChangedFilter",
        "and": "[Page_filter]",
        "or": "[Page_filter]",
        "not": "Page_filter",
    }
    assert {key: types[key] for key in expected} == expected


def test_orders_offer_fields_and_fields_of_single_references_but_no_lists(pages: Engine) -> None:
    assert orders(pages, "Page_orderBy") == [
        *("id", "title", "kind", "words", "size", "author", "author__id", "author__name")
    ]
    assert orders(pages, "Doc_orderBy") == ["id", "title"]
    assert orders(pages, "Note_orderBy") == [
        *("id", "title", "page", "page__id", "page__title", "page__kind", "page__words", "page__size")
    ]


def test_fields_that_end_like_an_operator_are_filters_of_their_own() -> None:
    engine = built("type A @entity { id: ID! checked: Boolean checked_in: Boolean is_not: String is: String }")
    made = core_of(engine.schema).type_map["A_filter"]
    assert isinstance(made, GraphQLInputObjectType)
    types = {key: str(field.type) for key, field in made.fields.items()}
    assert types["checked_in"] == "Boolean"
    assert types["checked_in_in"] == "[Boolean!]"
    assert types["is_not"] == "String"
    assert types["is_not_not"] == "String"


def test_names_are_as_declared_and_never_re_cased() -> None:
    engine = built("type Thing @entity { id: ID! snake_case: Int PascalCase: Int camelCase: Int _under: Int }")
    assert "snake_case: Int" in engine.sdl()
    assert "PascalCase_gte: Int" in engine.sdl()
    assert "_under_in: [Int!]" in engine.sdl()


def test_descriptions_of_the_schema_are_shown() -> None:
    engine = built('"A thing"\ntype Thing @entity { "its id" id: ID! }\n"Kinds"\nenum Kind { "the one" ONE }')
    thing = core_of(engine.schema).type_map["Thing"]
    assert isinstance(thing, GraphQLObjectType)
    assert (thing.description, thing.fields["id"].description) == ("A thing", "its id")


def test_the_whole_api_of_the_worked_example_is_the_accepted_one(pages: Engine) -> None:
    assert pages.sdl() + "\n" == GOLDEN.read_text()


def test_a_schema_that_uses_the_directives_of_the_dialect_extends_the_api(pages: Engine) -> None:
    used = 'type Extra @entity @subgraphId(id: "x") { id: ID!  pages: [Page!]! @derivedFrom(field: "extra") }'
    extended = extend_schema(build_schema(pages.sdl()), parse(used))
    assert "Extra" in extended.type_map


def test_the_schema_language_can_be_read_by_others(pages: Engine) -> None:
    assert build_schema(pages.sdl()).query_type is not None


def test_every_real_schema_becomes_an_api(corpus: Callable[[str], Path]) -> None:
    folder = corpus("schemas")
    with (folder / "index.csv").open() as index:
        whole = [row["file"] for row in csv.DictReader(index) if not row["undefined_types"]]
    for file in whole:
        engine = built((folder / file).read_text())
        assert "type Query" in engine.sdl(), file
