"""Answers at a socket until told to stop: what every server process does, whether it is alone or one of several."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn

from docgraph.model.events import Listening, Observe
from docgraph.server.app import create_app
from docgraph.server.listening import address
from docgraph.server.protocol import http_protocol
from docgraph.server.serving import Serving, serving
from docgraph.server.settings import Settings

SHUTDOWN_SECONDS = 5.0  # that requests, and a handler in the middle of its work, get


async def serve_at(sock: socket, settings: Settings, observe: Observe) -> None:
    """Serve what is indexed, and what will be, until cancelled.

    Raises Unavailable: the database does not answer at the start; later that is waited out.
    """
    async with serving(settings, observe) as current:
        observe(Listening(address(sock)))
        await answer(sock, current)


async def answer(sock: socket, current: Serving) -> None:
    """Answer from what is served at each moment, until cancelled; requests that are being answered get their time."""
    front = create_app(current)
    config = uvicorn.Config(
        front,
        loop="none",
        http=http_protocol(front, current.settings.limits.request_bytes),
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=current.settings.limits.request_bytes,
        timeout_graceful_shutdown=int(SHUTDOWN_SECONDS),
    )
    server = _Server(config)
    answering = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await asyncio.shield(answering)
    except asyncio.CancelledError:
        server.should_exit = True
        current.subscriptions.close()  # the server waits for responses to end, and a subscription's never does
        await answering
        raise


class _Server(uvicorn.Server):
    """Leaves signals to the command that runs it: they cancel its task, once, whatever it is doing."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
