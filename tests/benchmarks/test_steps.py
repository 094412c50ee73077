"""What the benchmark of a first index's steps does comes to pass for few documents; what they take is for it to say."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("more", [(), ("--markdown",)])
async def test_every_step_of_a_first_index_is_taken(open_folder: Path, more: tuple[str, ...]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "benchmarks/steps.py", "--documents", "300", *more),
        cwd=ROOT,
        env={name: told for name, told in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": str(open_folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await process.wait() == 0, said
    for step in ("parse", "handler, values, what it said", "rows: encode, hash, decide, COPY", "together"):
        assert re.search(rf"^{step} +\d+\.\d$", said, re.MULTILINE), said
