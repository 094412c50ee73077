"""What `docgraph dev` and `docgraph serve` run: processes that answer at an address.

Indexing and serving share nothing but the database, in one process as in two. In
`dev` the indexer has a thread and an event loop of its own, so that a handler that
computes for long holds up no answer.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvloop

from docgraph.model.events import Listening, Observe
from docgraph.server.answering import SHUTDOWN_SECONDS, answer, serve_at
from docgraph.server.database import require_manifest
from docgraph.server.listening import address, listening
from docgraph.server.logs import logs_told
from docgraph.server.processes import serve_by_several
from docgraph.server.running import TURN, index_forever
from docgraph.server.serving import serving
from docgraph.server.settings import Settings


async def develop(settings: Settings, observe: Observe) -> None:
    """Index, watch and serve until told to stop. Mistakes in the project are shown, and waited out.

    Raises Problem: there is no project. Raises Unavailable: the database does not answer at the start.
    """
    require_manifest(settings)
    sys.setswitchinterval(TURN)
    with logs_told(observe), listening(settings.host, settings.port) as sock:
        async with serving(settings, observe) as current, _indexing_thread(settings, observe):
            observe(Listening(address(sock)))
            await answer(sock, current)


async def serve_only(settings: Settings, observe: Observe) -> None:
    """Serve what other processes index, until told to stop.

    Raises Unavailable: the database does not answer at the start; later that is waited out.
    """
    with logs_told(observe), listening(settings.host, settings.port) as sock:
        if settings.server_processes == 1:
            await serve_at(sock, settings, observe)
        else:
            await serve_by_several(sock, settings, observe)


@asynccontextmanager
async def _indexing_thread(settings: Settings, observe: Observe) -> AsyncIterator[None]:
    """Inside, a thread of its own indexes. A fault of ours that ends it ends what is inside, and is raised."""
    inside, outer = asyncio.current_task(), asyncio.get_running_loop()
    assert inside is not None
    loop = uvloop.new_event_loop()
    task = loop.create_task(index_forever(settings, observe))
    faults: list[BaseException] = []

    def run() -> None:
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            pass
        except BaseException as fault:
            faults.append(fault)
            outer.call_soon_threadsafe(inside.cancel)
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="indexer", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # the loop is closed: indexing ended by itself
            loop.call_soon_threadsafe(task.cancel)
        # Shielded: told twice to end, we still wait, and the thread stops the private Postgres that it has joined.
        await asyncio.shield(asyncio.to_thread(thread.join, SHUTDOWN_SECONDS))
        if faults:
            raise faults[0]
