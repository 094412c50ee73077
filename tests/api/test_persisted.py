"""Persisted queries. Source: Apollo's automatic persisted queries."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx
import pytest
import pytest_asyncio
from support.lending import Lent

from docgraph.api.http import graphql_app
from docgraph.api.limits import Limits

ROWS = {"Author": [{"id": "0x01", "name": "Ann"}]}
QUERY = "query A($id: ID!) { author(id: $id) { name } }"
VARIABLES = {"id": "0x01"}
ANSWER = {"data": {"author": {"name": "Ann"}}}
UNKNOWN = {
    "errors": [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}],
}


def named(query: str, **other: Any) -> dict[str, Any]:
    digest = hashlib.sha256(query.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": digest, **other}}


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any, pages_schema: str) -> Any:
    return await shared(pages_schema, ROWS)


@pytest_asyncio.fixture
async def client(index: Any) -> Any:
    app = graphql_app(lambda: index.engine, Lent(index.connection), limits=Limits(persisted_bytes=500))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/graphql") as made:
        yield made


async def test_a_query_is_known_by_its_hash_once_it_was_sent(client: httpx.AsyncClient) -> None:
    short = {"variables": VARIABLES, "extensions": named(QUERY)}
    assert (await client.post("", json=short)).json() == UNKNOWN
    assert (await client.post("", json={"query": QUERY, **short})).json() == ANSWER
    assert (await client.post("", json=short)).json() == ANSWER


async def test_a_query_is_named_by_get_too(client: httpx.AsyncClient) -> None:
    short = {"variables": json.dumps(VARIABLES), "extensions": json.dumps(named(QUERY))}
    unknown = await client.get("", params=short, headers={"accept": "application/graphql-response+json"})
    assert (unknown.status_code, unknown.json()) == (400, UNKNOWN)
    assert unknown.headers["cache-control"] == "no-store"
    assert (await client.get("", params={"query": QUERY, **short})).json() == ANSWER
    assert (await client.get("", params=short)).json() == ANSWER


async def test_a_hash_of_another_query_is_refused_and_names_nothing(client: httpx.AsyncClient) -> None:
    other = "{ authors { id } }"
    wrong = await client.post("", json={"query": other, "extensions": named(QUERY)})
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (await client.post("", json={"extensions": named(QUERY)})).json() == UNKNOWN


async def test_a_query_that_is_not_valid_is_not_kept(client: httpx.AsyncClient) -> None:
    assert "errors" in (await client.post("", json={"query": "{ nope }", "extensions": named("{ nope }")})).json()
    assert (await client.post("", json={"extensions": named("{ nope }")})).json() == UNKNOWN


async def test_what_was_not_asked_for_the_longest_is_forgotten(client: httpx.AsyncClient) -> None:
    queries = [f"{{ a{number}: __typename }}".ljust(100) for number in range(4)]
    for query in queries:
        await client.post("", json={"query": query, "extensions": named(query)})
    known = ["data" in (await client.post("", json={"extensions": named(query)})).json() for query in queries]
    assert known == [False, True, True, True]


@pytest.mark.parametrize(
    "extensions",
    [
        named(QUERY, version=2),
        named(QUERY, version="1"),
        {"persistedQuery": {"sha256Hash": "00"}},
        {"persistedQuery": {"version": 1}},
        {"persistedQuery": {"version": 1, "sha256Hash": 7}},
        {"persistedQuery": []},
        {"persistedQuery": "00"},
    ],
)
async def test_what_names_no_query_is_refused(client: httpx.AsyncClient, extensions: Any) -> None:
    answer = await client.post("", json={"query": QUERY, "variables": VARIABLES, "extensions": extensions})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_other_extensions_are_let_be(client: httpx.AsyncClient) -> None:
    for extensions in (None, {}, {"persistedQuery": None}, {"other": [1]}):
        answer = await client.post("", json={"query": QUERY, "variables": VARIABLES, "extensions": extensions})
        assert answer.json() == ANSWER
