"""A head that is taken for plain is one whose request a parser reads in the same way, whatever it looks like."""

from __future__ import annotations

import httptools
from hypothesis import given
from hypothesis import strategies as st

from docgraph.server.plain import BEGINNING, END, read_call, read_head

LINES = (
    b"host: x",
    b"content-type: application/json",
    b"Content-Type: application/json; charset=utf-8",
    b"accept: application/graphql-response+json",
    b"accept: text/event-stream",
    b"accept-encoding: gzip",
    b"origin: https://elsewhere.example",
    b"cookie: a=b",
    b"connection: close",
    b"connection: keep-alive",
    b"connection: upgrade",
    b"upgrade: websocket",
    b"expect: 100-continue",
    b"transfer-encoding: chunked",
    b"content-length: 7",
    b"content-length:  7 ",
    b"content-length: 07",
    b"content-length: 8",
    b"content-length: 0",
    b"x-a:",
    b" folded",
    b"no colon",
)
heads = st.lists(st.sampled_from(LINES), max_size=7).map(lambda lines: b"\r\n".join([BEGINNING[:-2], *lines, b""]))
PLAIN = BEGINNING + b"host: x\r\ncontent-type: application/json\r\ncontent-length: 7\r\n"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A plain head with some bytes put in, taken out or replaced."""
    head = bytearray(PLAIN[len(BEGINNING) :])
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(head)))
        end = draw(st.integers(at, min(at + 3, len(head))))
        head[at:end] = draw(st.binary(max_size=3) | st.sampled_from([b"\r\n", b"\n", b":", b" ", b"0", b"\r"]))
    return BEGINNING + bytes(head)


class Seen:
    """What the parser of a connection tells of it."""

    def __init__(self) -> None:
        self.url, self.body, self.began, self.complete = b"", b"", 0, 0

    def on_message_begin(self) -> None:
        self.began += 1

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete += 1


@given(heads | damaged())
def test_what_is_taken_for_plain_is_one_whole_request_to_a_parser(head: bytes) -> None:
    head = head[: head.find(END) + len(END)] if END in head else head + b"\r\n"
    plain = read_head(head)
    if plain is None:
        return
    seen, body = Seen(), b"x" * plain.length
    parser = httptools.HttpRequestParser(seen)
    parser.feed_data(head + body)
    assert (seen.began, seen.complete, seen.url, seen.body) == (1, 1, b"/graphql", body)
    assert parser.get_method() == b"POST"
    assert parser.get_http_version() == "1.1"
    assert parser.should_keep_alive()
    assert not parser.should_upgrade()


def test_a_plain_head_tells_the_length_of_its_body_and_the_form_of_the_answer() -> None:
    plain = read_head(PLAIN + b"accept: application/graphql-response+json\r\naccept-encoding: br, gzip\r\n\r\n")
    assert plain is not None
    assert plain.length == 7
    assert plain.form.media == "application/graphql-response+json"
    assert plain.form.compressed


def test_a_head_that_asks_for_anything_unusual_is_none() -> None:
    assert read_head(PLAIN + b"\r\n") is not None
    for line in (
        b"connection: close",
        b"expect: 100-continue",
        b"upgrade: h2c",
        b"transfer-encoding: chunked",
        b"content-length: 7",
        b"cookie: a=b",
        b"content-encoding: gzip",
        b"content-type: text/plain",
        b"accept: text/event-stream",
        b"no colon",
    ):
        assert read_head(PLAIN + line + END) is None, line


def test_a_body_is_a_call_within_its_limit() -> None:
    body = b'{"query":"{ __typename }"}'
    assert read_call(body, len(body)) is not None
    assert read_call(body, len(body) - 1) is None
