"""A goal is met by what was measured, and neither met nor missed by what was not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TAKEN = {"at": "2026-01-01T00:00:00Z", "commit": "abc", "processors": 2, "load": 0.5, "python": "3.11.7"}
LINE = {"rate": 10.0, "p50": 1.0, "p99": 2.0, "server_cpu": 1.0, "postgres_cpu": 1.0, "memory": 40.0}
ANSWERS = {"p50": 1.0, "cpu": 100.0}
GROWTH = {
    "type": "growth",
    "documents": 100_000,
    "first": 5.0,
    "of_copy": 0.3,
    "copy_per_second": 60_000.0,
    "cpu": 35.0,
    "peak": 80,
    "walk": 0.3,
    "read": 0.5,
    "unchanged": 0.72,
    "of_walk": 2.4,
    "changed": 1.0,
    "burst": 300.0,
    "bursting": 500,
    "blocks": 1,
    "visible": {"edits": 100, "p50": 10.0, "p90": 20.0, "p99": 30.0},
    "watching": 90,
    "peers": [],
    "by_id": ANSWERS,
    "by_city": ANSWERS,
}
FIRST_ANSWER = {
    "type": "first-answer",
    "clone": 0.2,
    "environment": 1.0,
    "packages": 2.0,
    "start": 2.0,
    "together": 5.2,
}


def reported(folder: Path, *parts: dict[str, object]) -> dict[str, dict[str, object]]:
    """The goals of a report made from these parts, by what they are about."""
    (folder / "parts").mkdir()
    for number, part in enumerate(parts):
        (folder / "parts" / f"{number}.json").write_text(json.dumps({"taken": TAKEN, "rounds": 3, **part}))
    report(folder)
    return {each["what"]: each for each in json.loads((folder / "report.json").read_bytes())["goals"]}


def report(folder: Path, *more: str) -> None:
    subprocess.run((sys.executable, ROOT / "benchmarks" / "report.py", folder, *more), check=True)


def queries(shape: str, ratio: float, times: float) -> dict[str, object]:
    lines = [
        {"server": "docgraph", "ratio": ratio, "times": None, **LINE},
        {"server": "raw, tuned", "ratio": 1.0, "times": ratio, **LINE},
        {"server": "postgraphile", "ratio": ratio / times, "times": times, **LINE},
    ]
    return {"type": "queries", "shape": shape, "postings": 1, "seconds": 1.0, "connections": 16, "lines": lines}


def test_goals_are_told_as_met_as_missed_and_as_not_measured(tmp_path: Path) -> None:
    found = reported(tmp_path, queries("Q1", 0.95, 2.9), queries("Q5", 0.94, 1.3), FIRST_ANSWER)
    assert found["Q1: rate beside hand-written SQL"]["met"] is True
    assert found["Q1: rate beside PostGraphile 5"]["met"] is False
    assert found["Q5: rate beside hand-written SQL"]["met"] is False
    assert found["Q5: rate beside PostGraphile 5"]["met"] is True
    assert found["Q2: rate beside hand-written SQL"]["met"] is None
    assert found["clone to first answer, packages cached"]["met"] is False
    page = (tmp_path / "report.md").read_text()
    assert "| Q1: rate beside PostGraphile 5 | at least 3 × | 2.9 × | no |" in page
    assert "| Q2: rate beside hand-written SQL | at least 0.95 | not measured |  |" in page
    assert "| 0.20 | 1.00 | 2.00 | 2.00 | 5.20 |" in page


def test_each_goal_names_a_command_that_is_there(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for goal in reported(tmp_path).values():
        tool, named, *_ = str(goal["command"]).split()
        assert f"\n{named}:" in makefile if tool == "make" else (ROOT / named).exists(), goal


def test_the_page_shows_every_goal_and_takes_figures_from_a_report(tmp_path: Path) -> None:
    page = ROOT / "docs" / "performance.md"
    listed = re.search(r"<!-- goals -->\n(.*?)<!-- end -->", page.read_text(), re.DOTALL)
    assert listed is not None
    told = [[cell.strip() for cell in line.strip("|").split("|")] for line in listed[1].split("\n") if line]
    goals = reported(tmp_path, GROWTH, queries("Q1", 0.95, 2.9)).values()
    assert [(row[0], row[4]) for row in told[2:]] == [(each["what"], f"`{each['command']}`") for each in goals]

    copied = tmp_path / "docs" / "performance.md"
    copied.parent.mkdir()
    copied.write_text(page.read_text())
    report(tmp_path, "--page", str(copied))
    assert "| start with nothing changed beside a stat walk | at most 2.5 × | 2.4 × | yes |" in copied.read_text()
    assert (
        copied.read_text().partition("## One report")[2].startswith(page.read_text().partition("## One report")[2][:99])
    )
    assert (copied.parent / "growth.svg").exists()
