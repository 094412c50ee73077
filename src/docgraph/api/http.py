"""GraphQL over HTTP: requests as POST and GET, answers in the media type that was asked for.

A thin ASGI application: the bytes of an answer go out as the database made them. When
the client leaves, the work for it ends.

Source: GraphQL over HTTP (graphql.github.io/graphql-over-http), RFC 9110, and
spec/subgraph-api.md 2.1: clients that ask for plain JSON get 200 for every
well-formed request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from docgraph.api.errors import Code, Rejected, error, formatted
from docgraph.api.events import send_events, wants_events
from docgraph.api.execute import Answer, Connections, Engine
from docgraph.api.leaving import Clients
from docgraph.api.limits import USUAL, Limits
from docgraph.api.persisted import Persisted, digest_named, digest_of
from docgraph.api.subscriptions import Question, Subscriptions

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
# Also where nothing is compressed: a cache takes the headers of a 304 over to the compressed answer it keeps.
VARY = "Accept, Accept-Encoding"
ALLOWED = "GET, HEAD, OPTIONS, POST"
# As a subgraph's endpoint: any page may ask, nothing is done on behalf of a signed-in user.
CORS: Mapping[str, str] = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": ALLOWED,
    "access-control-allow-headers": "Content-Type, User-Agent",
}
NOT_PLAIN = (
    "A subscription has more than one answer. Ask for them with `Accept: text/event-stream`, "
    "or by WebSocket with the sub-protocol graphql-transport-ws."
)


class NotARequest(Exception):
    """What came by HTTP is no GraphQL request."""

    def __init__(self, message: str, status: int = 400, **headers: str) -> None:
        super().__init__(message)
        self.message, self.status, self.headers = message, status, headers


class Call(msgspec.Struct, frozen=True):
    """A request as it was sent."""

    query: str
    variables: Mapping[str, Any] | None
    operation_name: str | None
    digest: str | None  # that the query may be named by from now on, if it is valid


def graphql_app(
    engine: Callable[[], Engine],
    connections: Connections,
    graphiql: bytes | None = None,
    limits: Limits = USUAL,
    subscriptions: Subscriptions | None = None,
) -> ASGIApp:
    """The application that answers at one path.

    `engine` gives the deployment that is served at the moment of the request;
    `graphiql` is the page for browsers that come without a query; with `subscriptions` clients may ask for events.
    """
    persisted, clients = Persisted(limits.persisted_bytes), Clients()

    async def answered(request: Request, call: Call) -> Answer:
        if engine().subscribes(call.query, call.operation_name):
            raise NotARequest(NOT_PLAIN)
        work = engine().execute(connections, call.query, call.variables, call.operation_name)
        answer = await clients.while_wanted(request.receive, work)
        if call.digest is not None and answer.status == 200:
            persisted.keep(call.digest, call.query)
        return answer

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if graphiql is not None and wants_a_page(request):
            await Response(graphiql, media_type="text/html")(scope, receive, send)
            return
        if request.method == "OPTIONS":
            await Response(status_code=204, headers={"allow": ALLOWED, **CORS})(scope, receive, send)
            return
        headers: Mapping[str, str] = {}
        try:
            call = _read(await _sent(request, limits), persisted)
            if subscriptions is not None and _as_events(request, call, engine()):
                question = Question(call.query, call.variables, call.operation_name)
                await send_events(subscriptions.answers(question), receive, send)
                return
            answer = await answered(request, call)
        except Rejected as rejected:
            answer = _errors([formatted(each) for each in rejected.errors], 400)
        except NotARequest as refused:
            problem = formatted(error(refused.message, Code.BAD_REQUEST))
            answer, headers = _errors([problem], refused.status, malformed=True), refused.headers
        except ClientDisconnect:
            return
        await _response(request, answer, headers)(scope, receive, send)

    return respond


def wants_a_page(request: Request) -> bool:
    """A browser that navigates here; a GET that carries a query is for GraphQL, whatever it accepts."""
    return (
        request.method in ("GET", "HEAD")
        and not {"query", "extensions"} & request.query_params.keys()
        and "text/html" in request.headers.get("accept", "")
    )


def _as_events(request: Request, call: Call, engine: Engine) -> bool:
    subscribes = engine.subscribes(call.query, call.operation_name)
    return request.method != "HEAD" and wants_events(request.headers.get("accept", ""), of_subscription=subscribes)


# Answers -------------------------------------------------------------------------


def _response(request: Request, answer: Answer, headers: Mapping[str, str]) -> Response:
    """The answer in HTTP's words.

    A cache may keep an answer but has to ask each time, which costs no bytes where nothing has changed. No answer is
    said to hold for longer, not even one at a block given by number or hash: a changed schema or mapping makes
    another deployment, which counts its blocks from 1 and answers at the same address.
    """
    media = negotiated(request.headers)
    status = status_of(answer, media)
    told = {"vary": VARY, **headers}
    if request.method in ("GET", "HEAD"):
        if status != 200:
            told["cache-control"] = "no-store"
        else:
            told |= {"cache-control": "no-cache", "etag": _tag(answer.body, media)}
            if _known(request.headers, told["etag"]):
                return Response(status_code=304, headers=told)
    return Response(answer.body, status, told, media_type=f"{media}; charset=utf-8")


def negotiated(headers: Headers) -> str:
    """The media type of the answer: the one for GraphQL where the client likes it as well as plain JSON, else JSON."""
    liked = {}
    for part in headers.get("accept", "").split(","):
        media, _, parameters = part.partition(";")
        liked[media.strip().lower()] = _weight(parameters)
    wanted = liked.get(RESPONSE, 0.0)
    return RESPONSE if wanted > 0 and wanted >= liked.get(JSON, 0.0) else JSON


def _weight(parameters: str) -> float:
    """How much a media type is liked, 0 to 1. Source: RFC 9110, 12.4.2; what is no weight counts as 1."""
    for each in parameters.split(";"):
        name, _, figure = each.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(figure)
            except ValueError:
                return 1.0
    return 1.0


def status_of(answer: Answer, media: str) -> int:
    """Clients of plain JSON look into the body, not at the status, for what a request got wrong."""
    return 200 if media == JSON and answer.status == 400 and not answer.malformed else answer.status


def _tag(body: bytes, media: str) -> str:
    """Weak, since a compressed answer has the same tag. Source: RFC 9110, 8.8.3."""
    return f'W/"{hashlib.blake2b(body, digest_size=12, key=media.encode()).hexdigest()}"'


def _known(headers: Headers, tag: str) -> bool:
    """Whether the client has this answer already. Source: RFC 9110, 13.1.2."""
    bare = tag.removeprefix("W/")
    given = [each.strip() for line in headers.getlist("if-none-match") for each in line.split(",")]
    return "*" in given or any(each.removeprefix("W/") == bare for each in given)


def _errors(problems: list[dict[str, Any]], status: int, *, malformed: bool = False) -> Answer:
    return Answer(msgspec.json.encode({"errors": problems}), status, malformed=malformed)


# Requests --------------------------------------------------------------------------


async def _sent(request: Request, limits: Limits) -> object:
    """What came as JSON, or as parameters."""
    match request.method:
        case "POST":
            return await _body(request, limits.request_bytes)
        case "GET" | "HEAD":
            if len(request.scope["query_string"]) > limits.request_bytes:
                raise NotARequest(f"The parameters of a request have at most {limits.request_bytes} bytes.", 414)
            return _parameters(request.query_params)
        case _:
            raise NotARequest("GraphQL is asked by GET or POST.", 405, allow=ALLOWED)


async def _body(request: Request, most: int) -> object:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise NotARequest(f"The body of a request is JSON; send it as content-type: {JSON}.", 415)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotARequest("The body of a request is sent without a content-encoding.", 415)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise NotARequest(f"The body of a request has at most {most} bytes.", 413)
        parts.append(part)
    return _json(b"".join(parts), "The body")


def _parameters(parameters: QueryParams) -> dict[str, object]:
    fields: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := parameters.get(name):
            fields[name] = _json(text.encode(errors="surrogatepass"), f"`{name}`")
        else:
            fields.pop(name, None)
    return fields


def _json(text: bytes, what: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise NotARequest(f"{what} is not JSON: {wrong}") from wrong


def _read(fields: object, persisted: Persisted) -> Call:
    """The parts of a request. Source: GraphQL over HTTP, Request Parameters.

    Raises Rejected: it names a persisted query that is not known.
    """
    if isinstance(fields, list):
        raise NotARequest("Batches are not supported: send each request by itself, as one JSON object.")
    if not isinstance(fields, dict):
        raise NotARequest("A request is a JSON object with `query`, and maybe `variables` and `operationName`.")
    variables, name, extensions = (fields.get(key) for key in ("variables", "operationName", "extensions"))
    if not isinstance(variables, dict | None):
        raise NotARequest("`variables` is an object.")
    if not isinstance(name, str | None):
        raise NotARequest("`operationName` is a text.")
    if not isinstance(extensions, dict | None):
        raise NotARequest("`extensions` is an object.")
    query, digest = _text(fields.get("query"), extensions or {}, persisted)
    return Call(query, variables, name, digest)


def _text(query: object, extensions: Mapping[str, object], persisted: Persisted) -> tuple[str, str | None]:
    """The text of the query, and the digest it may be named by."""
    try:
        digest = digest_named(extensions)
    except ValueError as wrong:
        raise NotARequest(str(wrong)) from wrong
    if digest is not None and not query:
        return persisted.text(digest), digest
    if not isinstance(query, str) or not query:
        raise NotARequest("A request needs `query`, a text.")
    if digest is not None and digest != digest_of(query):
        raise NotARequest("`sha256Hash` is not the SHA-256 of `query`.")
    return query, digest
