"""graphql-transport-ws: what one side of a connection may say, and what the other answers to it.

A state machine without I/O: text comes in, effects come out. Who carries them out is
`api/websocket.py`.

Source: the protocol's own page, github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md;
texts of the close reasons as its reference implementation has them.
"""

from __future__ import annotations

from typing import Annotated, Any, assert_never

import msgspec

from docgraph.api.errors import Code, error, formatted
from docgraph.api.execute import Answer
from docgraph.api.limits import USUAL

PROTOCOL = "graphql-transport-ws"
REASON_BYTES = 123  # of a close frame. Source: RFC 6455, 5.5

BAD_REQUEST, UNAUTHORIZED, BAD_PROTOCOL, INIT_TIMEOUT, ID_TAKEN, SECOND_INIT = 4400, 4401, 4406, 4408, 4409, 4429
TRY_AGAIN_LATER = 1013

# What a client says ------------------------------------------------------------------

Payload = dict[str, Any] | None
OperationId = Annotated[str, msgspec.Meta(min_length=1)]


class ConnectionInit(msgspec.Struct, frozen=True, tag_field="type", tag="connection_init"):
    payload: Payload = None


class Ping(msgspec.Struct, frozen=True, tag_field="type", tag="ping"):
    payload: Payload = None


class Pong(msgspec.Struct, frozen=True, tag_field="type", tag="pong"):
    payload: Payload = None


class Operation(msgspec.Struct, frozen=True, rename="camel"):
    """A request as GraphQL over HTTP has it."""

    query: str
    variables: Payload = None
    operation_name: str | None = None
    extensions: Payload = None


class Subscribe(msgspec.Struct, frozen=True, tag_field="type", tag="subscribe"):
    id: OperationId
    payload: Operation


class Complete(msgspec.Struct, frozen=True, tag_field="type", tag="complete"):
    id: OperationId


Message = ConnectionInit | Ping | Pong | Subscribe | Complete
_read = msgspec.json.Decoder(Message).decode

# What is done about it ---------------------------------------------------------------


class Send(msgspec.Struct, frozen=True):
    text: str


class Start(msgspec.Struct, frozen=True):
    """Answer the operation; each answer is to be told as `answered`, the end as `completed`."""

    id: str
    operation: Operation


class Stop(msgspec.Struct, frozen=True):
    """Nothing more may be told of this operation."""

    id: str


class Close(msgspec.Struct, frozen=True):
    """The last effect of a connection."""

    code: int
    reason: str


Effect = Send | Start | Stop | Close


class Conversation:
    """One connection, from the moment its socket is open."""

    def __init__(self, most: int = USUAL.operations) -> None:
        """`most`: operations at the same time."""
        self.greeted = False  # the client has said connection_init
        self._most = most
        self._active: set[str] = set()

    def received(self, text: str | None) -> Effect | None:
        """What to do about a message; None as text: it was binary."""
        if text is None:
            return _close(BAD_REQUEST, "A message is text")
        try:
            message = _read(text)
        except (msgspec.MsgspecError, RecursionError) as wrong:
            return _close(BAD_REQUEST, f"Invalid message: {wrong}")
        match message:
            case ConnectionInit() if self.greeted:
                return _close(SECOND_INIT, "Too many initialisation requests")
            case ConnectionInit():
                self.greeted = True
                return Send('{"type":"connection_ack"}')
            case Ping(payload):
                return _pong(payload)
            case Pong():
                return None
            case Subscribe():
                return self._subscribe(message)
            case Complete(id):
                return self._stop(id)
            case _:
                assert_never(message)

    def silent(self) -> Close:
        """The client has had its time to greet, and has not."""
        return _close(INIT_TIMEOUT, "Connection initialisation timeout")

    def answered(self, id: str, answer: Answer) -> Send:
        """An answer to a running operation; one that refuses the operation ends it."""
        if answer.status == 200:
            return _operation_message("next", id, answer.body)
        self._active.discard(id)
        return _operation_message("error", id, msgspec.json.decode(answer.body, type=_Errors).errors)

    def completed(self, id: str) -> Send | None:
        """The operation has no more answers."""
        if id not in self._active:
            return None
        self._active.discard(id)
        return Send(_text({"id": id, "type": "complete"}))

    def _subscribe(self, message: Subscribe) -> Effect:
        id = message.id
        if not self.greeted:
            return _close(UNAUTHORIZED, "Unauthorized")
        if id in self._active:
            return _close(ID_TAKEN, f"Subscriber for {id} already exists")
        if len(self._active) >= self._most:
            full = f"A connection holds at most {self._most} operations at a time."
            refused = msgspec.json.encode([formatted(error(full, Code.TOO_MANY))])
            return _operation_message("error", id, refused)
        self._active.add(id)
        return Start(id, message.payload)

    def _stop(self, id: str) -> Stop | None:
        """Of an operation that is over already the client may not have heard."""
        if id not in self._active:
            return None
        self._active.discard(id)
        return Stop(id)


class _Errors(msgspec.Struct, frozen=True):
    errors: msgspec.Raw


def _pong(payload: Payload) -> Send:
    return Send(_text({"type": "pong"} if payload is None else {"type": "pong", "payload": payload}))


def _operation_message(kind: str, id: str, payload: bytes | msgspec.Raw) -> Send:
    """The payload goes out as it is."""
    return Send(_text({"id": id, "type": kind, "payload": msgspec.Raw(payload)}))


def _text(message: dict[str, object]) -> str:
    return msgspec.json.encode(message).decode()


def _close(code: int, reason: str) -> Close:
    return Close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))
