"""The `arg` of an aggregate: which SQL expressions over the source's fields are allowed.

A reader of exactly the grammar that is documented, and no more: what it accepts may
one day be printed into a statement. It tells the fields that an expression names.

Source: spec/subgraph-api.md 1.6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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


def fields_of(expression: str) -> tuple[str, ...]:
    """The names of the fields that an expression uses, each once, in order.

    Raises BadExpression: it cannot be read, or uses something that is not allowed.
    """
    return _Reader(expression).read()


class _Reader:
    """Recursive descent, one method per level of precedence, loosest first."""

    def __init__(self, expression: str) -> None:
        self._tokens = _cut(expression)
        self._at = 0
        self._depth = 0
        self._fields: dict[str, None] = {}

    def read(self) -> tuple[str, ...]:
        self._expression()
        if self._peek():
            raise BadExpression(_refusal(self._peek()))
        return tuple(self._fields)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _word(self) -> str:
        """The next token as a keyword would be written."""
        return self._peek().lower()

    def _take(self, *expected: str) -> bool:
        if self._word() in expected:
            self._at += 1
            return True
        return False

    def _need(self, expected: str) -> None:
        if not self._take(expected):
            raise BadExpression(f"{expected} is missing {_before(self._peek())}")

    def _expression(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadExpression(f"it is nested deeper than {MAX_DEPTH} levels")
        self._conjunction()
        while self._take("or"):
            self._conjunction()
        self._depth -= 1

    def _conjunction(self) -> None:
        self._negation()
        while self._take("and"):
            self._negation()

    def _negation(self) -> None:
        while self._take("not"):
            pass
        self._comparison()

    def _comparison(self) -> None:
        self._sum()
        if self._take(*_COMPARISONS):
            self._sum()
        while self._take("is"):
            self._take("not")
            if self._take("distinct"):
                self._need("from")
                self._sum()
            elif not self._take("null", "true", "false"):
                raise BadExpression(f"null, true, false or distinct from is missing {_before(self._peek())}")

    def _sum(self) -> None:
        self._product()
        while self._take("+", "-"):
            self._product()

    def _product(self) -> None:
        self._power()
        while self._take("*", "/", "%"):
            self._power()

    def _power(self) -> None:
        self._signed()
        while self._take("^"):
            self._signed()

    def _signed(self) -> None:
        while self._take("+", "-"):
            pass
        self._operand()
        while self._take("::"):
            self._type()

    def _operand(self) -> None:
        token = self._peek()
        if self._take("("):
            self._expression()
            self._need(")")
        elif self._take("case"):
            self._case()
        elif self._take("cast"):
            self._need("(")
            self._expression()
            self._need("as")
            self._type()
            self._need(")")
        elif self._take("true", "false", "null"):
            pass
        elif token[:1].isdigit() or token[:1] in {".", "'"}:
            self._at += 1
        elif token[:1].isalpha() or token[:1] == "_":
            self._at += 1
            self._name(token)
        else:
            raise BadExpression(f"a value is missing {_before(token)}")

    def _name(self, name: str) -> None:
        """A function call or a field."""
        if self._take("("):
            self._call(name)
        elif name.lower() in _KEYWORDS:
            raise BadExpression(_refusal(name))
        else:
            self._fields[name] = None

    def _call(self, name: str) -> None:
        if name.lower() not in FUNCTIONS:
            raise BadExpression(f"the function {name} is not allowed; allowed: {', '.join(FUNCTIONS)}")
        count = 0
        if not self._take(")"):
            self._expression()
            count = 1
            while self._take(","):
                self._expression()
                count += 1
            self._need(")")
        least, most = FUNCTIONS[name.lower()]
        if count < least or (most is not None and count > most):
            wanted = f"{least}" if least == most else f"at least {least}"
            raise BadExpression(f"{name} takes {wanted} argument(s), not {count}")

    def _case(self) -> None:
        if self._word() != "when":
            self._expression()
        self._need("when")
        self._branch()
        while self._take("when"):
            self._branch()
        if self._take("else"):
            self._expression()
        self._need("end")

    def _branch(self) -> None:
        self._expression()
        self._need("then")
        self._expression()

    def _type(self) -> None:
        if not self._take(*TYPES):
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
