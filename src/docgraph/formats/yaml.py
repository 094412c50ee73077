"""YAML 1.2: one document or several in a file, data as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from docgraph.formats.content import (
    FLATTEN,
    TOO_DEEP,
    Mistake,
    elements,
    is_too_deep,
    one_line_end,
    place_of,
    problem,
    text_of,
)
from docgraph.formats.yaml_block import BlockParser
from docgraph.formats.yaml_flat import read_flat
from docgraph.formats.yaml_values import Place, Places, Values
from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import Problem


def read_documents(text: str) -> list[Any]:
    """The values of all documents in `text`, whose line ends are LF. Raises Mistake."""
    if (flat := read_flat(text)) is not None:
        return [flat]
    documents = BlockParser(text, Values()).documents()
    if "*" in text and is_too_deep(documents):
        raise Mistake(TOO_DEEP, FLATTEN, 0)
    return documents


def find(text: str, keys: Sequence[Key]) -> tuple[int, int] | None:
    """Line and column of the value that `keys` leads to; None where it cannot be told. JSON is read as well."""
    text = one_line_end(text)
    try:
        places = BlockParser(text, Places()).documents()
        root = places[0] if len(places) == 1 else Place(0, places)
        if keys and keys[0] == 0 and isinstance(root.parts, dict):
            keys = keys[1:]  # a document that is a mapping is its own only record
        return place_of(text, root.find(keys).at)
    except (Mistake, LookupError, RecursionError):
        return None


class YamlReader:
    """Records are the documents of the file or, where it has one, the elements of its list."""

    name = "yaml"

    def parse(self, content: bytes, path: str) -> Parsed:
        documents = self._documents(content, path)
        return Parsed(documents[0] if len(documents) == 1 else documents or None)

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        documents = self._documents(content, path)
        if at or (len(documents) == 1 and isinstance(documents[0], list)):
            try:
                documents = elements(documents[0] if len(documents) == 1 else documents, at)
            except Mistake as mistake:
                raise problem(mistake, "", path) from mistake
        for index, found in enumerate(documents):
            yield RawRecord(found, None, index)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        try:
            return find(text_of(content, ""), keys)
        except Problem:
            return None

    def _documents(self, content: bytes, path: str) -> list[Any]:
        text = one_line_end(text_of(content, path))
        try:
            return read_documents(text)
        except Mistake as mistake:
            raise problem(mistake, text, path) from mistake
