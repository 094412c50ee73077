"""What the mapping of the Ethereum example makes of single proposals, and of the authors that they share."""

from __future__ import annotations

from pathlib import Path

import pytest

from docgraph.testing import Index

PROPOSAL = """---
eip: {number}
title: {title}
author: {author}
status: {status}
type: Standards Track
category: Core
created: 2020-01-{number:02}
requires: {requires}
---
See https://example.org/{number} for more.
"""


@pytest.fixture
def docgraph_project(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("EIPS", raising=False)
    return Path(__file__).resolve().parents[2] / "examples" / "eips"


def path_of(number: int) -> str:
    return f"EIPs/EIPS/eip-{number}.md"


def text_of(
    number: int, author: str = "Ann Lee", *, title: str = "A change", status: str = "Final", requires: str = "1"
) -> str:
    return PROPOSAL.format(number=number, author=author, title=title, status=status, requires=requires)


async def test_authors_lose_their_addresses_and_keep_their_order(index: Index) -> None:
    changes = await index.write(path_of(2), text_of(2, "Bo Li <bo@li.example>, Ann Lee (@ann), et al."))
    assert changes.created["Proposal"]["2"]["authors"] == ["Bo Li", "Ann Lee"]
    assert sorted(changes.created["Author"]) == ["Ann Lee", "Bo Li"]


async def test_an_author_counts_the_proposals_of_all_documents(index: Index) -> None:
    await index.write(path_of(2), text_of(2))
    changes = await index.write(path_of(3), text_of(3, "Ann Lee, Bo Li"))
    assert changes.changed["Author"]["Ann Lee"]["proposalCount"] == 2
    changes = await index.remove(path_of(2))
    assert changes.changed["Author"] == {"Ann Lee": {"proposalCount": 1}}
    assert (await index.remove(path_of(3))).deleted["Author"] == ["Ann Lee", "Bo Li"]


async def test_proposals_know_what_they_require_and_what_requires_them(index: Index) -> None:
    async with index.block() as block:
        block.write(path_of(1), text_of(1, requires=""))
        block.write(path_of(2), text_of(2, requires="1"))
        block.write(path_of(3), text_of(3, requires="2, 1"))
    assert [block.changes.created["Proposal"][each]["requires"] for each in ("1", "2", "3")] == [[], ["1"], ["2", "1"]]
    answer = await index.query('{ proposal(id: "1") { requiredBy(orderBy: number) { number } } }')
    assert answer == {"proposal": {"requiredBy": [{"number": 2}, {"number": 3}]}}


async def test_a_moved_proposal_says_where_it_lives_now(index: Index) -> None:
    changes = await index.write(path_of(4), text_of(4, status="Moved"))
    assert changes.created["Proposal"]["4"]["movedTo"] == "https://example.org/4"


async def test_a_status_that_nobody_knows_is_told_with_those_that_there_are(index: Index) -> None:
    (problem,) = (await index.write(path_of(5), text_of(5, status="Finale"))).problems
    assert "'FINALE' is not a value of Status" in problem.what
    assert problem.at.path == path_of(5)
    assert "did you mean FINAL?" in problem.mend
