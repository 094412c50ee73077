"""CSV and TSV: a header row, then one record per row. Every value stays text; an empty cell is "".

Our own few lines instead of the csv module, whose limit on the length of a cell is one for the
whole process and whose errors do not say where. Source: RFC 4180; LF and CR end a row as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docgraph.formats.content import Mistake, place_of, problem, text_of
from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import Problem
from docgraph.model.values import Fields

LINE = re.compile(r"([^\r\n]*+)(\r\n|\n|\r|\Z)")
QUOTED = re.compile(r'"((?>(?:[^"]|"")*))"')
LINE_END = re.compile(r"\r\n|\n|\r")


class Row(NamedTuple):
    line: int  # where it begins, from 1
    begin: int  # offset of its first character
    cells: list[str]


class DelimitedReader:
    """Rows of cells with `delimiter` between them."""

    def __init__(self, name: str, delimiter: str) -> None:
        self.name = name
        self._delimiter = delimiter

    def parse(self, content: bytes, path: str) -> Parsed:
        return Parsed([record.data for record in self.records(content, path, ())])

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        text = text_of(content, path)
        try:
            rows = self._rows(text)
            first = next(rows, None)
            if first is None:
                return
            header = self._header(text, first)
            width = len(header)
            for index, row in enumerate(rows):
                if len(row.cells) != width:
                    raise self._wrong_width(row, header)
                yield RawRecord(Fields(zip(header, row.cells, strict=True)), row.line, index)
        except Mistake as mistake:
            raise problem(mistake, text, path) from mistake

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        try:
            text = text_of(content, "")
            rows = self._rows(text)
            header = next(rows).cells
            row = next(row for index, row in enumerate(rows) if keys and index == keys[0])
            column = header.index(str(keys[1])) if len(keys) > 1 else 0
            offset = next(cell for index, (cell, _) in enumerate(self._cells(text, row.begin)) if index == column)
            return place_of(text, offset)
        except (Problem, Mistake, StopIteration, ValueError):
            return None

    def _header(self, text: str, first: Row) -> list[str]:
        cells = first.cells
        known = {""}
        for index, name in enumerate(cells):
            if name not in known:
                known.add(name)
                continue
            offset = next(cell for place, (cell, _) in enumerate(self._cells(text, first.begin)) if place == index)
            if name:
                raise Mistake(f"two columns have the name {name!r}", "rename one of them", offset)
            raise Mistake(f"column {index + 1} has no name", "name it in the first row", offset)
        return cells

    def _wrong_width(self, row: Row, header: list[str]) -> Mistake:
        count, width = len(row.cells), len(header)
        what = f"the row has {count} {'cell' if count == 1 else 'cells'}, the header {width}"
        if count > width:
            mend = "put cells that contain the delimiter in double quotes, or name the further columns"
        else:
            mend = f"fill the row up to {header[-1]!r}; an empty cell still needs its delimiter"
        return Mistake(what, mend, row.begin)

    def _rows(self, text: str) -> Iterator[Row]:
        """The rows that are not empty lines. Raises Mistake: a quote is not closed or stands inside a cell."""
        pos, line = 0, 1
        while pos < len(text):
            found = LINE.match(text, pos)
            if found is None:
                return
            words, end = found.group(1), found.end()
            if '"' not in words:
                if words:
                    yield Row(line, pos, words.split(self._delimiter))
                pos, line = end, line + 1
                continue
            cells = []
            begin = pos
            for offset, cell in self._cells(text, begin):
                pos = offset
                cells.append(cell)
            pos = self._end_of_row(text, pos)
            yield Row(line, begin, cells)
            line += len(LINE_END.findall(text, begin, pos))

    def _cells(self, text: str, pos: int) -> Iterator[tuple[int, str]]:
        """The cells of the row that begins at `pos`, each with its offset."""
        while True:
            cell, end = self._cell(text, pos)
            yield pos, cell
            if not text.startswith(self._delimiter, end):
                return
            pos = end + 1

    def _cell(self, text: str, pos: int) -> tuple[str, int]:
        if not text.startswith('"', pos):
            line = LINE.match(text, pos)
            end = line.end(1) if line else len(text)
            delimiter = text.find(self._delimiter, pos, end)
            end = end if delimiter < 0 else delimiter
            return text[pos:end], end
        quoted = QUOTED.match(text, pos)
        if quoted is None:
            raise Mistake("a quote is opened here and never closed", 'close it with "', pos)
        end = quoted.end()
        if text[end : end + 1] not in ("", "\r", "\n", self._delimiter):
            raise Mistake("there is more after the closing quote", 'write a quote inside a cell as ""', end)
        return quoted.group(1).replace('""', '"'), end

    def _end_of_row(self, text: str, last_cell: int) -> int:
        _, end = self._cell(text, last_cell)
        found = LINE_END.match(text, end)
        return found.end() if found else end
