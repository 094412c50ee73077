"""The floor of HTTP: an ASGI application that answers at once, with as many bytes as its path says.

    python -m uvicorn fixed:app

`POST /166` gives 166 bytes. Knows no query and no database.
"""

from __future__ import annotations

from typing import Any


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return
    asked = await receive()
    while asked.get("more_body"):
        asked = await receive()
    length = scope["path"][1:]
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", length.encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b" " * int(length)})
