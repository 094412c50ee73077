"""The requests that are by far the most: one query by POST, as JSON, sent without anything unusual.

Reads their heads and bodies, and says how their answers are wanted. What is not plainly such a request is None here,
whatever is wrong with it included. Opens nothing; what was read of a head is remembered, since clients
send the same one again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import httptools
import msgspec
from starlette.datastructures import Headers

from docgraph.api.events import wants_events
from docgraph.api.http import JSON, VARY, negotiated

PATH = "/graphql"
BEGINNING = b"POST /graphql HTTP/1.1\r\n"
END = b"\r\n\r\n"  # of a head
LONGEST_HEAD = 4_000  # bytes; what clients and proxies send has some hundred
REMEMBERED = 1_000  # heads, and forms
INDEXED = "graph-indexed"  # the header that tells the latest indexed block. Source: spec/subgraph-api.md 2.1
EXPOSED = ("ETag", INDEXED)  # the headers that scripts of other origins may read
READ = (b"accept", b"accept-encoding", b"content-type", b"origin")
LONGEST = 2_000  # bytes of those together
LEFT_ALONE = (b"content-encoding", b"cookie")  # the application behind knows what they mean
UNUSUAL = (b"expect", b"transfer-encoding", b"upgrade")  # uvicorn knows what they mean


class Call(msgspec.Struct):
    """The body of a request."""

    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None
    extensions: msgspec.Raw | None = None


DECODER = msgspec.json.Decoder(Call)


class Form(msgspec.Struct, frozen=True):
    """How a client wants its answer."""

    media: str
    headers: tuple[tuple[bytes, bytes], ...]
    lines: bytes  # the headers as they go over the wire
    compressed: bool


class Head(msgspec.Struct, frozen=True):
    """The head of a request after which the connection is kept."""

    form: Form
    length: int  # of the body, in bytes


@lru_cache(maxsize=REMEMBERED)
def read_head(head: bytes) -> Head | None:
    """What the head says that begins with BEGINNING and ends with END, if that is all plain."""
    found = _Found()
    parser = httptools.HttpRequestParser(found)
    try:
        parser.feed_data(head)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    if not found.complete or not parser.should_keep_alive():
        return None
    lengths = [value for name, value in found.headers if name == b"content-length"]
    if len(lengths) != 1 or any(name in UNUSUAL for name, _ in found.headers):
        return None
    form = wanted_form(found.headers)
    return None if form is None else Head(form, int(lengths[0]))


class _Found:
    """What the parser tells."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.complete = True


def wanted_form(headers: Iterable[tuple[bytes, bytes]]) -> Form | None:
    """How the answer to a query by POST is wanted; None: the query does not come as JSON, or is no plain request."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in READ:
            if name in found:
                return None
            found[name] = value
        elif name in LEFT_ALONE:
            return None
    if sum(map(len, found.values())) > LONGEST:
        return None
    return _form_of(*map(found.get, READ))


@lru_cache(maxsize=REMEMBERED)
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
    lines = b"".join([b"%b: %b\r\n" % each for each in headers])
    return Form(media, tuple(headers), lines, b"gzip" in (encoding or b""))


def read_call(body: bytes, most: int) -> Call | None:
    """What is asked, by a body of `most` bytes at most; None: it is for the application behind to say."""
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
