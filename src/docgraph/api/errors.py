"""Errors as clients see them: a message, places, a path and a code; never SQL, a stack or a file.

Source of the messages: spec/subgraph-api.md 2.10 to 2.14, graphql-js for the rest.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Sequence
from typing import Any

from graphql import GraphQLError, Node

PathKeys = Sequence[str | int]


class Code(enum.Enum):
    """`extensions.code` of every error."""

    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_UNRESOLVED = "OPERATION_RESOLUTION_FAILURE"
    BAD_INPUT = "BAD_USER_INPUT"
    BAD_REQUEST = "BAD_REQUEST"
    TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    BLOCK_NOT_AVAILABLE = "BLOCK_NOT_AVAILABLE"
    INDEXING_ERROR = "INDEXING_ERROR"
    NULL_VALUE = "NULL_VALUE"  # a reference that must lead somewhere leads nowhere
    AMBIGUOUS = "AMBIGUOUS_REFERENCE"
    UNCOMPUTABLE = "AGGREGATION_NOT_COMPUTABLE"  # its expression has no value for some data point
    TOO_MANY = "TOO_MANY_SUBSCRIPTIONS"
    TIMED_OUT = "QUERY_TIMED_OUT"
    UNAVAILABLE = "UNAVAILABLE"
    NOT_READY = "NOT_READY"
    INTERNAL = "INTERNAL_SERVER_ERROR"


class NothingServed(Exception):
    """There is no deployment to ask: none was complete yet, or it was dropped."""

    def __init__(self) -> None:
        super().__init__("nothing is served: no index is complete yet, or it was dropped")


class Rejected(Exception):
    """A request that is not executed at all, and everything that is wrong with it."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__([error.message for error in errors])
        self.errors = tuple(errors)


def error(
    message: str, code: Code, nodes: Node | Collection[Node] | None = None, path: PathKeys | None = None
) -> GraphQLError:
    return GraphQLError(message, nodes, path=path, extensions={"code": code.value})


def beyond(
    limit: float, message: str, nodes: Node | Collection[Node] | None = None, path: PathKeys | None = None
) -> GraphQLError:
    """The error of a request that is larger than a limit, which is told to machines as well."""
    extensions = {"code": Code.TOO_COMPLEX.value, "limit": limit}
    return GraphQLError(message, nodes, path=path, extensions=extensions)


def coded(errors: Sequence[GraphQLError], code: Code) -> list[GraphQLError]:
    """The errors of graphql-core in the words of graphql-js, with a code where they have none yet."""
    for each in errors:
        each.message = worded(each.message)
        each.extensions = {"code": code.value, **(each.extensions or {})}
    return list(errors)


_QUOTED = re.compile(r"""("(?:[^"\\]|\\.)*")|'([^'"]*)'""")  # what stands in double quotes is the client's
_NO_NULL = re.compile(r"\bnot to be None\b")


def worded(message: str) -> str:
    """A message of graphql-core as graphql-js has it, which clients match on: names in double quotes, null for None."""
    return _NO_NULL.sub("not to be null", _QUOTED.sub(_in_double_quotes, message))


def _in_double_quotes(found: re.Match[str]) -> str:
    return found[1] or f'"{found[2]}"'


def formatted(problem: GraphQLError) -> dict[str, Any]:
    return dict(problem.formatted)
