"""Whether three answers say the same, and in which words they differ."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

from fuzz.naive.answers import answer
from fuzz.nouns import Case
from fuzz.product import DEPLOYMENT, Index

REFUSED_FOR_COST = "QUERY_TOO_COMPLEX"
INVALID = ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")


class Difference(msgspec.Struct, frozen=True):
    """What the product and the naive evaluator say, where they do not agree."""

    kind: str
    expected: Any
    found: Any


class Outcome(msgspec.Struct, frozen=True):
    """What became of one request."""

    difference: Difference | None = None
    kind: str = "data"  # data, errors, refused, or too costly to be compared
    statements: int = 0


async def judge(index: Index, case: Case) -> Outcome:
    """Ask in both forms and compare with the naive evaluation."""
    first = await index.ask(case.request)
    codes = {each["extensions"]["code"] for each in first.response.get("errors", ())}
    if REFUSED_FOR_COST in codes:
        return Outcome(kind="too costly")
    if codes & set(INVALID):
        return Outcome(Difference("a valid request is refused", None, first.response))
    expected = answer(case, DEPLOYMENT)
    if not same(expected, first.response):
        return Outcome(Difference("the product and the naive evaluation differ", expected, first.response))
    kind = "errors" if "errors" in expected and "data" in expected else "refused" if "errors" in expected else "data"
    if kind == "data" and first.statements > 1:
        kind = "data, exactly"  # a null where none may be stood in a row that the page leaves out
    if first.statements == 1 and "__schema" not in case.request.text:
        exact = await index.ask_exactly(case.request)
        if not same_in_order(first.response, exact.response):
            return Outcome(Difference("the optimistic and the exact form differ", first.response, exact.response))
    return Outcome(kind=kind, statements=first.statements)


def same(expected: Any, found: Any) -> bool:
    """Equal data in equal order, equal errors in any order."""
    if expected.keys() != found.keys() or not same_in_order(expected.get("data"), found.get("data")):
        return False
    if "data" in expected:
        return _sorted(expected.get("errors", [])) == _sorted(_bare(found.get("errors", [])))
    return _refused_alike(expected["errors"], found["errors"])


def _refused_alike(expected: list[Any], found: list[Any]) -> bool:
    """For requests that are not executed: the same places, messages that begin alike, codes."""
    if len(expected) != len(found):
        return False
    return all(
        any(
            each["path"] == other.get("path")
            and other["message"].startswith(each["message"])
            and each["extensions"] == other["extensions"]
            for other in found
        )
        for each in expected
    )


def _bare(errors: list[Any]) -> list[Any]:
    return [each if "path" in each else {key: each[key] for key in ("message", "extensions")} for each in errors]


def _sorted(errors: list[Any]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in errors)


def same_in_order(one: Any, other: Any) -> bool:
    """Equal JSON with keys in equal order; numbers count by their value, and true is no number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same_in_order(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_in_order, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float):
        one = Decimal(repr(one))
    if isinstance(other, float):
        other = Decimal(repr(other))
    return bool(one == other)
