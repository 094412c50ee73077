"""Every benchmark runs, agrees with what stands beside it, and is told in one report; how fast is for it to say."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from support.benchmarks import said_by

ROOT = Path(__file__).resolve().parents[2]


async def test_every_benchmark_leaves_its_figures_in_one_report(open_folder: Path) -> None:
    report = open_folder / "report"
    said = await said_by("bench.py", "--small", "--report", str(report), folder=open_folder)
    for shape in ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"):
        assert f"{shape}: 20 equal answers of 3" in said

    told = json.loads((report / "report.json").read_bytes())
    queries = [each for each in told["parts"] if each["type"] == "queries"]
    assert [each["shape"] for each in queries] == ["Q1", "Q4"]
    for part in queries:
        lines = {each["server"]: each for each in part["lines"]}
        assert lines.keys() == {"docgraph", "raw, tuned", "raw, pool", "fixed"}
        assert lines["raw, tuned"]["ratio"] == 1.0
        assert lines["docgraph"]["times"] is None
        assert all(each["rate"] > 0 and each["memory"] > 0 for each in lines.values())
    (markdown,) = [each for each in told["parts"] if each["type"] == "format"]
    assert markdown["trades"] == 200
    assert markdown["of_copy"] > 0
    (growth,) = [each for each in told["parts"] if each["type"] == "growth"]
    assert growth["documents"] == 300
    assert growth["visible"]["edits"] == 3
    assert growth["blocks"] <= 5  # one where nobody else keeps the machine busy
    assert 0 < growth["visible"]["p50"] <= growth["visible"]["p99"]
    assert all(growth[name] > 0 for name in ("first", "walk", "read", "unchanged", "changed", "peak", "watching"))
    assert growth["by_id"]["p50"] > 0

    page = (report / "report.md").read_text()
    goal = next(each for each in told["goals"] if each["what"] == "Q1: rate beside hand-written SQL")
    ours = next(each for each in queries[0]["lines"] if each["server"] == "docgraph")
    assert goal["met"] is (ours["ratio"] >= 0.95)
    assert f"| {goal['what']} | {goal['goal']} | {goal['measured']} |" in page
    assert "indexes, figures, the block" in page
    for plot in ("growth.svg", "queries.svg"):
        assert f"]({plot})" in page
        assert ElementTree.parse(report / plot).getroot().tag == "{http://www.w3.org/2000/svg}svg"
