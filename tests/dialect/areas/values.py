"""Scalars: how each is shown, and what each takes as literal and as variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dialect.case import INPUT, Area, Case, Wrong, answers, refuses, rows

SCALARS = {
    "code": "ID",
    "text": "String",
    "whole": "Int",
    "wide": "Int8",
    "big": "BigInt",
    "exact": "BigDecimal",
    "real": "Float",
    "octets": "Bytes",
    "moment": "Timestamp",
    "day": "Date",
    "at": "DateTime",
    "truth": "Boolean",
    "colour": "Colour",
    "blob": "JSON",
}

# The stored value of row b (mid), and of c (hi), as JSON.
MID: dict[str, Any] = {
    "code": "9",
    "text": "alpha",
    "whole": 9,
    "wide": "9007199254740993",
    "big": "9",
    "exact": "0.1",
    "real": 0.1,
    "octets": "0x01",
    "moment": "1000000",
    "day": "2000-01-01",
    "at": "2000-01-01T00:00:00Z",
    "truth": True,
    "colour": "GREEN",
    "blob": [1, "x"],
}
HI: dict[str, Any] = {
    "code": "a",
    "text": "ß",
    "whole": 10,
    "wide": "9223372036854775807",
    "big": "100000000000000000000000000000",
    "exact": "123456789012345678901234567890.1234",
    "real": 1e300,
    "octets": "0xff00",
    "moment": "1700000000000000",
    "day": "2024-02-29",
    "at": "2000-01-01T00:00:00.5Z",
    "truth": False,
    "colour": "BLUE",
    "blob": "text",
}
LO: dict[str, Any] = {
    "code": "10",
    "text": "Zeta",
    "whole": -5,
    "wide": "-5",
    "big": "-100000000000000000000",
    "exact": "-0.5",
    "real": -1.5,
    "octets": "0x00ff",
    "moment": "-1",
    "day": "1999-12-31",
    "at": "1969-12-31T23:59:59.999999Z",
    "truth": False,
    "colour": "RED",
    "blob": {"a": 1},
}


def _shown() -> Iterator[Case]:
    for field, scalar in SCALARS.items():
        query = (
            f'{{ a: sample(id: "a") {{ {field} }} b: sample(id: "b") {{ {field} }} n: sample(id: "n") {{ {field} }} }}'
        )
        yield answers(
            "1.2", f"{scalar} as JSON", query, {"a": {field: LO[field]}, "b": {field: MID[field]}, "n": {field: None}}
        )
        plural = field if field == "octets" else f"{field}s"
        query = f'{{ c: bag(id: "c") {{ {plural} }} d: bag(id: "d") {{ {plural} }} n: bag(id: "n") {{ {plural} }} }}'
        yield answers(
            "1.2",
            f"a list of {scalar} as JSON",
            query,
            {"c": {plural: [LO[field], MID[field], HI[field]]}, "d": {plural: []}, "n": {plural: None}},
        )
    yield answers(
        "1.2",
        "ids of every type",
        '{ wide(id: 9) { id } octets(id: "0102") { id } word(id: "a") { id } }',
        {"wide": {"id": "9"}, "octets": {"id": "0x0102"}, "word": {"id": "a"}},
    )


SHOWN = Area("Values as they are shown", "kinds", tuple(_shown()))

# What finds row b or c: declared type, JSON value of the variable, filter.
TAKEN_VALUES: tuple[tuple[str, Any, str, str], ...] = (
    ("ID", "9", "code: $v", "b d"),
    ("ID", 9, "code: $v", "b d"),
    ("String", "9", "code: $v", "b d"),
    ("Int", 9, "code: $v", "b d"),
    ("String", "alpha", "text: $v", "b d"),
    ("ID", "alpha", "text: $v", "b d"),
    ("Int", 9, "whole: $v", "b d"),
    ("Int8", 9, "big: $v", "b d"),
    ("Int8", "9007199254740993", "wide: $v", "b d"),
    ("Int8", 9007199254740993, "wide: $v", "b d"),
    ("String", "9007199254740993", "wide: $v", "b d"),
    ("BigInt", "9007199254740993", "wide: $v", "b d"),
    ("BigInt", 9, "big: $v", "b d"),
    ("BigInt", "9", "big: $v", "b d"),
    ("BigInt", 100000000000000000000000000000, "big: $v", "c"),
    ("String", "9", "big: $v", "b d"),
    ("Int", 9, "big: $v", "b d"),
    ("BigDecimal", "0.10", "exact: $v", "b d"),
    ("BigDecimal", 0.1, "exact: $v", "b d"),
    ("BigDecimal", "1e-1", "exact: $v", "b d"),
    ("BigDecimal", 0, "exact_lt: $v", "a"),
    ("String", "0.1", "exact: $v", "b d"),
    ("Float", 0.1, "exact: $v", "b d"),
    ("Float", 0.1, "real: $v", "b d"),
    ("Float", 1, "real_gt: $v", "c"),
    ("Bytes", "0x01", "octets: $v", "b d"),
    ("Bytes", "01", "octets: $v", "b d"),
    ("String", "0xFF00", "octets: $v", "c"),
    ("Timestamp", "1000000", "moment: $v", "b d"),
    ("String", "1000000", "moment: $v", "b d"),
    ("Date", "2000-01-01", "day: $v", "b d"),
    ("String", "2000-01-01", "day: $v", "b d"),
    ("DateTime", "2000-01-01T00:00:00Z", "at: $v", "b d"),
    ("DateTime", "2000-01-01", "at: $v", "b d"),
    ("String", "2000-01-01T01:00:00+01:00", "at: $v", "b d"),
    ("Boolean", True, "truth: $v", "b d"),
    ("Colour", "GREEN", "colour: $v", "b d"),
    ("JSON", [1, "x"], "blob: $v", "b d"),
    ("JSON", "text", "blob: $v", "c"),
    ("JSON", {"a": 1}, "blob: $v", "a"),
    ("String", "p1", "person: $v", "b d"),
    ("ID", "p1", "person: $v", "b d"),
    ("Bytes", "0x01", "token: $v", "b d"),
    ("ID", "0x01", "coded: $v", "b d"),
    ("Int", 2, "thing: $v", "b d"),
    ("[ID!]", ["9", "a"], "code_in: $v", "b c d"),
    ("[String!]", ["9", "a"], "code_in: $v", "b c d"),
    ("[String]", ["9", "a"], "code_in: $v", "b c d"),
    ("[Bytes!]", ["0x01"], "octets_in: $v", "b d"),
    ("[String!]", ["0x01"], "octets_in: $v", "b d"),
    ("[Bytes!]", ["0x01"], "token_in: $v", "b d"),
    ("[BigInt!]", [9, "9"], "big_in: $v", "b d"),
    ("[Int!]", [9, 10], "whole_not_in: $v", "a"),
    ("[Colour!]", ["GREEN"], "colour_in: $v", "b d"),
    ("[ID!]", "9", "code_in: $v", "b d"),
    ("ID!", "9", "code_in: [$v]", "b d"),
)

# What a variable's type does not take.
REFUSED_VALUES: tuple[tuple[str, Any, str], ...] = (
    ("Int", "9", "whole: $v"),
    ("Int", 1.5, "whole: $v"),
    ("Int", 2147483648, "whole: $v"),
    ("Int", True, "whole: $v"),
    ("Int8", "x", "wide: $v"),
    ("Int8", 9223372036854775808, "wide: $v"),
    ("Int8", True, "wide: $v"),
    ("BigInt", 1.5, "big: $v"),
    ("BigInt", "1.5", "big: $v"),
    ("BigInt", "", "big: $v"),
    ("BigInt", "0x10", "big: $v"),
    ("BigDecimal", "one", "exact: $v"),
    ("BigDecimal", "NaN", "exact: $v"),
    ("BigDecimal", True, "exact: $v"),
    ("Float", "0.1", "real: $v"),
    ("String", 9, "text: $v"),
    ("String", True, "text: $v"),
    ("ID", True, "code: $v"),
    ("ID", 1.5, "code: $v"),
    ("Bytes", "0xf", "octets: $v"),
    ("Bytes", "xyz", "octets: $v"),
    ("Bytes", 1, "octets: $v"),
    ("Timestamp", 1000000, "moment: $v"),
    ("Timestamp", "soon", "moment: $v"),
    ("Date", "2024-02-30", "day: $v"),
    ("Date", 20240229, "day: $v"),
    ("DateTime", "noon", "at: $v"),
    ("DateTime", 0, "at: $v"),
    ("Boolean", "true", "truth: $v"),
    ("Boolean", 1, "truth: $v"),
    ("Colour", "green", "colour: $v"),
    ("Colour", 1, "colour: $v"),
    ("String", "x", "big: $v"),
    ("String", "zz", "octets: $v"),
    ("String", "zz", "token: $v"),
    ("[ID!]", [None], "code_in: $v"),
    ("[ID]", ["9", None], "code_in: $v"),
)

REFUSED_LITERALS: tuple[tuple[str, str], ...] = (
    ("whole: 2147483648", "Int cannot represent non 32-bit signed integer value: 2147483648"),
    ('whole: "9"', 'Int cannot represent non-integer value: "9"'),
    ("whole: 9.0", "Int cannot represent non-integer value: 9.0"),
    ('real: "1"', 'Float cannot represent non numeric value: "1"'),
    ("text: 9", "String cannot represent a non string value: 9"),
    ("truth: 1", "Boolean cannot represent a non boolean value: 1"),
    ("code: 1.5", "ID cannot represent a non-string and non-integer value: 1.5"),
    ("moment: 1000000", "Timestamp cannot represent this value: give it as string"),
    ("octets: 1", "Bytes cannot represent this value: give it as string"),
    ("big: 1.5", "BigInt cannot represent this value: give it as int or string"),
    ("wide: true", "Int8 cannot represent this value: give it as int or string"),
    ("exact: true", "BigDecimal cannot represent this value: give it as int or float or string"),
    ("colour: green", 'Value "green" does not exist in "Colour" enum. Did you mean the enum value "GREEN" or "RED"?'),
    ('colour: "GREEN"', 'Enum "Colour" cannot represent non-enum value: "GREEN". Did you mean the enum value "GREEN"?'),
    ("whole: [9]", "Int cannot represent non-integer value: [9]"),
    ("whole: {a: 9}", "Int cannot represent non-integer value: { a: 9 }"),
)


def _taken() -> Iterator[Case]:
    for declared, value, where, ids in TAKEN_VALUES:
        query = f"query ($v: {declared}) {{ samples(where: {{{where}}}) {{ id }} }}"
        yield answers("2.14", f"{declared} {value!r} as {where}", query, {"samples": rows(ids)}, v=value)
    for text, message in REFUSED_LITERALS:
        query = f"{{ samples(where: {{{text}}}) {{ id }} }}"
        yield refuses("2.14", f"{text} is refused", query, Wrong(message, "GRAPHQL_VALIDATION_FAILED"))
    for field, given in (("wide", "9"), ("wide", 9), ("octets", "0x0102"), ("octets", "0102"), ("word", "a")):
        for declared in ("ID", "String") if isinstance(given, str) else ("ID", "Int"):
            query = f"query ($id: {declared}!) {{ {field}(id: $id) {{ __typename }} }}"
            data = {field: {"__typename": field.capitalize()}}
            yield answers("2.14", f"{field} by {declared} {given!r}", query, data, id=given)
    for field, given in (("wide", "404"), ("octets", "0x00"), ("word", "nope"), ("word", "")):
        query = f'{{ {field}(id: "{given}") {{ id }} }}'
        yield answers("2.3", f"no {field} of the id {given!r}", query, {field: None})
    for field, given, what in (
        ("wide", "nine", "'nine' is not a whole number, as Int8 needs"),
        ("octets", "nope", "'nope' is not hexadecimal"),
    ):
        wrong = Wrong(f"Invalid value provided for argument `id`: {what}", INPUT, (field,))
        yield refuses("2.3", f"{field}(id: {given}) is refused", f'{{ {field}(id: "{given}") {{ id }} }}', wrong)


TAKEN = Area("Values as they are taken", "kinds", tuple(_taken()))
