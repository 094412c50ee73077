"""GraphQL by server-sent events against the running server, byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from subscriptions.conftest import Shop

from docgraph.api import events
from docgraph.server.answering import SHUTDOWN_SECONDS

ASKS = {"accept": "text/event-stream"}
NAMES = "subscription { items(orderBy: name) { name } }"


class Stream:
    """The events of one response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def event(self) -> tuple[str, str]:
        """Name and data of the next event; ("", "") is a comment. Raises StopAsyncIteration at the end."""
        fields = {"event": "", "data": ""}
        while line := await anext(self._lines):
            name, _, content = line.partition(": ")
            fields[name] = content
        return fields["event"], fields["data"]

    async def names(self) -> list[str]:
        name, data = await self.event()
        assert name == "next"
        return [each["name"] for each in json.loads(data)["data"]["items"]]


@asynccontextmanager
async def asked(shop: Shop, method: str = "POST", **request: Any) -> AsyncIterator[Stream]:
    async with (
        httpx.AsyncClient(timeout=30) as client,
        client.stream(method, shop.url, headers=ASKS, **request) as response,
    ):
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield Stream(response)


@pytest.mark.parametrize(("method", "place"), [("POST", "json"), ("GET", "params")])
async def test_a_subscriber_is_told_each_block_that_changes_the_answer(shop: Shop, method: str, place: str) -> None:
    request: dict[str, Any] = {place: {"query": NAMES}}
    async with asked(shop, method, **request) as stream:
        assert await stream.names() == ["item 0", "item 1"]
        await shop.edit(1, "one\nedited\r")
        assert await stream.names() == ["item 0", "one\nedited\r"]


async def test_a_query_is_one_event_and_its_end(shop: Shop) -> None:
    async with asked(
        shop, json={"query": "query Q($n: Int) { items(first: $n) { id } }", "variables": {"n": 1}}
    ) as told:
        assert await told.event() == ("next", '{"data":{"items":[{"id":"i000000"}]}}')
        assert await told.event() == ("complete", "")
        with pytest.raises(StopAsyncIteration):
            await told.event()


async def test_what_is_not_executed_is_told_as_an_event(shop: Shop) -> None:
    for query in ("subscription { nothing }", "{ items {", "mutation { a }"):
        async with asked(shop, json={"query": query}) as stream:
            name, told = await stream.event()
            assert name == "next"
            assert json.loads(told)["errors"][0]["extensions"]["code"]
            assert await stream.event() == ("complete", "")


async def test_what_is_no_request_is_refused_as_everywhere(shop: Shop) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.post(shop.url, content=b"{", headers=ASKS)).status_code == 415
        assert (await client.post(shop.url, json=[1], headers=ASKS)).status_code == 400
        assert (await client.put(shop.url, headers=ASKS)).status_code == 405
        plain = await client.post(shop.url, json={"query": NAMES})
        assert plain.status_code == 400
        assert "text/event-stream" in plain.json()["errors"][0]["message"]


async def test_a_client_that_takes_json_as_well_gets_a_query_as_json(shop: Shop) -> None:
    accept = {"accept": "application/graphql-response+json, application/json, text/event-stream"}
    async with httpx.AsyncClient() as client:
        answer = await client.post(shop.url, json={"query": "{ items(first: 1) { id } }"}, headers=accept)
        assert answer.json() == {"data": {"items": [{"id": "i000000"}]}}
        async with client.stream("POST", shop.url, json={"query": NAMES}, headers=accept) as response:
            assert await Stream(response).names() == ["item 0", "item 1"]


async def test_while_nothing_happens_a_comment_keeps_the_connection(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT", 0.05)
    async with asked(shop, json={"query": NAMES}) as stream:
        await stream.names()
        for _ in range(3):
            assert await stream.event() == ("", "")


async def test_nothing_is_left_of_a_client_that_leaves(shop: Shop) -> None:
    async with asked(shop, json={"query": NAMES}) as stream:
        await stream.names()
        assert shop.current.subscriptions._count == 1
        (shared,) = shop.current.subscriptions._shared.values()
    await asyncio.wait([shared._task], timeout=10)
    assert shared._task.cancelled()
    assert (shop.current.subscriptions._count, shop.current.subscriptions._shared) == (0, {})


async def test_ending_the_server_ends_the_stream_without_completing_the_subscription(shop: Shop) -> None:
    async with asked(shop, json={"query": NAMES}) as stream:
        await stream.names()
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            await shop.stop()
        with pytest.raises(StopAsyncIteration):
            await stream.event()
