"""One request: judged, planned, answered by one statement.

The optimistic statement gives the bytes of the answer, which pass through
untouched. Where it cannot be right, the same plan is printed in its exact form and
graphql-core completes the tree; both ways give equal answers.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from copy import copy
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]
import msgspec
import strawberry
from graphql import GraphQLError, OperationType

from docgraph.api.answers import Answers
from docgraph.api.coercion import Coercions
from docgraph.api.collect import Collector
from docgraph.api.compile import Compiled, compile_operation
from docgraph.api.complete import complete, narrowed
from docgraph.api.contract import Contract
from docgraph.api.documents import Documents, Request
from docgraph.api.errors import Code, Rejected, error, formatted
from docgraph.api.limits import USUAL, Limits
from docgraph.api.plans import Plans, Prepared
from docgraph.api.schema import core_of, strawberry_schema
from docgraph.api.uncomputable import Uncomputable, why_uncomputable
from docgraph.api.variables import Variables
from docgraph.api.verdicts import awaited, blocks_missing, refused_for_problems
from docgraph.model.schema import Schema
from docgraph.model.values import Refused
from docgraph.query import plan
from docgraph.query.slots import Printed
from docgraph.query.tsquery import Malformed
from docgraph.store.layout import Layout, layout
from docgraph.store.readers import Busy

logger = logging.getLogger(__name__)

# Source: graph-node, as clients match on it.
OVERLOADED = "service is overloaded and can not run the query right now. Please try again in a few minutes"
NULL_REFUSED = "DG001"  # SQLSTATE of docgraph.required(): a null where none may be
SEVERAL_ROWS = "21000"  # SQLSTATE of a scalar subquery with more than one row
CANCELED = "57014"  # SQLSTATE of a statement that took too long
OUT_OF_RANGE = "22003"  # SQLSTATE of a sum of Floats that is none
GONE = ("3F000", "42P01")  # SQLSTATEs of a schema and of a table that are not there
TOO_COMPLEX = ("54000", "54001", "54011", "54023")  # SQLSTATEs: more than Postgres can take


class Connection(Protocol):
    async def fetchrow(self, query: str, *arguments: Any) -> Any: ...


class Connections(Protocol):
    """Where connections come from."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for as long as the `async with` lasts. Raises Busy: none got free in time."""
        ...


class Answer(msgspec.Struct, frozen=True):
    """The response: JSON, and the status of HTTP for clients that go by it."""

    body: bytes
    status: int = 200
    malformed: bool = False  # what came was no request at all
    early: bool = False  # the block that it waits for is not there yet


class _Work(msgspec.Struct, frozen=True, eq=False):
    """One request on its way."""

    text: str
    name: str | None  # of the operation
    variables: Mapping[str, Any]  # as they were sent
    prepared: Prepared
    values: Mapping[str, Any]  # the variables, coerced
    parameters: Sequence[object]  # of the statement that is asked first

    @property
    def operation(self) -> plan.Operation:
        return self.prepared.compiled.operation


class Engine:
    """One served deployment: its schema, and how requests to it are answered."""

    def __init__(self, made: strawberry.Schema, contract: Contract, places: Layout, answers: Answers) -> None:
        self.schema = made
        self._contract = contract
        self._layout = places
        self._answers = answers
        self._documents = Documents(contract.core, contract.limits)
        self._plans = Plans(Coercions(contract.core), contract.limits.plan_bytes)

    @classmethod
    def build(
        cls,
        schema: Schema,
        namespace: str,
        deployment: str,
        limits: Limits = USUAL,
        answers: Answers | None = None,
    ) -> Engine:
        """The engine of the deployment that owns `namespace`. Opens nothing.

        `answers`: whoever listens for changes says there what still stands; without them no answer is kept.
        """
        made = strawberry_schema(schema)
        contract = Contract.of(schema, core_of(made), deployment, limits)
        return cls(made, contract, layout(schema, namespace), answers or Answers(0))

    def sdl(self) -> str:
        """The API's own schema, in GraphQL's schema language."""
        return self.schema.as_str()

    def planned(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> plan.Operation:
        """What would be asked of the database. Raises Rejected."""
        request = self._documents.request(query, operation_name)
        values = self._documents.values(request.operation, variables or {})
        return self._compiled(request, Variables.known(values)).operation

    def subscribes(self, query: str, operation_name: str | None = None) -> bool:
        """Whether the request is a subscription, whatever else may be wrong with it."""
        # Nearly all requests are told apart without a look at their document.
        return "subscription" in query and self._documents.kind(query, operation_name) is OperationType.SUBSCRIPTION

    def without_patience(self) -> Engine:
        """The same engine for who asks again with each block, and so waits for none."""
        impatient = copy(self)
        limits = msgspec.structs.replace(self._contract.limits, wait_seconds=0.0)
        impatient._contract = msgspec.structs.replace(self._contract, limits=limits)
        return impatient

    async def execute(
        self,
        connections: Connections,
        query: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> Answer:
        """The response to one request; to a subscription, as of now. Never raises for what client or database did."""
        try:
            return await self._answer(connections, self._work(query, variables or {}, operation_name))
        except Rejected as rejected:
            return _rejected(rejected.errors)
        except Busy:
            return _refused(OVERLOADED, Code.UNAVAILABLE, 503)
        except Uncomputable as failed:
            return _refused(str(failed), Code.UNCOMPUTABLE, 200)
        except RecursionError:
            return _rejected([error("The query is nested too deeply.", Code.TOO_COMPLEX)])
        except asyncpg.PostgresError as failed:
            return _failed(failed, self._contract.limits)
        except (OSError, asyncpg.InterfaceError) as failed:
            logger.warning("the database does not answer: %s", failed)
            return _refused("The database does not answer. Try again later.", Code.UNAVAILABLE, 503)

    def _work(self, text: str, variables: Mapping[str, Any], name: str | None) -> _Work:
        """What is to be done for a request. Raises Rejected."""
        known = self._plans.find(text, name, variables)
        if known is not None:
            prepared, values = known
            with suppress(Refused, Malformed):
                return _Work(text, name, variables, prepared, values, prepared.first.parameters(values))
        request = self._documents.request(text, name)
        given = self._documents.values(request.operation, variables)
        seen = Variables.unseen(given)
        try:
            prepared = Prepared(self._compiled(request, seen), self._layout)
            work = _Work(text, name, variables, prepared, given.coerced, prepared.first.parameters(given.coerced))
        except (Rejected, Refused, Malformed):
            # With all values in sight, all that is wrong is told in one go.
            prepared = Prepared(self._compiled(request, Variables.known(given)), self._layout)
            return _Work(text, name, variables, prepared, given.coerced, prepared.first.parameters(given.coerced))
        if seen.places is not None:
            self._plans.keep(text, request, variables, prepared, seen.places)
        return work

    def _compiled(self, request: Request, variables: Variables) -> Compiled:
        collector = Collector(self._contract.core, request.fragments, variables)
        return compile_operation(self._contract, request.operation, collector)

    async def _answer(self, connections: Connections, work: _Work) -> Answer:
        operation, patience, answers = work.operation, self._contract.limits.wait_seconds, self._answers
        compiled, first = work.prepared.compiled, work.prepared.first
        if not operation.roots:
            return self._completed(work, {})
        if compiled.introspects:
            return await self._exact(connections, work, patience)
        key = None if compiled.conditional else answers.key(first.text, work.parameters)
        if key is not None and (kept := answers.find(key)) is not None:
            return Answer(kept)
        standing = answers.standing
        try:
            if compiled.conditional:
                told = await self._ask(connections, work, first, patience)
            else:
                told = await self._row(connections, work, first)
        except asyncpg.PostgresError as failed:
            if failed.sqlstate not in (NULL_REFUSED, SEVERAL_ROWS):
                raise
            return await self._exact(connections, work, patience)
        if compiled.conditional and (
            blocks_missing(operation, self._contract.deployment, told) or refused_for_problems(operation, told)
        ):
            return await self._exact(connections, work, patience=0.0)
        answer = _answered(told)
        if key is not None:
            answers.keep(key, answer.body, standing)
        return answer

    async def _exact(self, connections: Connections, work: _Work, patience: float) -> Answer:
        operation = work.operation
        told = await self._ask(connections, work, work.prepared.exact, patience)
        tree: dict[str, Any] = json.loads(told["data"])
        for key, message in blocks_missing(operation, self._contract.deployment, told).items():
            tree[key] = error(message, Code.BLOCK_NOT_AVAILABLE)
        answer = (
            self._without_data(work, tree) if refused_for_problems(operation, told) else self._completed(work, tree)
        )
        return msgspec.structs.replace(answer, early=awaited(operation, told) is not None)

    def _without_data(self, work: _Work, tree: Mapping[str, Any]) -> Answer:
        """What is left where problems forbid data: what is told about the index, and the schema."""
        about = work.prepared.compiled.about_the_index
        problem = formatted(error("indexing_error", Code.INDEXING_ERROR))
        if not about:
            return Answer(msgspec.json.encode({"data": None, "errors": [problem]}))
        request = narrowed(self._documents.request(work.text, work.name), about)
        left = complete(self._contract.core, request, work.variables, tree)
        others = (formatted(_with_code(each)) for each in left.errors or ())
        return Answer(msgspec.json.encode({"data": left.data, "errors": [problem, *others]}))

    def _completed(self, work: _Work, tree: Mapping[str, Any]) -> Answer:
        request = self._documents.request(work.text, work.name)
        result = complete(self._contract.core, request, work.variables, tree)
        response: dict[str, Any] = {"data": result.data}
        if result.errors:
            response["errors"] = [formatted(_with_code(each)) for each in result.errors]
        return Answer(msgspec.json.encode(response))

    async def _ask(
        self, connections: Connections, work: _Work, statement: Printed, patience: float
    ) -> Mapping[str, Any]:
        """The row of the statement, once the block it has to wait for is there."""
        clock = asyncio.get_running_loop().time
        delay, deadline = 0.005, clock() + patience
        while True:
            told = await self._row(connections, work, statement)
            if awaited(work.operation, told) is None or clock() >= deadline:
                return told
            await asyncio.sleep(delay)
            delay = min(delay * 2, 0.25)

    async def _row(self, connections: Connections, work: _Work, statement: Printed) -> Mapping[str, Any]:
        told: Mapping[str, Any]
        first = statement is work.prepared.first
        parameters = work.parameters if first else statement.parameters(work.values)
        try:
            async with connections.acquire() as connection:
                told = await connection.fetchrow(statement.text, *parameters)
        except asyncpg.PostgresError as failed:
            if reason := why_uncomputable(work.operation, failed.sqlstate):
                raise reason from failed
            raise
        return told


def _answered(told: Mapping[str, Any]) -> Answer:
    data = told["data"]
    return Answer(b'{"data":' + (data if isinstance(data, bytes) else data.encode()) + b"}")


def _with_code(problem: GraphQLError) -> GraphQLError:
    if not (problem.extensions or {}).get("code"):
        logger.error("an answer could not be completed: %s", problem, exc_info=problem.original_error)
        problem.extensions = {"code": Code.INTERNAL.value}
    return problem


def _failed(failure: asyncpg.PostgresError, limits: Limits) -> Answer:
    """What a client is told of a statement that failed."""
    if failure.sqlstate == CANCELED:
        late = error("Query timed out", Code.TIMED_OUT)
        late.extensions = {**(late.extensions or {}), "limit": limits.statement_seconds}
        return _without_answer(late, 200)
    if failure.sqlstate == OUT_OF_RANGE:
        return _refused("A sum is larger than a Float can be: narrow `where`.", Code.BAD_INPUT, 200)
    if failure.sqlstate in TOO_COMPLEX:
        return _refused("query is too expensive", Code.TOO_COMPLEX, 200)
    if failure.sqlstate in GONE:
        logger.warning("what is served was dropped: %s", failure)
        return _refused("What was served is gone. Try again later.", Code.UNAVAILABLE, 503)
    if isinstance(failure, asyncpg.PostgresConnectionError | asyncpg.OperatorInterventionError):
        logger.warning("the database does not answer: %s", failure)
        return _refused("The database does not answer. Try again later.", Code.UNAVAILABLE, 503)
    logger.error("a statement failed", exc_info=failure)
    return _refused("Internal error: the query could not be answered.", Code.INTERNAL, 500)


def _rejected(errors: Sequence[GraphQLError]) -> Answer:
    """The response to a request that is not executed."""
    return Answer(msgspec.json.encode({"errors": [formatted(each) for each in errors]}), 400)


def _refused(message: str, code: Code, status: int) -> Answer:
    return _without_answer(error(message, code), status)


def _without_answer(problem: GraphQLError, status: int) -> Answer:
    return Answer(msgspec.json.encode({"data": None, "errors": [formatted(problem)]}), status)
