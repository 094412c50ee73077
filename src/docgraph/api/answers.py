"""Answers that were given since the latest change of what is served, to be given again.

What readers can see changes only by transactions that tell of it, so an answer stands
for its statement and the values bound until a change is heard. While nobody listens,
nothing is known to stand, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from docgraph.api.recent import Recent

LEAST_BYTES = 500  # of memory that an answer takes, however short
ENCODER = msgspec.msgpack.Encoder()

Key = tuple[str, bytes]  # of an answer: the statement, and the values bound


class Answers:
    """The bytes of answers, within so many bytes of memory; none within 0."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._listening = False
        self._kept: Recent[Key, bytes] = Recent(room)

    def key(self, statement: str, parameters: Sequence[object]) -> Key | None:
        """What the answer would be kept under; None: no answer is kept now, or not one to such values."""
        if not self._listening:
            return None
        try:
            return statement, ENCODER.encode(parameters)
        except (TypeError, ValueError, OverflowError):
            return None

    def find(self, key: Key) -> bytes | None:
        """The answer, if it still stands."""
        return self._kept.find(key)

    @property
    def standing(self) -> object:
        """What an answer is kept with: taken before its statement begins, it is another one once a change is heard."""
        return self._kept

    def keep(self, key: Key, answer: bytes, standing: object) -> None:
        """Keep the answer, unless a change was heard since `standing` was taken."""
        if standing is self._kept and self._listening:
            statement, values = key
            self._kept.keep(key, answer, LEAST_BYTES + len(statement) + len(values) + len(answer))

    def changed(self) -> None:
        """A change is heard, or whoever listens has begun to."""
        self._listening = self._room > 0
        self._kept = Recent(self._room)

    def lost(self) -> None:
        """Changes are no longer heard."""
        self._listening = False
        self._kept = Recent(self._room)
