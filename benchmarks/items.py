"""Small JSON documents by the thousand, and how they are edited: what the benchmarks of growth and of peers index.

The same count gives the same documents on every machine and every run.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path

TO_A_FOLDER = 1_000  # documents
CITIES = ("Berlin", "Lisbon", "Oslo", "Quito", "Perth")
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "larch")
SETTLED = 2.1  # seconds after which the look of a file that was written tells the next writing


def write_all(folder: Path, count: int) -> None:
    """The documents 0 to `count` - 1; the same for the same count."""
    chance = random.Random(7)
    folder.mkdir()
    for number in range(count):
        if number % TO_A_FOLDER == 0:
            file_of(folder, number).parent.mkdir()
        write(file_of(folder, number), item(number, chance, f"{chance.choice(WORDS)} {number}"))


def file_of(folder: Path, number: int) -> Path:
    return folder / f"{number // TO_A_FOLDER:04}" / f"{item_id(number)}.json"


def item_id(number: int) -> str:
    return f"item-{number:07}"


def item(number: int, chance: random.Random, title: str) -> bytes:
    """A document of some 600 bytes."""
    words = chance.choices(WORDS, k=70)
    told = {
        "title": title,
        "city": CITIES[number % len(CITIES)],
        "salary": chance.randrange(30_000, 120_000),
        "posted": f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:00:00Z",
        "remote": number % 3 == 0,
        "tags": sorted(set(words[:3])),
        "summary": " ".join(words[:20]),
        "body": " ".join(words[20:]),
    }
    return json.dumps(told).encode()


def write(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(handle, content)
    os.close(handle)


def edit(documents: Path, number: int, chance: random.Random, title: str) -> None:
    """Save another text, as an editor does that writes beside and renames."""
    beside = documents.parent / "beside"
    write(beside, item(number, chance, title))
    beside.rename(file_of(documents, number))


def edit_all(documents: Path, numbers: Sequence[int], chance: random.Random, title: str) -> None:
    """Save many at once: everything is written beside before the first is renamed."""
    beside = documents.parent / f"beside {title}"
    beside.mkdir()
    for number in numbers:
        write(beside / str(number), item(number, chance, title))
    for number in numbers:
        (beside / str(number)).rename(file_of(documents, number))
    beside.rmdir()
