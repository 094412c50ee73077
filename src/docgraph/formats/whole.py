"""Formats whose documents are one value, read all at once: JSON and TOML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from docgraph.formats.content import Mistake, elements, problem, text_of
from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import Problem

Read = Callable[[str], Any]  # text → value; raises Mistake
Find = Callable[[str, Sequence[Key]], tuple[int, int] | None]  # line and column of what the keys lead to


class WholeReader:
    """Records are the elements of the list that `at` leads to, or of the document if it is a list."""

    def __init__(self, name: str, read: Read, find: Find) -> None:
        self.name = name
        self._read, self._find = read, find

    def parse(self, content: bytes, path: str) -> Parsed:
        return Parsed(self._value(content, path))

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        value = self._value(content, path)
        try:
            found = elements(value, at)
        except Mistake as mistake:
            raise problem(mistake, "", path) from mistake
        for index, element in enumerate(found):
            yield RawRecord(element, None, index)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        try:
            return self._find(text_of(content, ""), keys)
        except Problem:
            return None

    def _value(self, content: bytes, path: str) -> Any:
        text = text_of(content, path)
        try:
            return self._read(text)
        except Mistake as mistake:
            raise problem(mistake, text, path) from mistake
