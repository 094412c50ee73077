"""HTTP as uvicorn speaks it, with an end to how long the head of a request may be.

The parser collects a head in memory until it is complete, so without a bound anybody
could fill it with one header that never ends.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_BYTES = 100_000


def bounded_protocol(parameters_bytes: int) -> type[HttpToolsProtocol]:
    """The protocol for requests whose address holds at most so many bytes of parameters."""
    most = parameters_bytes + HEADERS_BYTES

    class Bounded(HttpToolsProtocol):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._head = 0  # bytes of a head that is not complete
            self._in_head = False

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if not self._in_head:
                return
            self._head += len(data)
            if self._head > most and not self.transport.is_closing():
                self.send_400_response(f"The head of a request has at most {most} bytes.")

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._in_head, self._head = True, 0

        def on_headers_complete(self) -> None:
            self._in_head = False
            super().on_headers_complete()

    return Bounded
