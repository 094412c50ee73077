"""How often Python looks for garbage that refers to itself.

A process that indexes makes values by the thousand, which live until their block is
committed and hardly ever refer to themselves. Python would look through them every 700.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 20_000  # values; about what 1,000 small documents leave until they are committed


@contextmanager
def rare_collections() -> Iterator[None]:
    """Inside, young values are looked through every `YOUNG` of them, and those that are there already never."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
