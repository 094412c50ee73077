"""Who may write a deployment: one session at a time, by an advisory lock of Postgres.

The lock's key follows from the names alone, so that a turn can be waited for before
the deployment exists, and looked up by whoever lists deployments.
"""

from __future__ import annotations

import hashlib

from docgraph.store.connection import Connection, LockNotAvailable, fetch
from docgraph.store.sql import sql, value

TRY = "select pg_try_advisory_lock({}::bigint)"
WAIT = "select pg_advisory_lock({}::bigint)"
TRY_BRIEFLY = "select pg_try_advisory_xact_lock({}::bigint)"

# A key of 64 bits is shown in two halves.
TAKEN = """
select (classid::bigint << 32) | objid::bigint from pg_locks
where locktype = 'advisory' and objsubid = 1 and granted
  and database = (select oid from pg_database where datname = current_database())"""


def turn_of(index: str, fingerprint: bytes) -> int:
    """The key of the lock that whoever writes this deployment holds."""
    named = index.encode() + b"\0" + fingerprint
    return int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), signed=True)


async def take_turn(connection: Connection, turn: int) -> bool:
    """Take it until the session ends. False: another session has it."""
    ((taken,),) = await fetch(connection, sql(TRY, value(turn)))
    return bool(taken)


async def wait_for_turn(connection: Connection, turn: int) -> None:
    """Take it until the session ends, as soon as no other session has it."""
    await fetch(connection, sql(WAIT, value(turn)))


async def take_turn_soon(connection: Connection, turn: int) -> bool:
    """Take it until the session ends, from a session that may be about to end. False: it has not in 3 seconds."""
    try:
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '3s'")
            await wait_for_turn(connection, turn)
    except LockNotAvailable:
        return False
    return True


async def take_turn_briefly(connection: Connection, turn: int) -> bool:
    """Take it until the transaction ends. False: another session has it."""
    ((taken,),) = await fetch(connection, sql(TRY_BRIEFLY, value(turn)))
    return bool(taken)


async def taken_turns(connection: Connection) -> frozenset[int]:
    """All turns that some session of this database has now."""
    return frozenset(turn for (turn,) in await fetch(connection, sql(TAKEN)))
