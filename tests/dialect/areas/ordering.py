"""Orders with their ties and nulls, and pages."""

from __future__ import annotations

from collections.abc import Iterator

from dialect.areas.children import MORE_THAN_A_PAGE
from dialect.areas.operators import EIGHT, FOUR
from dialect.case import INPUT, Area, Case, Rows, Wrong, answers, refuses, rows
from dialect.worlds import ITEMS

SAMPLES = Rows("Sample", "samples", "2.6.1")
WIDES = Rows("Wide", "wides", "2.6.1")


def _orders() -> Iterator[Case]:
    for field in EIGHT | FOUR:
        yield SAMPLES.asked(f"orderBy: {field}", "a b d c n")
        yield SAMPLES.asked(f"orderBy: {field}, orderDirection: desc", "n c d b a")
    yield SAMPLES.asked("orderBy: truth", "a c b d n")
    yield SAMPLES.asked("orderBy: truth, orderDirection: desc", "n d b c a")
    yield SAMPLES.asked("orderBy: id", "a b c d n")
    yield SAMPLES.asked("orderBy: id, orderDirection: desc", "n d c b a")
    yield SAMPLES.asked("orderDirection: desc", "a b c d n")
    yield SAMPLES.asked("orderBy: null, orderDirection: desc", "a b c d n")
    yield SAMPLES.asked("orderBy: whole, orderDirection: null", "a b d c n")
    # p1, p2, 0x01, 0xff00 and 2 exist: b and d lead to p1, 0x01 or 2; c to p2, 0xff00 through an interface.
    yield SAMPLES.asked("orderBy: person__name", "b d a c n")
    yield SAMPLES.asked("orderBy: person__name, orderDirection: desc", "n c a d b")
    yield SAMPLES.asked("orderBy: person__id", "b d a c n")
    yield SAMPLES.asked("orderBy: being__name", "b d c a n")
    yield SAMPLES.asked("orderBy: being__name, orderDirection: desc", "n a c d b")
    yield SAMPLES.asked("orderBy: being__id", "b d c a n")
    yield SAMPLES.asked("orderBy: token__name", "b d a c n")
    yield SAMPLES.asked("orderBy: coded__name, orderDirection: desc", "n a c d b")
    yield SAMPLES.asked("orderBy: thing__name", "b d a c n")
    yield SAMPLES.asked("orderBy: counted__id", "b d a c n")
    yield WIDES.asked("orderBy: id", "-1 9 10 9223372036854775807")
    yield WIDES.asked("orderBy: next", "9223372036854775807 10 -1 9")
    yield WIDES.asked("orderBy: next__name", "9223372036854775807 9 10 -1")
    yield WIDES.asked("orderBy: next__id, orderDirection: desc", "-1 9 10 9223372036854775807")
    query = "query ($by: Sample_orderBy, $to: OrderDirection) { samples(orderBy: $by, orderDirection: $to) { id } }"
    yield answers("2.6.1", "an order in variables", query, {"samples": rows("n c d b a")}, by="whole", to="desc")
    yield answers("2.6.1", "an order that is not given", query, {"samples": rows("a b c d n")})
    yield answers("2.6.1", "an order that is null", query, {"samples": rows("a b c d n")}, by=None, to=None)
    query = "query ($to: OrderDirection = desc) { samples(orderBy: whole, orderDirection: $to) { id } }"
    yield answers("2.6.1", "the direction of a default", query, {"samples": rows("n c d b a")})
    yield answers("2.6.1", "an explicit null is ascending", query, {"samples": rows("a b d c n")}, to=None)
    for field in ("texts", "persons"):
        query = f"{{ bags(orderBy: {field}) {{ id }} }}"
        wrong = Wrong(f'Value "{field}" does not exist in "Bag_orderBy" enum.', "GRAPHQL_VALIDATION_FAILED")
        yield refuses("2.6.2", f"the list {field} has no order", query, wrong)


ORDERING = Area("Ordering", "kinds", tuple(_orders()))

MANY = Rows("Item", "items", "2.7")


def _range(argument: str, given: int, maximum: int) -> Wrong:
    message = f"The `{argument}` argument must be between 0 and {maximum}, but is {given}"
    return Wrong(message, INPUT, ("items",))


def _below(argument: str, given: int, maximum: int) -> Wrong:
    message = f"The `{argument}` argument must be between 0 and {maximum}, but is {given}"
    return Wrong(message, INPUT, ("groups", "items"))


SKIPS = 4294967295
PAGES = Area(
    "Pages and their limits",
    "many",
    (
        answers("2.7", "a hundred rows unless told", "{ items { id } }", {"items": rows(" ".join(ITEMS[:100]))}),
        MANY.asked("first: 3", "i000 i001 i002"),
        MANY.asked("first: 2, skip: 3", "i003 i004"),
        MANY.asked("skip: 118", "i118 i119"),
        MANY.asked("skip: 120", ""),
        MANY.asked("skip: 2147483647", ""),
        MANY.asked("first: 1000", " ".join(ITEMS)),
        MANY.asked("first: null", " ".join(ITEMS[:100])),
        MANY.asked("first: 2, skip: null", "i000 i001"),
        MANY.asked("first: 2, orderBy: number", "i119 i118"),
        MANY.asked('first: 2, where: {id_gt: "i100"}', "i101 i102"),
        MANY.asked("first: 2, skip: 1, orderBy: number, orderDirection: desc", "i001 i002"),
        MANY.asked("first: 3, skip: 107, orderBy: group", "i118 i009 i019"),
        *(
            refuses(
                "2.3",
                f"items({argument}: {given})",
                f"{{ items({argument}: {given}) {{ id }} }}",
                _range(argument, given, maximum),
            )
            for argument, given, maximum in (
                ("first", 0, 1000),
                ("first", 1001, 1000),
                ("first", -1, 1000),
                ("first", 2147483647, 1000),
                ("skip", -1, SKIPS),
            )
        ),
        *(
            refuses(
                "2.3",
                f"groups {{ items({argument}: {given}) }}",
                f"{{ groups {{ items({argument}: {given}) {{ id }} }} }}",
                _below(argument, given, maximum),
            )
            for argument, given, maximum in (("first", 0, 1000), ("first", 1001, 1000), ("skip", -1, SKIPS))
        ),
        refuses(
            "2.3",
            "first in a variable is held to the same range",
            "query ($n: Int) { items(first: $n) { id } }",
            _range("first", 5000, 1000),
            n=5000,
        ),
        refuses(
            "2.3",
            "all that is out of range is told",
            "{ items(first: 0, skip: -1) { id } }",
            _range("first", 0, 1000),
            _range("skip", -1, SKIPS),
        ),
        answers(
            "2.3",
            "first in a variable",
            "query ($n: Int) { items(first: $n) { id } }",
            {"items": rows("i000 i001")},
            n=2,
        ),
        answers(
            "2.3",
            "first in a required variable, skip by default",
            "query ($n: Int!, $s: Int = 1) { items(first: $n, skip: $s) { id } }",
            {"items": rows("i001")},
            n=1,
        ),
        answers(
            "2.3",
            "first that is not given or null",
            "query ($n: Int, $m: Int) { a: items(first: $n, skip: 119) { id } b: items(first: $m, skip: 119) { id } }",
            {"a": rows("i119"), "b": rows("i119")},
            m=None,
        ),
        *MORE_THAN_A_PAGE,
    ),
)
