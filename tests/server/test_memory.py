"""Indexing looks for garbage rarely, and leaves the process as it was."""

from __future__ import annotations

import gc
import weakref

from docgraph.server.memory import YOUNG, rare_collections


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.ring = self


def test_what_indexing_sets_ends_with_it() -> None:
    before = gc.get_threshold()
    with rare_collections():
        assert gc.get_threshold()[0] == YOUNG
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_garbage_that_refers_to_itself_is_still_found() -> None:
    with rare_collections():
        gone = weakref.ref(Ring())
        kept = [[] for _ in range(2 * YOUNG)]
        assert len(kept) == 2 * YOUNG
        assert gone() is None
