"""The limit: a bare ASGI application that knows the SQL of every request by heart.

    DSN=… INDEX=… python -m uvicorn raw:app

Parses the body, picks a prepared statement by `operationName`, and passes the bytes of Postgres on. Its connections and
statements wait in a queue of its own; `raw_pool.py` is the same with asyncpg's pool.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

import asyncpg
import msgspec

from shapes import SHAPES

CONNECTIONS = 8


class Call(msgspec.Struct):
    operationName: str
    variables: dict[str, Any]


STATEMENTS = {shape.name: shape.sql for shape in SHAPES}
DECODE = msgspec.json.Decoder(Call).decode
free: asyncio.Queue[dict[str, Any]] = asyncio.Queue()


async def set_up(connection: Any) -> None:
    await connection.execute(f'set search_path to "{os.environ["INDEX"]}"; set jit to off')
    await connection.set_type_codec("json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


async def _open() -> None:
    for _ in range(CONNECTIONS):
        connection = await asyncpg.connect(os.environ["DSN"], max_cached_statement_lifetime=0)
        await set_up(connection)
        free.put_nowait({name: await connection.prepare(sql) for name, sql in STATEMENTS.items()})


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await _open()
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
    statements = await free.get()
    try:
        found = await statements[call.operationName].fetchval(*call.variables.values())
    finally:
        free.put_nowait(statements)
    body = b'{"data":' + found + b"}"
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
