"""Requests as documents: parsed and validated once per text, then the operation and its variables.

Pure but for the cache. Source: GraphQL specification, Executing Requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values

from docgraph.api.errors import Code, Rejected, beyond, coded, error
from docgraph.api.limits import Limits
from docgraph.api.recent import Recent
from docgraph.api.rules import GAVE_UP, IN_CIRCLES, RULES
from docgraph.api.wording import reworded

MAX_ERRORS = 20
BYTES_PER_CHARACTER = 150  # of memory that a parsed document takes, where its names are short

Judged = tuple[DocumentNode | None, tuple[GraphQLError, ...]]


class Request(msgspec.Struct, frozen=True):
    """An operation that may be executed."""

    name: str | None  # as it was asked for
    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]


class Documents:
    """The documents that were sent lately, judged against one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._recent: Recent[str, Judged] = Recent(limits.document_bytes)

    def request(self, text: str, operation_name: str | None) -> Request:
        """The operation to execute.

        Raises Rejected: the text is no GraphQL, breaks a rule, or has no such operation.
        """
        document, errors = self._judged(text)
        if document is None or errors:
            raise Rejected(errors)
        operation = _operation(document, operation_name)
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        return Request(operation_name, document, operation, fragments)

    def values(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> VariableValues:
        """The coerced variables. Raises Rejected: they do not fit."""
        values = get_variable_values(self._schema, operation.variable_definitions or (), dict(given), MAX_ERRORS)
        if isinstance(values, list):
            raise Rejected(reworded(coded(values, Code.BAD_INPUT), self._schema, given))
        return values

    def kind(self, text: str, operation_name: str | None) -> OperationType | None:
        """What the operation does, whether it is valid or not; None: there is no such operation."""
        document, _ = self._judged(text)
        if document is None:
            return None
        try:
            return _operation(document, operation_name).operation
        except Rejected:
            return None

    def _judged(self, text: str) -> Judged:
        found = self._recent.find(text)
        if found is None:
            found = self._judge(text)
            self._recent.keep(text, found, BYTES_PER_CHARACTER * len(text))
        return found

    def _judge(self, text: str) -> Judged:
        try:
            document = parse(text, max_tokens=self._limits.tokens, allow_empty_selection_sets=False)
        except GraphQLSyntaxError as wrong:
            return None, tuple(self._unparsed(wrong))
        except RecursionError:
            return None, (error("The query is nested too deeply.", Code.TOO_COMPLEX),)
        aliases, most = _aliases(document), self._limits.aliases
        if aliases > most:
            message = f"query has `{aliases}` aliases and thereby exceeds the limit of `{most}` aliases"
            return None, (beyond(most, message),)
        try:
            found = validate(self._schema, document, RULES, max_errors=MAX_ERRORS)
        except RecursionError:
            return None, (error("The query is nested too deeply.", Code.TOO_COMPLEX),)
        if any(each.message == GAVE_UP for each in found):
            return None, (error("query is too expensive: it asks for the same fields too often", Code.TOO_COMPLEX),)
        circles = coded([each for each in found if each.message == IN_CIRCLES], Code.TOO_COMPLEX)
        broken = coded([each for each in found if each.message != IN_CIRCLES], Code.VALIDATION_FAILED)
        return document, (*circles, *reworded(broken, self._schema, {}))

    def _unparsed(self, wrong: GraphQLSyntaxError) -> list[GraphQLError]:
        """The error of a text that was not read to its end: no GraphQL, too deep, or too many tokens."""
        if wrong.message.endswith("tokens. Parsing aborted."):
            wrong.extensions = {"limit": self._limits.tokens}
        aborted = wrong.message.endswith("Parsing aborted.")
        return coded([wrong], Code.TOO_COMPLEX if aborted else Code.PARSE_FAILED)


def _aliases(document: DocumentNode) -> int:
    """How many fields are asked for under another name, each fragment counted once."""
    found = 0
    left: list[SelectionSetNode] = [
        each.selection_set
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while left:
        for node in left.pop().selections:
            if isinstance(node, FieldNode) and node.alias is not None:
                found += 1
            below = getattr(node, "selection_set", None)
            if below is not None:
                left.append(below)
    return found


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
