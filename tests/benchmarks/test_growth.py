"""What the benchmark of growth does comes to pass for few documents; what it takes is for `make growth` to say."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


async def test_every_edit_arrives_and_many_at_once_are_few_blocks(open_folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "benchmarks/growth.py", "--check", "--documents", "300", "--edits", "3", "--burst", "100"),
        cwd=ROOT,
        env={name: told for name, told in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": str(open_folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await process.wait() == 0, said
    assert "first index" in said
    assert "start, no change" in said
    told = re.search(r"^100 at once .* (\d+) blocks?$", said, re.MULTILINE)
    assert told is not None
    assert int(told[1]) <= 5  # one where nobody else keeps the machine busy
