"""The application of `raw.py` as it is usually written: its connections come from asyncpg's pool.

    DSN=… INDEX=… python -m uvicorn raw_pool:app

The pool is spared what a reader does not need: statements that expire, and the query between requests that resets a
connection.
"""

from __future__ import annotations

import os
from typing import Any

import asyncpg

from raw import CONNECTIONS, DECODE, STATEMENTS, set_up

pool: Any = None


async def _leave_alone(connection: Any) -> None:
    """In place of the query that resets a connection."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    global pool
    if scope["type"] == "lifespan":
        await receive()
        async with asyncpg.create_pool(
            os.environ["DSN"],
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            max_cached_statement_lifetime=0,
            init=set_up,
            reset=_leave_alone,
        ) as pool:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        return
    parts = []
    while True:
        message = await receive()
        parts.append(message["body"])
        if not message.get("more_body"):
            break
    call = DECODE(b"".join(parts))
    async with pool.acquire() as connection:
        found = await connection.fetchval(STATEMENTS[call.operationName], *call.variables.values())
    body = b'{"data":' + found + b"}"
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
