"""What the query benchmark compares gives equal answers; how fast is for `make bench` to say."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


async def test_docgraph_and_hand_written_sql_give_equal_answers_to_every_shape(open_folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "benchmarks/queries.py", "--check", "--postings", "1000"),
        cwd=ROOT,
        env={name: told for name, told in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": str(open_folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await process.wait() == 0, said
    for shape in ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"):
        assert f"{shape}: 20 equal answers" in said
