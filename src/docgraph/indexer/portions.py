"""How many documents are run before what they say is handed over: fewer where each says much.

A document may be a note, or a table of a million rows. What came of those before tells how many of the next fit into
memory. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from docgraph.model.changes import DocumentChange, Indexed

MOST_SAID = 50_000  # contributions that are in memory at once, but for those of one document
FIRST = 1  # document, of which nothing is known yet
GROWTH = 8  # at most so many times as many documents as before


class Portions:
    """Sizes of portions, worked out on the way."""

    def __init__(self) -> None:
        self.size = FIRST  # documents to run next
        self._said = 0  # contributions that are not handed over

    def ran(self, documents: int, changes: Iterable[DocumentChange]) -> bool:
        """Take note of what became of so many documents. Returns whether it is time to hand over."""
        said = sum(len(each.contributions) for each in changes if isinstance(each, Indexed))
        self._said += said
        each_says = max(1, said // documents)
        self.size = max(1, min(self.size * GROWTH, MOST_SAID // each_says))
        return self._said >= MOST_SAID

    def handed_over(self) -> None:
        """What was said before is no longer in memory."""
        self._said = 0
