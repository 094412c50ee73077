"""Asks a server over and over, on as many connections as wanted, and says how long each answer took.

A protocol of its own rather than an HTTP library: the requests are encoded beforehand and of an answer only the
length is read, so that the asking costs little beside the answering.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from typing import cast

import msgspec


class Load(msgspec.Struct, frozen=True):
    """What one run gave."""

    seconds: float
    latencies: tuple[float, ...]  # seconds, one for each answer

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3


class Failed(Exception):
    """A server gave something else than 200."""


class _Asker(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again until the time is over."""

    def __init__(self, requests: Sequence[bytes], until: float, latencies: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests, self._until, self._latencies = requests, until, latencies
        self._next = random.randrange(len(requests))
        self._buffer, self._missing = b"", -1  # bytes; -1: the head is not complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        self._next = (self._next + 1) % len(self._requests)
        self._buffer, self._missing, self._asked = b"", -1, time.perf_counter()
        self._transport.write(self._requests[self._next])

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._buffer += data
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            if not head.startswith(b"http/1.1 200"):
                self._fail(self._buffer)
                return
            at = head.index(b"content-length:") + 15
            self._missing = int(head[at : head.find(b"\r\n", at) if b"\r\n" in head[at:] else None]) + end + 4
            self._missing -= len(self._buffer)
        else:
            self._missing -= len(data)
        if self._missing <= 0:
            now = time.perf_counter()
            self._latencies.append(now - self._asked)
            if now < self._until:
                self._ask()
            else:
                self._transport.close()

    def _fail(self, answer: bytes) -> None:
        if not self.done.done():
            self.done.set_exception(Failed(answer[:500].decode(errors="replace")))
        self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def encoded(body: bytes, path: str) -> bytes:
    """A request as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def load(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Ask for so many seconds. Raises Failed."""
    loop, latencies = asyncio.get_running_loop(), []  # type: ignore[var-annotated]
    began = time.perf_counter()
    askers = [
        (await loop.create_connection(lambda: _Asker(requests, began + seconds, latencies), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(each.done for each in askers))
    return Load(time.perf_counter() - began, tuple(latencies))
