"""The `arg` of an aggregate: which SQL expressions over the source's fields are allowed.

A reader of exactly the grammar that is documented, and no more. What it reads is a
value, which `query/expressions.py` writes as SQL; no text of an author gets there.

Source: spec/subgraph-api.md 1.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from docgraph.model.expression import (
    Binary,
    Call,
    Case,
    Cast,
    Constant,
    Distinct,
    Expression,
    FieldValue,
    Is,
    Number,
    Text,
    Unary,
    parts,
)

MAX_DEPTH = 50

# How many arguments each function takes: at least, at most.
FUNCTIONS: Mapping[str, tuple[int, int | None]] = {
    "abs": (1, 1),
    "ceil": (1, 1),
    "ceiling": (1, 1),
    "coalesce": (1, None),
    "div": (2, 2),
    "floor": (1, 1),
    "gcd": (2, 2),
    "greatest": (1, None),
    "lcm": (2, 2),
    "least": (1, None),
    "mod": (2, 2),
    "nullif": (2, 2),
    "power": (2, 2),
    "sign": (1, 1),
}
TYPES = frozenset({"int2", "int4", "int8", "integer", "int", "bigint", "smallint", "numeric", "text", "boolean"})

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)|(?P<text>'(?:[^']|'')*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<symbol>::|<=|>=|<>|!=|[-+*/%^=<>(),]))"
)
_COMPARISONS = {"=", "<>", "!=", "<", ">", "<=", ">="}
# Words that are no field; where one of them has a meaning, it is read before a name is.
_KEYWORDS = frozenset(
    {"and", "or", "not", "is", "null", "true", "false", "distinct", "from", "case", "when", "then", "else", "end"}
    | {"cast", "as", "in", "like", "ilike", "between", "exists", "any", "all", "some", "select", "array", "similar"}
    | {"collate", "at", "over", "filter", "within", "row", "interval"}
)


class BadExpression(Exception):
    """An expression that is not allowed; the text says why."""


def read_expression(expression: str) -> Expression:
    """Raises BadExpression: it cannot be read, or uses something that is not allowed."""
    return _Reader(expression).read()


def fields_of(expression: str) -> tuple[str, ...]:
    """The names of the fields that an expression uses, each once, in order. Raises BadExpression."""
    return tuple(dict.fromkeys(_names(read_expression(expression))))


def _names(expression: Expression) -> Iterator[str]:
    if isinstance(expression, FieldValue):
        yield expression.name
    for part in parts(expression):
        yield from _names(part)


class _Reader:
    """Recursive descent, one method per level of precedence, loosest first."""

    def __init__(self, expression: str) -> None:
        self._tokens = _cut(expression)
        self._at = 0
        self._depth = 0

    def read(self) -> Expression:
        read = self._expression()
        if self._peek():
            raise BadExpression(_refusal(self._peek()))
        return read

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _word(self) -> str:
        """The next token as a keyword would be written."""
        return self._peek().lower()

    def _take(self, *expected: str) -> str:
        """The next token if it is one of these, as a keyword would be written; else nothing."""
        word = self._word()
        if word in expected:
            self._at += 1
            return word
        return ""

    def _need(self, expected: str) -> None:
        if not self._take(expected):
            raise BadExpression(f"{expected} is missing {_before(self._peek())}")

    def _expression(self) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadExpression(f"it is nested deeper than {MAX_DEPTH} levels")
        read = self._conjunction()
        while self._take("or"):
            read = Binary("or", read, self._conjunction())
        self._depth -= 1
        return read

    def _conjunction(self) -> Expression:
        read = self._negation()
        while self._take("and"):
            read = Binary("and", read, self._negation())
        return read

    def _negation(self) -> Expression:
        count = 0
        while self._take("not"):
            count += 1
        read = self._comparison()
        return Unary("not", read) if count % 2 else read

    def _comparison(self) -> Expression:
        read = self._sum()
        if operator := self._take(*_COMPARISONS):
            read = Binary("<>" if operator == "!=" else operator, read, self._sum())
        while self._take("is"):
            negated = bool(self._take("not"))
            if self._take("distinct"):
                self._need("from")
                read = Distinct(read, self._sum(), negated)
            elif constant := self._take("null", "true", "false"):
                read = Is(read, constant, negated)
            else:
                raise BadExpression(f"null, true, false or distinct from is missing {_before(self._peek())}")
        return read

    def _sum(self) -> Expression:
        read = self._product()
        while operator := self._take("+", "-"):
            read = Binary(operator, read, self._product())
        return read

    def _product(self) -> Expression:
        read = self._power()
        while operator := self._take("*", "/", "%"):
            read = Binary(operator, read, self._power())
        return read

    def _power(self) -> Expression:
        read = self._signed()
        while self._take("^"):
            read = Binary("^", read, self._signed())
        return read

    def _signed(self) -> Expression:
        negative = False
        while sign := self._take("+", "-"):
            negative ^= sign == "-"
        read = self._operand()
        while self._take("::"):
            read = Cast(read, self._type())
        return Unary("-", read) if negative else read

    def _operand(self) -> Expression:
        token = self._peek()
        if self._take("("):
            read = self._expression()
            self._need(")")
            return read
        if self._take("case"):
            return self._case()
        if self._take("cast"):
            self._need("(")
            read = self._expression()
            self._need("as")
            cast = Cast(read, self._type())
            self._need(")")
            return cast
        if constant := self._take("true", "false", "null"):
            return Constant(constant)
        if not (token[:1].isalnum() or token[:1] in {".", "'", "_"}):
            raise BadExpression(f"a value is missing {_before(token)}")
        self._at += 1
        if token[:1] == "'":
            return Text(token[1:-1].replace("''", "'"))
        return self._name(token) if token[:1].isalpha() or token[:1] == "_" else Number(token)

    def _name(self, name: str) -> Expression:
        """A function call or a field."""
        if self._take("("):
            return self._call(name)
        if name.lower() in _KEYWORDS:
            raise BadExpression(_refusal(name))
        return FieldValue(name)

    def _call(self, name: str) -> Expression:
        if name.lower() not in FUNCTIONS:
            raise BadExpression(f"the function {name} is not allowed; allowed: {', '.join(FUNCTIONS)}")
        given: list[Expression] = []
        if not self._take(")"):
            given.append(self._expression())
            while self._take(","):
                given.append(self._expression())
            self._need(")")
        least, most = FUNCTIONS[name.lower()]
        if len(given) < least or (most is not None and len(given) > most):
            wanted = f"{least}" if least == most else f"at least {least}"
            raise BadExpression(f"{name} takes {wanted} argument(s), not {len(given)}")
        return Call(name.lower(), tuple(given))

    def _case(self) -> Expression:
        subject = self._expression() if self._word() != "when" else None
        self._need("when")
        branches = [self._branch()]
        while self._take("when"):
            branches.append(self._branch())
        otherwise = self._expression() if self._take("else") else None
        self._need("end")
        return Case(subject, tuple(branches), otherwise)

    def _branch(self) -> tuple[Expression, Expression]:
        condition = self._expression()
        self._need("then")
        return condition, self._expression()

    def _type(self) -> str:
        if found := self._take(*TYPES):
            return found
        raise BadExpression(f"a cast goes to one of {', '.join(sorted(TYPES))}, not to {self._peek() or 'nothing'}")


def _cut(expression: str) -> list[str]:
    tokens: list[str] = []
    at, end = 0, len(expression.rstrip())
    while at < end:
        found = _TOKEN.match(expression, at)
        if not found:
            raise BadExpression(f"{expression[at:].strip()[0]} is not allowed")
        if found["symbol"] == "-" and expression.startswith("-", found.end()):
            raise BadExpression("-- is not allowed, since it begins a comment in SQL")
        tokens.append(found[found.lastgroup or 0])
        at = found.end()
    if not tokens:
        raise BadExpression("it is empty")
    return tokens


def _refusal(token: str) -> str:
    return f"{token} is not allowed here"


def _before(token: str) -> str:
    return f"before {token}" if token else "at the end"
