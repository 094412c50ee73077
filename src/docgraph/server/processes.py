"""Keeps several server processes at one socket: starts them, tells what they tell, and replaces those that end.

They share nothing but the socket, of which the system gives each connection to one that is free to take it. Each is in
a session of its own: Ctrl-C reaches this process alone, which then lets them end in good order.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from socket import socket

import msgspec

from docgraph.model.events import Event, Listening, Observe
from docgraph.model.problem import Unavailable
from docgraph.server.database import database
from docgraph.server.patience import Patience
from docgraph.server.process import ENDING_SECONDS, SIZE_BYTES, Task
from docgraph.server.settings import Settings
from docgraph.store.connection import connect

STEADY = 10.0  # seconds that a process lives for the delays to begin anew
MEND = "docgraph starts another one by itself; see what was told before"
MAIN = "from docgraph.server.process import main; main()"


async def serve_by_several(sock: socket, settings: Settings, observe: Observe) -> None:
    """Serve by `settings.server_processes` processes, each replaced when it ends, until cancelled.

    Raises Unavailable: the database does not answer at the start; later that is waited out.
    """
    async with database(settings) as dsn:
        await (await connect(dsn)).close()
        crew = _Crew(sock, settings, observe)
        async with asyncio.TaskGroup() as group:
            for place in range(settings.server_processes):
                group.create_task(crew.keep(place))


class _Crew:
    """The processes of one server."""

    def __init__(self, sock: socket, settings: Settings, observe: Observe) -> None:
        plain: Mapping[str, str] = dict(settings.environment)
        self._socket = sock
        self._task = pickle.dumps(Task(msgspec.structs.replace(settings, environment=plain), sock.fileno()))
        # Modules are found where we have found them, and not (-P) in the folder that the command was started in.
        self._environment = {**plain, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._observe = observe
        self._missing: set[int] | None = set(range(settings.server_processes))  # None: all have answered once

    async def keep(self, place: int) -> None:
        """Have a process in this place, until cancelled."""
        patience, clock = Patience(self._observe), asyncio.get_running_loop().time
        while True:
            begun = clock()
            try:
                ended = await self._live(place)
            except OSError as error:
                ended = f"a server process cannot be started: {error.strerror}"
            if clock() - begun >= STEADY:
                patience.worked()
            await patience.wait_out(Unavailable(ended, mend=MEND))

    async def _live(self, place: int) -> str:
        """The life of one process; returns how it ended. Cancelled, lets it end in good order. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", MAIN),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            pass_fds=(self._socket.fileno(),),
            start_new_session=True,
        )
        telling = asyncio.create_task(self._tell(process, place))
        try:
            assert process.stdin is not None
            if not process.stdin.is_closing():  # it can have ended by now
                process.stdin.write(self._task)  # and stays open: its end is ours
            code = await process.wait()
        except asyncio.CancelledError:
            self._socket.close()  # nobody is to wait where nobody will answer
            raise
        finally:
            await _end(process)
            await telling
        return f"server process {process.pid} ended {_how(code)}"

    async def _tell(self, process: asyncio.subprocess.Process, place: int) -> None:
        """Tell what the process tells until it ends."""
        assert process.stdout is not None
        with suppress(asyncio.IncompleteReadError):
            while True:
                size = int.from_bytes(await process.stdout.readexactly(SIZE_BYTES))
                event: Event = pickle.loads(await process.stdout.readexactly(size))
                if isinstance(event, Listening):
                    self._answers(place, event)
                else:
                    self._observe(event)

    def _answers(self, place: int, event: Listening) -> None:
        """Tell the address once, when there is a process in each place."""
        if self._missing is not None:
            self._missing.discard(place)
            if not self._missing:
                self._missing = None
                self._observe(event)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(ENDING_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _how(code: int) -> str:
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
