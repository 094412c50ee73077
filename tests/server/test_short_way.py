"""On the short way past ASGI a request gets what it gets on uvicorn's way, byte by byte, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import asyncpg
import pytest
import uvicorn
from support.projects import write_items_project

from docgraph.api.execute import Engine
from docgraph.server import answering, protocol
from docgraph.server.front import Front
from docgraph.server.listening import listening
from docgraph.server.running import index_once
from docgraph.server.serving import serving
from docgraph.server.settings import read_settings

SPLITS = 6  # of each stream
ITEMS = 300
ASKED = b'{"query":"{ items(first: 2) { id name } }"}'
LARGE = b'{"query":"{ items(first: 300) { id name } }"}'
LAST = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


def post(body: bytes = ASKED, *lines: bytes, target: bytes = b"/graphql", version: bytes = b"1.1") -> bytes:
    """A request, with more lines in its head."""
    head = [b"POST %b HTTP/%b" % (target, version), b"host: x", b"content-type: application/json", *lines]
    return b"\r\n".join([*head, b"content-length: %d" % len(body), b"", body])


def chunked(*lines: bytes) -> bytes:
    head = post(b"", b"transfer-encoding: chunked", *lines).replace(b"content-length: 0\r\n", b"")
    return head + b"5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (ASKED[:5], len(ASKED) - 5, ASKED[5:])


# What a client sends on one connection, before a last request that ends it.
STREAMS: Mapping[str, bytes] = {
    "a query": post(),
    "one after the other": post() + post(LARGE) + post(),
    "one among others": LAST.replace(b"connection: close\r\n", b"") + post() + post(ASKED, target=b"/elsewhere"),
    "as GraphQL": post(b'{"query":"{ nothing }"}', b"accept: application/graphql-response+json"),
    "compressed": post(LARGE, b"accept-encoding: gzip, br"),
    "of an origin": post(ASKED, b"Origin: https://elsewhere.example"),
    "with a cookie": post(ASKED, b"origin: https://elsewhere.example", b"cookie: a=b"),
    "names in capitals": post().replace(b"content", b"CONTENT"),
    "spaces": post(ASKED, b"accept:   application/json \t"),
    "an empty header": post(ASKED, b"x-nothing:"),
    "a folded header": post(ASKED, b"x-folded: a\r\n b"),
    "a header twice": post(ASKED, b"accept: text/html", b"accept: application/json"),
    "no name": post(ASKED, b": value"),
    "no colon": post(ASKED, b"nonsense"),
    "a space before the colon": post(ASKED, b"x-a : b"),
    "a control character": post(ASKED, b"x-a: \x00"),
    "bare line feeds": post().replace(b"\r\n", b"\n"),
    "empty lines first": b"\r\n\r\n" + post(),
    "an empty line between": post() + b"\r\n" + post(),
    "no host": post().replace(b"host: x\r\n", b""),
    "closing": post(ASKED, b"connection: close"),
    "closing in capitals": post(ASKED, b"Connection: Close") + post(),
    "keeping": post(ASKED, b"connection: keep-alive"),
    "1.0": post(version=b"1.0"),
    "1.0, keeping": post(ASKED, b"connection: keep-alive", version=b"1.0"),
    "2.0": post(version=b"2.0"),
    "nonsense": post(version=b"x"),
    "expecting": post(ASKED, b"expect: 100-continue"),
    "chunked": chunked(),
    "chunked twice": chunked() + chunked(),
    "chunked with a length": chunked(b"content-length: 5"),
    "two lengths": post(ASKED, b"content-length: 5"),
    "a length twice": post(ASKED, b"content-length: %d" % len(ASKED)),
    "a signed length": post().replace(b"content-length: ", b"content-length: +"),
    "a huge length": post(ASKED, b"x: y").replace(b"content-length: ", b"content-length: 99999999999999999999"),
    "no length": post().replace(b"content-length: %d\r\n" % len(ASKED), b""),
    "nothing": post(b""),
    "upgrading to nothing known": post(ASKED, b"connection: upgrade, close", b"upgrade: h2c"),
    "parameters": post(target=b"/graphql?a=b"),
    "an encoded path": post(target=b"/gr%61phql"),
    "a path beyond": post(target=b"/graphql/"),
    "an address": post(target=b"http://x/graphql"),
    "a text": post().replace(b"application/json", b"text/plain"),
    "an encoding": post(ASKED, b"content-encoding: gzip"),
    "no JSON": post(b"{"),
    "a subscription": post(b'{"query":"subscription { items { id } }"}'),
    "a wrong value": post(b'{"query":"query ($n: Int) { items(first: $n) { id } }","variables":{"n":"x"}}'),
    "a long head": post(ASKED, b"x-long: " + b"x" * 5_000),
    "an endless head": post(ASKED, b"x-endless: " + b"x" * 3_000_000),
    "much of a body": post(b'{"query":"{ __typename }","other":"' + b"x" * 70_000 + b'"}'),
    "too much of a body": post(b'{"query":"{ __typename }","other":"' + b"x" * 2_500_000 + b'"}'),
}


class Running:
    """A server in this process, and its items, of which nobody gets any while they are locked."""

    def __init__(self, place: tuple[str, int], task: asyncio.Task[None], connection: asyncpg.Connection) -> None:
        self.place, self.task = place, task
        self._connection = connection

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.place)

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        transaction = self._connection.transaction()
        await transaction.start()
        space = await self._connection.fetchval("select namespace from docgraph.deployment")
        await self._connection.execute(f'lock table "{space}".item in access exclusive mode')
        try:
            yield
        finally:
            await transaction.rollback()

    async def waiting(self, statements: int) -> None:
        """Until so many statements wait for the lock."""
        async with asyncio.timeout(60):
            while statements != await self._connection.fetchval(
                "select count(*), pg_sleep(0.01) from pg_locks where not granted"
            ):
                pass

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The connection of a client whose query is not answered before the `async with` ends."""
        reader, writer = await self.connect()
        async with self.locked():
            writer.write(post())
            await self.waiting(1)
            yield reader, writer

    async def closed(self) -> None:
        """Until no further connection is taken."""
        async with asyncio.timeout(60):
            with suppress(ConnectionError):
                while True:
                    _, writer = await self.connect()
                    writer.close()


@asynccontextmanager
async def running(dsn: str, folder: Path) -> AsyncIterator[Running]:
    project = write_items_project(folder / "shop", ITEMS)
    settings = read_settings(project, database_url=dsn, index="shop", environment={})
    await index_once(settings, lambda event: None)
    connection = await asyncpg.connect(dsn)
    async with serving(settings, lambda event: None) as current:
        with listening("127.0.0.1", 0) as sock:
            task = asyncio.create_task(answering.answer(sock, current))
            try:
                yield Running(sock.getsockname(), task, connection)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                await connection.close()


def go_the_long_way(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(protocol._Http, "_take", lambda self, data: False)


@pytest.fixture
def only_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    go_the_long_way(monkeypatch)


def plainly(told: bytes) -> bytes:
    """Without the time of day, and what compression need not do alike."""
    return re.sub(rb"\r\ndate: [^\r]*", b"", told)


async def exchanged(server: Running, packets: Sequence[bytes]) -> bytes:
    """What comes back until the server ends the connection."""
    loop, told = asyncio.get_running_loop(), b""
    with socket.socket() as client:  # of a stream, what was not read yet is lost when the server does not read on
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(client, server.place)

        async def send() -> None:
            with suppress(ConnectionError):
                for packet in packets:
                    await loop.sock_sendall(client, packet)
                    for _ in range(3):  # the server, in the same loop, sees packets of their own, mostly
                        await asyncio.sleep(0)

        sending = asyncio.create_task(send())
        with suppress(ConnectionError):
            async with asyncio.timeout(60):
                while part := await loop.sock_recv(client, 1 << 20):
                    told += part
        await sending
    return told


def packets_of(stream: bytes) -> list[list[bytes]]:
    """The stream in one packet, head and body apart, and in others by chance."""
    chance = random.Random(stream[:100])
    found = [[stream], [part for part in re.split(rb"(?<=\r\n\r\n)|(?=POST)", stream) if part]]
    for _ in range(SPLITS - len(found)):
        cuts = sorted(chance.sample(range(1, len(stream)), chance.randint(1, 4)))
        found.append([stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)])
    return found


async def test_both_ways_give_the_same_bytes_in_whatever_packets_a_request_comes(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(dsn, tmp_path) as server:
        for name, stream in STREAMS.items():
            for packets in packets_of(stream + LAST):
                short = await exchanged(server, packets)
                with monkeypatch.context() as patched:
                    go_the_long_way(patched)
                    long = await exchanged(server, packets)
                assert plainly(short) == plainly(long), (name, list(map(len, packets)))


@pytest.mark.parametrize("packets", [[post()], [post()[: -len(ASKED)], ASKED]], ids=["one", "two"])
async def test_a_plain_query_is_answered_without_asgi(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packets: list[bytes]
) -> None:
    async def called(self: Front, scope: object, receive: object, send: object) -> None:
        raise AssertionError("a plain query went uvicorn's way")

    async with running(dsn, tmp_path) as server:
        monkeypatch.setattr(Front, "__call__", called)
        reader, writer = await server.connect()
        for _ in range(3):
            for packet in packets:
                writer.write(packet)
                await asyncio.sleep(0.0)
                await asyncio.sleep(0.0)
            assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
            await reader.readuntil(b"}]}}")
        writer.close()


async def test_requests_that_come_while_one_is_answered_are_answered_after_it(dsn: str, tmp_path: Path) -> None:
    async with running(dsn, tmp_path) as server:
        async with server.under_way() as (reader, writer):
            writer.write(post(b'{"query":"{ second: __typename }"}'))
            writer.write(post(b'{"query":"{ third: __typename }"}') + LAST)
            await server.waiting(1)
        told = await reader.read()
        writer.close()
    assert re.findall(rb"items|second|third|alive", told) == [b"items", b"second", b"third", b"alive"]


async def test_a_mistake_of_ours_is_told_alike_and_the_connection_goes_on(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(Engine, "execute", broken)
    async with running(dsn, tmp_path) as server:
        short = await exchanged(server, [post(), LAST])
        go_the_long_way(monkeypatch)
        long = await exchanged(server, [post(), LAST])
    assert plainly(short) == plainly(long)
    assert short.startswith(b"HTTP/1.1 500 ")
    assert short.count(b"HTTP/1.1 200 OK") == 1  # the last
    assert [each.exc_info is not None for each in caplog.records if each.levelname == "ERROR"] == [True, True]


async def test_a_query_of_who_left_is_ended(dsn: str, tmp_path: Path) -> None:
    async with running(dsn, tmp_path) as server:
        async with server.under_way() as (_, writer):
            writer.close()
            await server.waiting(0)
        assert (await exchanged(server, [post() + LAST])).count(b"HTTP/1.1 200 OK") == 2


async def stopped_in_the_midst(dsn: str, folder: Path) -> bytes:
    """What a client is told whose query is under way when the server is to stop, and can be answered in time."""
    async with running(dsn, folder) as server:
        async with server.under_way() as (reader, writer):
            server.task.cancel()
            await server.closed()
        told = await reader.read()
        writer.close()
    return plainly(told)


async def test_a_stopping_server_answers_what_is_under_way_and_ends_the_connection(dsn: str, tmp_path: Path) -> None:
    told = await stopped_in_the_midst(dsn, tmp_path)
    assert told.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nconnection: close\r\n" in told
    assert told.endswith(b"}]}}")


@pytest.mark.usefixtures("only_the_long_way")
async def test_so_does_one_on_the_long_way(dsn: str, tmp_path: Path) -> None:
    await test_a_stopping_server_answers_what_is_under_way_and_ends_the_connection(dsn, tmp_path)


async def test_a_stopping_server_tells_whom_it_does_not_answer_any_more(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "SHUTDOWN_SECONDS", 1.0)
    short = await ended_in_the_midst(dsn, tmp_path / "short")
    go_the_long_way(monkeypatch)
    assert short == await ended_in_the_midst(dsn, tmp_path / "long")
    assert short.startswith(b"HTTP/1.1 500 ")


async def ended_in_the_midst(dsn: str, folder: Path) -> bytes:
    """What a client is told whose query cannot be answered before the server stops."""
    async with running(dsn, folder) as server:
        async with server.under_way() as (reader, writer):
            server.task.cancel()
            told = await reader.read()
        writer.close()
    return plainly(told)


async def test_a_stopping_server_waits_for_the_body_of_a_request(dsn: str, tmp_path: Path) -> None:
    async with running(dsn, tmp_path) as server:
        reader, writer = await server.connect()
        writer.write(post() + post()[: -len(ASKED)])
        await reader.readuntil(b"}]}}")
        server.task.cancel()
        await server.closed()
        writer.write(ASKED)
        told = await reader.read()
        writer.close()
    assert told.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nconnection: close\r\n" in told


async def test_a_connection_is_closed_that_has_been_idle_for_long(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering.uvicorn, "Config", partial(uvicorn.Config, timeout_keep_alive=1))
    clock = asyncio.get_running_loop().time
    async with running(dsn, tmp_path) as server:
        reader, writer = await server.connect()
        began = clock()
        while clock() < began + 1.5:  # longer than it may be idle
            writer.write(post())
            await reader.readuntil(b"}]}}")
        idle = clock()
        assert await reader.read() == b""
        assert clock() - idle > 0.9
        writer.close()


async def test_who_does_not_read_gets_everything_later(dsn: str, tmp_path: Path) -> None:
    alias = b" ".join(b"a%d: items(first: 300) { id name }" % number for number in range(100))
    asked = post(b'{"query":"{ %b }"}' % alias)
    async with running(dsn, tmp_path) as server:
        reader, writer = await server.connect()
        writer.transport.pause_reading()
        for _ in range(5):
            writer.write(asked)
            await asyncio.sleep(0)
        writer.write(LAST)
        writer.transport.resume_reading()
        told = await reader.read()
        writer.close()
    assert told.count(b"HTTP/1.1 200 OK") == 6
    assert told.count(b'"a99"') == 5
