"""GraphQL by WebSocket: carries out what `api/transport_ws.py` decides.

One task for each running operation, all of them gone when the client is. One message at a
time is on its way out, so that a client that reads slowly holds nothing in memory but the
latest answers.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import assert_never

from starlette.types import ASGIApp, Receive, Scope, Send

from docgraph.api import transport_ws as protocol
from docgraph.api.limits import USUAL
from docgraph.api.subscriptions import Closed, Question, Subscriptions

INIT_SECONDS = 3.0  # that a client has to greet


def websocket_app(subscriptions: Subscriptions, most: int = USUAL.operations) -> ASGIApp:
    """The application that speaks graphql-transport-ws. `most`: operations of one connection at the same time."""

    async def connected(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        if protocol.PROTOCOL not in scope["subprotocols"]:
            await refuse(send, protocol.BAD_PROTOCOL, "Subprotocol not acceptable")
            return
        await send({"type": "websocket.accept", "subprotocol": protocol.PROTOCOL})
        await _Connection(subscriptions, protocol.Conversation(most), receive, send).last()

    return connected


async def refuse(send: Send, code: int, reason: str) -> None:
    """Accept and close at once: only an accepted connection can be told why."""
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": code, "reason": reason})


class _Connection:
    def __init__(
        self, subscriptions: Subscriptions, conversation: protocol.Conversation, receive: Receive, send: Send
    ) -> None:
        self._subscriptions = subscriptions
        self._conversation = conversation
        self._receive = receive
        self._transmit = send
        self._sending = asyncio.Lock()
        self._open = True
        self._running: dict[str, asyncio.Task[None]] = {}

    async def last(self) -> None:
        """Answer until either side has closed the socket."""
        greeted_by = asyncio.get_running_loop().time() + INIT_SECONDS
        async with asyncio.TaskGroup() as operations:
            while self._open:
                try:
                    async with asyncio.timeout_at(None if self._conversation.greeted else greeted_by):
                        message = await self._receive()
                except TimeoutError:
                    await self._close(self._conversation.silent())
                    break
                if message["type"] == "websocket.disconnect":
                    break
                effect = self._conversation.received(message.get("text"))
                if effect is not None:
                    await self._do(effect, operations)
            self._open = False
            for running in self._running.values():
                running.cancel()

    async def _do(self, effect: protocol.Effect, operations: asyncio.TaskGroup) -> None:
        match effect:
            case protocol.Send():
                await self._send(effect)
            case protocol.Start(id, operation):
                task = self._running[id] = operations.create_task(self._run(id, operation))
                task.add_done_callback(lambda _: self._forget(id, task))
            case protocol.Stop(id):
                self._running[id].cancel()
            case protocol.Close():
                await self._close(effect)
            case _:
                assert_never(effect)

    async def _run(self, id: str, operation: protocol.Operation) -> None:
        question = Question(operation.query, operation.variables, operation.operation_name)
        try:
            async with aclosing(self._subscriptions.answers(question)) as answers:
                async for answer in answers:
                    await self._send(self._conversation.answered(id, answer))
                    if answer.status != 200:  # it is over, and its id may be in use again by now
                        return
        except Closed:
            return  # the server is about to close the socket itself
        ended = self._conversation.completed(id)
        if ended is not None:
            await self._send(ended)

    def _forget(self, id: str, ended: asyncio.Task[None]) -> None:
        if self._running.get(id) is ended:
            del self._running[id]

    async def _send(self, message: protocol.Send) -> None:
        async with self._sending:
            if self._open:
                await self._put({"type": "websocket.send", "text": message.text})

    async def _close(self, close: protocol.Close) -> None:
        async with self._sending:
            if self._open:
                self._open = False
                await self._put({"type": "websocket.close", "code": close.code, "reason": close.reason})

    async def _put(self, message: dict[str, object]) -> None:
        try:
            await self._transmit(message)
        except OSError:  # the client has left; its disconnect is waiting to be received
            self._open = False
