"""Every benchmark, one after the other, into one report.

    python benchmarks/bench.py [--report report] [--documents 1000 10000 100000] [--rounds 3]
        [--peers postgraphile strawberry cocoindex] [--eips FOLDER] [--small]

Each benchmark is a command of its own, shown before it runs, and can be run again by itself into the same report.
The report has the goals, tables and plots. --eips names a folder of EIPs whose edits are followed as well. With --small
there are so few documents that only whether everything runs and agrees is told; its figures say nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from goals import goals
from parts import Said, keep, kept, taken
from report import GOAL_HEAD, goal_row, make, table

ROOT = Path(__file__).resolve().parents[1]
QUERIED, INDEXED = ("postgraphile", "strawberry"), ("cocoindex",)  # peers by what they do


class Step(msgspec.Struct, frozen=True):
    """One benchmark."""

    script: str
    arguments: Sequence[str]
    name: str | None = None  # under which the report shows what it says; None: it leaves figures

    @property
    def command(self) -> str:
        return " ".join(("python", f"benchmarks/{self.script}", *self.arguments))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--report", type=Path, default=ROOT / "report", metavar="FOLDER")
    arguments.add_argument("--documents", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--peers", nargs="*", default=[], choices=[*QUERIED, *INDEXED])
    arguments.add_argument("--eips", type=Path, metavar="FOLDER")
    arguments.add_argument("--small", action="store_true", help="few documents, and one round of a moment")
    wanted = arguments.parse_args()
    for step in small() if wanted.small else steps(wanted):
        print(f"$ {step.command}", flush=True)
        take(step, wanted.report)
    make(wanted.report)
    print("\n".join(table(GOAL_HEAD, [goal_row(each) for each in goals(list(kept(wanted.report)))])))


def steps(wanted: argparse.Namespace) -> Iterator[Step]:
    """What a person waits an hour for; with peers several."""
    rounds = ("--rounds", str(wanted.rounds))
    queried, indexed = ([each for each in wanted.peers if each in some] for some in (QUERIED, INDEXED))
    yield Step("queries.py", [*rounds, *with_peers(queried)])
    yield Step("indexing.py", rounds)
    for count in wanted.documents:
        yield Step("growth.py", ["--documents", str(count), *rounds, *with_peers(indexed)])
    yield Step("steps.py", [], "A first index of JSON by step")
    yield Step("steps.py", ["--markdown"], "A first index of Markdown by step")
    yield Step("serve_workers.py", rounds, "More server processes")
    if wanted.eips:
        yield Step("save_to_visible.py", [str(wanted.eips)], "From a save to an answer")
    yield Step("first_answer.py", rounds)


def small() -> Iterator[Step]:
    """The same in half a minute."""
    yield Step("queries.py", ["--postings", "1000", "--seconds", "0.1", "--rounds", "1", "--shapes", "Q1", "Q4"])
    yield Step("indexing.py", ["--documents", "200", "--rows", "200", "--rounds", "1", "--only", "markdown"])
    yield Step("growth.py", ["--documents", "300", "--rounds", "1", "--edits", "3", "--burst", "50"])
    yield Step("steps.py", ["--documents", "200"], "A first index of JSON by step")


def with_peers(names: Sequence[str]) -> Sequence[str]:
    return ["--peers", *names] if names else []


def take(step: Step, report: Path) -> None:
    """Run one benchmark. Raises CalledProcessError: it failed, and has said why."""
    script = str(ROOT / "benchmarks" / step.script)
    if step.name is None:
        subprocess.run((sys.executable, script, *step.arguments, "--report", str(report)), check=True)
        return
    done = subprocess.run((sys.executable, script, *step.arguments), check=True, stdout=subprocess.PIPE, text=True)
    print(done.stdout, end="", flush=True)
    keep(report, Said(taken(), step.name, step.command, done.stdout))


if __name__ == "__main__":
    main()
