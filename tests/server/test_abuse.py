"""Abuse of a running server: whatever is sent, no fault of ours, not a word of what is inside, and answers after it.

In small among the tests; `make fuzz` sends some hundred times as much.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.abuse import (
    FILTERS,
    MONSTERS,
    TEXTS,
    VALUES,
    VARIABLES,
    broken_queries,
    nested,
    write_pages_project,
)
from support.processes import Running, docgraph

REFUSALS = {400, 404, 405, 413, 414, 415, 431}
# What only somebody who looks inside could say.
INSIDE = re.compile(
    r"Traceback|File \"|line \d+, in |asyncpg|site-packages|docgraph_|\$history|pg_|syntax error at or near|relation "
    r"|operator does not exist|SQLSTATE|/src/|\.py\b|object at 0x",
)
CONTROLS = bytes((*range(32), 127))  # no header may hold them
JSON_TYPE = {"content-type": "application/json"}
examples = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def told_from_inside(message: str, request: object) -> list[str]:
    """What a message holds that only somebody who looks inside could say; a message may repeat what was sent."""
    sent = repr(request).replace("\\", "")
    return [found for found in INSIDE.findall(message) if found.replace("\\", "") not in sent]


class Server:
    """A running server, and a client that looks at each of its answers."""

    def __init__(self, running: Running, address: str, client: httpx.AsyncClient) -> None:
        self.running, self.address, self.client = running, address, client

    async def send(self, method: str = "POST", **request: Any) -> httpx.Response:
        """The answer, which is one that may be given."""
        answer = await self.client.request(method, f"{self.address}/graphql", **request)
        assert answer.status_code in {200, *REFUSALS}, answer.text[:1000]
        told = answer.json()
        assert told.keys() <= {"data", "errors"}
        for each in told.get("errors", ()):
            assert each["extensions"]["code"] not in {"INTERNAL_SERVER_ERROR", "UNAVAILABLE"}, each
            assert told_from_inside(each["message"], request) == [], each
        return answer

    async def ask(self, query: str, variables: Any = None) -> httpx.Response:
        """The answer to a query; the body is JSON as Python writes it, with escapes for what is no text."""
        return await self.send(content=json.dumps({"query": query, "variables": variables}).encode(), headers=JSON_TYPE)

    async def raw(self, request: bytes) -> bytes:
        """What comes back for these bytes on a connection of their own, until the server ends it."""
        at = urlsplit(self.address)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        try:
            writer.write(request)
            writer.write_eof()
            async with asyncio.timeout(30):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def is_sound(self) -> None:
        """It answers, and has told of no fault."""
        answer = await self.ask("{ pages { id title } }")
        assert answer.json()["data"]["pages"][0] == {"id": "00", "title": "A 'page'"}
        assert [each for each in self.running.events("Logged") if each["level"] != "warning"] == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running_server(server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    project = write_pages_project(tmp_path_factory.mktemp("abuse") / "pages")
    connection = await asyncpg.connect(server_dsn)
    database = "abuse"
    await connection.execute(f"drop database if exists {database} with (force)")
    await connection.execute(f"create database {database} template template0")
    environment = {"DATABASE_URL": urlsplit(server_dsn)._replace(path=f"/{database}").geturl()}
    async with (
        docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running,
        httpx.AsyncClient(timeout=60) as client,
    ):
        address = await running.address()
        await running.event("BlockCommitted")
        yield Server(running, address, client)
    await connection.execute(f"drop database {database} with (force)")
    await connection.close()


@pytest_asyncio.fixture
async def server(running_server: Server) -> AsyncIterator[Server]:
    """The server, which is sound after the test."""
    yield running_server
    await running_server.is_sound()


@pytest.mark.parametrize("name", MONSTERS)
async def test_queries_of_monstrous_size_are_answered_or_refused(server: Server, name: str) -> None:
    await server.ask(MONSTERS[name])
    if len(asked := urlencode({"query": MONSTERS[name]})) < 60_000:  # the client's own limit
        await server.send("GET", params=asked)


async def test_bodies_of_monstrous_size_are_refused(server: Server) -> None:
    huge = b"a" * 10_000_000
    for body in (
        b'{"query": "' + huge + b'"}',
        b'{"query": "{ pages { id } }", "variables": {"a": "' + huge + b'"}}',
        b"[" * 1_000_000,
        b'{"a":' * 300_000,
        b'{"query": "{ pages { id } }", "variables": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b'{"query": "{ pages { id } }", "variables": {"a": ' + b"9" * 1_000_000 + b"}}",
        b'{"query": "{ pages { id } }", "variables": {"a": 1e999999}}',
        b'{"query": "\\ud800"}',
        b'{"query": "\xed\xa0\x80"}',
        b'{"query": "\xff\xfe"}',
        "{}".encode("utf-16"),
        b'\xef\xbb\xbf{"query": "{ pages { id } }"}',
        b'{"query": "{ pages { id } }"} trailing',
        b'{"query": "{ pages { id } }", "query": 1}',
        b"NaN",
        b"",
    ):
        await server.send(content=body, headers=JSON_TYPE)


@pytest.mark.parametrize("key", ["not", "and", "or", "links_", "notes_none", "author_"])
async def test_filters_of_any_depth_are_answered_or_refused(server: Server, key: str) -> None:
    for depth in (10, 60, 199, 1_000, 5_000):
        body = '{"query": ' + json.dumps(VARIABLES["where"]) + ', "variables": {"where": '
        body += ('{"' + key + '":') * depth + "{}" + "}" * (depth + 2)
        await server.send(content=body.encode(), headers=JSON_TYPE)
    await server.ask(VARIABLES["where"], {"where": nested(key, 150)})


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_every_text_is_taken_as_what_it_is_or_refused(server: Server, name: str, text: str) -> None:
    for value in (
        text,
        [text],
        {"title": text},
        {"title_contains": text},
        {text: text},
        {"hash": text},
        {"id_in": [text]},
    ):
        await server.ask(VARIABLES[name], {name: value})
    await server.ask(f"{{ page(id: {json.dumps(text)}) {{ id }} }}")
    await server.ask(f"{{ {text}: pages {{ id }} }}")


async def test_half_a_surrogate_is_refused_or_taken_wherever_it_stands(server: Server) -> None:
    for text in ("\ud800", "a\udfffb", "\udc00\ud800"):
        for value in (text, {"title": text}, [text]):
            for name, query in VARIABLES.items():
                await server.ask(query, {name: value})
        await server.send(content=json.dumps({"query": "{ __typename }", "operationName": text}), headers=JSON_TYPE)


@examples
@given(st.sampled_from(sorted(VARIABLES)), VALUES | FILTERS)
async def test_any_value_of_any_variable_is_answered_or_refused(server: Server, name: str, value: Any) -> None:
    await server.ask(VARIABLES[name], {name: value})


@examples
@given(FILTERS)
async def test_any_value_under_any_key_of_a_filter_is_answered_or_refused(
    server: Server, where: dict[str, Any]
) -> None:
    await server.ask(VARIABLES["where"], {"where": where})


@examples
@given(broken_queries(), st.none() | st.dictionaries(st.text(max_size=5), VALUES, max_size=2))
async def test_broken_queries_are_answered_or_refused(server: Server, query: str, variables: Any) -> None:
    await server.ask(query, variables)


@examples
@given(
    VALUES
    | st.fixed_dictionaries({}, optional=dict.fromkeys(("query", "variables", "operationName", "extensions"), VALUES))
)
async def test_any_json_is_answered_or_refused(server: Server, body: Any) -> None:
    await server.send(content=json.dumps(body).encode(), headers=JSON_TYPE)


@examples
@given(st.binary(max_size=200))
async def test_any_bytes_are_refused(server: Server, body: bytes) -> None:
    await server.send(content=body, headers=JSON_TYPE)
    await server.send("GET", params={"query": body})


@examples
@given(
    st.dictionaries(
        st.sampled_from(
            ["accept", "accept-encoding", "if-none-match", "content-encoding", "content-type", "origin", "range"]
        ),
        st.binary(max_size=30).map(lambda text: text.translate(None, CONTROLS).strip()),
        max_size=4,
    )
)
async def test_any_header_is_put_up_with(server: Server, headers: dict[str, bytes]) -> None:
    await server.send(content=b'{"query": "{ pages { id } }"}', headers={**JSON_TYPE, **headers})  # type: ignore[arg-type]


async def test_a_head_that_does_not_end_is_ended(server: Server) -> None:
    at = urlsplit(server.address)
    for start in (b"GET /graphql HTTP/1.1\r\nhost: a\r\nx: ", b"GET /graphql?query="):
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        writer.write(start)
        sent = 0
        with suppress(ConnectionError):
            while not reader.at_eof() and sent < 100_000_000:
                writer.write(b"a" * 100_000)
                await writer.drain()
                sent += 100_000
        writer.close()
        assert sent < 50_000_000


async def test_what_is_no_http_is_refused_or_ended(server: Server) -> None:
    start = b"POST /graphql HTTP/1.1\r\nhost: a\r\n"
    for request in (
        b"",
        b"\0" * 1000,
        b"\x16\x03\x01\x02\x00\x01",
        b"GET",
        b"GET /graphql?query=%ff%00%c3%28 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"GET /%00%ff/../..//etc/passwd HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"GET /static/..%2f..%2fapp.py HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"GET /graphql?query=" + b"a" * 3_000_000 + b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n",
        start + b"content-length: -1\r\n\r\n",
        start + b"content-length: 99999999999999999999\r\n\r\n{",
        start + b"content-length: 10\r\ncontent-type: application/json\r\n\r\n{",
        start + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        start + b"transfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nffffffffffffffff\r\n{",
        start + b"transfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nzz\r\n",
        start + b"upgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        start + b"upgrade: h2c\r\nconnection: upgrade\r\n\r\n",
        start + b"expect: 100-continue\r\ncontent-length: 5\r\n\r\n",
        start + b"x: " + b"a" * 10_000_000 + b"\r\n\r\n",
        start + b"x: a\r\n" * 100_000 + b"\r\n",
        b"GET /" + b"a" * 10_000_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"A" * 10_000_000,
    ):
        answer = await server.raw(request)
        assert not answer.startswith(b"HTTP/1.1 5"), (request[:60], answer[:200])
        assert told_from_inside(answer.decode(errors="replace"), request) == [], answer
