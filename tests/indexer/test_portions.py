"""How many documents are run at once follows from how much they say."""

from __future__ import annotations

import random

import pytest

from docgraph.indexer.portions import FIRST, GROWTH, MOST_SAID, Portions
from docgraph.model.changes import DocumentKey, Indexed, Known, Save, Stat

KNOWN = Known(Stat(1, 1, 1, 1), bytes(16), bytes(16))
SAVE = Save("Trade", "a", ("a",))


def said(count: int) -> Indexed:
    return Indexed(DocumentKey(0, "a"), KNOWN, (SAVE,) * count)


def test_small_documents_are_run_by_the_hundred_before_long() -> None:
    portions = Portions()
    for _ in range(3):
        assert not portions.ran(portions.size, [said(1)] * portions.size)
    assert portions.size == FIRST * GROWTH**3


def test_a_large_document_is_handed_over_by_itself() -> None:
    portions = Portions()
    assert portions.ran(1, [said(MOST_SAID)])
    portions.handed_over()
    assert portions.size == 1
    assert portions.ran(1, [said(MOST_SAID + 1)])


@pytest.mark.parametrize("seed", range(20))
def test_what_is_in_memory_is_bounded_by_what_one_kind_of_document_says(seed: int) -> None:
    chance = random.Random(seed)
    each = chance.choice([1, 10, 1_000, 20_000])
    portions, held = Portions(), 0
    for _ in range(200):
        part = [said(each)] * portions.size
        held += each * len(part)
        assert held <= max(2 * MOST_SAID, FIRST * each)
        if portions.ran(len(part), part):
            portions.handed_over()
            held = 0
