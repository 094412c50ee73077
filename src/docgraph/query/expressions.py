"""What an aggregate computes from a row, as SQL.

Names are those of columns, everything else comes from the tables here. Whole numbers
are computed with 64 bits; what is divided by zero is null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from docgraph.model import expression as tree
from docgraph.model.schema import EnumRef, Scalar
from docgraph.query.rows import Row, Setting
from docgraph.store.sql import EMPTY, Sql, integer, join, sql, text_literal

Pair = Callable[[Sql, Sql], Sql]

BINARY: Mapping[str, Pair] = {
    "+": lambda a, b: sql("({} + {})", a, b),
    "-": lambda a, b: sql("({} - {})", a, b),
    "*": lambda a, b: sql("({} * {})", a, b),
    "/": lambda a, b: sql("({} / nullif({}, 0))", a, b),
    "%": lambda a, b: sql("({} % nullif({}, 0))", a, b),
    "^": lambda a, b: sql("({} ^ {})", a, b),
    "=": lambda a, b: sql("({} = {})", a, b),
    "<>": lambda a, b: sql("({} <> {})", a, b),
    "<": lambda a, b: sql("({} < {})", a, b),
    ">": lambda a, b: sql("({} > {})", a, b),
    "<=": lambda a, b: sql("({} <= {})", a, b),
    ">=": lambda a, b: sql("({} >= {})", a, b),
    "and": lambda a, b: sql("({} and {})", a, b),
    "or": lambda a, b: sql("({} or {})", a, b),
}
UNARY: Mapping[str, Sql] = {"-": sql("- "), "not": sql("not ")}
CONSTANTS: Mapping[str, Sql] = {"true": sql("true"), "false": sql("false"), "null": sql("null")}
FUNCTIONS: Mapping[str, Sql] = {
    "abs": sql("abs"),
    "ceil": sql("ceil"),
    "ceiling": sql("ceiling"),
    "coalesce": sql("coalesce"),
    "floor": sql("floor"),
    "gcd": sql("gcd"),
    "greatest": sql("greatest"),
    "lcm": sql("lcm"),
    "least": sql("least"),
    "nullif": sql("nullif"),
    "power": sql("power"),
    "sign": sql("sign"),
}
DIVIDING: Mapping[str, Pair] = {
    "div": lambda a, b: sql("div({}, nullif({}, 0))", a, b),
    "mod": lambda a, b: sql("mod({}, nullif({}, 0))", a, b),
}
TYPES: Mapping[str, Sql] = {
    "smallint": sql("smallint"),
    "int2": sql("smallint"),
    "integer": sql("integer"),
    "int": sql("integer"),
    "int4": sql("integer"),
    "bigint": sql("bigint"),
    "int8": sql("bigint"),
    "numeric": sql("numeric"),
    "text": sql("text"),
    "boolean": sql("boolean"),
}


def computed(setting: Setting, row: Row, wanted: tree.Expression) -> Sql:
    """The expression for `row`, a row of the source."""

    def inner(part: tree.Expression) -> Sql:
        return computed(setting, row, part)

    match wanted:
        case tree.FieldValue(field_name):
            return _field(setting, row, field_name)
        case tree.Number(written):
            return _number(written)
        case tree.Text(content):
            return text_literal(content)
        case tree.Constant(word):
            return CONSTANTS[word]
        case tree.Unary(operator, operand):
            return sql("({}{})", UNARY[operator], inner(operand))
        case tree.Binary(operator, left, right):
            return BINARY[operator](inner(left), inner(right))
        case tree.Is(operand, word, negated):
            return sql("({} is {}{})", inner(operand), _negation(negated), CONSTANTS[word])
        case tree.Distinct(left, right, negated):
            return sql("({} is {}distinct from {})", inner(left), _negation(negated), inner(right))
        case tree.Call("div" | "mod" as function, (dividend, divisor)):
            return DIVIDING[function](inner(dividend), inner(divisor))
        case tree.Call(function, arguments):
            return sql("{}({})", FUNCTIONS[function], join(", ", map(inner, arguments)))
        case tree.Case(subject, branches, otherwise):
            whens = (sql(" when {} then {}", inner(condition), inner(result)) for condition, result in branches)
            about = sql(" {}", inner(subject)) if subject is not None else EMPTY
            last = sql(" else {}", inner(otherwise)) if otherwise is not None else EMPTY
            return sql("(case{}{}{} end)", about, join("", whens), last)
        case tree.Cast(operand, to):
            return sql("({})::{}", inner(operand), TYPES[to])
        case _:
            assert_never(wanted)


def _field(setting: Setting, row: Row, field_name: str) -> Sql:
    field = row.entity.field(field_name)
    held = setting.schema.stored_scalar(field)
    if isinstance(held, EnumRef):
        return sql("{}::text", row[field])
    # Two numbers of 32 bits soon make one of more.
    return sql("{}::bigint", row[field]) if held is Scalar.INT and not field.is_list else row[field]


def _number(written: str) -> Sql:
    """Whole numbers stay whole, so that they divide as such."""
    if written.isdigit():
        return integer(int(written))
    return sql("{}::numeric", text_literal(written))


def _negation(negated: bool) -> Sql:
    return sql("not ") if negated else EMPTY
