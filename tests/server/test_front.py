"""The front answers as the application behind it would, and leaves to it what it does not know."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from support.projects import write_items_project

from docgraph.server.answering import answer
from docgraph.server.app import create_app
from docgraph.server.front import Front
from docgraph.server.listening import address, listening
from docgraph.server.running import index_once
from docgraph.server.serving import Serving, serving
from docgraph.server.settings import read_settings

ITEMS = "{ items { id name } }"
JSON = {"content-type": "application/json"}
BODIES: Mapping[str, bytes] = {
    "a query": b'{"query": "{ items(first: 1) { name } }"}',
    "a large answer": json.dumps({"query": ITEMS}).encode(),
    "variables": b'{"query": "query ($n: Int) { items(first: $n) { name } }", "variables": {"n": 2}}',
    "nulls": b'{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}',
    "an operation": b'{"query": "query A { __typename } query B { items { id } }", "operationName": "A"}',
    "unknown keys": b'{"query": "{ __typename }", "other": [1]}',
    "introspection": b'{"query": "{ __schema { queryType { name } } }"}',
    "a syntax error": b'{"query": "{"}',
    "an invalid query": b'{"query": "{ nothing }"}',
    "a wrong variable": b'{"query": "query ($n: Int) { items(first: $n) { name } }", "variables": {"n": "x"}}',
    "a range": b'{"query": "query ($n: Int) { items(first: $n) { name } }", "variables": {"n": 2000}}',
    "a block beyond": b'{"query": "{ items(block: {number: 99}) { id } }"}',
    "no operation": b'{"query": "query A { __typename }", "operationName": "B"}',
    "a subscription": b'{"query": "subscription { items { id } }"}',
    "no JSON": b"{",
    "no UTF-8": b'{"query": "\xff"}',
    "no object": b"7",
    "a batch": b"[]",
    "no query": b"{}",
    "an empty query": b'{"query": ""}',
    "a query that is no text": b'{"query": 7}',
    "variables that are no object": b'{"query": "{ __typename }", "variables": [1]}',
    "an operation that is no text": b'{"query": "{ __typename }", "operationName": 7}',
    "extensions that are no object": b'{"query": "{ __typename }", "extensions": 7}',
    "a hash": b'{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}',
    "nothing": b"",
    "too much": b'{"query": "{ __typename }", "other": "' + b"x" * 3_000_000 + b'"}',
}
HEADERS: Mapping[str, dict[str, str]] = {
    "plain": JSON,
    "charset": {"content-type": "Application/JSON; charset=utf-8"},
    "GraphQL": {**JSON, "accept": "application/graphql-response+json, application/json;q=0.9"},
    "JSON": {**JSON, "accept": "application/json"},
    "events or JSON": {**JSON, "accept": "text/event-stream, application/json"},
    "events": {**JSON, "accept": "text/event-stream"},
    "uncompressed": {**JSON, "accept-encoding": "identity"},
    "brotli": {**JSON, "accept-encoding": "br"},
    "an origin": {**JSON, "origin": "https://elsewhere.example"},
    "an origin with a cookie": {**JSON, "origin": "https://elsewhere.example", "cookie": "a=b"},
    "text": {"content-type": "text/plain"},
    "an encoding": {**JSON, "content-encoding": "gzip"},
    "a browser": {**JSON, "accept": "text/html,*/*;q=0.8"},
}
NOT_FOR_THE_FRONT = {"content-encoding": "identity"}
OF_THE_MOMENT = {"date", "server"}


@asynccontextmanager
async def served(dsn: str, folder: Path) -> AsyncIterator[Serving]:
    settings = read_settings(write_items_project(folder / "shop", 100), database_url=dsn, index="shop", environment={})
    await index_once(settings, lambda event: None)
    async with serving(settings, lambda event: None) as current:
        yield current


def _told(answer: httpx.Response) -> tuple[Any, ...]:
    headers = sorted((name, value) for name, value in answer.headers.multi_items() if name not in OF_THE_MOMENT)
    # What is packed twice need not be packed alike, but is alike.
    if "content-encoding" in answer.headers:
        headers = [(name, value) for name, value in headers if name != "content-length"]
    vary = sorted({each.strip() for name, value in headers if name == "vary" for each in value.split(",")})
    return answer.status_code, [each for each in headers if each[0] != "vary"], vary, answer.content


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_an_answer_is_the_one_of_the_application_behind(
    headers: dict[str, str], dsn: str, tmp_path: Path
) -> None:
    endless = "event-stream" in headers.get("accept", "")
    bodies = {name: body for name, body in BODIES.items() if not (endless and name == "a subscription")}
    async with served(dsn, tmp_path) as current:
        front = create_app(current)
        assert isinstance(front, Front)
        told = []
        for app in (front, front._behind):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://docgraph") as client:
                answers = [await client.post("/graphql", content=body, headers=headers) for body in bodies.values()]
            told.append(dict(zip(bodies, map(_told, answers), strict=True)))
    assert told[0] == told[1]


async def test_over_the_wire_an_answer_is_the_one_of_the_application_behind(dsn: str, tmp_path: Path) -> None:
    async with served(dsn, tmp_path) as current:
        with listening("127.0.0.1", 0) as sock:
            answering = asyncio.create_task(answer(sock, current))
            async with httpx.AsyncClient(base_url=address(sock), timeout=60) as client:
                for headers in (HEADERS["plain"], HEADERS["uncompressed"], {**JSON, "connection": "close"}):
                    for name, body in BODIES.items():
                        short = await client.post("/graphql", content=body, headers=headers)
                        long = await client.post("/graphql", content=body, headers={**headers, **NOT_FOR_THE_FRONT})
                        assert _told(short) == _told(long), name
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)


async def test_requests_that_come_at_once_on_one_connection_are_answered_in_their_order(
    dsn: str, tmp_path: Path
) -> None:
    asked = [b'{"query":"{ a%d: __typename }"}' % number for number in range(20)]
    head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
    async with served(dsn, tmp_path) as current:
        with listening("127.0.0.1", 0) as sock:
            answering = asyncio.create_task(answer(sock, current))
            reader, writer = await asyncio.open_connection(*sock.getsockname())
            writer.write(b"".join(head % (len(each), each) for each in asked))
            for number in range(20):
                length = b""
                while (line := await reader.readline()) != b"\r\n":
                    length = line.partition(b":")[2] if line.startswith(b"content-length") else length
                assert await reader.readexactly(int(length)) == b'{"data":{"a%d":"Query"}}' % number
            writer.close()
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)


class Unasked:
    """An application that nobody is to ask."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the front left a request to the application behind")


async def test_plain_queries_are_not_left_to_the_application_behind(dsn: str, tmp_path: Path) -> None:
    body = BODIES["variables"]

    async def parts() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 10):
            yield body[at : at + 10]

    async with served(dsn, tmp_path) as current:
        transport = httpx.ASGITransport(app=Front(current, Unasked()))
        async with httpx.AsyncClient(transport=transport, base_url="http://docgraph") as client:
            answers = [await client.post("/graphql", content=each, headers=JSON) for each in (body, parts())]
    for each in answers:
        assert len(each.json()["data"]["items"]) == 2
