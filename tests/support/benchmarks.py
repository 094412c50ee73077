"""Benchmarks as a person runs them: a process of its own, on a private Postgres."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


async def said_by(script: str, *arguments: str, folder: Path) -> str:
    """What the benchmark says, which ends well; its temporary files are in `folder`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, f"benchmarks/{script}", *arguments),
        cwd=ROOT,
        env={name: told for name, told in os.environ.items() if name != "DATABASE_URL"} | {"TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await process.wait() == 0, said
    return said
