"""What the query benchmark compares gives equal answers; how fast is for `make bench` to say."""

from __future__ import annotations

import json
from pathlib import Path

from support.benchmarks import said_by

ROOT = Path(__file__).resolve().parents[2]


async def test_docgraph_and_hand_written_sql_give_equal_answers_to_every_shape(open_folder: Path) -> None:
    said = await said_by("queries.py", "--postings", "1000", "--check", folder=open_folder)
    for shape in ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"):
        assert f"{shape}: 20 equal answers" in said


async def test_the_figures_are_reported_for_machines_and_for_people(open_folder: Path) -> None:
    report = open_folder / "report"
    measured = ("--seconds", "0.2", "--rounds", "2", "--shapes", "Q1", "--report", str(report))
    await said_by("queries.py", "--postings", "1000", *measured, folder=open_folder)
    told = json.loads((report / "queries.json").read_bytes())
    assert [(each["shape"], each["server"]) for each in told["lines"]] == [("Q1", "docgraph"), ("Q1", "raw")]
    assert told["lines"][1]["ratio"] == 1.0
    assert all(each["rate"] > 0 for each in told["lines"])
    assert f"| Q1 | docgraph | {told['lines'][0]['rate']:,.0f} |" in (report / "queries.md").read_text()
