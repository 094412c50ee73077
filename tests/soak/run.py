"""Break something, wait until the index has caught up, hold it against a rebuild; again, until the time is over."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import msgspec
from support.proxy import proxied

from soak.faults import FAULTS, Trouble, edit_for
from soak.project import Author
from soak.server import server
from soak.world import World, world

DOCUMENTS = 60  # at the start
NEEDS_DISK = "fill_the_disk_of_postgres"


class Report(msgspec.Struct):
    """What a soak has come to so far."""

    seed: int
    edits: int = 0
    blocks: int = 0
    answers: int = 0
    refused: int = 0
    faults: Counter[str] = msgspec.field(default_factory=Counter)
    recoveries: dict[str, list[float]] = {}  # seconds, by kind of fault
    differences: list[str] = []
    seconds: float = 0.0

    def __str__(self) -> str:
        counts = sorted(self.faults.items())
        lines = [
            f"{self.seconds / 60:.1f} minutes, {self.edits} edits, {self.blocks} blocks, "
            f"{self.answers} answers checked, {self.refused} requests not served, {self.faults.total()} faults:",
            *(f"{count:6} {name.replace('_', ' ')}{_told(self.recoveries.get(name))}" for name, count in counts),
        ]
        every = [seconds for each in self.recoveries.values() for seconds in each]
        lines.append(f"{len(every)} recoveries{_told(every)}")
        return "\n".join([*lines, f"{len(self.differences)} differences; seed {self.seed}"])


async def run(
    root: Path,
    report: Report,
    *,
    over: Callable[[Report], bool],
    kinds: Sequence[str] = tuple(FAULTS),
    tell: Callable[[Report], None] = lambda report: None,
) -> None:
    """Soak in the empty folder `root` until it is `over` or something differs. Each round is told."""
    chance, started = Random(report.seed), time.monotonic()
    author = Author(root, chance)
    author.begin(DOCUMENTS)
    async with server() as postgres, proxied(postgres.dsn) as proxy:
        kinds = [each for each in kinds if postgres.has_disk or each != NEEDS_DISK]
        async with world(root, postgres, proxy) as there:
            await there.first_block()
            while not (over(report) or report.differences):
                kind = _next(kinds, report, chance)
                report.faults[kind] += 1
                trouble = Trouble(there, author, chance)
                await edit_for(trouble, chance.uniform(0, 0.7))
                await FAULTS[kind](trouble)
                await _recover(there, report, kind)
                report.edits, report.blocks = author.edits, there.blocks()
                report.answers, report.refused = there.watched.answers, there.watched.refused
                report.differences += there.watched.faults
                report.seconds = time.monotonic() - started
                tell(report)


async def _recover(there: World, report: Report, kind: str) -> None:
    """Nothing is edited any more and nothing is broken: the index has to become right by itself."""
    mended = asyncio.get_running_loop().time()
    try:
        await there.mend()
        await there.caught_up()
    except AssertionError as lost:
        report.differences.append(f"after '{kind}': {lost}")
        return
    report.recoveries.setdefault(kind, []).append(asyncio.get_running_loop().time() - mended)
    if said := await there.verify():
        report.differences.append(f"after '{kind}': {said}")


def _told(recoveries: Sequence[float] | None) -> str:
    if not recoveries:
        return ""
    return f": p50 {statistics.median(recoveries):.2f} s, longest {max(recoveries):.2f} s"


def _next(kinds: Sequence[str], report: Report, chance: Random) -> str:
    """One of those that have come least often."""
    least = min(report.faults[each] for each in kinds)
    return chance.choice([each for each in kinds if report.faults[each] <= least + 1])
