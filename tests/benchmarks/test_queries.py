"""What the query benchmark compares gives equal answers; how fast is for `make bench` to say."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


async def said_by(folder: Path, *arguments: str) -> str:
    """What the benchmark says, which ends well."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "benchmarks/queries.py", "--postings", "1000", *arguments),
        cwd=ROOT,
        env={name: told for name, told in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await process.wait() == 0, said
    return said


async def test_docgraph_and_hand_written_sql_give_equal_answers_to_every_shape(open_folder: Path) -> None:
    said = await said_by(open_folder, "--check")
    for shape in ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"):
        assert f"{shape}: 20 equal answers" in said


async def test_the_figures_are_reported_for_machines_and_for_people(open_folder: Path) -> None:
    report = open_folder / "report"
    await said_by(open_folder, "--seconds", "0.2", "--rounds", "2", "--shapes", "Q1", "--report", str(report))
    told = json.loads((report / "queries.json").read_bytes())
    assert [(each["shape"], each["server"]) for each in told["lines"]] == [("Q1", "docgraph"), ("Q1", "raw")]
    assert told["lines"][1]["ratio"] == 1.0
    assert all(each["rate"] > 0 for each in told["lines"])
    assert f"| Q1 | docgraph | {told['lines'][0]['rate']:,.0f} |" in (report / "queries.md").read_text()
