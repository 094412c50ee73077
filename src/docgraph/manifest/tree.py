"""subgraph.yaml as a tree whose every node knows its place, environment variables filled in.

Scalars stay text: what a text means is decided by whoever knows what is wanted there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from docgraph.formats.content import Mistake, one_line_end, place_of
from docgraph.formats.yaml_block import BlockParser
from docgraph.formats.yaml_flow import STANDARD
from docgraph.model.problem import Location, ManifestProblem, Problems

_VARIABLE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
_QUOTE_VARIABLE = "put quotes around the value: inside { } and [ ] a plain ${…} is not YAML"
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})


class Text(msgspec.Struct, frozen=True):
    """A scalar."""

    at: Location
    text: str
    plain: bool  # written without quotes: it may mean a number, a truth value or nothing

    @property
    def is_nothing(self) -> bool:
        return self.plain and self.text in _NOTHING


class Items(msgspec.Struct, frozen=True):
    """A list."""

    at: Location
    items: tuple[Node, ...]


class Entries(msgspec.Struct, frozen=True):
    """A mapping; its keys are unique."""

    at: Location
    entries: Mapping[str, Node]
    keys: Mapping[str, Location]  # where each key stands


Node = Text | Items | Entries
Report = Callable[[ManifestProblem], None]


def read_tree(text: str, path: str, environment: Mapping[str, str], report: Report) -> Node:
    """The tree of `text`. What can be read in spite of a mistake is read, and the mistake reported.

    Raises Problems: the text is not one YAML document.
    """
    text = one_line_end(text.removeprefix("\ufeff"))
    building = _Building(text, path, environment, report)
    try:
        documents: list[Node] = BlockParser(text, building).documents()
    except Mistake as mistake:
        offset = mistake.offset or 0
        line = text[text.rfind("\n", 0, offset) + 1 :].partition("\n")[0]
        mend = _QUOTE_VARIABLE if "${" in line else mistake.mend
        raise Problems(
            [ManifestProblem(f"not YAML: {mistake.what}", at=building.place(offset), mend=mend)]
        ) from mistake
    if not documents or (isinstance(documents[0], Text) and documents[0].is_nothing):
        mend = "`docgraph init` writes one to start from"
        raise Problems([ManifestProblem("the manifest is empty", at=Location(path, 1, 1), mend=mend)])
    if len(documents) > 1:
        mend = "remove the `---` before it; a manifest is one YAML document"
        raise Problems([ManifestProblem("a second document begins", at=documents[1].at, mend=mend)])
    return documents[0]


class _Building:
    """What the YAML parser's finds become. Places are offsets there, and lines and columns here."""

    def __init__(self, text: str, path: str, environment: Mapping[str, str], report: Report) -> None:
        self._text, self._path, self._environment, self._report = text, path, environment, report

    def place(self, at: int) -> Location:
        return Location(self._path, *place_of(self._text, at))

    def plain(self, text: str, at: int) -> Text:
        return self.scalar(text, "", None, at)

    def scalar(self, text: str, style: str, tag: str | None, at: int) -> Text:
        self._check_tag(tag, "str", at)
        filled = self._filled(text, at) if "$" in text else text
        return Text(self.place(at), filled, plain=not style and tag is None)

    def key(self, text: str, style: str, tag: str | None, at: int) -> str:
        self._check_tag(tag, "str", at)
        return text

    def sequence(self, elements: list[Node], tag: str | None, at: int) -> Items:
        self._check_tag(tag, "seq", at)
        return Items(self.place(at), tuple(elements))

    def mapping(self, pairs: list[tuple[Any, Any, int]], tag: str | None, at: int) -> Entries:
        self._check_tag(tag, "map", at)
        entries: dict[str, Node] = {}
        keys: dict[str, Location] = {}
        for key, value, begin in pairs:
            place = self.place(begin)
            if not isinstance(key, str):
                self._tell(place, "a list or a mapping stands as a key", "write a plain word before the colon")
            elif key in keys:
                mend = f"it stands in line {keys[key].line} already; keep one of them"
                self._tell(place, f"the key `{key}` is given twice", mend)
            else:
                keys[key] = place
                entries[key] = value
        return Entries(self.place(at), entries, keys)

    def _check_tag(self, tag: str | None, fitting: str, at: int) -> None:
        if tag not in (None, "!", STANDARD + fitting):
            self._tell(self.place(at), f"the tag {tag} means nothing here", "remove the tag")

    def _filled(self, text: str, at: int) -> str:
        """The text with its variables' values."""

        def fill(found: re.Match[str]) -> str:
            if found[0] == "$${":
                return "${"
            name, default = found[1], found[2]
            if name is None:
                mend = "write ${NAME} or ${NAME:-default}, or $${ for the characters themselves"
                self._tell(self._inside(at, "${"), "`${` does not begin a variable", mend)
                return ""
            value = self._environment.get(name)
            if value is None and default is None:
                mend = f"set it, or write ${{{name}:-default}}"
                self._tell(self._inside(at, found[0]), f"the environment variable {name} is not set", mend)
            return value or default or ""

        return _VARIABLE.sub(fill, text)

    def _inside(self, at: int, part: str) -> Location:
        """The place of `part` in the scalar at `at`; the scalar's own where it is written otherwise."""
        end = self._text.find("\n", at)
        found = self._text.find(part, at, len(self._text) if end < 0 else end)
        return self.place(at if found < 0 else found)

    def _tell(self, at: Location, what: str, mend: str) -> None:
        self._report(ManifestProblem(what, at=at, mend=mend))
