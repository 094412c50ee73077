"""A few faults with every run of the tests; `make soak` goes on for as long as it is asked to."""

from __future__ import annotations

from pathlib import Path

from soak.run import Report, run
from soak.world import Watched

KINDS = ("kill_the_working_indexer", "kill_postgres", "lose_the_answer_to_a_commit")


async def test_after_a_few_faults_the_index_equals_a_rebuild_and_every_answer_was_a_whole_block(tmp_path: Path) -> None:
    report = Report(seed=1)
    await run(tmp_path, report, over=lambda report: report.faults.total() >= len(KINDS), kinds=KINDS)
    assert not report.differences, "\n\n".join(report.differences)
    assert sum(map(len, report.recoveries.values())) == len(KINDS)
    assert report.answers > 0
    assert report.blocks > 1


def test_an_answer_that_is_no_whole_block_is_noticed() -> None:
    watched = Watched()
    posting = {"id": "a", "points": 3, "company": {"id": "acme"}}
    company = {"id": "acme", "mentions": 1, "postingCount": 1, "points": "3"}
    whole = {
        "ledger": {"total": 3},
        "postings": [posting],
        "companies": [company],
        "_meta": {"deployment": "1", "block": {"number": 2, "hash": "0x1"}},
    }
    watched.take(whole)
    assert watched.faults == []
    watched.take(whole | {"ledger": {"total": 4}})
    watched.take(whole | {"companies": [company | {"mentions": 2}]})
    watched.take(whole | {"companies": [company | {"points": "4"}]})
    watched.take(whole | {"_meta": {"deployment": "2", "block": {"number": 1, "hash": "0x1"}}})
    watched.take(whole | {"_meta": {"deployment": "1", "block": {"number": 2, "hash": "0x2"}}})
    watched.take(whole | {"_meta": {"deployment": "1", "block": {"number": 1, "hash": "0x1"}}})
    assert len(watched.faults) == 5
