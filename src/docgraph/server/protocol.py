"""HTTP as uvicorn speaks it, with an end to how long the head of a request may be, and a short way for answers.

The parser collects a head in memory until it is complete, so without a bound anybody
could fill it with one header that never ends. The short way is for an application that
has the whole response: uvicorn's own takes it in parts and looks at each header again.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

HEADERS_BYTES = 100_000
# The extension of a scope that sends a whole response: status, its headers but content-length as they go over the
# wire, body. Source: ASGI specification, "Extensions".
WHOLE = "docgraph.response"


def bounded_protocol(parameters_bytes: int) -> type[HttpToolsProtocol]:
    """The protocol for requests whose address holds at most so many bytes of parameters."""
    most = parameters_bytes + HEADERS_BYTES

    class Bounded(HttpToolsProtocol):
        _head = 0  # bytes of a head that is not complete
        _of: object = None  # the request that it is the head of

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            scope: Any = self.scope
            if scope is None or "method" in scope:
                return
            if scope is not self._of:
                self._of, self._head = scope, 0
            self._head += len(data)
            if self._head > most and not self.transport.is_closing():
                self.send_400_response(f"The head of a request has at most {most} bytes.")

        def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
            scope: Any = cycle.scope
            scope["extensions"] = {WHOLE: partial(_respond, cycle)}
            super()._start_asgi_task(cycle, app)

    return Bounded


async def _respond(cycle: RequestResponseCycle, status: int, headers: bytes, body: bytes) -> None:
    """As the two messages of a response that is complete, by `RequestResponseCycle.send`."""
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    cycle.response_started = cycle.response_complete = True
    own = [b"%b: %b\r\n" % each for each in cycle.default_headers]
    closing = b"" if cycle.keep_alive else b"connection: close\r\n"
    head = b"".join((STATUS_LINE[status], *own, headers, b"content-length: %d\r\n" % len(body), closing, b"\r\n"))
    cycle.transport.writelines((head, body))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
