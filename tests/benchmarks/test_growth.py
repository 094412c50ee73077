"""What the benchmark of growth does comes to pass for few documents; what it takes is for `make growth` to say."""

from __future__ import annotations

import re
from pathlib import Path

from support.benchmarks import said_by

ROOT = Path(__file__).resolve().parents[2]


async def test_every_edit_arrives_and_many_at_once_are_few_blocks(open_folder: Path) -> None:
    said = await said_by(
        "growth.py", "--check", "--documents", "300", "--edits", "3", "--burst", "100", folder=open_folder
    )
    assert "first index" in said
    assert "start, no change" in said
    told = re.search(r"^100 at once .* (\d+) blocks?$", said, re.MULTILINE)
    assert told is not None
    assert int(told[1]) <= 5  # one where nobody else keeps the machine busy
