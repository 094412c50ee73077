"""Whether a writer lives, told by a session of its own that falls silent with its process, its machine or its network.

A process that was stopped, or whose machine is gone, keeps its sessions and with them its right to write. So each
writer has a second session beside the one that writes. Postgres ends it once nothing has come for `SILENCE` seconds,
and whoever waits for the right to write ends the session of a holder whose heartbeat is gone: what that one had not
committed never was. The other way round, a writer whose Postgres keeps silent gives its connection up, since nobody
tells it of a host that is gone.

It beats in a thread of its own, so a handler that computes for long does not look dead.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from docgraph.model.problem import Unavailable
from docgraph.store.connection import AGAIN, Connection, connect, told
from docgraph.store.turns import show_alive, stand_for_writer

BEAT_EVERY = 1.0  # seconds
SILENCE = 5.0  # seconds without a word after which the other side counts as dead
MORTAL = {"application_name": "docgraph heartbeat", "idle_session_timeout": f"{SILENCE:.0f}s"}


async def connect_writer(dsn: str) -> Connection:
    """A connection with a heartbeat, for as long as it lasts. It is terminated when its heartbeat fails.

    Raises Unavailable.
    """
    connection = await connect(dsn)
    try:
        heart = _Heart(dsn, connection)
        connection.add_termination_listener(heart.stop)
        await heart.begin()
        with told(dsn):
            await stand_for_writer(connection)
    except BaseException:
        connection.terminate()
        raise
    return connection


class _Heart:
    """Beats for the session that `connection` is, until that one is closed."""

    def __init__(self, dsn: str, connection: Connection) -> None:
        self._dsn, self._connection = dsn, connection
        self._process = connection.get_server_pid()
        self._loop = asyncio.get_running_loop()
        self._begun: asyncio.Future[None] = self._loop.create_future()
        self._own_loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()

    async def begin(self) -> None:
        """Returns with the first beat. Raises Unavailable."""
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()
        await self._begun

    def stop(self, _connection: object) -> None:
        with suppress(RuntimeError):  # it has ended by itself
            self._own_loop.call_soon_threadsafe(self._stopped.set)

    def _run(self) -> None:
        fault: Unavailable | None = None
        try:
            self._own_loop.run_until_complete(self._beat())
        except Unavailable as found:
            fault = found
        finally:
            self._own_loop.close()
            self._tell(fault or Unavailable("the heartbeat of the index has ended", mend=AGAIN))

    async def _beat(self) -> None:
        session = await connect(self._dsn, MORTAL)
        try:
            with told(self._dsn):
                await show_alive(session, self._process)
            self._tell(None)
            while not self._stopped.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), BEAT_EVERY)
                with told(self._dsn):
                    await asyncio.wait_for(session.execute("select"), SILENCE)
        finally:
            session.terminate()

    def _tell(self, fault: Unavailable | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody writes any more
            self._loop.call_soon_threadsafe(self._hear, fault)

    def _hear(self, fault: Unavailable | None) -> None:
        if fault is not None:
            self._connection.terminate()
        if self._begun.done():
            return
        if fault is not None:
            self._begun.set_exception(fault)
        else:
            self._begun.set_result(None)
