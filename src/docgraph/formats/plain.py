"""Plain text: no data inside, all of it body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docgraph.formats.content import text_of
from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import FormatProblem, Location


class PlainReader:
    """Data and body are the whole text."""

    name = "text"

    def parse(self, content: bytes, path: str) -> Parsed:
        text = text_of(content, path)
        return Parsed(text, body=text)

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        mend = "use a document handler, or give the data source another format"
        raise FormatProblem("plain text has no records", at=Location(path), mend=mend)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        return None
