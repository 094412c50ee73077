"""Answers the requests that are by far the most: one query, by POST, as JSON.

Everything else goes to the application behind, which would answer these in the same
way: what is told here in a few lines are its middleware, its routes and `api/http.py`.
Whatever is not plainly such a request is left to it, whatever is wrong with it included.

It answers as an ASGI application, and past ASGI to the protocol (`server/protocol.py`).
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Coroutine
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docgraph.api.errors import Code
from docgraph.api.execute import Answer, Engine
from docgraph.api.http import status_of
from docgraph.api.leaving import Clients
from docgraph.server.plain import INDEXED, PATH, Call, Form, read_call, wanted_form
from docgraph.server.serving import Serving

logger = logging.getLogger(__name__)

COMPRESSED_FROM = 1000  # bytes; less fits one packet anyway
COMPRESSION = 4  # of 9: an answer of 100 kB shrinks to 28 % in 1.3 ms; 9 takes six times as long for 1.5 % more
INDEXED_NAME = INDEXED.encode()
ENCODED = (b"content-encoding", b"gzip")
FAULT = Answer(
    msgspec.json.encode(
        {
            "errors": [
                {
                    "message": "Internal error: the request could not be answered.",
                    "extensions": {"code": Code.INTERNAL.value},
                }
            ]
        }
    ),
    500,
)
GZIP_FORMAT = 31  # zlib's number for a gzip header and its largest window


class Response(msgspec.Struct, frozen=True):
    """What a client is sent."""

    status: int
    body: bytes
    form: Form
    indexed: bytes | None  # the block that the answer is no older than
    compressed: bool

    @property
    def lines(self) -> bytes:
        """The headers but `content-length`, as they go over the wire."""
        told = b"" if self.indexed is None else b"%b: %b\r\n" % (INDEXED_NAME, self.indexed)
        encoded = b"%b: %b\r\n" % ENCODED if self.compressed else b""
        return self.form.lines + told + encoded

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The same, for ASGI."""
        told = [] if self.indexed is None else [(INDEXED_NAME, self.indexed)]
        return [*self.form.headers, *told, *([ENCODED] if self.compressed else [])]


class Front:
    """The application of a server process."""

    def __init__(self, current: Serving, behind: ASGIApp) -> None:
        self._current, self._behind = current, behind
        self._clients = Clients()
        self._most = current.settings.limits.request_bytes

    def asked(self, form: Form, body: bytes) -> Coroutine[Any, Any, Response] | None:
        """The work for what is asked by a body; None: it is for the application behind to say."""
        engine = self._current.engine
        call = None if engine is None else read_call(body, self._most)
        return None if engine is None or call is None else self._response(engine, form, call)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        form = _form(scope)
        if form is None or self._current.engine is None:
            await self._behind(scope, receive, send)
            return
        messages = await self._received(receive)
        work = self.asked(form, b"".join([message.get("body", b"") for message in messages]))
        if work is None:
            await self._behind(scope, _again(messages, receive), send)
            return
        try:
            response = await self._clients.while_wanted(receive, work)
        except ClientDisconnect:
            return
        headers = [*response.headers, (b"content-length", b"%d" % len(response.body))]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _received(self, receive: Receive) -> list[Message]:
        """The request; no more of it than shows that it is too large."""
        message = await receive()
        messages, size = [message], len(message.get("body", b""))
        while message.get("more_body") and size <= self._most:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
        return messages

    async def _response(self, engine: Engine, form: Form, call: Call) -> Response:
        indexed = self._current.indexed  # before the statement runs: the answer is no older than that
        try:
            answer = await engine.execute(self._current.readers, call.query, call.variables, call.operationName)
        except Exception as fault:  # a mistake of ours
            logger.error("a request could not be answered", exc_info=fault)
            answer = FAULT
        status = status_of(answer, form.media)
        if form.compressed and len(answer.body) >= COMPRESSED_FROM:
            return Response(status, _compressed(answer.body), form, indexed, True)
        return Response(status, answer.body, form, indexed, False)


def _form(scope: Scope) -> Form | None:
    if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
        return None
    return wanted_form(scope["headers"])


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Receives what was received already, and then the rest."""

    async def receiving() -> Message:
        return messages.pop(0) if messages else await receive()

    return receiving


def _compressed(body: bytes) -> bytes:
    packing = zlib.compressobj(COMPRESSION, zlib.DEFLATED, GZIP_FORMAT)
    return packing.compress(body) + packing.flush()
