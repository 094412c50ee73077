"""HTTP as uvicorn speaks it, with an end to how long the head of a request may be, and a short way for plain queries.

The parser collects a head in memory until it is complete, so without a bound anybody
could fill it with one header that never ends.

The short way is for a plain query that comes in one packet, or in one for its head and
one for its body, while nothing else is under way on its connection. It is answered
without ASGI's scope, messages and cycle of a request, which take longer than all of our
own part in a small query. Everything else goes uvicorn's way, and never knows: its parser
is at the end of a message whenever the short way is taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from docgraph.server.front import Front, Response
from docgraph.server.plain import BEGINNING, END, LONGEST_HEAD, read_head

HEADERS_BYTES = 100_000
LEFT_SECONDS = 0.1  # that the work for a client that left still gets: most is over before it could be cancelled
# What uvicorn sends for an application that was ended in its midst.
BROKEN = b"content-type: text/plain; charset=utf-8\r\n", b"Internal Server Error"


def http_protocol(front: Front, parameters_bytes: int) -> type[HttpToolsProtocol]:
    """The protocol for `front`, and for requests whose address holds at most so many bytes of parameters."""

    class Served(_Http):
        answers = front
        most = parameters_bytes + HEADERS_BYTES

    return Served


class _Exchange:
    """A query on the short way: as much of uvicorn's cycle of a request as its protocol looks at."""

    __slots__ = ("disconnected", "keep_alive", "response_complete", "task")
    message_event = asyncio.Event()  # that nobody waits for

    def __init__(self) -> None:
        self.disconnected, self.keep_alive, self.response_complete = False, True, False
        self.task: asyncio.Task[None]


class _Http(HttpToolsProtocol):
    answers: Front
    most: int  # bytes of a head

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head = 0  # bytes of a head that is not complete
        self._of: object = None  # the request that it is the head of
        self._between = True  # messages, as far as the parser has seen
        self._held = b""  # a plain head, whose body is to come
        self._exchange: _Exchange | None = None  # the latest
        self._idle_since: float | None = None  # time of the loop; None: something is under way, or uvicorn has a timer
        self._timer: asyncio.TimerHandle | None = None

    # Coming in -----------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._idle_since = None
        if self._held:
            data, self._held = self._held + data, b""
        elif not self._between or not (self.cycle is None or self.cycle.response_complete):
            self._parse(data)
            return
        if not self._take(data):
            self._parse(data)

    def _take(self, data: bytes) -> bool:
        """Begin to answer what came, or wait for the rest of it; False: it is for uvicorn."""
        end = data.find(END) + len(END)
        if not data.startswith(BEGINNING) or not len(END) <= end <= LONGEST_HEAD:
            return False
        head = read_head(data[:end])
        if head is None:
            return False
        if len(data) == end + head.length:
            work = self.answers.asked(head.form, data[end:])
            if work is not None:
                self._unset_keepalive_if_required()
                self._begin(work)
            return work is not None
        if len(data) == end:
            self._unset_keepalive_if_required()
            self._held = data
        return len(data) == end

    def _parse(self, data: bytes) -> None:
        super().data_received(data)
        scope: Any = self.scope
        if scope is None or "method" in scope:
            return
        if scope is not self._of:
            self._of, self._head = scope, 0
        self._head += len(data)
        if self._head > self.most and not self.transport.is_closing():
            self.send_400_response(f"The head of a request has at most {self.most} bytes.")

    def on_message_begin(self) -> None:
        self._between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._between = True
        super().on_message_complete()

    # Going out -----------------------------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, Response]) -> None:
        exchange = self._exchange = _Exchange()
        self.cycle = exchange  # type: ignore[assignment]
        exchange.task = self.loop.create_task(self._carry_out(exchange, work))
        self.tasks.add(exchange.task)

    async def _carry_out(self, exchange: _Exchange, work: Coroutine[Any, Any, Response]) -> None:
        try:
            response = await work
            if self.flow.write_paused and not exchange.disconnected:
                await self.flow.drain()
            self._send(exchange, response.status, response.lines, response.body)
        except asyncio.CancelledError:
            if not exchange.disconnected:  # the server stops, and has waited long enough
                self.logger.error("a query was ended before it was answered")
                exchange.keep_alive = False
                self._send(exchange, 500, *BROKEN)
        finally:
            self.tasks.discard(exchange.task)

    def _send(self, exchange: _Exchange, status: int, lines: bytes, body: bytes) -> None:
        """As uvicorn does it, for a response that is complete."""
        if exchange.disconnected:
            return
        exchange.response_complete = True
        own = [b"%b: %b\r\n" % each for each in self.server_state.default_headers]
        closing = b"" if exchange.keep_alive else b"connection: close\r\n"
        head = b"".join((STATUS_LINE[status], *own, lines, b"content-length: %d\r\n" % len(body), closing, b"\r\n"))
        self.transport.writelines((head, body))
        if not exchange.keep_alive:
            self.transport.close()
        if self.pipeline or self.transport.is_closing():
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self._rest()

    # The end of a connection ---------------------------------------------------------

    def _rest(self) -> None:
        """Close the connection when nothing comes for too long; one timer does for many requests."""
        self._idle_since = self.loop.time()
        if self._timer is None:
            self._timer = self.loop.call_later(self.timeout_keep_alive, self._rested)

    def _rested(self) -> None:
        self._timer = None
        if self._idle_since is None:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._rested)
        else:
            self.timeout_keep_alive_handler()

    def shutdown(self) -> None:
        if self._held:  # a request is under way
            held, self._held = self._held, b""
            self._parse(held)
        super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._timer is not None:
            self._timer.cancel()
        exchange = self._exchange
        if exchange is not None and not exchange.response_complete:
            exchange.disconnected = True
            self.loop.call_later(LEFT_SECONDS, exchange.task.cancel)
