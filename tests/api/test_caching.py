"""What caches may keep: nothing without asking, and asking costs no body where nothing has changed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import pytest_asyncio
from support.lending import Lent

from docgraph.api.execute import Engine
from docgraph.api.http import graphql_app

ROWS = {"Author": [{"id": "0x01", "name": "Ann"}]}
ASKED = {"query": "{ authors { name } }"}
PINNED = {"query": "{ authors(block: {number: 1}) { name } _meta(block: {number: 1}) { deployment } }"}


@pytest_asyncio.fixture
async def index(make: Any, pages_schema: str) -> Any:
    return await make(pages_schema, ROWS)


@pytest_asyncio.fixture
async def client(index: Any) -> Any:
    app = graphql_app(lambda: index.engine, Lent(index.connection))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/graphql") as made:
        yield made


@pytest.mark.parametrize("asked", [ASKED, PINNED, {"query": "{ __typename }"}])
async def test_an_answer_to_get_is_kept_and_asked_for_each_time(client: httpx.AsyncClient, asked: Any) -> None:
    answer = await client.get("", params=asked)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    again = await client.get("", params=asked, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == answer.headers[name]
    assert "content-type" not in again.headers


async def test_an_answer_that_has_changed_is_sent_again(index: Any, client: httpx.AsyncClient) -> None:
    before = await client.get("", params=ASKED)
    await index.fill({"Author": [{"id": "0x02", "name": "Bob"}]}, since=2)
    after = await client.get("", params=ASKED, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json() == {"data": {"authors": [{"name": "Ann"}, {"name": "Bob"}]}}
    assert after.headers["etag"] != before.headers["etag"]


async def test_an_answer_at_a_block_is_another_when_another_deployment_is_served(index: Any) -> None:
    served = [index.engine]
    app = graphql_app(lambda: served[0], Lent(index.connection))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        before = await client.get("/", params=PINNED)
        served[0] = Engine.build(index.schema, index.layout.namespace, "another")
        after = await client.get("/", params=PINNED, headers={"if-none-match": before.headers["etag"]})
    assert (before.status_code, after.status_code) == (200, 200)
    assert before.headers["cache-control"] == "no-cache"


async def test_tags_are_compared_weakly_and_in_lists(client: httpx.AsyncClient) -> None:
    tag = (await client.get("", params=ASKED)).headers["etag"]
    assert tag.startswith('W/"')
    for given, status in (
        (f'"other", {tag}', 304),
        (tag.removeprefix("W/"), 304),
        ("*", 304),
        ('W/"other"', 200),
        ("", 200),
    ):
        assert (await client.get("", params=ASKED, headers={"if-none-match": given})).status_code == status


async def test_both_media_types_have_tags_of_their_own(client: httpx.AsyncClient) -> None:
    tags = {
        (await client.get("", params=ASKED, headers={"accept": media})).headers["etag"]
        for media in ("application/json", "application/graphql-response+json")
    }
    assert len(tags) == 2


async def test_what_is_refused_is_not_stored_and_post_says_nothing_about_caches(client: httpx.AsyncClient) -> None:
    strict = {"accept": "application/graphql-response+json"}
    refused = await client.get("", params={"query": "{ nope }"}, headers=strict)
    assert (refused.status_code, refused.headers["cache-control"]) == (400, "no-store")
    assert "etag" not in refused.headers
    posted = await client.post("", json=ASKED, headers={"if-none-match": "*"})
    assert posted.status_code == 200
    assert {"etag", "cache-control"}.isdisjoint(posted.headers)


async def test_head_is_told_what_get_would_be(client: httpx.AsyncClient) -> None:
    got, headed = await client.get("", params=ASKED), await client.head("", params=ASKED)
    assert headed.status_code == 200
    assert headed.headers == got.headers
