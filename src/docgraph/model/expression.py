"""What the `arg` of an aggregate computes from a row of its source, as a value.

Read by `model/sdl/expressions.py`, written as SQL by `query/expressions.py`.
"""

from __future__ import annotations

from typing import assert_never

import msgspec


class FieldValue(msgspec.Struct, frozen=True):
    """The value of a field of the source."""

    name: str


class Number(msgspec.Struct, frozen=True):
    """A number as it was written: digits, perhaps a point and an exponent."""

    written: str


class Text(msgspec.Struct, frozen=True):
    content: str


class Constant(msgspec.Struct, frozen=True):
    word: str  # true, false, null


class Unary(msgspec.Struct, frozen=True):
    operator: str  # -, not
    operand: Expression


class Binary(msgspec.Struct, frozen=True):
    operator: str  # + - * / % ^ = <> < > <= >= and or
    left: Expression
    right: Expression


class Is(msgspec.Struct, frozen=True):
    """`is null`, `is not true` and the like."""

    operand: Expression
    word: str  # null, true, false
    negated: bool


class Distinct(msgspec.Struct, frozen=True):
    """`is distinct from`; `is not distinct from` where negated."""

    left: Expression
    right: Expression
    negated: bool


class Call(msgspec.Struct, frozen=True):
    function: str  # in lower case, one of those allowed
    arguments: tuple[Expression, ...]


class Case(msgspec.Struct, frozen=True):
    subject: Expression | None
    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None


class Cast(msgspec.Struct, frozen=True):
    operand: Expression
    type: str  # in lower case, one of those allowed


Expression = FieldValue | Number | Text | Constant | Unary | Binary | Is | Distinct | Call | Case | Cast


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that one is made of, in the order they were written."""
    match expression:
        case FieldValue() | Number() | Text() | Constant():
            return ()
        case Unary(operand=operand) | Is(operand=operand) | Cast(operand=operand):
            return (operand,)
        case Binary(left=left, right=right) | Distinct(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case Case(subject=subject, branches=branches, otherwise=otherwise):
            inner = (each for branch in branches for each in branch)
            return tuple(each for each in (subject, *inner, otherwise) if each is not None)
        case _:
            assert_never(expression)
