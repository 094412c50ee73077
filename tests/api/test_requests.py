"""Requests that are refused, and how: places, paths and codes; never SQL, a stack or a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio
from support.lending import Lent

from docgraph.api.errors import Code
from docgraph.api.execute import Engine
from docgraph.api.limits import USUAL, Limits

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
        'Cannot query field "titel" on type "Page". Did you mean "title", "notes", or "size"?'
    ]
    assert await index.errors("{ pages(wher: {}) { id } }") == [
        'Unknown argument "wher" on field "Query.pages". Did you mean "where"?'
    ]
    (message,) = await index.errors('{ pages(where: {titel: "a"}) { id } }')
    assert message.startswith('Field "titel" is not defined by type "Page_filter". Did you mean "title"')
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


async def test_null_where_a_directive_needs_a_truth_value_is_refused(index: Any) -> None:
    for query in (
        "query ($b: Boolean = true) { pages { id @skip(if: $b) title } }",
        "query ($b: Boolean = true) { pages @include(if: $b) { id } }",
    ):
        answer = await index.ask(query, {"b": None})
        assert "data" not in answer
        assert answer["errors"][0]["message"].endswith('"Boolean!" not to be null.')
        assert answer["errors"][0]["locations"][0]["line"] == 1
        assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_literal_that_a_scalar_refuses_is_told_with_its_place(index: Any) -> None:
    for where, column in (('size: "x"', 23), ("size: 1.5", 23), ('author_: {id: "zz"}', 31)):
        answer = await index.ask(f"{{ pages(where: {{{where}}}) {{ id }} }}")
        assert answer["errors"][0]["locations"] == [{"line": 1, "column": column}], where


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
    deep = "{ pages " + "{ links(first: 1) " * USUAL.depth + "{ id }" + " }" * USUAL.depth + " }"
    assert await code(index, deep) == "QUERY_TOO_COMPLEX"
    deeper = "{ pages " + "{ links " * 5000 + "{ id }" + " }" * 5000 + " }"
    assert await code(index, deeper) == "QUERY_TOO_COMPLEX"
    wide = "{ " + " ".join(f"a{n}: pages {{ id title }}" for n in range(3000)) + " }"
    assert await code(index, wide) == "QUERY_TOO_COMPLEX"


async def test_a_filter_that_would_be_too_much_sql_is_refused_before_it_is_written(index: Any) -> None:
    query = "query ($w: Page_filter, $d: Doc_filter) { pages(where: $w) { id } docs(where: $d) { id } }"
    wide = {"or": [{"id": str(number)} for number in range(40_000)]}
    assert await code(index, query, {"w": wide}) == "QUERY_TOO_COMPLEX"
    halves = " ".join(f"a{number}: pages(where: $w) {{ id }}" for number in range(30))
    repeated = {"or": [{"id": str(number)} for number in range(500)]}
    assert await code(index, f"query ($w: Page_filter) {{ {halves} }}", {"w": repeated}) == "QUERY_TOO_COMPLEX"


async def test_a_filter_through_interfaces_counts_once_for_each_type_on_the_way(make: Any) -> None:
    index = await make(
        """
        interface Node { id: ID! next: Node }
        type A implements Node @entity { id: ID! next: Node }
        type B implements Node @entity { id: ID! next: Node }
        """,
        {"A": [{"id": "a", "next": "b"}], "B": [{"id": "b", "next": "a"}]},
    )
    for depth, refused in ((6, False), (40, True)):
        where: dict[str, Any] = {"id": "a"}
        for _ in range(depth):
            where = {"next_": where}
        answer = await index.ask("query ($w: Node_filter) { nodes(where: $w) { id } }", {"w": where})
        assert ("errors" in answer) is refused
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


async def test_thousands_of_aliases_are_answered(index: Any) -> None:
    keys = [f"a{number}" for number in range(2000)]
    asked = " ".join(f"{key}: id" for key in keys)
    assert await index.data(f"{{ page(id: 5) {{ {asked} }} }}") == {"page": dict.fromkeys(keys, "5")}
    asked = " ".join(f"{key}: __typename" for key in keys)
    assert await index.data(f"{{ {asked} }}") == dict.fromkeys(keys, "Query")


async def test_the_deepest_query_that_is_allowed_is_answered(index: Any) -> None:
    levels = USUAL.depth - 1
    deep = "{ page(id: 5) " + "{ links(first: 1) " * levels + "{ id }" + " }" * levels + " }"
    assert "errors" not in await index.ask(deep)


async def test_a_filter_of_any_depth_is_answered(index: Any) -> None:
    where = '{title: "Five"}'
    for _ in range(30):
        where = f"{{links_: {where}}}"
    assert await index.data(f"{{ pages(where: {where}) {{ id }} }}") == {"pages": [{"id": "5"}, {"id": "b"}]}


async def test_a_filter_in_variables_is_answered_or_refused_at_every_depth(index: Any) -> None:
    query = "query ($w: Page_filter) { pages(where: $w, block: {number: 1}) { id } }"
    for key in ("links_", "not", "and"):
        where: dict[str, Any] = {"title": "Five"}
        refused = False
        for depth in range(1, 241):
            where = {key: where}
            if depth % 20 == 0:
                answer = await index.ask(query, {"w": where})
                refused = "errors" in answer
                codes = {each["extensions"]["code"] for each in answer.get("errors", ())}
                assert codes <= {"QUERY_TOO_COMPLEX", "BAD_USER_INPUT"}
        assert refused


# The database ----------------------------------------------------------------------


async def test_a_request_takes_one_statement_however_much_it_asks(index: Any) -> None:
    index.statements.clear()
    await index.data(
        "{ pages { links { notes { id } author { name } } } notes { id } _meta { block { number } } docs { id } }"
    )
    assert len(index.statements) == 1


async def test_a_statement_differs_by_shape_and_by_how_many_rows_and_not_by_value(index: Any) -> None:
    texts = [
        {
            index.statement(f'{{ pages(first: {first}, where: {{title: "{title}", words_gt: {words}}}) {{ id }} }}')
            for title, words in (("a", 5), ("b", 11), ("c", 11))
        }
        for first in (5, 10)
    ]
    assert [len(each) for each in texts] == [1, 1]
    assert texts[0] != texts[1]


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
    await fresh.connection.execute("alter table docgraph_d1.page drop column title")
    answer = await fresh.answer("{ pages { title } }")
    assert answer.status == 500
    assert b"page" not in answer.body
    assert b"docgraph_d1" not in answer.body


# Blocks -----------------------------------------------------------------------------


async def test_a_request_waits_for_the_block_that_it_names(fresh: Any, dsn: str) -> None:
    engine = Engine.build(fresh.schema, fresh.layout.namespace, "d1", Limits(wait_seconds=20.0))
    reader = await asyncpg.connect(dsn)
    waiting = asyncio.create_task(
        engine.execute(Lent(reader), '{ page(id: "b", block: {number_gte: 2}) { title } _meta { block { number } } }')
    )
    await fresh.block(2)
    answer = await waiting
    await reader.close()
    assert answer.body == b'{"data":{"page":{"title":"B"},"_meta":{"block":{"number":2}}}}'


async def test_a_block_that_does_not_come_is_waited_for_once(fresh: Any) -> None:
    engine = Engine.build(fresh.schema, fresh.layout.namespace, "d1", Limits(wait_seconds=0.5))
    clock = asyncio.get_running_loop().time
    started = clock()
    answer = await engine.execute(Lent(fresh), "{ pages(block: {number_gte: 2}) { id } }")
    assert b"has only indexed up to block number 1" in answer.body
    assert 0.5 <= clock() - started < 1.0


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
    schema = "fragment About on Query { of: __schema { queryType { name } } }"
    denied = await fresh.ask(f"{{ authors(subgraphError: deny) {{ name }} ...About }} {schema}")
    assert denied["data"] == {"of": {"queryType": {"name": "Query"}}}
    before = await fresh.data("{ authors(subgraphError: deny, block: {number: 1}) { name } }")
    assert before == {"authors": [{"name": "Ann"}]}


async def test_introspection_needs_no_statement(fresh: Any) -> None:
    fresh.statements.clear()
    answer = await fresh.data("{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }")
    assert answer == {
        "__schema": {"queryType": {"name": "Query"}, "mutationType": None, "subscriptionType": {"name": "Subscription"}}
    }
    assert fresh.statements == []
