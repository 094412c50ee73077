"""An index that is dropped while it is served: nothing is served then, and what comes next is."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import httpx
import pytest
from subscriptions.conftest import Shop
from subscriptions.test_websocket import NAMES, client_of

from docgraph.server import serving
from docgraph.server.keeping import drop
from docgraph.server.running import index_once
from docgraph.server.settings import read_settings
from docgraph.store.connection import Connection
from docgraph.store.served import Served, status

QUERY = {"query": "{ items(orderBy: name) { name } }"}


def agreed() -> None:
    """Drop it, without asking anybody."""


async def told(client: httpx.AsyncClient, shop: Shop, code: str) -> httpx.Response:
    """Ask until the answer is an error with that code."""
    async with asyncio.timeout(30):
        while True:
            answer = await client.post(shop.url, json=QUERY)
            if [each["extensions"]["code"] for each in answer.json().get("errors", ())] == [code]:
                return answer


async def test_a_dropped_index_is_not_served_any_more_and_what_is_indexed_next_is(shop: Shop) -> None:
    async with client_of(shop) as subscriber, httpx.AsyncClient() as client:
        await subscriber.greet()
        await subscriber.ask("a", NAMES)
        assert await subscriber.names("a") == ["item 0", "item 1"]
        await drop(shop.settings, agreed)
        answer = await told(client, shop, "NOT_READY")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "graph-indexed" not in answer.headers
        root = shop.url.removesuffix("/graphql")
        assert (await client.get(f"{root}/ready")).status_code == 503
        assert (await client.get(f"{root}/schema.graphql")).status_code == 503
        assert (await client.get(f"{root}/status")).json()["deployment"] is None

        await subscriber.ask("b", NAMES)
        refused = await subscriber.hear()
        assert (refused["type"], refused["id"]) == ("error", "b")
        assert refused["payload"][0]["extensions"] == {"code": "NOT_READY"}

        await shop.edit(1, "after the drop")
        assert await subscriber.names("a") == ["after the drop", "item 0"]
        assert (await client.post(shop.url, json=QUERY)).status_code == 200


async def test_dropping_another_index_changes_nothing(shop: Shop) -> None:
    other = read_settings(shop.settings.project, database_url=shop.settings.database_url, index="other", environment={})
    await index_once(other, lambda event: None)
    engine = shop.current.engine
    await drop(other, agreed)
    async with client_of(shop) as subscriber:
        await subscriber.greet()
        await subscriber.ask("a", NAMES)
        await subscriber.names("a")
        await shop.edit(1, "edited")
        assert await subscriber.names("a") == ["edited", "item 0"]  # heard after whatever the drop had told
    assert shop.current.engine is engine


async def test_whoever_asks_before_the_drop_was_heard_of_is_told_to_try_again(shop: Shop) -> None:
    engine = shop.current.serving_engine()
    connection = await asyncpg.connect(shop.settings.database_url)
    await connection.execute('drop schema "docgraph_d1" cascade')
    answer = await engine.execute(shop.current.readers, QUERY["query"])
    assert answer.status == 503
    told = {"message": "What was served is gone. Try again later.", "extensions": {"code": "UNAVAILABLE"}}
    assert json.loads(answer.body) == {"data": None, "errors": [told]}
    # As between two statements of who looks what is served, and how it is doing.
    assert await serving.served(connection, "shop") is None
    assert (await status(connection, "shop")).block is None
    await connection.close()


async def test_a_look_that_ends_late_does_not_take_back_what_a_later_one_has_seen(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, over = asyncio.Event(), asyncio.Event()
    really = serving.served

    async def slowly(connection: Connection, index: str) -> Served | None:
        if asyncio.current_task() is not late:  # whoever follows may look as well
            return await really(connection, index)
        asked.set()
        await over.wait()
        return None

    monkeypatch.setattr(serving, "served", slowly)
    late = asyncio.create_task(shop.current.look())
    await asked.wait()
    assert await shop.current.look() is not None
    over.set()
    assert await late is None
    assert shop.current.engine is not None
    assert shop.current.latest is not None
