"""References that must lead somewhere and do not: errors, paths, and how far null goes."""

from __future__ import annotations

from dialect.case import NULL, Area, Wrong, answers, fails


def _null(field: str, *path: str | int) -> Wrong:
    return Wrong(f"Null value resolved for non-null field `{field}`", NULL, path)


# t1 → m1, t2 → gone; m1 → l1, m2 → gone; l2 has no one.
NULLS = Area(
    "Nulls where none may be",
    "broken",
    (
        answers(
            "2.10",
            "required references that lead somewhere",
            '{ top(id: "t1") { must { leaf { name } } } }',
            {"top": {"must": {"leaf": {"name": "leaf"}}}},
        ),
        answers(
            "2.10",
            "a dangling reference hurts nobody who does not ask for it",
            "{ tops { id } mids { id } }",
            {"tops": [{"id": "t1"}, {"id": "t2"}], "mids": [{"id": "m1"}, {"id": "m2"}]},
        ),
        fails(
            "2.10",
            "null goes up to the nearest parent that may be null",
            '{ top(id: "t2") { name must { id } } }',
            {"top": None},
            _null("must", "top", "must"),
        ),
        fails(
            "2.10",
            "null stops at a field that may be null",
            '{ top(id: "t2") { name may { id leaf { id } } } }',
            {"top": {"name": "bad", "may": None}},
            _null("leaf", "top", "may", "leaf"),
        ),
        fails(
            "2.10",
            "null in a list without nulls takes the list with it",
            "{ tops { must { id } } }",
            None,
            _null("must", "tops", 1, "must"),
        ),
        fails(
            "2.10",
            "null in a list below takes the parent",
            '{ top(id: "t1") { all { leaf { id } } } }',
            {"top": None},
            _null("leaf", "top", "all", 1, "leaf"),
        ),
        fails(
            "2.10",
            "other roots lose their data only where null reaches the top",
            '{ a: top(id: "t1") { name } b: top(id: "t2") { must { id } } }',
            {"a": {"name": "good"}, "b": None},
            _null("must", "b", "must"),
        ),
        fails(
            "2.10",
            "each null is told",
            '{ a: top(id: "t2") { must { id } } b: mid(id: "m2") { leaf { id } } }',
            {"a": None, "b": None},
            _null("must", "a", "must"),
            _null("leaf", "b", "leaf"),
        ),
        fails(
            "2.10",
            "the path has the aliases of the request",
            '{ x: top(id: "t2") { y: must { id } } }',
            {"x": None},
            _null("must", "x", "y"),
        ),
        fails(
            "2.10",
            "a derived reference that must be there",
            '{ leaf(id: "l2") { name one { id } } }',
            {"leaf": None},
            _null("one", "leaf", "one"),
        ),
        answers(
            "2.10",
            "a derived reference that must be there and is",
            '{ leaf(id: "l1") { one { id } } }',
            {"leaf": {"one": {"id": "m1"}}},
        ),
        answers(
            "2.10",
            "what a filter leaves out hurts nobody",
            "{ tops(where: {must_: {}}) { must { id } } }",
            {"tops": [{"must": {"id": "m1"}}]},
        ),
        answers(
            "2.10",
            "what is skipped hurts nobody",
            '{ top(id: "t2") { name must @skip(if: true) { id } } }',
            {"top": {"name": "bad"}},
        ),
        answers(
            "2.10",
            "a page before the null is whole",
            "{ tops(first: 1) { must { id } } }",
            {"tops": [{"must": {"id": "m1"}}]},
        ),
    ),
)
