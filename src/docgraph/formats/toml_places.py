"""Where values stand in a TOML document, and how they are written, which the standard library does not tell.

Only for text that the standard library has accepted: it looks for places, not for mistakes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from docgraph.formats.content import DEEPEST, FLATTEN, TOO_DEEP, Mistake
from docgraph.model.document import Key

GAP = re.compile(r"(?>(?:[ \t\r\n]+|#[^\n]*)*)")
BLANKS = re.compile(r"[ \t]*")
STRING = re.compile(
    r'"""(?>(?:[^"\\]|\\.|"(?!""))*)"{3,5}'
    r"|'''(?>(?:[^']|'(?!''))*)'{3,5}"
    r'|"(?>(?:[^"\\\n]|\\.)*)"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
BARE = re.compile(r"[A-Za-z0-9_-]+")
OTHER = re.compile(r"[^,\]}#\r\n]+")

Path = tuple[Key, ...]
Found = tuple[Path, int, str | None]  # keys, offset, and how a value that is no text or collection is written


def places(text: str) -> Iterator[Found]:
    """Every table and value, in document order. Raises Mistake: `text` is not TOML."""
    return _Places(text).statements()


class _Places:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.counts: dict[Path, int] = {}  # tables so far in each array of tables

    def statements(self) -> Iterator[Found]:
        table: Path = ()
        yield (), 0, None
        self.skip(GAP)
        while self.pos < len(self.text):
            begin = self.pos
            if self.text.startswith("[", begin):
                is_array = self.text.startswith("[[", begin)
                self.pos += 2 if is_array else 1
                table = self.header(self.keys(), is_array)
                self.pos += 2 if is_array else 1
                yield table, begin, None
            else:
                yield from self.pair(table)
            self.skip(GAP)

    def header(self, keys: list[str], is_array: bool) -> Path:
        path: Path = ()
        for index, key in enumerate(keys):
            path = (*path, key)
            if is_array and index == len(keys) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def pair(self, table: Path) -> Iterator[Found]:
        path = (*table, *self.keys())
        self.expect("=")
        self.skip(BLANKS)
        yield from self.value(path)

    def value(self, path: Path) -> Iterator[Found]:
        begin = self.pos
        mark = self.text[begin : begin + 1]
        if mark == "[":
            yield path, begin, None
            yield from self.array(path)
        elif mark == "{":
            yield path, begin, None
            yield from self.inline_table(path)
        elif string := STRING.match(self.text, begin):
            self.pos = string.end()
            yield path, begin, None
        elif other := OTHER.match(self.text, begin):
            self.pos = other.end()
            yield path, begin, other.group().rstrip(" \t")
        else:
            raise self.lost()

    def array(self, path: Path) -> Iterator[Found]:
        self.pos += 1
        index = 0
        self.skip(GAP)
        while not self.text.startswith("]", self.pos):
            yield from self.value((*path, index))
            index += 1
            self.skip(GAP)
            if self.text.startswith(",", self.pos):
                self.pos += 1
                self.skip(GAP)
        self.pos += 1

    def inline_table(self, path: Path) -> Iterator[Found]:
        self.pos += 1
        self.skip(GAP)
        while not self.text.startswith("}", self.pos):
            yield from self.pair(path)
            self.skip(GAP)
            if self.text.startswith(",", self.pos):
                self.pos += 1
                self.skip(GAP)
        self.pos += 1

    def keys(self) -> list[str]:
        """A dotted key, the blanks around it read as well."""
        found = []
        while True:
            self.skip(BLANKS)
            if bare := BARE.match(self.text, self.pos):
                found.append(bare.group())
                self.pos = bare.end()
            elif string := STRING.match(self.text, self.pos):
                found.append(str(tomllib.loads(f"key = {string.group()}")["key"]))
                self.pos = string.end()
            else:
                raise self.lost()
            self.skip(BLANKS)
            if not self.text.startswith(".", self.pos):
                return found
            if len(found) == DEEPEST:
                raise Mistake(TOO_DEEP, FLATTEN, self.pos)
            self.pos += 1

    def expect(self, mark: str) -> None:
        if not self.text.startswith(mark, self.pos):
            raise self.lost()
        self.pos += len(mark)

    def skip(self, what: re.Pattern[str]) -> None:
        found = what.match(self.text, self.pos)
        self.pos = found.end() if found else self.pos

    def lost(self) -> Mistake:
        return Mistake("this is not TOML", "correct the TOML here", self.pos)
