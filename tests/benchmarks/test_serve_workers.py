"""The benchmark of several server processes runs as its page says; how fast is for it to say."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


async def test_one_and_several_processes_are_measured_beside_each_other(open_folder: Path) -> None:
    asked = ("--postings", "200", "--seconds", "0.2", "--rounds", "1", "--shapes", "name", "Q1")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "benchmarks/serve_workers.py", *asked),
        cwd=ROOT,
        env={name: told for name, told in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": str(open_folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await process.wait() == 0, said
    figures = {line.split()[0]: line.split()[1:4] for line in said.splitlines()[2:]}
    assert figures.keys() == {"name", "Q1"}, said
    assert all(float(each.replace(",", "")) > 0 for line in figures.values() for each in line)
