"""`python -m soak [--minutes 20] [--seed N]`: break things at random for so long, and compare after each."""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from soak.faults import FAULTS
from soak.run import Report, run


async def main(minutes: float, seed: int, kinds: list[str]) -> int:
    """0 where every recovery ended in what a rebuild gives, 1 otherwise; then the project's folder is kept."""
    folder = Path(tempfile.mkdtemp(prefix="docgraph-soak-"))
    report, ends = Report(seed), time.monotonic() + minutes * 60
    print(f"seed {seed}, in {folder}", flush=True)
    try:
        await run(folder, report, over=lambda _: time.monotonic() >= ends, kinds=kinds, tell=_tell)
    except asyncio.CancelledError:
        print("stopped")
    finally:
        print(report)
    for each in report.differences:
        print(f"\n{'-' * 80}\n{each}")
    if report.differences:
        print(f"\nthe documents are kept in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def _tell(report: Report) -> None:
    if report.faults.total() % 20 == 0:
        print(f"{report}\n", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--faults", nargs="*", choices=FAULTS, default=[*FAULTS], help="only these kinds")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.minutes, given.seed, given.faults)))
