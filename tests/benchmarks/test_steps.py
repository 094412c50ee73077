"""What the benchmark of a first index's steps does comes to pass for few documents; what they take is for it to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.benchmarks import said_by

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("more", [(), ("--markdown",)])
async def test_every_step_of_a_first_index_is_taken(open_folder: Path, more: tuple[str, ...]) -> None:
    said = await said_by("steps.py", "--documents", "300", *more, folder=open_folder)
    for step in ("parse", "handler, values, what it said", "rows: encode, hash, decide, COPY", "together"):
        assert re.search(rf"^{step} +\d+\.\d$", said, re.MULTILINE), said
