"""JSON Lines: one JSON value per line, each a record. Empty lines do not count."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from docgraph.formats import yaml
from docgraph.formats.content import Mistake, problem, text_of
from docgraph.formats.json import BLANK, read_value
from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import Problem


class JsonlReader:
    """Data is the list of all values; records are the lines."""

    name = "jsonl"

    def parse(self, content: bytes, path: str) -> Parsed:
        return Parsed([record.data for record in self.records(content, path, ())])

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        for index, (line, text) in enumerate(_lines(text_of(content, path))):
            try:
                value = read_value(text)
            except Mistake as mistake:
                raise problem(mistake, text, path, above=line - 1) from mistake
            yield RawRecord(value, line, index)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        try:
            for index, (line, text) in enumerate(_lines(text_of(content, ""))):
                if keys and index == keys[0]:
                    place = yaml.find(text, keys[1:])
                    return (line, place[1]) if place else (line, 1)
        except Problem:
            pass
        return None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, each with its number; only LF, CRLF and CR end a line."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if stripped := line.rstrip(BLANK):
            yield number, stripped
