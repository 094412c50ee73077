"""Markdown with front matter: data above, text below.

The front matter stands at the very beginning, in one of these forms: YAML between lines `---`, TOML between
lines `+++` or in a block fenced by ```toml, JSON between lines `;;;` or as an object. It is a mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docgraph.formats import json, toml, yaml
from docgraph.formats.content import Mistake, one_line_end, problem, text_of
from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import FormatProblem, Location, Problem
from docgraph.model.values import Fields

Find = Callable[[str, Sequence[Key]], tuple[int, int] | None]


class Form(NamedTuple):
    """One way to write front matter between two lines."""

    close: re.Pattern[str]  # the line after it, with the line ends around it
    shown: str  # how that line is written
    read: Callable[[str], Any]  # raises Mistake
    find: Find


class Split(NamedTuple):
    """A document taken apart."""

    front: str
    above: int  # lines above the front matter
    read: Callable[[str], Any]
    find: Find
    body: str


def _read_yaml(text: str) -> Any:
    documents = yaml.read_documents(text)
    if not documents:
        return None
    if len(documents) > 1:
        raise Mistake("the front matter holds several documents", "keep one of them", 0)
    return documents[0]


def _read_json(text: str) -> Any:
    return json.read_value(text) if text.strip() else None


def _close(marks: str) -> re.Pattern[str]:
    return re.compile(rf"[\r\n](?:{marks})[ \t]*(?:\r\n|\n|\r|\Z)")


FORMS: Mapping[str, Form] = {
    "---": Form(_close(r"---|\.\.\."), "---", _read_yaml, yaml.find),
    "+++": Form(_close(r"\+\+\+"), "+++", toml.read_fields, toml.find),
    "```toml": Form(_close("```"), "```", toml.read_fields, toml.find),
    ";;;": Form(_close(";;;"), ";;;", _read_json, yaml.find),
}
OPEN = re.compile(r"(---|\+\+\+|```toml|;;;)[ \t]*(?:\r\n|\n|\r|\Z)")
# `{` alone also begins a template tag or a placeholder; a key must follow it.
OBJECT = re.compile(r'\{[ \t\r\n]*(?:"|\}[ \t]*(?:[\r\n]|\Z))')
REST_OF_LINE = re.compile(r"[ \t]*(?:\r\n|\n|\r|\Z)")


class MarkdownReader:
    """Data is the front matter; body is the text below it, its line ends as they are."""

    name = "markdown"

    def parse(self, content: bytes, path: str) -> Parsed:
        text = text_of(content, path)
        try:
            split = _split(text)
        except Mistake as mistake:
            raise problem(mistake, text, path) from mistake
        if split is None:
            return Parsed(Fields(), Fields(), text)
        try:
            front = split.read(split.front)
        except Mistake as mistake:
            raise problem(mistake, split.front, path, above=split.above) from mistake
        front = Fields() if front is None else front
        if not isinstance(front, Fields):
            what, mend = "the front matter is not a mapping", "write it as `key: value` lines"
            raise FormatProblem(what, at=Location(path, 1 + split.above, 1), mend=mend)
        return Parsed(front, front, split.body)

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        mend = "use a document handler for Markdown"
        raise FormatProblem("a Markdown document has no records", at=Location(path), mend=mend)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        try:
            split = _split(text_of(content, ""))
        except (Problem, Mistake):
            return None
        found = split.find(split.front, keys) if split else None
        return (found[0] + split.above, found[1]) if split and found else None


def _split(text: str) -> Split | None:
    """The document taken apart; None: it has no front matter. Raises Mistake: the front matter does not end."""
    opened = OPEN.match(text)
    if opened is None:
        return _split_object(text) if OBJECT.match(text) else None
    form = FORMS[opened.group(1)]
    closed = form.close.search(text, opened.end() - 1)  # from the line end before
    if closed is None:
        what = f"the front matter that begins with {opened.group(1)} never ends"
        mend = f"close it with a line {form.shown}; for a line across the page write ***"
        raise Mistake(what, mend, 0)
    front = text[opened.end() : closed.start() + 1]
    if form.read is _read_yaml:
        front = one_line_end(front)
    return Split(front, 1, form.read, form.find, text[closed.end() :])


def _split_object(text: str) -> Split:
    _, end = json.read_first_value(text)
    rest = REST_OF_LINE.match(text, end)
    if rest is None:
        raise Mistake("there is text on the line where the front matter ends", "start a new line after }", end)
    return Split(text[:end], 0, json.read_value, yaml.find, text[rest.end() :])
