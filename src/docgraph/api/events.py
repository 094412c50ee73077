"""GraphQL by server-sent events: each answer an event of one response that stays open.

Source: graphql-sse's protocol, "distinct connections mode"
(github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md), and the HTML standard's
"Server-sent events" for the stream's form.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from starlette.types import Receive, Send

from docgraph.api.execute import Answer
from docgraph.api.subscriptions import Closed

EVENTS = "text/event-stream"
HEARTBEAT = 12.0  # seconds; proxies close what is silent for longer than a minute or half of one
BEAT = b":\n\n"  # a comment
COMPLETE = b"event: complete\ndata: \n\n"  # a browser tells no event without data
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy that waits for more would keep each event back
]


def wants_events(accept: str, *, of_subscription: bool) -> bool:
    """Whether the answer goes out as events.

    A client that takes JSON as well gets a query's one answer as JSON; a subscription has no other form.
    """
    media = {part.partition(";")[0].strip().lower() for part in accept.split(",") if not _refused(part)}
    takes_json = any(each == "*/*" or each.startswith("application/") for each in media)
    return EVENTS in media and (of_subscription or not takes_json)


def _refused(part: str) -> bool:
    return any(each.strip().lower() in {"q=0", "q=0.0"} for each in part.split(";")[1:])


def event(answer: Answer) -> bytes:
    """An answer as an event. Outside of texts JSON may have line breaks, and an event may not."""
    return b"event: next\ndata: " + answer.body.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n\n"


async def send_events(answers: AsyncGenerator[Answer], receive: Receive, send: Send) -> None:
    """The response, until there are no more answers or the client has left."""
    await _Stream(send).last(answers, receive)


class _Stream:
    def __init__(self, send: Send) -> None:
        self._transmit = send
        self._sending = asyncio.Lock()  # an event waits for the client to take the one before

    async def last(self, answers: AsyncGenerator[Answer], receive: Receive) -> None:
        await self._transmit({"type": "http.response.start", "status": 200, "headers": HEADERS})
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._tell(answers))
            beside = [group.create_task(self._beat()), group.create_task(_leave_with(receive, telling))]
            telling.add_done_callback(lambda _: [each.cancel() for each in beside])

    async def _tell(self, answers: AsyncGenerator[Answer]) -> None:
        try:
            async with aclosing(answers):
                async for answer in answers:
                    await self._send(event(answer))
            await self._send(COMPLETE)
        except Closed:
            pass  # without `complete`, so that the client asks again
        await self._send(b"", more=False)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self._send(BEAT)

    async def _send(self, body: bytes, *, more: bool = True) -> None:
        async with self._sending:
            with suppress(OSError):  # the client has left; its disconnect is waiting to be received
                await self._transmit({"type": "http.response.body", "body": body, "more_body": more})


async def _leave_with(receive: Receive, telling: asyncio.Task[None]) -> None:
    """Stop telling when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    telling.cancel()
