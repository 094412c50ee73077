"""Operators on lists, element type by element type.

Rows: a [lo, mid] · b [mid, lo] · c [lo, mid, hi] · d [] · e [lo, lo] · n null (see `worlds.KINDS`).
"""

from __future__ import annotations

from collections.abc import Iterator

from dialect.areas.operators import EIGHT, FOUR, TWO
from dialect.case import Area, Case, Rows
from dialect.worlds import LISTS as NAMES

BAGS = Rows("Bag", "bags", "2.5.2")
LITERALS = EIGHT | FOUR | TWO


def _lists() -> Iterator[Case]:
    for field, (lo, mid, hi) in LITERALS.items():
        name = NAMES[field]
        yield BAGS.where(f"{name}: [{lo}, {mid}]", "a")
        yield BAGS.where(f"{name}: []", "d")
        yield BAGS.where(f"{name}: null", "n")
        yield BAGS.where(f"{name}_not: [{lo}, {mid}]", "b c d e")
        yield BAGS.where(f"{name}_not: null", "a b c d e")
        yield BAGS.where(f"{name}_contains: [{mid}, {lo}]", "a b c")
        yield BAGS.where(f"{name}_contains: [{lo}, {lo}]", "a b c e")
        yield BAGS.where(f"{name}_contains: []", "a b c d e")
        yield BAGS.where(f"{name}_not_contains: [{hi}]", "a b d e")
        yield BAGS.where(f"{name}_not_contains: [{mid}, {hi}]", "d e")
        yield BAGS.where(f"{name}_not_contains: []", "a b c d e")
        yield BAGS.wrong(f"{name}_contains: null", f"`{name}_contains`: unsupported filter `contains` for value `null`")
    # lo false, mid true, hi false
    yield BAGS.where("truths: [false, true]", "a")
    yield BAGS.where("truths_not: [false, true]", "b c d e")
    yield BAGS.where("truths_contains: [true]", "a b c")
    yield BAGS.where("truths_not_contains: [true]", "d e")
    yield BAGS.where('texts: ["Zeta", "Zeta"]', "e")
    # Any element that is like any of the values, ignoring case; its negation holds for a missing list.
    yield BAGS.where('texts_contains_nocase: ["ALPHA", "nothing"]', "a b c")
    yield BAGS.where('texts_contains_nocase: ["zETA"]', "a b c e")
    yield BAGS.where('texts_contains_nocase: ["zet"]', "")
    yield BAGS.where('texts_contains_nocase: ["%"]', "")
    yield BAGS.where('texts_contains_nocase: ["_lpha"]', "")
    yield BAGS.where("texts_contains_nocase: []", "")
    yield BAGS.where('texts_not_contains_nocase: ["ALPHA"]', "d e n")
    yield BAGS.where('texts_not_contains_nocase: ["ALPHA", "ZETA"]', "d n")
    yield BAGS.where("texts_not_contains_nocase: []", "a b c d e n")
    for field in ("persons", "beings"):
        yield BAGS.where(f'{field}_contains_nocase: ["P2"]', "c")
        yield BAGS.where(f'{field}_contains_nocase: ["P1"]', "a b c e")
        yield BAGS.where(f'{field}_not_contains_nocase: ["P2"]', "a b d e n")
    yield BAGS.wrong(
        'wholes: ["x"]', 'Int cannot represent non-integer value: "x"', "GRAPHQL_VALIDATION_FAILED", "2.5.1"
    )


LISTS = Area("Operators on lists", "kinds", tuple(_lists()))
