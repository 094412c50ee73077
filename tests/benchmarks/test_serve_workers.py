"""The benchmark of several server processes runs as its page says; how fast is for it to say."""

from __future__ import annotations

from pathlib import Path

from support.benchmarks import said_by

ROOT = Path(__file__).resolve().parents[2]


async def test_one_and_several_processes_are_measured_beside_each_other(open_folder: Path) -> None:
    asked = ("--postings", "200", "--seconds", "0.2", "--rounds", "1", "--shapes", "name", "Q1")
    said = await said_by("serve_workers.py", *asked, folder=open_folder)
    figures = {line.split()[0]: line.split()[1:4] for line in said.splitlines()[2:]}
    assert figures.keys() == {"name", "Q1"}, said
    assert all(float(each.replace(",", "")) > 0 for line in figures.values() for each in line)
