"""graphql-transport-ws, rule by rule, without a socket. Source: the protocol's PROTOCOL.md."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgraph.api.events import wants_events
from docgraph.api.execute import Answer
from docgraph.api.transport_ws import REASON_BYTES, Close, Conversation, Effect, Send, Start, Stop

INIT = '{"type":"connection_init"}'
ANSWER = Answer(b'{"data":{"a":[1,\n 2]}}')
REFUSAL = Answer(b'{"errors":[{"message":"no"}]}', 400)


def subscribe(id: str, **payload: Any) -> str:
    return json.dumps({"type": "subscribe", "id": id, "payload": {"query": "{ a }", **payload}})


def complete(id: str) -> str:
    return json.dumps({"type": "complete", "id": id})


@pytest.fixture
def greeted() -> Conversation:
    conversation = Conversation()
    assert conversation.received(INIT) == Send('{"type":"connection_ack"}')
    return conversation


def sent(effect: Effect | None) -> Any:
    assert isinstance(effect, Send)
    return json.loads(effect.text)


def test_an_operation_is_started_answered_and_completed(greeted: Conversation) -> None:
    started = greeted.received(subscribe("1", variables={"b": 1}, operationName="A", extensions={"c": 2}))
    assert isinstance(started, Start)
    assert (started.id, started.operation.query, started.operation.variables) == ("1", "{ a }", {"b": 1})
    assert started.operation.operation_name == "A"
    assert sent(greeted.answered("1", ANSWER)) == {"id": "1", "type": "next", "payload": {"data": {"a": [1, 2]}}}
    assert sent(greeted.completed("1")) == {"id": "1", "type": "complete"}


def test_absent_and_null_are_the_same_in_what_may_be_left_out(greeted: Conversation) -> None:
    nothing = {"variables": None, "operationName": None, "extensions": None}
    with_nulls, without = greeted.received(subscribe("1", **nothing)), greeted.received(subscribe("2"))
    assert isinstance(with_nulls, Start)
    assert isinstance(without, Start)
    assert with_nulls.operation == without.operation
    assert sent(Conversation().received('{"type":"connection_init","payload":null}')) == {"type": "connection_ack"}


def test_a_refused_operation_ends_with_an_error_and_without_complete(greeted: Conversation) -> None:
    greeted.received(subscribe("1"))
    assert sent(greeted.answered("1", REFUSAL)) == {"id": "1", "type": "error", "payload": [{"message": "no"}]}
    assert greeted.completed("1") is None


def test_an_operation_that_the_client_completed_is_stopped_and_not_completed_back(greeted: Conversation) -> None:
    greeted.received(subscribe("1"))
    assert greeted.received(complete("1")) == Stop("1")
    assert greeted.completed("1") is None


def test_completing_what_is_over_or_never_was_is_ignored(greeted: Conversation) -> None:
    greeted.received(subscribe("1"))
    greeted.completed("1")
    assert greeted.received(complete("1")) is None
    assert greeted.received(complete("never")) is None


def test_an_id_may_be_used_again_when_its_operation_is_over(greeted: Conversation) -> None:
    greeted.received(subscribe("1"))
    assert greeted.received(subscribe("1")) == Close(4409, "Subscriber for 1 already exists")
    for end in (lambda: greeted.completed("1"), lambda: greeted.answered("1", REFUSAL)):
        end()
        assert isinstance(greeted.received(subscribe("1")), Start)
    greeted.received(complete("1"))
    assert isinstance(greeted.received(subscribe("1")), Start)


def test_nobody_is_answered_before_they_have_greeted() -> None:
    assert Conversation().received(subscribe("1")) == Close(4401, "Unauthorized")


def test_greeting_twice_closes(greeted: Conversation) -> None:
    assert greeted.received(INIT) == Close(4429, "Too many initialisation requests")


def test_silence_closes() -> None:
    assert Conversation().silent() == Close(4408, "Connection initialisation timeout")


def test_a_ping_is_answered_at_any_time_with_its_payload_and_a_pong_is_ignored(greeted: Conversation) -> None:
    for conversation in (greeted, Conversation()):
        assert sent(conversation.received('{"type":"ping"}')) == {"type": "pong"}
        assert sent(conversation.received('{"type":"ping","payload":{"a":1}}')) == {"type": "pong", "payload": {"a": 1}}
        assert conversation.received('{"type":"pong","payload":{"a":1}}') is None


@pytest.mark.parametrize(
    "text",
    [
        None,  # binary
        "",
        "hello",
        "null",
        "[]",
        "{}",
        '{"type":1}',
        '{"type":"start"}',
        '{"type":"next","id":"1","payload":{}}',
        '{"type":"connection_ack"}',
        '{"type":"connection_init","payload":1}',
        '{"type":"ping","payload":[]}',
        '{"type":"subscribe","payload":{"query":"{a}"}}',
        '{"type":"subscribe","id":"","payload":{"query":"{a}"}}',
        '{"type":"subscribe","id":1,"payload":{"query":"{a}"}}',
        '{"type":"subscribe","id":"1"}',
        '{"type":"subscribe","id":"1","payload":{}}',
        '{"type":"subscribe","id":"1","payload":{"query":{}}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"{}"}}',
        '{"type":"subscribe","id":"1","payload":{"query":"{a}","operationName":1}}',
        '{"type":"complete"}',
        '{"type":"ping","payload":' + '{"a":' * 100_000 + "1" + "}" * 100_001,
    ],
)
def test_what_is_no_message_closes(greeted: Conversation, text: str | None) -> None:
    effect = greeted.received(text)
    assert isinstance(effect, Close)
    assert effect.code == 4400


def test_more_operations_than_a_connection_may_have_are_refused_one_by_one() -> None:
    conversation = Conversation(most=1)
    conversation.received(INIT)
    conversation.received(subscribe("1"))
    refused = sent(conversation.received(subscribe("2")))
    assert (refused["id"], refused["type"]) == ("2", "error")
    assert refused["payload"][0]["extensions"] == {"code": "TOO_MANY_SUBSCRIPTIONS"}
    conversation.received(complete("1"))
    assert isinstance(conversation.received(subscribe("2")), Start)


@given(st.one_of(st.text(), st.text().map(subscribe), st.text().map(lambda kind: json.dumps({"type": kind}))))
def test_whatever_comes_there_is_one_effect_that_a_socket_can_carry_out(text: str) -> None:
    conversation = Conversation()
    conversation.received(INIT)
    for _ in range(2):
        effect = conversation.received(text)
        if isinstance(effect, Close):
            assert len(effect.reason.encode()) <= REASON_BYTES


@pytest.mark.parametrize(
    ("accept", "query", "subscription"),
    [
        ("text/event-stream", True, True),
        ("Text/Event-Stream;q=0.5", True, True),
        ("application/json, text/event-stream", False, True),
        ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", False, True),
        ("text/event-stream, multipart/mixed", True, True),
        ("*/*", False, False),
        ("", False, False),
        ("application/json", False, False),
        ("text/event-stream;q=0, */*", False, False),
    ],
)
def test_events_are_for_those_who_ask_for_them(accept: str, query: bool, subscription: bool) -> None:
    assert wants_events(accept, of_subscription=False) is query
    assert wants_events(accept, of_subscription=True) is subscription
