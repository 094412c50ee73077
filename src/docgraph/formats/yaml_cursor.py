"""What every part of the YAML parser stands on: a cursor over the text, the builder, anchors and tags.

Hands what is found to a builder, which knows what values are. Source: YAML 1.2.2, chapter 6.9.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, NoReturn, Protocol
from urllib.parse import unquote

from docgraph.formats.content import DEEPEST, FLATTEN, TOO_DEEP, Mistake

BLANKS = re.compile(r"[ \t]*")
ANCHOR = re.compile(r"[&*]([^ \t\n,\[\]{}]+)")
TAG = re.compile(r"!<([\w#;/?:@&=+$,.!~*'()\[\]%-]+)>|(!\w*!|!)((?:[\w#;/?:@&=+$.~*'()-]|%[0-9a-fA-F]{2})*)", re.ASCII)


class Builder(Protocol):
    """What is made of the nodes that are found. `at` is where a node begins, in characters.

    `style` of a scalar is "" for plain, else its mark: one of ' " | >. `tag` is resolved; None if there is none.
    """

    def plain(self, text: str, at: int) -> Any: ...
    def scalar(self, text: str, style: str, tag: str | None, at: int) -> Any: ...
    def key(self, text: str, style: str, tag: str | None, at: int) -> Any: ...
    def sequence(self, elements: list[Any], tag: str | None, at: int) -> Any: ...
    def mapping(self, pairs: list[tuple[Any, Any, int]], tag: str | None, at: int) -> Any:
        """`pairs` are key, value and where the key begins."""


class Properties(NamedTuple):
    """What may stand before a node."""

    tag: str | None = None
    anchor: str | None = None
    at: int = -1


class Scalar(NamedTuple):
    """A scalar as it stands in the text; a value or a mapping's key, as will turn out."""

    text: str
    style: str
    at: int
    properties: Properties


class Made(NamedTuple):
    """A node already handed to the builder: a collection, or what an alias stands for."""

    node: Any
    key: Scalar | None  # the scalar that an alias stands for, if one
    at: int


Found = Scalar | Made

NOTHING = Properties()


class Cursor:
    """A cursor over a text; each method reads one thing and leaves `pos` behind it."""

    def __init__(self, text: str, builder: Builder) -> None:
        self.text = text  # line ends are LF
        self.build = builder
        self.pos = 0
        self.depth = 0
        self.nodes = 0  # made so far, what aliases stand for counted each time
        self.most_nodes = 100_000 + 10 * len(text)
        self.anchors: dict[str, tuple[Made, int]] = {}  # what it stands for, and how many nodes
        self.handles: dict[str, str] = {}

    def fail(self, what: str, mend: str, at: int | None = None) -> NoReturn:
        raise Mistake(what, mend, self.pos if at is None else at)

    def peek(self) -> str:
        return self.text[self.pos : self.pos + 1]

    def is_blank_at(self, offset: int) -> bool:
        return self.text[offset : offset + 1] in ("", " ", "\t", "\n")

    def enter(self, at: int) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(TOO_DEEP, FLATTEN, at)

    def leave(self, made: int) -> None:
        self.depth -= 1
        self.nodes += made

    # Nodes: from what was found to what the builder makes of it

    def value(self, found: Found) -> Any:
        if isinstance(found, Made):
            return found.node
        text, style, at, (tag, anchor, _) = found
        if anchor is None and tag is None and not style:
            return self.build.plain(text, at)
        node = self.build.scalar(text, style, tag, at)
        if anchor is not None:
            self.anchors[anchor] = (Made(node, found, at), 1)
        return node

    def key(self, found: Found) -> Any:
        if isinstance(found, Made):
            if found.key is None:
                return found.node
            found = found.key
        elif found.properties.anchor is not None:
            self.value(found)
        return self.build.key(found.text, found.style, found.properties.tag, found.at)

    def collection(self, node: Any, properties: Properties, at: int, size: int) -> Made:
        made = Made(node, None, at)
        if properties.anchor is not None:
            self.anchors[properties.anchor] = (made, size)
        return made

    def empty(self, properties: Properties = NOTHING) -> Scalar:
        return Scalar("", "", self.pos if properties.at < 0 else properties.at, properties)

    # Properties and aliases

    def properties(self) -> Properties:
        """The tag and the anchor that stand here, in either order, and the blanks behind them."""
        tag = anchor = None
        at = self.pos
        while (mark := self.peek()) in ("!", "&"):
            begin = self.pos
            if mark == "&":
                if anchor is not None:
                    self.fail("a node can have only one anchor", "remove one of them")
                anchor = self._name("an anchor")
            else:
                if tag is not None:
                    self.fail("a node can have only one tag", "remove one of them")
                tag = self._tag()
            if not self.is_blank_at(self.pos) and self.peek() not in (",", "]", "}"):
                self.fail(f"unexpected {self.peek()!r} after a tag or an anchor", "put a space before it", begin)
            self.skip_blanks()
        return Properties(tag, anchor, at) if self.pos > at else NOTHING

    def together(self, first: Properties, second: Properties) -> Properties:
        """Properties on two lines that belong to one node."""
        if first is NOTHING or second is NOTHING:
            return second if first is NOTHING else first
        if (first.tag is not None and second.tag is not None) or (
            first.anchor is not None and second.anchor is not None
        ):
            self.fail("a node can have only one tag and one anchor", "remove one of them", second.at)
        return Properties(first.tag or second.tag, first.anchor or second.anchor, first.at)

    def _name(self, what: str) -> str:
        found = ANCHOR.match(self.text, self.pos)
        if found is None:
            self.fail(f"{what} without a name", "put a text that begins with & or * in quotes")
        self.pos = found.end()
        return found.group(1)

    def _tag(self) -> str:
        found = TAG.match(self.text, self.pos)
        if found is None:
            self.fail("this is not a tag", "put a text that begins with ! in quotes")
        self.pos = found.end()
        verbatim, handle, suffix = found.groups()
        if verbatim is not None:
            return str(verbatim)
        if handle not in self.handles:
            self.fail(f"the tag handle {handle} is not declared", f"declare it: %TAG {handle} …", found.start())
        if not suffix and handle != "!":
            self.fail("this is not a tag", "put a text that begins with ! in quotes", found.start())
        return self.handles[handle] + unquote(suffix)

    def alias(self, properties: Properties) -> Made:
        begin = self.pos
        name = self._name("an alias")
        if properties is not NOTHING:
            self.fail("an alias can have neither tag nor anchor", "remove it", properties.at)
        if name not in self.anchors:
            self.fail(f"there is no anchor &{name} before this alias", "put a text that begins with * in quotes", begin)
        made, size = self.anchors[name]
        self.nodes += size
        if self.nodes > self.most_nodes:
            self.fail("the aliases repeat too much", "write fewer aliases of aliases", begin)
        return made

    def skip_blanks(self) -> int:
        found = BLANKS.match(self.text, self.pos)
        self.pos = found.end() if found else self.pos
        return self.pos

    def unexpected(self, mark: str) -> NoReturn:
        what = f"unexpected {mark!r}" if mark else "unexpected end of the document"
        self.fail(what, "put quotes around a text that begins with this character")
