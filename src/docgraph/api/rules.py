"""The validation rules of requests: the standard ones, with one made wider and one made cheaper.

Clients of this dialect declare `$id: String!` and use it as an ID, or `$owner: String`
where Bytes are expected. Such a request means only one thing, so it is answered.

Comparing fields that share a name takes time that grows with the square of their number.
A request that repeats a few thousand times would hold up all others for seconds.

Source: spec/subgraph-api.md 2.14, what graph-node coerces to what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    ASTValidationRule,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
    VariablesInAllowedPositionRule,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
    specified_rules,
    type_from_ast,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage

COMPARISONS = 50_000  # a tenth of the library's own; the widest real query takes less than 1,000
GAVE_UP = "Validation aborted."  # the message of a validation that is given up
IN_CIRCLES = "Maximum introspection depth exceeded"  # the message where introspection leads through types in circles
TEXTS = frozenset({"ID", "String", "Bytes"})

# What is expected → what a variable may be declared as instead.
READ_AS: Mapping[str, frozenset[str]] = {
    "ID": TEXTS | {"Int", "Int8", "BigInt"},
    "String": TEXTS,
    "Bytes": TEXTS,
    "Int8": TEXTS | {"Int", "BigInt"},
    "BigInt": TEXTS | {"Int", "Int8"},
    "BigDecimal": TEXTS | {"Int", "Int8", "BigInt", "Float"},
    "Timestamp": frozenset({"ID", "String"}),
    "Date": frozenset({"ID", "String"}),
    "DateTime": frozenset({"ID", "String"}),
}


class VariablesInReadablePositions(VariablesInAllowedPositionRule):
    """A variable stands where its type is expected, or where its value can be read as what is expected."""

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_args: Any) -> None:
        schema = self.context.schema
        for usage in self.context.get_recursive_variable_usages(operation):
            definition = self.var_def_map.get(usage.node.name.value)
            declared = type_from_ast(schema, definition.type) if definition else None
            if definition is None or declared is None or usage.type is None:
                continue
            read = _read_as(declared, usage.type)
            if not allowed_variable_usage(schema, read, definition.default_value, usage.type, usage.default_value):
                self.report_error(
                    GraphQLError(
                        f"Variable '${usage.node.name.value}' of type '{declared}' used"
                        f" in position expecting type '{usage.type}'.",
                        [definition, usage.node],
                    )
                )


def _read_as(declared: Any, expected: Any) -> Any:
    """The type that a variable's value is read as."""
    if is_non_null_type(declared):
        return GraphQLNonNull(_read_as(declared.of_type, expected))
    wanted = expected.of_type if is_non_null_type(expected) else expected
    if is_list_type(declared) and is_list_type(wanted):
        item = _read_as(declared.of_type, wanted.of_type)
        # Whether a list holds nulls is seen in its values.
        holds = is_non_null_type(wanted.of_type) and not is_non_null_type(item)
        return GraphQLList(GraphQLNonNull(item) if holds else item)
    if is_scalar_type(declared) and is_scalar_type(wanted) and declared.name in READ_AS.get(wanted.name, ()):
        return wanted
    return declared


class FieldsMergeAtLittleCost(OverlappingFieldsCanBeMergedRule):
    """The standard rule, which gives up where it would take longer than a few hundred milliseconds."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = COMPARISONS


OURS: Mapping[type[ASTValidationRule], type[ASTValidationRule]] = {
    VariablesInAllowedPositionRule: VariablesInReadablePositions,
    OverlappingFieldsCanBeMergedRule: FieldsMergeAtLittleCost,
}
RULES = tuple(OURS.get(rule, rule) for rule in specified_rules)
