"""What somebody probably meant who wrote an unknown name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

ALIKE = 0.6  # share of characters that two names must have in common, in order


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` is most alike, None where none is. Case and underscores do not count."""
    folded = {_fold(each): each for each in known}
    found = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=ALIKE)
    return folded[found[0]] if found else None


def _fold(name: str) -> str:
    return name.casefold().replace("_", "")
