"""What a request may cost: each limit refuses what is beyond it, says its figure, and lets pass what is just within."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from support.lending import Lent

from docgraph.api.execute import Engine
from docgraph.api.limits import Limits
from docgraph.query.cost import entities
from docgraph.store.readers import readers

ROWS = {"Author": [{"id": "0x01", "name": "Ann"}]}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "http.md"


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any, pages_schema: str) -> Any:
    return await shared(pages_schema, ROWS)


async def refusal(index: Any, limits: Limits, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The one error of a query under these limits; {}: it was answered."""
    engine = Engine.build(index.schema, index.layout.namespace, "d1", limits)
    answer = msgspec.json.decode((await engine.execute(Lent(index), query, variables)).body)
    if "errors" not in answer:
        return {}
    (problem,) = answer["errors"]
    return dict(problem)


@pytest.mark.parametrize(
    ("query", "figure"),
    [
        ("{ pages { id } }", 100),
        ("{ pages(first: 7) { id } }", 7),
        ("{ pages { links { links { id } } } }", 1_010_100),
        ("{ pages(first: 2) { links(first: 3) { id } notes(first: 4) { id } author { name } } }", 2 + 2 * (3 + 4)),
        ('{ page(id: "a") { links(first: 3) { id } } __typename _meta { block { number } } }', 3),
        ("{ notes(first: 5) { page { links(first: 2) { id } } } }", 5 + 5 * 2),
        ("{ docs(first: 5) { id ... on Page { links(first: 2) { id } } ... on Note { page { id } } } }", 5 + 5 * 2),
        ("query ($n: Int = 9) { pages(first: $n) { links(first: $n) { id } } }", 9 + 9 * 9),
        ("{ a: pages(first: 1) { id } b: pages(first: 2) { id } }", 3),
        ("{ pagesConnection(first: 5, last: 3) { nodes { links(first: 2) { id } } totalCount } }", 3 + 3 * 2),
        ("{ pagesConnection(last: 4) { edges { cursor node { notes(first: 2) { id } } } } }", 4 + 4 * 2),
        ("{ pagesConnection { a: nodes { id } b: nodes { id } pageInfo { endCursor } aggregate { count } } }", 200),
        ("{ pagesAggregate { count } grouped: pagesAggregate(groupBy: kind) { count } }", 1 + 1000),
    ],
)
def test_collections_multiply_what_they_hold_and_variables_count_as_what_they_are(
    index: Any, query: str, figure: int
) -> None:
    assert entities(index.engine.planned(query)) == figure


async def test_more_entities_than_the_limit_are_refused_in_the_words_of_graph_node(index: Any) -> None:
    query = "query ($n: Int) { pages(first: $n) { links(first: 10) { id } } }"
    limits = Limits(entities=110)
    assert await refusal(index, limits, query, {"n": 10}) == {}
    refused = await refusal(index, limits, query, {"n": 11})
    assert refused["message"].startswith(
        "query potentially returns `121` entities or more and thereby exceeds the limit of `110` entities"
    )
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": 110}


async def test_four_nested_collections_pass_by_default_and_five_do_not(index: Any) -> None:
    nested = "{ pages { links { links { links { id } } } } }"
    assert await refusal(index, Limits(), nested) == {}
    refused = await refusal(index, Limits(), nested.replace("id", "links { id }"))
    assert "`10101010100` entities" in refused["message"]


async def test_a_selection_deeper_than_the_limit_is_refused(index: Any) -> None:
    assert await refusal(index, Limits(depth=2), "{ notes { page { id } } }") == {}
    refused = await refusal(index, Limits(depth=2), "{ notes { page { author { id } } } }")
    assert refused["message"] == "query has a depth that exceeds the limit of `2`"
    assert refused["path"] == ["notes", "page", "author"]
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": 2}


async def test_aliases_are_counted_wherever_they_stand(index: Any) -> None:
    query = "{ a: pages { id } ...F } fragment F on Query { authors { b: id ... { c: name } } }"
    assert await refusal(index, Limits(aliases=3), query) == {}
    refused = await refusal(index, Limits(aliases=2), query)
    assert refused["message"] == "query has `3` aliases and thereby exceeds the limit of `2` aliases"
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": 2}


async def test_a_document_of_more_tokens_than_the_limit_is_refused(index: Any) -> None:
    assert await refusal(index, Limits(tokens=6), "{ pages { id } }") == {}
    refused = await refusal(index, Limits(tokens=6), "{ pages { id id } }")
    assert "more than 6 tokens" in refused["message"]
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX", "limit": 6}


async def test_introspection_that_leads_through_types_in_circles_is_refused(index: Any) -> None:
    circle = "fields { type { " * 3 + "name" + " } }" * 3
    refused = await refusal(index, Limits(), f'{{ __type(name: "Page") {{ {circle} }} }}')
    assert refused["message"] == "Maximum introspection depth exceeded"
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX"}


async def test_a_plan_of_more_parts_than_the_limit_is_refused(index: Any) -> None:
    assert await refusal(index, Limits(parts=2), "{ pages { id title } }") == {}
    refused = await refusal(index, Limits(parts=2), "{ pages { id title kind } }")
    assert refused["message"] == "query is too expensive: it has more parts than the limit of `2`"
    assert refused["path"] == ["pages", "kind"]


async def test_a_request_that_does_not_get_its_turn_is_refused_and_others_are_answered(index: Any, dsn: str) -> None:
    engine = Engine.build(index.schema, index.layout.namespace, "d1")
    async with readers(dsn, 1, 0.1) as lent:
        async with lent.acquire():
            refused = await engine.execute(lent, "{ __typename }")
        answered = await engine.execute(lent, "{ __typename }")
    assert refused.status == 503
    assert b"service is overloaded" in refused.body
    assert b'"code":"UNAVAILABLE"' in refused.body
    assert answered.body == b'{"data":{"__typename":"Query"}}'


async def test_a_fragment_that_doubles_at_each_level_is_refused_before_it_is_written_out(index: Any) -> None:
    doubling = " ".join(
        f"fragment F{n} on Page {{ a: links(first: 1) {{ ...F{n + 1} }} b: links(first: 1) {{ ...F{n + 1} }} }}"
        for n in range(40)
    )
    refused = await refusal(index, Limits(), f"{{ pages {{ ...F0 }} }} {doubling} fragment F40 on Page {{ id }}")
    assert refused["extensions"]["code"] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "pages { id } " * 4_000 + "}",
        "{ pages { " + "id " * 15_000 + "} }",
        "{ pages { "
        + " ".join(f"...F{n}" for n in range(1_500))
        + " } }"
        + " ".join(f"fragment F{n} on Page {{ links {{ id }} }}" for n in range(1_500)),
    ],
)
async def test_fields_that_are_repeated_too_often_to_be_compared_are_refused(index: Any, query: str) -> None:
    refused = await refusal(index, Limits(), query)
    assert refused["message"] == "query is too expensive: it asks for the same fields too often"
    assert refused["extensions"] == {"code": "QUERY_TOO_COMPLEX"}


async def test_the_widest_query_within_the_limits_is_answered(index: Any) -> None:
    wide = " ".join(f"a{n}: id" for n in range(Limits().aliases))
    assert await refusal(index, Limits(), f"{{ authors {{ {wide} }} }}") == {}


def test_the_documentation_lists_every_limit_with_its_usual_figure() -> None:
    listed = dict(re.findall(r"^\| `DOCGRAPH_MAX_(\w+)` \| ([\d,.]+) \|", PAGE.read_text(), re.MULTILINE))
    usual = {each.name.upper(): f"{each.default:,}".removesuffix(".0") for each in msgspec.structs.fields(Limits)}
    assert listed == usual
