"""The exact way to an answer: graphql-core completes the tree that a statement gave.

Taken when the optimistic statement met a null where none may be, an ambiguous
reference or a block that is not there, and for introspection. Gives the errors,
paths and null propagation of the GraphQL specification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
)

from docgraph.api.documents import Request
from docgraph.api.errors import Code, error
from docgraph.model.schema import EntityRef, EntityType, Field
from docgraph.query.figures import MAX_GROUPS

Tree = Mapping[str, Any]


def complete(schema: GraphQLSchema, request: Request, variables: Mapping[str, Any], tree: Tree) -> ExecutionResult:
    """The result of the request, its data taken from the tree of an exact statement."""
    name = request.operation.name.value if request.operation.name else None
    result = execute(
        schema, request.document, root_value=dict(tree), variable_values=dict(variables), operation_name=name
    )
    if not isinstance(result, ExecutionResult):
        raise TypeError("a tree is completed without waiting")
    return result


def narrowed(request: Request, fields: Sequence[FieldNode]) -> Request:
    """The request as if it asked only for these fields of its root."""
    asked = request.operation
    operation = OperationDefinitionNode(
        operation=asked.operation,
        name=asked.name,
        variable_definitions=asked.variable_definitions,
        directives=asked.directives,
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    rest = (each for each in request.document.definitions if each is not asked)
    document = DocumentNode(definitions=(operation, *rest))
    return msgspec.structs.replace(request, document=document, operation=operation)


def resolver(owner: EntityType | None, name: str) -> Any:
    """How graphql-core finds the value of a field in a tree."""
    field = next((each for each in owner.fields if each.name == name), None) if owner else None
    if owner is None or field is None or field.is_list:
        return by_key
    if not isinstance(field.type, EntityRef):
        return _led_to if field.required else by_key
    if field.is_derived:
        return _only(owner, field, field.type.name)
    return _led_to if field.required else by_key


def by_key(answered: Tree, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """A tree holds values under the keys of the response; an error stands for itself."""
    return answered[str(info.path.key)]


def groups(answered: Tree, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Groups: the tree holds up to one more than there may be."""
    found = by_key(answered, info)
    if isinstance(found, list) and len(found) > MAX_GROUPS:
        raise error(
            f"There are more than {MAX_GROUPS} groups: group by fewer fields, or narrow `where`", Code.TOO_COMPLEX
        )
    return found


def _led_to(answered: Tree, info: GraphQLResolveInfo[Any]) -> Any:
    """What must have a value: a reference that leads somewhere, a figure of an aggregation."""
    found = by_key(answered, info)
    if found is None:
        raise error(f"Null value resolved for non-null field `{info.field_name}`", Code.NULL_VALUE)
    return found


def _only(owner: EntityType, field: Field, target: str) -> Any:
    """A derived reference: the tree holds up to two of what may be one."""

    def resolve(answered: Tree, info: GraphQLResolveInfo[Any]) -> Any:
        found = by_key(answered, info)
        if len(found) > 1:
            raise error(
                f"Ambiguous result for derived field `{field.name}`: "
                f"Multiple `{target}` entities refer back via `{field.derived_from}`",
                Code.AMBIGUOUS,
            )
        if not found and isinstance(info.return_type, GraphQLNonNull):
            raise error(f"Null value resolved for non-null field `{field.name}`", Code.NULL_VALUE)
        return found[0] if found else None

    return resolve
