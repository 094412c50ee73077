"""The goals of the project beside what was measured: which are met, and the command that measures each.

A pure function of the parts of a report. What was not measured says so, and is neither met nor missed. Goals that are
told as a rate of one machine (documents or bytes per second where COPY reaches so many rows) are held as the ratio
between the two, which another machine gives as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from contestants import OURS
from parts import FirstAnswer, Format, Growth, Part, PeerIndex, Queries, QueryLine

SHAPES = tuple(f"Q{number}" for number in range(1, 8))
BESIDE_SQL = 0.95
BESIDE_POSTGRAPHILE = {"Q1": 3.0, "Q2": 3.0, "Q3": 3.0, "Q4": 3.0, "Q5": 1.3, "Q6": 1.0, "Q7": 3.0}
MANY, FEW, MOST = 100_000, 1_000, 1_000_000  # documents
MARKDOWN_OF_COPY = 10_000 / 170_000  # documents a second where COPY reaches so many rows
ROW_MEGABYTES, BATCH_TIMES = 5.8, 3.0
MARKDOWN = "Markdown, a document each"
ROWS, BATCHES = "Parquet, a call for each row", "Parquet, a call for each batch"
QUERIES = "python benchmarks/queries.py"
GROWTH = "python benchmarks/growth.py --documents"
ONE_STATEMENT = "pytest tests/api/test_requests.py -k one_statement"
INDEXING = "python benchmarks/indexing.py --only"
FIRST_ANSWER = "python benchmarks/first_answer.py"

Some = TypeVar("Some")


class Goal(msgspec.Struct, frozen=True):
    """One goal, or one of the figures that a goal asks for."""

    what: str
    goal: str
    measured: str | None  # None: not in this report
    met: bool | None
    command: str


def goals(parts: Sequence[Part]) -> list[Goal]:
    """Every goal in the order of the design."""
    by_size = {each.documents: each for each in of(parts, Growth)}
    formats = {each.name: each for each in of(parts, Format)}
    return [
        *_queries(of(parts, Queries)),
        Goal("1,000 parents with children", "one SQL statement", "one, which a test holds", True, ONE_STATEMENT),
        *_small_files(by_size.get(MANY), formats.get(MARKDOWN)),
        *_growing(by_size),
        *_parquet(formats.get(ROWS), formats.get(BATCHES)),
        _first_answer(next(iter(of(parts, FirstAnswer)), None)),
    ]


def of(parts: Sequence[Part], kind: type[Some]) -> list[Some]:
    return [each for each in parts if isinstance(each, kind)]


def figure(found: Some | None, of_it: Callable[[Some], float]) -> float | None:
    """What was measured, if it was."""
    return None if found is None else of_it(found)


def at_least(what: str, floor: float, found: float | None, command: str, unit: str = "") -> Goal:
    told = None if found is None else f"{_figure(found)}{unit}"
    return Goal(what, f"at least {_figure(floor)}{unit}", told, None if found is None else found >= floor, command)


def at_most(what: str, ceiling: float, found: float | None, command: str, unit: str = "") -> Goal:
    told = None if found is None else f"{_figure(found)}{unit}"
    return Goal(what, f"at most {_figure(ceiling)}{unit}", told, None if found is None else found <= ceiling, command)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _queries(queries: Sequence[Queries]) -> Iterator[Goal]:
    lines: dict[tuple[str, str], QueryLine] = {
        (each.shape, line.server): line for each in queries for line in each.lines
    }
    for shape in SHAPES:
        line = lines.get((shape, OURS))
        what = f"{shape}: rate beside hand-written SQL"
        yield at_least(what, BESIDE_SQL, figure(line, lambda each: each.ratio), f"{QUERIES} --shapes {shape}")
    for shape, floor in BESIDE_POSTGRAPHILE.items():
        line = lines.get((shape, "postgraphile"))
        command = f"{QUERIES} --peers postgraphile --shapes {shape}"
        yield at_least(
            f"{shape}: rate beside PostGraphile 5", floor, None if line is None else line.times, command, " ×"
        )


def _small_files(growth: Growth | None, markdown: Format | None) -> Iterator[Goal]:
    command = f"{GROWTH} {MANY}"
    cocoindex: PeerIndex | None = next((each for each in growth.peers), None) if growth else None
    yield at_least(
        f"first index of {MANY:,} JSON files beside COPY", 0.30, figure(growth, lambda each: each.of_copy), command
    )
    yield at_least(
        f"first index of {MANY:,} JSON files beside CocoIndex",
        50,
        figure(cocoindex, lambda each: each.first_times),
        f"{command} --peers cocoindex",
        " ×",
    )
    what = "Markdown files beside COPY (10,000 a second where that reaches 170,000)"
    yield at_least(what, MARKDOWN_OF_COPY, figure(markdown, lambda each: each.of_copy), f"{INDEXING} markdown")
    yield at_most(
        "start with nothing changed beside a stat walk", 2.5, figure(growth, lambda each: each.of_walk), command, " ×"
    )
    allowed = figure(growth, lambda each: 2.5 * each.walk + 0.3)
    found = figure(growth, lambda each: each.changed)
    yield Goal(
        "start with 1 % changed",
        "at most that and 0.3 s" + ("" if allowed is None else f", so {allowed:.2f} s"),
        None if found is None else f"{found:.2f} s",
        None if found is None or allowed is None else found <= allowed,
        command,
    )
    visible = growth.visible if growth else None
    yield at_most("save to visible in GraphQL, p50", 15, figure(visible, lambda each: each.p50), command, " ms")
    yield at_most("save to visible in GraphQL, p99", 50, figure(visible, lambda each: each.p99), command, " ms")
    beside = visible.p50 / cocoindex.visible.p50 if cocoindex and visible else None
    yield at_most("save to visible, p50, beside CocoIndex", 1.2, beside, f"{command} --peers cocoindex", " ×")


def _growing(by_size: dict[int, Growth]) -> Iterator[Goal]:
    least, most = by_size.get(FEW), by_size.get(MOST)
    times = most.visible.p50 / least.visible.p50 if least and most else None
    what = f"save to visible with {MOST:,} documents beside {FEW:,}"
    yield at_most(what, 1.5, times, "make growth", " ×")
    for count, limit in ((MANY, 100), (MOST, 250)):
        peak = figure(by_size.get(count), lambda each: max(each.peak, each.watching))
        yield at_most(f"memory of the indexer with {count:,} files", limit, peak, f"{GROWTH} {count}", " MB")


def _parquet(row: Format | None, batch: Format | None) -> Iterator[Goal]:
    command = f"{INDEXING} parquet"
    told = " MB/s"
    yield at_least(
        "Parquet row by row", ROW_MEGABYTES, figure(row, lambda each: each.megabytes_per_second), command, told
    )
    most = ROW_MEGABYTES * BATCH_TIMES
    yield at_least("Parquet by batch", most, figure(batch, lambda each: each.megabytes_per_second), command, told)
    yield at_least("Parquet by batch beside COPY", 0.35, figure(batch, lambda each: each.of_copy), command)


def _first_answer(first: FirstAnswer | None) -> Goal:
    together = figure(first, lambda each: each.together)
    return at_most("clone to first answer, packages cached", 5, together, FIRST_ANSWER, " s")
