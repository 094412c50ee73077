"""Many cases, one after the other; each that shows a difference is made small and told."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec

from fuzz.compare import INVALID, Difference, judge
from fuzz.nouns import Case, Rows, Schema, Version
from fuzz.product import Product, is_schema
from fuzz.queries import Queries
from fuzz.rows import make_rows
from fuzz.schemas import make_schema
from fuzz.shrink import shrink

PER_SCHEMA = 50  # requests
TOLD_AT_MOST = 5  # differences


class Report(msgspec.Struct):
    """What a run has seen so far."""

    seed: int
    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    schemas: int = 0
    seconds: float = 0.0
    differences: list[str] = msgspec.field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.kinds.total()

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.most_common())
        rate = self.requests / self.seconds if self.seconds else 0.0
        return (
            f"{self.requests} requests ({kinds}) to {self.schemas} schemas in {self.seconds:.0f} s, "
            f"{rate:.0f}/s; {len(self.differences)} differences; seed {self.seed}"
        )


async def run(product: Product, seed: int, wanted: int, tell: Callable[[Report], None] = lambda report: None) -> Report:
    """Compare the answers to `wanted` requests. `tell` is called after each schema."""
    report, started = Report(seed), time.monotonic()
    while report.requests < wanted and len(report.differences) < TOLD_AT_MOST:
        # Each schema has a seed of its own, so that one can be run again alone.
        chance = Random(f"{seed} {report.schemas}")
        report.schemas += 1
        schema = make_schema(chance)
        if is_schema(schema.sdl):
            await _one_schema(product, report, schema, min(PER_SCHEMA, wanted - report.requests), chance)
        report.seconds = time.monotonic() - started
        tell(report)
    return report


async def _one_schema(product: Product, report: Report, schema: Schema, wanted: int, chance: Random) -> None:
    rows = make_rows(schema, chance)
    queries = Queries(schema, rows, chance)
    found: Case | None = None
    async with product.index(schema.sdl, rows) as index:
        for _ in range(wanted):
            case = Case(schema, rows, queries.make())
            outcome = await judge(index, case)
            report.kinds[outcome.difference.kind if outcome.difference else outcome.kind] += 1
            found = found or (case if outcome.difference else None)
    if found is not None:
        smallest = await shrink(found, lambda smaller: _differs(product, smaller))
        report.differences.append(_told(smallest, await _difference(product, smallest)))


async def _differs(product: Product, case: Case) -> bool:
    """Whether a case shows a difference that is not its own fault: a valid request to a valid schema."""
    try:
        difference = await _difference(product, case)
    except (LookupError, AttributeError, AssertionError, TypeError, ValueError):  # the case makes no sense any more
        return False
    return difference is not None and not _is_invalid(difference)


def _is_invalid(difference: Difference) -> bool:
    errors = difference.found.get("errors", ()) if isinstance(difference.found, dict) else ()
    return any(each["extensions"]["code"] in INVALID for each in errors)


async def _difference(product: Product, case: Case) -> Difference | None:
    if not is_schema(case.schema.sdl):
        return None
    async with product.index(case.schema.sdl, case.rows) as index:
        return (await judge(index, case)).difference


def _told(case: Case, difference: Difference | None) -> str:
    """Everything that a regression test needs."""
    lines = ["schema:", case.schema.sdl, "", "rows:"]
    lines += [_row(each) for each in _sorted(case.rows)]
    lines += [f"blocks: {[each.number for each in case.rows.blocks]}  problems since: {list(case.rows.problems)}", ""]
    lines += ["query:", case.request.text, f"variables: {json.dumps(case.request.variables, ensure_ascii=False)}", ""]
    if difference is not None:
        lines += [difference.kind, f"  expected: {difference.expected}", f"  found:    {difference.found}"]
    return "\n".join(lines)


def _sorted(rows: Rows) -> list[Version]:
    return sorted(rows.versions, key=lambda each: (each.type, each.since))


def _row(version: Version) -> str:
    until = "" if version.until is None else f" to {version.until}"
    return f"  {version.type} since {version.since}{until}: {dict(version.values)}"
