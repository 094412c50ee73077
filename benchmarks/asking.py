"""One HTTP connection on which one question is asked after the other, at little cost beside the answering."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from load import encoded


class Asking:
    """Made by `asking`; not for several tasks at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def data(self, query: str, **variables: object) -> Any:
        """What a GraphQL server answers. Raises AssertionError: it answers with errors."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        answer = msgspec.json.decode(await self.bytes(encoded(body, "/graphql")))
        assert "errors" not in answer, answer
        return answer["data"]

    async def bytes(self, request: bytes) -> bytes:
        """The body of the answer to a request as it goes over the wire."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        at = head.index(b"content-length:") + 15
        body = await self._reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        assert head.startswith(b"http/1.1 200"), body
        return body

    async def times(self, query: str, variables: list[dict[str, object]]) -> list[float]:
        """Milliseconds of each question, ascending."""
        requests = [encoded(msgspec.json.encode({"query": query, "variables": each}), "/graphql") for each in variables]
        took = []
        for request in requests:
            began = time.perf_counter()
            await self.bytes(request)
            took.append((time.perf_counter() - began) * 1000)
        return sorted(took)


@asynccontextmanager
async def asking(port: int) -> AsyncIterator[Asking]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Asking(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()
