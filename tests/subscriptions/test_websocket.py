"""GraphQL by WebSocket against the running server, message by message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from subscriptions.conftest import Shop
from support.projects import write_item
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from docgraph.api import websocket
from docgraph.server.answering import SHUTDOWN_SECONDS
from docgraph.server.running import index_once

PROTOCOL = "graphql-transport-ws"
NAMES = "subscription { items(orderBy: name) { name } }"


class Client:
    """A client that says what it is told to, right or wrong."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, kind: str, **rest: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **rest}))

    async def ask(self, id: str, query: str, **rest: Any) -> None:
        await self.say("subscribe", id=id, payload={"query": query, **rest})

    async def hear(self) -> Any:
        return json.loads(await self.socket.recv())

    async def greet(self) -> None:
        await self.say("connection_init")
        assert await self.hear() == {"type": "connection_ack"}

    async def names(self, id: str) -> list[str]:
        """The names in the next message, which is of that operation."""
        heard = await self.hear()
        assert (heard["type"], heard["id"]) == ("next", id), heard
        return [each["name"] for each in heard["payload"]["data"]["items"]]

    async def closed(self) -> tuple[int, str]:
        with pytest.raises(ConnectionClosed) as ended:
            await self.socket.recv()
        assert ended.value.rcvd is not None
        return ended.value.rcvd.code, ended.value.rcvd.reason


@asynccontextmanager
async def client_of(shop: Shop) -> AsyncIterator[Client]:
    async with connect(shop.socket, subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == PROTOCOL
        yield Client(socket)


@asynccontextmanager
async def greeted(shop: Shop) -> AsyncIterator[Client]:
    async with client_of(shop) as client:
        await client.greet()
        yield client


async def test_a_subscriber_is_told_each_block_that_changes_the_answer_and_no_other(shop: Shop) -> None:
    async with greeted(shop) as client:
        await client.ask("a", NAMES)
        assert await client.names("a") == ["item 0", "item 1"]
        await shop.edit(1, "edited")
        assert await client.names("a") == ["edited", "item 0"]
        (shop.settings.project / "groups" / "g10.json").write_text("{}")
        await index_once(shop.settings, lambda event: None)  # a block, but not of items
        await shop.edit(0, "last")
        assert await client.names("a") == ["edited", "last"]


async def test_operations_of_one_connection_are_told_apart_and_ended_one_by_one(shop: Shop) -> None:
    async with greeted(shop) as client:
        await client.ask("a", NAMES)
        assert await client.names("a") == ["item 0", "item 1"]
        by_id = "subscription S($id: ID!) { item(id: $id) { name } } query Q { __typename }"
        await client.ask("b", by_id, operationName="S", variables={"id": "i000001"})
        assert await client.hear() == {"id": "b", "type": "next", "payload": {"data": {"item": {"name": "item 1"}}}}
        await client.say("complete", id="a")
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}
        await shop.edit(1, "edited")
        assert (await client.hear())["id"] == "b"
        await client.ask("a", NAMES)
        assert await client.names("a") == ["edited", "item 0"]


async def test_a_query_is_answered_once_and_completed(shop: Shop) -> None:
    async with greeted(shop) as client:
        await client.ask("q", "{ items(first: 1) { id } }")
        assert await client.hear() == {
            "id": "q",
            "type": "next",
            "payload": {"data": {"items": [{"id": "i000000"}]}},
        }
        assert await client.hear() == {"id": "q", "type": "complete"}
        await client.ask("q", "{ __schema { subscriptionType { name } } }")
        assert (await client.hear())["payload"]["data"] == {"__schema": {"subscriptionType": {"name": "Subscription"}}}


@pytest.mark.parametrize("query", ["{ nothing }", "{ items {", "subscription { nothing }", "mutation { a }", ""])
async def test_what_is_not_executed_ends_with_its_errors(shop: Shop, query: str) -> None:
    async with greeted(shop) as client:
        await client.ask("q", query)
        heard = await client.hear()
        assert (heard["id"], heard["type"]) == ("q", "error")
        assert heard["payload"][0]["extensions"]["code"]
        await client.ask("q", "{ __typename }")  # the id is free again, and nothing is left over
        assert await client.hear() == {"id": "q", "type": "next", "payload": {"data": {"__typename": "Query"}}}


async def test_who_does_not_greet_in_time_is_shut_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.1)
    async with client_of(shop) as client:
        assert await client.closed() == (4408, "Connection initialisation timeout")


async def test_who_has_greeted_may_be_silent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.1)
    async with greeted(shop) as silent, client_of(shop) as other:
        await other.closed()
        await silent.say("ping")
        assert await silent.hear() == {"type": "pong"}


async def test_each_breach_of_the_protocol_closes_with_its_code(shop: Shop) -> None:
    async with client_of(shop) as client:
        await client.ask("a", NAMES)
        assert await client.closed() == (4401, "Unauthorized")
    async with greeted(shop) as client:
        await client.say("connection_init")
        assert await client.closed() == (4429, "Too many initialisation requests")
    async with greeted(shop) as client:
        await client.ask("a", NAMES)
        await client.hear()
        await client.ask("a", NAMES)
        assert await client.closed() == (4409, "Subscriber for a already exists")
    for message in ("{", b"{}", '{"type":"start","id":"1","payload":{}}'):
        async with greeted(shop) as client:
            await client.socket.send(message)
            assert (await client.closed())[0] == 4400
    async with connect(shop.socket) as socket:
        assert (await Client(socket).closed())[0] == 4406
    assert shop.current.subscriptions._count == 0


async def test_a_message_past_the_size_of_a_request_closes(shop: Shop) -> None:
    async with greeted(shop) as client:
        await client.ask("a", "#" * 2_000_001)
        assert (await client.closed())[0] == 1009


async def test_the_subscriptions_of_a_connection_and_of_the_process_are_bounded_by_the_settings(shop: Shop) -> None:
    async with greeted(shop) as first, greeted(shop) as second, greeted(shop) as third:
        for client in (first, second):
            for number in range(10):
                await client.ask(str(number), NAMES)
            for _ in range(10):
                assert (await client.hear())["type"] == "next"
        await first.ask("more", NAMES)
        assert "10 operations" in (await first.hear())["payload"][0]["message"]
        await third.ask("more", NAMES)
        (error,) = (await third.hear())["payload"]
        assert error["extensions"] == {"code": "TOO_MANY_SUBSCRIPTIONS"}
        assert "20 subscriptions" in error["message"]
        await first.say("complete", id="0")
        await first.say("ping")
        assert await first.hear() == {"type": "pong"}
        await third.ask("more", NAMES)
        assert await third.names("more") == ["item 0", "item 1"]


async def test_nothing_is_left_of_a_client_that_vanishes_in_the_middle_of_a_statement(shop: Shop, dsn: str) -> None:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with asyncpg.create_pool(dsn, min_size=0) as pool, pool.acquire() as locking, pool.acquire() as watching:
        table = await locking.fetchval(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables "
            "where table_name = 'item' and table_type = 'BASE TABLE'"
        )
        async with locking.transaction(), greeted(shop) as client:
            await locking.execute(f"lock table {table} in access exclusive mode")
            await client.ask("a", NAMES)
            await client.ask("b", "{ items { id } }")
            while await watching.fetchval(waiting) != 2:
                pass
            client.socket.transport.abort()
            while await watching.fetchval(waiting):
                pass
    assert (shop.current.subscriptions._count, shop.current.subscriptions._shared) == (0, {})


async def test_a_client_that_does_not_read_costs_no_memory_and_finds_the_latest_answer(shop: Shop) -> None:
    long = "x" * 1_000_000  # sent as it is: 20 of them are more than a connection's buffers hold
    async with connect(shop.socket, subprotocols=[PROTOCOL], compression=None, max_size=None) as socket:  # type: ignore[list-item]
        client = Client(socket)
        await client.greet()
        await client.ask("a", NAMES)
        await client.names("a")
        socket.transport.pause_reading()
        for number in range(20):
            await shop.edit(1, f"{number:02}{long}")
        socket.transport.resume_reading()
        heard = [await client.names("a")]
        while not heard[-1][0].startswith("19"):
            heard.append(await client.names("a"))
        assert len(heard) < 20


async def test_ending_the_server_tells_clients_that_it_restarts(shop: Shop) -> None:
    async with greeted(shop) as client:
        await client.ask("a", NAMES)
        await client.hear()
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            await shop.stop()
        assert (await client.closed())[0] == 1012


async def test_a_subscription_goes_on_when_another_deployment_takes_over(shop: Shop) -> None:
    project = shop.settings.project
    async with greeted(shop) as client:
        await client.ask("a", NAMES)
        await client.ask("size", "subscription { items { size } }")
        for _ in range(2):
            await client.hear()
        schema, mapping = project / "schema.graphql", project / "mappings" / "items.py"
        schema.write_text(schema.read_text().replace("size: Int!", "weight: Int!"))
        mapping.write_text(mapping.read_text().replace("size=", "weight="))
        write_item(project, 1, name="edited")
        await index_once(shop.settings, lambda event: None)
        heard = {}
        for _ in range(2):
            message = await client.hear()
            heard[message["id"]] = message
        assert heard["a"]["payload"]["data"]["items"][0] == {"name": "edited"}
        assert heard["size"]["type"] == "error"
        assert "Cannot query field" in heard["size"]["payload"][0]["message"]


async def test_before_anything_is_served_a_client_is_told_to_come_again(shop: Shop, dsn: str) -> None:
    shop.current.engine = None
    connection = await asyncpg.connect(dsn)
    await connection.execute("update docgraph.deployment set status = 'retired'")
    await connection.close()
    async with connect(shop.socket, subprotocols=[PROTOCOL]) as socket:  # type: ignore[list-item]
        assert (await Client(socket).closed())[0] == 1013
