"""GraphQL over HTTP: what is accepted, what is refused and how. Source: graphql.github.io/graphql-over-http."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import httpx
import pytest_asyncio
from support.lending import Lent

from docgraph.api.execute import Engine
from docgraph.api.http import graphql_app
from docgraph.api.limits import USUAL, Limits

PLAIN = "application/json"
GRAPHQL = "application/graphql-response+json"
ROWS = {"Author": [{"id": "0x01", "name": "Ann"}]}
QUERY = "{ authors { name } }"
ANSWER = {"data": {"authors": [{"name": "Ann"}]}}


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any, pages_schema: str) -> Any:
    return await shared(pages_schema, ROWS)


@pytest_asyncio.fixture(scope="module")
async def client(index: Any) -> Any:
    app = graphql_app(lambda: index.engine, Lent(index.connection), b"<!doctype html>the page")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/graphql") as made:
        yield made


async def test_a_query_is_answered_by_post(client: httpx.AsyncClient) -> None:
    answer = await client.post("", json={"query": QUERY})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == ANSWER


async def test_a_query_is_answered_by_get(client: httpx.AsyncClient) -> None:
    parameters = {"query": "query A($id: ID!) { author(id: $id) { name } } query B { authors { id } }"}
    answer = await client.get("", params={**parameters, "variables": '{"id": "0x01"}', "operationName": "A"})
    assert answer.json() == {"data": {"author": {"name": "Ann"}}}


async def test_the_media_type_for_graphql_is_used_where_the_client_knows_it(client: httpx.AsyncClient) -> None:
    answer = await client.post("", json={"query": QUERY}, headers={"accept": f"{GRAPHQL}, {PLAIN};q=0.9"})
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    for accepted in (f"{GRAPHQL};q=0, {PLAIN}", f"{GRAPHQL};q=0.5, {PLAIN}", "*/*", "text/html", f"{PLAIN};q=oh"):
        plain = await client.post("", json={"query": QUERY}, headers={"accept": accepted})
        assert plain.headers["content-type"] == f"{PLAIN}; charset=utf-8"


async def test_a_refused_request_is_400_for_clients_that_go_by_the_status_and_200_for_the_others(
    client: httpx.AsyncClient,
) -> None:
    for query, code in (("{ nope }", "GRAPHQL_VALIDATION_FAILED"), ("{ authors {", "GRAPHQL_PARSE_FAILED")):
        strict = await client.post("", json={"query": query}, headers={"accept": GRAPHQL})
        plain = await client.post("", json={"query": query}, headers={"accept": PLAIN})
        assert (strict.status_code, plain.status_code) == (400, 200)
        assert strict.json() == plain.json()
        assert "data" not in plain.json()
        assert plain.json()["errors"][0]["extensions"]["code"] == code


async def test_what_is_no_request_is_told_so_as_json(client: httpx.AsyncClient) -> None:
    json_type = {"content-type": PLAIN}
    for content, headers, status in (
        (b"{", json_type, 400),
        (b"\xff", json_type, 400),
        (b"1", json_type, 400),
        (b"{}", json_type, 400),
        (b'{"query": 1}', json_type, 400),
        (b'{"query": "{a}", "variables": []}', json_type, 400),
        (b'{"query": "{a}", "operationName": 1}', json_type, 400),
        (b'{"query": "{a}", "extensions": 1}', json_type, 400),
        (b'{"query": "\\ud800"}', json_type, 400),
        (b"[" * 100_000, json_type, 400),
        (b"{ authors { name } }", {"content-type": "application/graphql"}, 415),
        (b"query={a}", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {}, 415),
        (b"{}", {**json_type, "content-encoding": "gzip"}, 415),
        (b'"' + b"a" * USUAL.request_bytes + b'"', json_type, 413),
    ):
        answer = await client.post("", content=content, headers=headers)
        assert answer.status_code == status, content[:40]
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_batch_is_refused_and_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("", json=[{"query": QUERY}, {"query": QUERY}])
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"].startswith("Batches are not supported")


async def test_a_get_of_more_parameters_than_the_limit_is_refused(index: Any) -> None:
    app = graphql_app(lambda: index.engine, Lent(index.connection), limits=Limits(request_bytes=100))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/", params={"query": "{ authors { id } }"})).status_code == 200
        answer = await client.get("/", params={"query": "{ authors { id } } #" + "x" * 100})
        assert (await client.post("/", json={"query": "#" * 100})).status_code == 413
    assert answer.status_code == 414
    assert "100 bytes" in answer.json()["errors"][0]["message"]


async def test_a_charset_after_the_content_type_is_accepted(client: httpx.AsyncClient) -> None:
    body = json.dumps({"query": QUERY}).encode()
    answer = await client.post("", content=body, headers={"content-type": "Application/JSON; charset=utf-8"})
    assert answer.json() == ANSWER


async def test_other_methods_are_refused_and_told_which_are_allowed(client: httpx.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = await client.request(method, "")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


async def test_options_tells_what_any_page_may_ask(client: httpx.AsyncClient) -> None:
    answer = await client.options("")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_get_without_a_query_is_the_page_for_browsers_and_an_error_for_others(client: httpx.AsyncClient) -> None:
    browser = await client.get("", headers={"accept": "text/html,*/*;q=0.8"})
    assert browser.headers["content-type"].startswith("text/html")
    assert browser.content == b"<!doctype html>the page"
    assert (await client.head("", headers={"accept": "text/html"})).headers["content-type"].startswith("text/html")
    assert (await client.get("", headers={"accept": PLAIN})).status_code == 400


async def test_variables_that_are_no_json_in_a_get_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("", params={"query": QUERY, "variables": "{"})).status_code == 400


async def test_a_mutation_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("", json={"query": "mutation { a }"}, headers={"accept": GRAPHQL})
    assert answer.status_code == 400
    assert "not supported" in answer.json()["errors"][0]["message"]


async def test_a_subscription_by_plain_http_is_refused_and_told_how_it_is_answered(client: httpx.AsyncClient) -> None:
    for accept in (PLAIN, GRAPHQL, "*/*"):
        answer = await client.post("", json={"query": "subscription { authors { name } }"}, headers={"accept": accept})
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "text/event-stream" in error["message"]
        assert "graphql-transport-ws" in error["message"]


async def test_a_database_that_is_gone_is_503_without_a_word_of_sql(index: Any, dsn: str) -> None:
    gone = await asyncpg.connect(dsn)
    await gone.close()
    app = graphql_app(lambda: index.engine, Lent(gone))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/", json={"query": QUERY})
    assert answer.status_code == 503
    assert answer.json() == {
        "data": None,
        "errors": [
            {
                "message": "The database does not answer. Try again later.",
                "extensions": {"code": "UNAVAILABLE"},
            }
        ],
    }


async def test_the_engine_of_the_moment_answers(index: Any) -> None:
    served: list[Engine] = [index.engine]
    app = graphql_app(lambda: served[0], Lent(index.connection))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        served[0] = Engine.build(index.schema, index.layout.namespace, "another")
        answer = await client.post("/", json={"query": "{ _meta { deployment } }"})
    assert answer.json() == {"data": {"_meta": {"deployment": "another"}}}
