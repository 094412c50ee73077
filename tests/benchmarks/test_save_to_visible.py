"""What the benchmarks of small changes do comes to pass, for few of them; what it takes is for a person to ask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.benchmarks import said_by

PROPOSAL = """\
---
eip: {0}
title: Proposal {0}
author: Ann Lee (@ann), Bo Li <bo@li.example>
status: Draft
type: Meta
created: 2024-02-29
---
What proposal {0} says.
"""


@pytest.fixture
def proposals(tmp_path: Path) -> Path:
    for number in range(1, 4):
        (tmp_path / f"eip-{number}.md").write_text(PROPOSAL.format(number))
    return tmp_path


async def test_a_small_change_takes_as_many_round_trips_as_are_told(open_folder: Path) -> None:
    said = await said_by("round_trips.py", "--edits", "4", "--delay", "0.1", folder=open_folder)
    trips = dict(re.findall(r"^(an? .*?) {2,}(\d+) ", said, re.MULTILINE))
    assert len(trips) == 8
    assert {int(trips[each]) for each in ("a plain entity", "an entity that refers to another")} == {2}
    assert max(map(int, trips.values())) <= 11


async def test_every_edit_in_place_and_by_rename_is_seen_in_a_block_of_its_own(
    open_folder: Path, proposals: Path
) -> None:
    said = await said_by("save_to_visible.py", str(proposals), "--edits", "3", "--stages", folder=open_folder)
    for what in ("in place", "by rename"):
        assert re.search(rf"^3 edits {what}: .*; 3 blocks;", said, re.MULTILINE)
    assert said.count("committed") == 2


async def test_a_saved_handler_is_followed_while_the_server_answers(open_folder: Path, proposals: Path) -> None:
    said = await said_by("handler_to_fresh.py", str(proposals), "--edits", "2", folder=open_folder)
    assert len(re.findall(r"the run of 3 documents; \d+ answers meanwhile", said)) == 2
