"""Requests as documents: parsed and validated once per text, then the operation and its variables.

Pure but for the cache. Source: GraphQL specification, Executing Requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from docgraph.api.collect import Collector
from docgraph.api.errors import Code, Rejected, coded, error
from docgraph.api.rules import RULES

MAX_TOKENS = 20_000  # of a request; the introspection query has some 200
MAX_ERRORS = 20
KEPT = 512  # documents


class Request(msgspec.Struct, frozen=True):
    """An operation that may be executed."""

    document: DocumentNode
    operation: OperationDefinitionNode
    collector: Collector


class Documents:
    """The documents that were sent lately, judged against one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._judged = lru_cache(KEPT)(self._judge)

    def request(self, text: str, variables: Mapping[str, Any], operation_name: str | None) -> Request:
        """The operation to execute.

        Raises Rejected: the text is no GraphQL, breaks a rule, has no such operation, or the variables do not fit.
        """
        document, errors = self._judged(text)
        if document is None or errors:
            raise Rejected(errors)
        operation = _operation(document, operation_name)
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        values = _variables(self._schema, operation, variables)
        return Request(document, operation, Collector(self._schema, fragments, values))

    def _judge(self, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
        try:
            document = parse(text, max_tokens=MAX_TOKENS, allow_empty_selection_sets=False)
        except GraphQLSyntaxError as wrong:
            aborted = wrong.message.endswith("Parsing aborted.")  # too deep, or too many tokens
            return None, tuple(coded([wrong], Code.TOO_COMPLEX if aborted else Code.PARSE_FAILED))
        except RecursionError:
            return None, (error("The query is nested too deeply.", Code.TOO_COMPLEX),)
        try:
            found = validate(self._schema, document, RULES, max_errors=MAX_ERRORS)
        except RecursionError:
            return None, (error("The query is nested too deeply.", Code.TOO_COMPLEX),)
        return document, tuple(coded(found, Code.VALIDATION_FAILED))


def _operation(document: DocumentNode, wanted: str | None) -> OperationDefinitionNode:
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if wanted:
        for operation in operations:
            if operation.name and operation.name.value == wanted:
                return operation
        raise Rejected([error(f'Unknown operation named "{wanted}".', Code.OPERATION_UNRESOLVED)])
    if len(operations) > 1:
        raise Rejected(
            [error("Must provide operation name if query contains multiple operations.", Code.OPERATION_UNRESOLVED)]
        )
    return operations[0]


def _variables(schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> VariableValues:
    values = get_variable_values(schema, operation.variable_definitions or (), dict(given), MAX_ERRORS)
    if isinstance(values, list):
        raise Rejected(coded(values, Code.BAD_INPUT))
    return values
