"""What the example about Ethereum improvement proposals must answer, worked out from the files by plain Python.

Shares no code with docgraph and parses nothing but `key: value` lines, so that a mistake on one side shows. Run it
with a folder to see the answers: `python tests/examples/eips_reference.py path/to/EIPS`.
"""

from __future__ import annotations

import collections
import sys
from collections.abc import Iterator
from pathlib import Path

Facts = dict[str, str]


def read_facts(folder: Path) -> dict[int, Facts]:
    """Number → front matter as text, for every `eip-<number>.md` at or beneath the folder."""
    every = (facts_of(path) for path in folder.rglob("eip-*.md") if path.stem[4:].isdigit())
    return dict(sorted((int(facts["eip"]), facts) for facts in every))


def facts_of(path: Path) -> Facts:
    """The lines between the first two `---`, as keys and texts; quotes around a text are taken off."""
    facts: Facts = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines[1 : lines.index("---", 1)]:
        key, _, text = line.partition(":")
        text = text.strip()
        facts[key] = text[1:-1] if text[:1] == '"' else text
    return facts


def count_by_status(proposals: dict[int, Facts]) -> dict[str, int]:
    """Status as the files write it → how many, most frequent first."""
    return dict(collections.Counter(facts["status"] for facts in proposals.values()).most_common())


def numbers_by_author(proposals: dict[int, Facts], name: str) -> list[int]:
    """The proposals that the person has written, alone or with others."""
    return [number for number, facts in proposals.items() if name in authors_of(facts)]


def most_productive(proposals: dict[int, Facts], most: int) -> list[tuple[str, int]]:
    """The people who have written most proposals, and how many; equals by name."""
    counted = collections.Counter(name for facts in proposals.values() for name in set(authors_of(facts)))
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:most]


def numbers_requiring(proposals: dict[int, Facts], required: int) -> list[int]:
    """The proposals that name `required` among what they build on."""
    return [number for number, facts in proposals.items() if required in requirements_of(facts)]


def requirements_of(facts: Facts) -> list[int]:
    return [int(text) for text in facts.get("requires", "").replace(",", " ").split()]


def authors_of(facts: Facts) -> list[str]:
    """The names of an author line: everything outside of (...) and <...>, cut at commas."""
    names = "".join(_outside_brackets(facts.get("author", ""))).split(",")
    return [name.strip() for name in names if name.strip() not in ("", "et al.")]


def _outside_brackets(text: str) -> Iterator[str]:
    depth = 0
    for character in text:
        depth += (character in "(<") - (character in ")>")
        if depth == 0 and character not in ")>":
            yield character


def main() -> None:
    proposals = read_facts(Path(sys.argv[1]))
    print(f"{len(proposals)} proposals")
    print("per status:", count_by_status(proposals))
    for author in sys.argv[2:] or ["Greg Colvin"]:
        print(f"by {author}:", numbers_by_author(proposals, author))
    print("most proposals:", most_productive(proposals, 5))
    for number in (721, 1559):
        print(f"requiring {number}:", numbers_requiring(proposals, number))


if __name__ == "__main__":
    main()
