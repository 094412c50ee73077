"""Which expressions an aggregate may use, and which fields they name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.sdl.expressions import BadExpression, fields_of


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("price", ("price",)),
        ("1", ()),
        ("price0 * price1 + price0", ("price0", "price1")),
        ("greatest(price0, price1)", ("price0", "price1")),
        ("case when price0 > price1 then price0 else 0 end", ("price0", "price1")),
        ("case kind when 'a' then 1 when 'b''c' then 2 end", ("kind",)),
        ("(price0/7)::int4", ("price0",)),
        ("cast(price as numeric) % 2", ("price",)),
        ("-price ^ 2", ("price",)),
        ("coalesce(a, b, 0) >= 1.5e3 and not (c is not null or d is distinct from e)", ("a", "b", "c", "d", "e")),
        ("CASE WHEN a IS TRUE THEN 1 END", ("a",)),
        ("a <> b", ("a", "b")),
        ("abs(a) + Power(b, 2)", ("a", "b")),
    ],
)
def test_what_the_dialect_allows_is_read(expression: str, fields: tuple[str, ...]) -> None:
    assert fields_of(expression) == fields


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("a +", "a value is missing at the end"),
        ("(a", ") is missing at the end"),
        ("a b", "b is not allowed here"),
        ("a in (1)", "in is not allowed here"),
        ("a like 'x'", "like is not allowed here"),
        ("a between 1 and 2", "between is not allowed here"),
        ("(select 1)", "select is not allowed here"),
        ("now()", "the function now is not allowed"),
        ("pg_sleep(9)", "the function pg_sleep is not allowed"),
        ("abs()", "abs takes 1 argument(s), not 0"),
        ("power(a)", "power takes 2 argument(s), not 1"),
        ("coalesce()", "coalesce takes at least 1 argument(s), not 0"),
        ("a; drop table b", "; is not allowed"),
        ('"a"', '" is not allowed'),
        ("a[1]", "[ is not allowed"),
        ("a is 5", "null, true, false or distinct from is missing before 5"),
        ("case a end", "when is missing before end"),
        ("a::regclass", "a cast goes to one of"),
        ("'open", "' is not allowed"),
        ("(" * 10_000 + "a" + ")" * 10_000, "nested deeper"),
        ("a -- b", "-- is not allowed"),
        ("a /* b", "a value is missing before *"),
    ],
)
def test_everything_else_is_refused_by_name(expression: str, why: str) -> None:
    with pytest.raises(BadExpression) as refused:
        fields_of(expression)
    assert why in str(refused.value)


@given(st.text(alphabet="ab1.+-*/%^=<>()',: casewhnd", max_size=40) | st.text(max_size=20))
@settings(max_examples=120)
def test_any_text_is_either_read_or_refused(expression: str) -> None:
    try:
        fields = fields_of(expression)
    except BadExpression:
        return
    assert all(field in expression for field in fields)
