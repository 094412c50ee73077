"""GraphQL over HTTP: requests as POST and GET, answers in the media type that was asked for.

A thin ASGI application: the bytes of an answer go out as the database made them.

Source: GraphQL over HTTP (graphql.github.io/graphql-over-http), and
spec/subgraph-api.md 2.1: clients that ask for plain JSON get 200 for every
well-formed request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from docgraph.api.errors import Code, error, formatted
from docgraph.api.execute import Answer, Connections, Engine

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
MAX_BODY = 2_000_000  # bytes

Call = tuple[str, Mapping[str, Any] | None, str | None]  # query, variables, name of the operation


class NotARequest(Exception):
    """What came by HTTP is no GraphQL request."""

    def __init__(self, message: str, status: int = 400, **headers: str) -> None:
        super().__init__(message)
        self.message, self.status, self.headers = message, status, headers


def graphql_app(engine: Callable[[], Engine], connections: Connections, graphiql: bytes | None = None) -> ASGIApp:
    """The application that answers at one path.

    `engine` gives the deployment that is served at the moment of the request;
    `graphiql` is the page for browsers that come without a query.
    """

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        media = negotiated(request.headers)
        if graphiql is not None and _is_browser(request):
            await Response(graphiql, media_type="text/html")(scope, receive, send)
            return
        headers: Mapping[str, str] = {}
        try:
            query, variables, name = await _call(request)
            answer = await engine().execute(connections, query, variables, name)
        except NotARequest as refused:
            answer = _bad(refused)
            headers = refused.headers
        except ClientDisconnect:
            return
        status = _status(answer, media)
        await Response(answer.body, status, headers, media_type=f"{media}; charset=utf-8")(scope, receive, send)

    return respond


def negotiated(headers: Headers) -> str:
    """The media type of the answer: the one for GraphQL where the client knows it, plain JSON otherwise."""
    wanted = {}
    for part in headers.get("accept", "").split(","):
        media, _, parameters = part.partition(";")
        wanted[media.strip().lower()] = "q=0" not in {each.strip() for each in parameters.split(";")}
    return RESPONSE if wanted.get(RESPONSE) else JSON


def _status(answer: Answer, media: str) -> int:
    """Clients of plain JSON look into the body, not at the status, for what a request got wrong."""
    return 200 if media == JSON and answer.status == 400 and not answer.malformed else answer.status


def _is_browser(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


async def _call(request: Request) -> Call:
    match request.method:
        case "POST":
            return _read(await _body(request))
        case "GET":
            return _from_parameters(request.query_params)
        case _:
            raise NotARequest("GraphQL is asked by GET or POST.", 405, allow="GET, POST")


async def _body(request: Request) -> object:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise NotARequest(f"The body of a request is JSON; send it as content-type: {JSON}.", 415)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise NotARequest(f"The body of a request has at most {MAX_BODY} bytes.", 413)
        parts.append(part)
    return _json(b"".join(parts), "The body")


def _from_parameters(parameters: QueryParams) -> Call:
    fields: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            fields[name] = _json(text.encode(errors="surrogatepass"), f"`{name}`")
        else:
            fields.pop(name, None)
    return _read(fields)


def _json(text: bytes, what: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise NotARequest(f"{what} is not JSON: {wrong}") from wrong


def _read(fields: object) -> Call:
    """The parts of a request. Source: GraphQL over HTTP, Request Parameters."""
    if not isinstance(fields, dict):
        raise NotARequest("A request is a JSON object with `query`, and maybe `variables` and `operationName`.")
    query, variables, name = (fields.get(key) for key in ("query", "variables", "operationName"))
    if not isinstance(query, str) or not query:
        raise NotARequest("A request needs `query`, a text.")
    if not isinstance(variables, dict | None):
        raise NotARequest("`variables` is an object.")
    if not isinstance(name, str | None):
        raise NotARequest("`operationName` is a text.")
    if not isinstance(fields.get("extensions"), dict | None):
        raise NotARequest("`extensions` is an object.")
    return query, variables, name


def _bad(refused: NotARequest) -> Answer:
    problem = formatted(error(refused.message, Code.BAD_REQUEST))
    return Answer(msgspec.json.encode({"errors": [problem]}), refused.status, malformed=True)
