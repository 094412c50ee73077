"""Answers the requests that are by far the most: one query, by POST, as JSON.

Everything else goes to the application behind, which would answer these in the same
way: what is told here in a few lines are its middleware, its routes and `api/http.py`.
Whatever is not plainly such a request is left to it, whatever is wrong with it included.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docgraph.api.errors import Code
from docgraph.api.events import wants_events
from docgraph.api.execute import Answer
from docgraph.api.http import JSON, VARY, negotiated, status_of
from docgraph.api.leaving import Clients
from docgraph.server.protocol import WHOLE
from docgraph.server.serving import Serving

PATH = "/graphql"
COMPRESSED_FROM = 1000  # bytes; less fits one packet anyway
COMPRESSION = 4  # of 9: an answer of 100 kB shrinks to 28 % in 1.3 ms; 9 takes six times as long for 1.5 % more
INDEXED = "graph-indexed"  # the header that tells the latest indexed block. Source: spec/subgraph-api.md 2.1
INDEXED_NAME = INDEXED.encode()
EXPOSED = ("ETag", INDEXED)  # the headers that scripts of other origins may read
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


class Call(msgspec.Struct):
    """The body of a request."""

    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None
    extensions: msgspec.Raw | None = None


class Form(msgspec.Struct, frozen=True):
    """How a client wants its answer."""

    media: str
    headers: tuple[tuple[bytes, bytes], ...]
    compressed: bool


NO_EXTENSIONS: Mapping[str, Any] = {}
DECODER = msgspec.json.Decoder(Call)
READ = (b"accept", b"accept-encoding", b"content-type", b"origin")
LONGEST = 2_000  # bytes of those together; what clients send has some hundred, and what was read of it is remembered
LEFT_ALONE = (b"content-encoding", b"cookie")  # the application behind knows what they mean


class Front:
    """The application of a server process."""

    def __init__(self, current: Serving, behind: ASGIApp) -> None:
        self._current, self._behind = current, behind
        self._clients = Clients()
        self._most = current.settings.limits.request_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        form, engine = _form(scope), self._current.engine
        if form is None or engine is None:
            await self._behind(scope, receive, send)
            return
        messages = await self._received(receive)
        call = _call(messages, self._most)
        if call is None:
            await self._behind(scope, _again(messages, receive), send)
            return
        indexed = self._current.indexed  # before the statement runs: the answer is no older than that
        work = engine.execute(self._current.readers, call.query, call.variables, call.operationName)
        try:
            answer = await self._clients.while_wanted(receive, work)
        except ClientDisconnect:
            return
        except Exception:  # a mistake of ours: the client is told, and the server tells it in the log
            await _send(FAULT, form, indexed, scope, send)
            raise
        await _send(answer, form, indexed, scope, send)

    async def _received(self, receive: Receive) -> list[Message]:
        """The request; no more of it than shows that it is too large."""
        message = await receive()
        messages, size = [message], len(message.get("body", b""))
        while message.get("more_body") and size <= self._most:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
        return messages


def _call(messages: Sequence[Message], most: int) -> Call | None:
    """What is asked, by a body of `most` bytes at most; None: it is for the application behind to say."""
    body = b"".join([message.get("body", b"") for message in messages])
    if len(body) > most:
        return None
    try:
        call = DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    # A word that nearly no query has: it may be a subscription.
    if call.extensions is not None or not call.query or "subscription" in call.query:
        return None
    return call


def _form(scope: Scope) -> Form | None:
    """How the answer is wanted; None: this is not a query that comes as JSON by POST."""
    if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
        return None
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in READ:
            if name in found:
                return None
            found[name] = value
        elif name in LEFT_ALONE:
            return None
    if sum(map(len, found.values())) > LONGEST:
        return None
    return _form_of(*map(found.get, READ))


@lru_cache(maxsize=1000)
def _form_of(accept: bytes | None, encoding: bytes | None, content: bytes | None, origin: bytes | None) -> Form | None:
    if content is None or content.partition(b";")[0].strip().lower() != JSON.encode():
        return None
    sent = [] if accept is None else [(b"accept", accept)]
    if wants_events((accept or b"").decode("latin-1"), of_subscription=False):
        return None
    media = negotiated(Headers(raw=sent))
    headers = [(b"content-type", f"{media}; charset=utf-8".encode()), (b"vary", f"{VARY}, Origin".encode())]
    if origin is not None:
        headers += [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", ", ".join(EXPOSED).encode()),
        ]
    return Form(media, tuple(headers), b"gzip" in (encoding or b""))


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Receives what was received already, and then the rest."""

    async def receiving() -> Message:
        return messages.pop(0) if messages else await receive()

    return receiving


async def _send(answer: Answer, form: Form, indexed: bytes | None, scope: Scope, send: Send) -> None:
    body, status, headers = answer.body, status_of(answer, form.media), form.headers
    if indexed is not None:
        headers = (*headers, (INDEXED_NAME, indexed))
    if form.compressed and len(body) >= COMPRESSED_FROM:
        body, headers = _compressed(body), (*headers, (b"content-encoding", b"gzip"))
    whole = scope.get("extensions", NO_EXTENSIONS).get(WHOLE)
    if whole is not None:
        await whole(status, b"".join([b"%b: %b\r\n" % each for each in headers]), body)
        return
    headers = (*headers, (b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _compressed(body: bytes) -> bytes:
    packing = zlib.compressobj(COMPRESSION, zlib.DEFLATED, GZIP_FORMAT)
    return packing.compress(body) + packing.flush()
