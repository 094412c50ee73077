"""The Starlette application: GraphQL, GraphiQL, the schema, and how the process is doing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from docgraph.api.errors import Code, NothingServed
from docgraph.api.http import graphql_app, wants_a_page
from docgraph.api.transport_ws import TRY_AGAIN_LATER
from docgraph.api.websocket import refuse, websocket_app
from docgraph.model.problem import Unavailable
from docgraph.server.front import COMPRESSED_FROM, COMPRESSION, FAULT, Front
from docgraph.server.pages import NOT_BUILT, STATIC, example_query, graphiql_page
from docgraph.server.plain import EXPOSED, INDEXED
from docgraph.server.serving import Serving
from docgraph.store.connection import connect
from docgraph.store.served import status

NOT_ANSWERING = "the database does not answer"
# The page needs nothing but this server: no script, font or worker of anybody else's.
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Vary": "Accept",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}


def create_app(current: Serving) -> Front:
    """The application over what `current` serves at each moment."""
    return Front(current, _behind(current))


def _behind(current: Serving) -> Starlette:
    """The application that knows all kinds of requests."""
    return Starlette(
        routes=[
            Route("/", _page(current)),
            Route("/graphql", _Graphql(current)),
            WebSocketRoute("/graphql", _Socket(current)),
            Route("/schema.graphql", _schema(current)),
            Route("/health", _health),
            Route("/ready", _ready(current)),
            Route("/status", _status(current)),
            Mount("/static", _BuiltFiles(directory=STATIC, check_dir=False)),
        ],
        exception_handlers={Exception: _fault},
        # As a subgraph's endpoint: any page may ask, nothing is done on behalf of a signed-in user.
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "OPTIONS", "POST"],
                allow_headers=["*"],
                expose_headers=EXPOSED,
            ),
            Middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM, compresslevel=COMPRESSION),
        ],
    )


class _BuiltFiles(StaticFiles):
    """The files of the page, which may be built while the server runs: nothing is found until then."""

    async def check_config(self) -> None:
        """There need not be a folder."""


class _Graphql:
    """GraphQL for programs, GraphiQL for a browser that opens the same address."""

    def __init__(self, current: Serving) -> None:
        self._current = current
        self._answers: ASGIApp = graphql_app(
            current.serving_engine, current.readers, limits=current.settings.limits, subscriptions=current.subscriptions
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if wants_a_page(Request(scope)):
            response: Response = _render_page(self._current)
            await response(scope, receive, send)
            return
        try:
            if not await _something_is_served(self._current):
                raise NothingServed
            await self._answers(scope, receive, _telling(self._current.indexed, send))
        except NothingServed as nothing:  # raised before anything is sent
            error = {"message": str(nothing), "extensions": {"code": Code.NOT_READY.value}}
            await JSONResponse({"errors": [error]}, 503, {"Retry-After": "1"})(scope, receive, send)


class _Socket:
    """GraphQL by WebSocket."""

    def __init__(self, current: Serving) -> None:
        self._current = current
        self._answers = websocket_app(current.subscriptions, current.settings.limits.operations)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if await _something_is_served(self._current):
            await self._answers(scope, receive, send)
        else:
            await receive()  # websocket.connect
            await refuse(send, TRY_AGAIN_LATER, str(NothingServed()))


async def _something_is_served(current: Serving) -> bool:
    """While there is no engine, each request looks for itself: a block that was told can be asked for."""
    if current.engine is None:
        with suppress(Unavailable):
            await current.look()
    return current.engine is not None


async def _fault(request: Request, fault: Exception) -> Response:
    """A mistake of ours: told in the log by the server, and to the client as an answer like any other."""
    return Response(FAULT.body, FAULT.status, media_type="application/json")


def _telling(indexed: bytes | None, send: Send) -> Send:
    """Tells with the answer the block that was the latest when it was asked for: the answer is no older than that."""
    if indexed is None:
        return send
    told = indexed.decode()

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)[INDEXED] = told
        await send(message)

    return sending


def _page(current: Serving) -> Any:
    async def page(request: Request) -> Response:
        return _render_page(current)

    return page


def _render_page(current: Serving) -> Response:
    example = example_query(current.settings.project, current.schema) if current.schema is not None else ""
    try:
        content = graphiql_page(current.settings.index, example)
    except FileNotFoundError:
        return Response(NOT_BUILT, 503, media_type="text/html", headers={**PAGE_HEADERS, "Retry-After": "2"})
    return Response(content, media_type="text/html", headers=PAGE_HEADERS)


def _schema(current: Serving) -> Any:
    async def schema(request: Request) -> Response:
        if current.engine is None:
            return PlainTextResponse(f"{NothingServed()}\n", 503)
        return PlainTextResponse(current.engine.sdl())

    return schema


async def _health(request: Request) -> Response:
    """The process is alive. Says nothing of the database: restarting us would not mend that."""
    return JSONResponse({"alive": True})


def _ready(current: Serving) -> Any:
    async def ready(request: Request) -> Response:
        """A complete deployment is served, and the database answers."""
        try:
            found = await current.look()
        except Unavailable:
            return JSONResponse({"ready": False, "why": NOT_ANSWERING}, 503)
        if found is None:
            return JSONResponse({"ready": False, "why": str(NothingServed())}, 503)
        return JSONResponse({"ready": True, "deployment": str(found.deployment), "block": found.block})

    return ready


def _status(current: Serving) -> Any:
    async def told(request: Request) -> Response:
        """What is indexed and what is wrong with it."""
        try:
            connection = await connect(current.dsn)
        except Unavailable:
            return JSONResponse({"why": NOT_ANSWERING}, 503)
        try:
            found = await status(connection, current.settings.index)
        finally:
            await connection.close()
        return Response(msgspec.json.encode(found), media_type="application/json")

    return told
