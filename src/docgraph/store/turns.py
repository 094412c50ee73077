"""Who may write a deployment: one session at a time that is alive, by an advisory lock of Postgres.

The lock's key follows from the names alone, so that a turn can be waited for before
the deployment exists, and looked up by whoever lists deployments.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from docgraph.store.connection import Connection, fetch
from docgraph.store.sql import sql, value

WRITER = "docgraph writer"  # name of a session that has a heartbeat
LIVING = 0x646F6367  # class of the locks that say that a session lives; the other half is its process number
LOOK_EVERY = 0.5  # seconds, for whoever waits
SOON, SOON_EVERY = 3.0, 0.05  # seconds, for whoever waits for a session that is about to end

TRY = "select pg_try_advisory_lock({}::bigint)"
TRY_BRIEFLY = "select pg_try_advisory_xact_lock({}::bigint)"

# A key of 64 bits is shown in two halves.
TAKEN = """
select (classid::bigint << 32) | objid::bigint from pg_locks
where locktype = 'advisory' and objsubid = 1 and granted
  and database = (select oid from pg_database where datname = current_database())"""

SHOW_ALIVE = "select pg_advisory_lock_shared({}::integer, {}::integer)"
CALL = "select set_config('application_name', {}, false)"
END_DEAD = """
select pg_terminate_backend(holder.pid)
from pg_locks as holder join pg_stat_activity as session using (pid)
where holder.locktype = 'advisory' and holder.objsubid = 1 and holder.granted
  and holder.database = (select oid from pg_database where datname = current_database())
  and (holder.classid::bigint << 32) | holder.objid::bigint = {}::bigint
  and session.application_name = {}
  and not exists (
    select from pg_locks as beat
    where beat.locktype = 'advisory' and beat.objsubid = 2 and beat.granted and beat.database = holder.database
      and beat.classid::bigint = {}::integer and beat.objid::bigint = holder.pid
  )"""


def turn_of(index: str, fingerprint: bytes) -> int:
    """The key of the lock that whoever writes this deployment holds."""
    named = index.encode() + b"\0" + fingerprint
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), signed=True)


async def take_turn(connection: Connection, turn: int) -> bool:
    """Take it until the session ends. False: another session has it."""
    ((taken,),) = await fetch(connection, sql(TRY, value(turn)))
    return bool(taken)


async def wait_for_turn(connection: Connection, turn: int, on_wait: Callable[[], None]) -> None:
    """Take it until the session ends, as soon as no other session has it. A holder without a heartbeat is ended.

    Asks again and again: a statement that waits would keep Postgres from cleaning up behind all others. Each time
    another session has it, `on_wait` is called, and once more when that is over.
    """
    if await take_turn(connection, turn):
        return
    on_wait()
    while not await take_turn(connection, turn):
        await _wait_a_moment(connection, turn, LOOK_EVERY)
        on_wait()
    on_wait()


async def take_turn_soon(connection: Connection, turn: int) -> bool:
    """Take it until the session ends, from a session that may be about to end. False: it has not in 3 seconds."""
    for _ in range(round(SOON / SOON_EVERY)):
        if await take_turn(connection, turn):
            return True
        await _wait_a_moment(connection, turn, SOON_EVERY)
    return await take_turn(connection, turn)


async def show_alive(connection: Connection, process: int) -> None:
    """Show for as long as this session lasts that the other one, of that process number of Postgres, lives."""
    await fetch(connection, sql(SHOW_ALIVE, value(LIVING), value(process)))


async def stand_for_writer(connection: Connection) -> None:
    """From now on the session counts as dead when nothing shows that it lives."""
    await fetch(connection, sql(CALL, value(WRITER)))


async def take_turn_briefly(connection: Connection, turn: int) -> bool:
    """Take it until the transaction ends. False: another session has it."""
    ((taken,),) = await fetch(connection, sql(TRY_BRIEFLY, value(turn)))
    return bool(taken)


async def taken_turns(connection: Connection) -> frozenset[int]:
    """All turns that some session of this database has now."""
    return frozenset(turn for (turn,) in await fetch(connection, sql(TAKEN)))


async def _wait_a_moment(connection: Connection, turn: int, seconds: float) -> None:
    await fetch(connection, sql(END_DEAD, value(turn), value(WRITER), value(LIVING)))
    await asyncio.sleep(seconds)
