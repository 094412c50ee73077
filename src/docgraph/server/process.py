"""One server process of several: serves as `docgraph serve` does alone, for the process that has started it.

It gets its task by standard input, and ends when that does: then nobody is there to end it. What happens goes out by
standard output as frames, so that it is told in one place and in one form.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import sys
import threading
import time
from contextlib import suppress

import msgspec
import uvloop

from docgraph.model.events import Event, Logged, Observe
from docgraph.model.problem import Problem, Unavailable
from docgraph.server.answering import SHUTDOWN_SECONDS, serve_at
from docgraph.server.logs import logs_told
from docgraph.server.settings import Settings
from docgraph.server.terminating import until_terminated

SIZE_BYTES = 4  # of a frame, before its content, which is one event
ENDING_SECONDS = 2 * SHUTDOWN_SECONDS  # after which a process that was told to end is ended
FAULT = 75  # exit code: the world's, as that of the commands


class Task(msgspec.Struct, frozen=True):
    """What a server process is to do."""

    settings: Settings
    listening: int  # the descriptor of the socket, which it has inherited


def main() -> None:
    """Serve until SIGTERM, or until whoever has started us is gone."""
    observe = _told_by_output()
    try:
        task: Task = pickle.load(sys.stdin.buffer)
    except EOFError:
        return
    threading.Thread(target=_end_with_input, name="lifeline", daemon=True).start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(until_terminated(_serve(task, observe)))
    except asyncio.CancelledError:
        sys.exit(128 + signal.SIGTERM)
    except (Problem, Unavailable) as fault:
        observe(Logged("error", fault.what, __name__))
        sys.exit(FAULT)


async def _serve(task: Task, observe: Observe) -> None:
    # It says that it is TCP, as the socket it is made from does: not every system can be asked for that.
    with (
        logs_told(observe),
        socket.socket(proto=socket.IPPROTO_TCP, fileno=task.listening) as sock,
    ):
        await serve_at(sock, task.settings, observe)


def _told_by_output() -> Observe:
    """Tells events by standard output, which is for nothing else: what a library prints goes to standard error."""
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    one_by_one = threading.Lock()

    def observe(event: Event) -> None:
        content = pickle.dumps(event)
        frame = memoryview(len(content).to_bytes(SIZE_BYTES) + content)
        with one_by_one, suppress(BrokenPipeError):  # nobody is there to hear it, and we are about to end
            while frame:
                frame = frame[output.write(frame) :]

    return observe


def _end_with_input() -> None:
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ENDING_SECONDS)
    os._exit(FAULT)
