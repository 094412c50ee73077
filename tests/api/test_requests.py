"""Requests that are refused, and how: places, paths and codes; never SQL, a stack or a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from docgraph.api.compile import MAX_DEPTH
from docgraph.api.errors import Code
from docgraph.api.execute import Engine, Lent

ROWS = {
    "Author": [{"id": "0x01", "name": "Ann"}],
    "Page": [
        {"id": "5", "title": "Five", "kind": "GUIDE", "size": 10, "tags": ["a"], "links": ["5"], "author": "0x01"},
        {"id": "b", "title": "B", "kind": "NOTE", "tags": [], "links": ["5"]},
    ],
}


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any, pages_schema: str) -> Any:
    return await shared(pages_schema, ROWS)


@pytest_asyncio.fixture
async def fresh(make: Any, pages_schema: str) -> Any:
    return await make(pages_schema, ROWS)


async def code(index: Any, query: str, variables: dict[str, Any] | None = None) -> str:
    answer = await index.ask(query, variables)
    assert "data" not in answer
    return str(answer["errors"][0]["extensions"]["code"])


# Operations -----------------------------------------------------------------------


async def test_the_name_of_an_operation_selects_it(index: Any) -> None:
    document = "query A { page(id: 5) { id } } query B { pages { id } }"
    assert await index.ask(document, None, "A") == {"data": {"page": {"id": "5"}}}
    assert await index.ask(document, None, "B") == {"data": {"pages": [{"id": "5"}, {"id": "b"}]}}


async def test_several_operations_need_a_name_and_one_that_is_there(index: Any) -> None:
    document = "query A { page(id: 5) { id } } query B { pages { id } }"
    nameless, unknown = await index.ask(document), await index.ask(document, None, "C")
    assert nameless["errors"][0]["message"] == "Must provide operation name if query contains multiple operations."
    assert unknown["errors"][0]["message"] == 'Unknown operation named "C".'
    assert unknown["errors"][0]["extensions"]["code"] == "OPERATION_RESOLUTION_FAILURE"


async def test_standard_validation_is_always_on_with_suggestions(index: Any) -> None:
    assert await index.errors("{ pages { titel } }") == [
        "Cannot query field 'titel' on type 'Page'. Did you mean 'title', 'notes', or 'size'?"
    ]
    assert await index.errors("{ pages(wher: {}) { id } }") == [
        "Unknown argument 'wher' on field 'Query.pages'. Did you mean 'where'?"
    ]
    (message,) = await index.errors('{ pages(where: {titel: "a"}) { id } }')
    assert message.startswith("Expected value of type 'Page_filter' not to include unknown field 'titel'.")
    assert "Did you mean 'title'" in message
    assert await index.errors("{ pages }") != []
    assert await index.errors("{ pages { id { x } } }") != []
    assert await index.errors("query ($a: Int) { pages(first: $b) { id } }") != []


async def test_all_that_is_wrong_is_told_at_once(index: Any) -> None:
    assert len(await index.errors("{ pages(first: 0, skip: -1) { id } notes(first: 2000) { id } }")) == 3


# Values ----------------------------------------------------------------------------


async def test_an_enum_is_a_name_in_a_query_and_a_string_in_variables(index: Any) -> None:
    assert await index.data("{ pages(where: {kind: GUIDE}) { id } }") == {"pages": [{"id": "5"}]}
    query = "query ($kind: Kind) { pages(where: {kind: $kind}) { id } }"
    assert await index.data(query, {"kind": "GUIDE"}) == {"pages": [{"id": "5"}]}
    assert await code(index, '{ pages(where: {kind: "GUIDE"}) { id } }') == "GRAPHQL_VALIDATION_FAILED"
    assert await code(index, query, {"kind": "guide"}) == "BAD_USER_INPUT"


async def test_big_numbers_come_as_numbers_or_strings_and_timestamps_only_as_strings(make: Any) -> None:
    index = await make(
        "type A @entity { id: Int8! big: BigInt exact: BigDecimal at: Timestamp data: Bytes }",
        {"A": [{"id": 9007199254740993, "big": "12345678901234567890", "exact": "0.1", "at": 5, "data": "0xff"}]},
    )
    for where in (
        "big: 12345678901234567890",
        'big: "12345678901234567890"',
        "exact: 0.1",
        'exact: "0.10"',
        'at: "5"',
        'data: "ff"',
        "id: 9007199254740993",
        'id: "9007199254740993"',
    ):
        assert await index.data(f"{{ as(where: {{{where}}}) {{ id }} }}") == {"as": [{"id": "9007199254740993"}]}
    for where in ("at: 5", 'big: "1.5"', "big: 1.5", 'exact: "x"', 'data: "0xf"', "data: 1", "id: true"):
        assert await code(index, f"{{ as(where: {{{where}}}) {{ id }} }}") == "GRAPHQL_VALIDATION_FAILED", where


async def test_a_variable_that_was_not_given_drops_its_condition(index: Any) -> None:
    query = "query ($title: String) { pages(where: {title: $title}) { id } }"
    assert await index.data(query) == {"pages": [{"id": "5"}, {"id": "b"}]}
    assert await index.data(query, {"title": None}) == {"pages": []}
    assert await index.data(query, {"title": "B"}) == {"pages": [{"id": "b"}]}


async def test_a_variable_may_be_declared_as_another_scalar_that_its_value_can_be_read_as(index: Any) -> None:
    assert await index.data("query ($id: String!) { page(id: $id) { id } }", {"id": "5"}) == {"page": {"id": "5"}}
    assert await index.data("query ($id: Int!) { page(id: $id) { id } }", {"id": 5}) == {"page": {"id": "5"}}
    assert await index.data("query ($id: Bytes!) { author(id: $id) { id } }", {"id": "0x01"}) == {
        "author": {"id": "0x01"}
    }
    five = {"pages": [{"id": "5"}]}
    for declared, where, value in (
        ("Bytes", "author: $v", "0x01"),
        ("ID", "author_in: [$v]", "0x01"),
        ("Int", "size: $v", 10),
        ("[ID]", "id_in: $v", ["5"]),
        ("[String!]", "id_in: $v", ["5"]),
    ):
        query = f"query ($v: {declared}{'!' if declared == 'ID' else ''}) {{ pages(where: {{{where}}}) {{ id }} }}"
        assert await index.data(query, {"v": value}) == five, declared


async def test_a_variable_whose_value_cannot_be_read_is_refused_by_name_of_the_filter(index: Any) -> None:
    query = "query ($v: String) { pages(where: {size_gt: $v}) { id } }"
    assert await code(index, query, {"v": "many"}) == "BAD_USER_INPUT"
    assert "`size_gt`" in (await index.errors(query, {"v": "many"}))[0]
    query = "query ($v: [ID]) { pages(where: {id_in: $v}) { id } }"
    assert await code(index, query, {"v": [None]}) == "BAD_USER_INPUT"
    assert await code(index, "query ($n: String) { pages(first: $n) { id } }", {"n": "1"}) == (
        "GRAPHQL_VALIDATION_FAILED"
    )


async def test_null_for_a_list_is_refused_in_the_words_that_clients_know(index: Any) -> None:
    (message,) = await index.errors("{ pages(where: {id_in: null}) { id } }")
    assert "Non-list value passed to `_in` filter" in message


async def test_text_that_postgres_cannot_hold_is_refused_before_it_gets_there(index: Any) -> None:
    assert await code(index, '{ pages(where: {title: "a\\u0000b"}) { id } }') == "BAD_USER_INPUT"
    assert await code(index, '{ page(id: "\\u0000") { id } }') == "BAD_USER_INPUT"
    query = "query ($t: String) { pages(where: {title_contains: $t}) { id } }"
    assert await code(index, query, {"t": "\ud800"}) == "BAD_USER_INPUT"


async def test_an_id_that_cannot_be_one_is_refused(index: Any) -> None:
    assert await code(index, '{ author(id: "nope") { id } }') == "BAD_USER_INPUT"
    assert await code(index, '{ pages(where: {author: "nope"}) { id } }') == "BAD_USER_INPUT"


def test_the_documentation_lists_every_code_of_an_error() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "queries.md").read_text()
    assert [each.value for each in Code if f"`{each.value}`" not in text] == []


# Size ------------------------------------------------------------------------------


async def test_queries_that_are_too_deep_or_too_wide_are_refused(index: Any) -> None:
    deep = "{ pages " + "{ links " * MAX_DEPTH + "{ id }" + " }" * MAX_DEPTH + " }"
    assert await code(index, deep) == "QUERY_TOO_COMPLEX"
    deeper = "{ pages " + "{ links " * 5000 + "{ id }" + " }" * 5000 + " }"
    assert await code(index, deeper) in ("QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED")
    wide = "{ " + " ".join(f"a{n}: pages {{ id title }}" for n in range(3000)) + " }"
    assert await code(index, wide) in ("QUERY_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED")


async def test_the_deepest_query_that_is_allowed_is_answered(index: Any) -> None:
    levels = MAX_DEPTH - 1
    deep = "{ page(id: 5) " + "{ links " * levels + "{ id }" + " }" * levels + " }"
    assert "errors" not in await index.ask(deep)


async def test_a_filter_of_any_depth_is_answered(index: Any) -> None:
    where = '{title: "Five"}'
    for _ in range(30):
        where = f"{{links_: {where}}}"
    assert await index.data(f"{{ pages(where: {where}) {{ id }} }}") == {"pages": [{"id": "5"}, {"id": "b"}]}


# The database ----------------------------------------------------------------------


async def test_a_request_takes_one_statement_however_much_it_asks(index: Any) -> None:
    index.statements.clear()
    await index.data(
        "{ pages { links { notes { id } author { name } } } notes { id } _meta { block { number } } docs { id } }"
    )
    assert len(index.statements) == 1


async def test_a_statement_differs_by_shape_and_not_by_value(index: Any) -> None:
    texts = {
        index.statement(f'{{ pages(first: {first}, where: {{title: "{title}", words_gt: {words}}}) {{ id }} }}')
        for first, title, words in ((5, "a", 5), (10, "b", 11), (11, "c", 11))
    }
    assert len(texts) == 1


async def test_a_query_that_takes_too_long_is_told_so(fresh: Any) -> None:
    await fresh.connection.execute(
        """
        alter table docgraph_d1.page rename to page_slow;
        create view docgraph_d1.page as
          select p.* from docgraph_d1.page_slow p, generate_series(1, 1000000000) where id = generate_series::text;
        set statement_timeout = 50
        """
    )
    answer = await fresh.ask("{ pages { id } }")
    assert [(each["message"], each["extensions"]["code"]) for each in answer["errors"]] == [
        ("Query timed out", "QUERY_TIMED_OUT")
    ]


async def test_a_broken_table_is_an_internal_error_without_a_word_of_sql(fresh: Any) -> None:
    await fresh.connection.execute("drop table docgraph_d1.page")
    answer = await fresh.answer("{ pages { id } }")
    assert answer.status == 500
    assert b"page" not in answer.body
    assert b"docgraph_d1" not in answer.body


# Blocks -----------------------------------------------------------------------------


async def test_a_request_waits_for_the_block_that_it_names(fresh: Any, dsn: str) -> None:
    engine = Engine.build(fresh.schema, fresh.layout.namespace, "d1", patience=20.0)
    reader = await asyncpg.connect(dsn)
    waiting = asyncio.create_task(
        engine.execute(Lent(reader), '{ page(id: "b", block: {number_gte: 2}) { title } _meta { block { number } } }')
    )
    await fresh.block(2)
    answer = await waiting
    await reader.close()
    assert answer.body == b'{"data":{"page":{"title":"B"},"_meta":{"block":{"number":2}}}}'


async def test_two_blocks_in_one_request_are_both_answered(fresh: Any) -> None:
    await fresh.block(2)
    await fresh.fill({"Author": [{"id": "0x02", "name": "New"}]}, since=2)
    query = "{ now: authors { name } then: authors(block: {number: 1}) { name } }"
    assert await fresh.data(query) == {"now": [{"name": "Ann"}, {"name": "New"}], "then": [{"name": "Ann"}]}


async def test_problems_count_from_the_block_that_brought_them(fresh: Any) -> None:
    await fresh.block(2)
    await fresh.problem(2)
    denied = await fresh.ask("{ authors(subgraphError: deny) { name } }")
    assert denied == {
        "data": None,
        "errors": [{"message": "indexing_error", "extensions": {"code": "INDEXING_ERROR"}}],
    }
    before = await fresh.data("{ authors(subgraphError: deny, block: {number: 1}) { name } }")
    assert before == {"authors": [{"name": "Ann"}]}


async def test_introspection_needs_no_statement(fresh: Any) -> None:
    fresh.statements.clear()
    answer = await fresh.data("{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }")
    assert answer == {"__schema": {"queryType": {"name": "Query"}, "mutationType": None, "subscriptionType": None}}
    assert fresh.statements == []
