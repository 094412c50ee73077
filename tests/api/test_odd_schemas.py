"""Schemas that are right but unusual: what generated ones have shown to go wrong."""

from __future__ import annotations

from typing import Any


async def test_an_order_by_a_child_that_nothing_implements_is_by_id(make: Any) -> None:
    schema = "interface Doc { id: ID! title: String } type Page @entity { id: ID! doc: Doc }"
    index = await make(schema, {"Page": [{"id": "b", "doc": "x"}, {"id": "a", "doc": None}]})
    query = "{ pages(orderBy: doc__title) { id doc { title } } }"
    assert await index.data(query) == {"pages": [{"id": "a", "doc": None}, {"id": "b", "doc": None}]}


async def test_a_connection_ordered_by_a_child_that_nothing_implements_has_cursors(make: Any) -> None:
    schema = "interface Doc { id: Bytes! } type Page @entity { id: ID! doc: Doc }"
    index = await make(schema, {"Page": [{"id": "b"}, {"id": "a"}]})
    query = "{{ pagesConnection(orderBy: {{ field: doc__id }}, {}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
    first = (await index.data(query.format("first: 1")))["pagesConnection"]
    second = await index.data(query.format(f'after: "{first["pageInfo"]["endCursor"]}"'))
    assert first["nodes"] == [{"id": "a"}]
    assert second["pagesConnection"]["nodes"] == [{"id": "b"}]


async def test_a_field_called_like_the_path_of_a_childs_field_can_be_ordered_by(make: Any) -> None:
    schema = """
    type Author @entity { id: ID! name: String }
    type Page @entity { id: ID! author: Author author__name: String }
    """
    pages = [{"id": "a", "author": "x", "author__name": "2"}, {"id": "b", "author": "y", "author__name": "1"}]
    index = await make(schema, {"Page": pages, "Author": [{"id": "x", "name": "1"}, {"id": "y", "name": "2"}]})
    assert await index.data("{ pages(orderBy: author__name) { id } }") == {"pages": [{"id": "b"}, {"id": "a"}]}


async def test_a_union_that_no_field_has_is_part_of_the_api(make: Any) -> None:
    schema = "union Either = Page | Note type Page @entity { id: ID! } type Note @entity { id: ID! }"
    index = await make(schema, {"Page": [{"id": "p"}]})
    assert await index.data("{ pages { ... on Either { ... on Page { id } } } }") == {"pages": [{"id": "p"}]}
