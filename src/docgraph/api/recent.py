"""What was used lately, kept within a number of bytes: what has not been asked for the longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")


class Recent(Generic[Key, Kept]):
    """Values by key. What alone is larger than the whole room is not kept."""

    def __init__(self, room: int) -> None:
        self._left = room  # bytes
        self._room = room
        self._kept: OrderedDict[Key, tuple[Kept, int]] = OrderedDict()

    def find(self, key: Key) -> Kept | None:
        """The value, which counts as used now; None where it is not kept."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: Key, value: Kept, size: int) -> None:
        """Keep a value of `size` bytes, in place of one of the same key."""
        if size > self._room:
            return
        if key in self._kept:
            self._left += self._kept.pop(key)[1]
        while self._left < size:
            _, (_, freed) = self._kept.popitem(last=False)
            self._left += freed
        self._kept[key] = (value, size)
        self._left -= size
