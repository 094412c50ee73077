"""YAML documents and what indentation says in them: mappings, sequences, literal and folded text.

Written by us because no parser at hand is right, keeps how a number is written, tells places and
survives hostile input all at once (the fast ones crash the process on deep nesting); most lines
of real documents take one regular expression each, which makes it as fast as the C parser.
Source: YAML 1.2.2, chapters 8 and 9.
"""

from __future__ import annotations

import re
from typing import Any

from docgraph.formats.yaml_cursor import BLANKS, NOTHING, Builder, Found, Made, Properties, Scalar
from docgraph.formats.yaml_flow import BLOCK_MORE, BLOCK_PLAIN, COLON, STANDARD, FlowParser
from docgraph.formats.yaml_text import MARKER, block_text

# One line that holds a whole entry or element: `key: plain text` or `- plain text`.
SIMPLE_PLAIN = r"[\w(/$.+<=;^~\\][^\n:#]*+(?>(?:(?::(?=[^ \t\n])|(?<=[^ \t\n])#)[^\n:#]*+)*)"
SIMPLE_TEXT = rf"({SIMPLE_PLAIN})\n"
SIMPLE_ENTRY = re.compile(r"([A-Za-z_](?>(?:[^ \t\n:#,\[\]{}]|[ ](?=[\w(]))*)): +" + SIMPLE_TEXT)
SIMPLE_ELEMENT = re.compile(r"- +" + SIMPLE_TEXT)

EMPTY_LINES = re.compile(r"(?>(?:[ \t]*(?:#[^\n]*)?\n)*)")
LEAD = re.compile(r"( *)([ \t]*)")
REST_OF_LINE = re.compile(r"[ \t]*+(?:(?<![^ \t\n])#[^\n]*+)?(?:\n|\Z)")
NOT_ALLOWED = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DIRECTIVE = re.compile(r"%(\S+)((?:[ \t]+(?!#)\S+)*)(?:[ \t]+#[^\n]*|[ \t]*)(?:\n|\Z)")
NO_MAPPING = "a mapping cannot begin on this line"
QUOTE_COLON = "put quotes around a text that contains ': ', or start a new line indented with spaces"
OUTSIDE = -1  # the indentation around a document's root, and at its end


class BlockParser(FlowParser):
    """Reads whole documents. Between nodes the cursor stands at the content of a line, indentation behind it."""

    def __init__(self, text: str, builder: Builder) -> None:
        super().__init__(text, builder)
        self.line = 0  # where the cursor's line begins
        self.indent = 0  # of the cursor's line; OUTSIDE at the document's end
        self.may_open = True  # whether a block collection may begin at the cursor

    def documents(self) -> list[Any]:
        """Every document of the text, as the builder made them."""
        forbidden = NOT_ALLOWED.search(self.text)
        if forbidden:
            code = f"U+{ord(forbidden.group()):04X}"
            self.fail(f"the character {code} is not allowed in YAML", "remove it, or escape it", forbidden.start())
        found: list[Any] = []
        may_be_bare = True
        while True:
            self.handles = {"!": "!", "!!": STANDARD}
            self.anchors = {}
            self.next_line()
            directives = self._directives() if may_be_bare else False
            mark = self.text[self.pos : self.pos + 3]
            if self.indent == OUTSIDE and mark != "---":
                if directives:
                    self.fail("directives without a document", "add a line --- after them")
                if not mark:
                    return found
                may_be_bare = self._document_end()
                continue
            if mark == "---" and self.indent == OUTSIDE:
                self.pos += 3
                self.may_open = False
            elif directives or not may_be_bare:
                self.fail("a new document must begin with a line ---", "add the line, or correct the indentation")
            found.append(self.value(self.node(OUTSIDE, 0)))
            if self.indent != OUTSIDE:
                self.fail("the document has already ended here", "correct the indentation, or quote the text before")
            may_be_bare = self._document_end() if self.text.startswith("...", self.pos) else False

    def _document_end(self) -> bool:
        self.pos += 3
        self.finish_line()
        self.pos = self.line
        return True

    def _directives(self) -> bool:
        found = versions = 0
        while self.indent == 0 and self.peek() == "%":
            directive = DIRECTIVE.match(self.text, self.pos)
            if directive is None:
                self.fail("this is not a directive", "put quotes around a text that begins with %")
            name, arguments = directive.group(1), directive.group(2).split()
            if name == "YAML":
                versions += 1
                if versions > 1 or len(arguments) != 1 or not re.fullmatch(r"1\.\d+", arguments[0]):
                    self.fail("this is not a YAML version that can be read", "write: %YAML 1.2")
            elif name == "TAG":
                if len(arguments) != 2 or not re.fullmatch(r"!(?:\w*!)?", arguments[0]):
                    self.fail("this is not a tag directive", "write: %TAG !name! prefix")
                self.handles[arguments[0]] = arguments[1]
            found += 1
            self.pos = directive.end()
            self.next_line()
        return found > 0

    # Lines

    def next_line(self) -> None:
        """From the beginning of a line to the next content, past empty lines and comments."""
        text = self.text
        start = EMPTY_LINES.match(text, self.pos).end()  # type: ignore[union-attr]  # it matches anywhere
        lead = LEAD.match(text, start)
        self.line = start
        self.pos = pos = lead.end()  # type: ignore[union-attr]  # so does this one
        mark = text[pos : pos + 1]
        if not mark or mark == "#":
            self.pos, self.indent = len(text), OUTSIDE
        elif mark in "-." and pos == start and MARKER.match(text, pos):
            self.indent = OUTSIDE
        else:
            self.indent = lead.end(1) - start  # type: ignore[union-attr]
            self.may_open = pos == start + self.indent

    def finish_line(self) -> None:
        """Nothing but a comment may follow on this line; go on to the next content."""
        rest = REST_OF_LINE.match(self.text, self.pos)
        if rest is None:
            found = self.text[BLANKS.match(self.text, self.pos).end()]  # type: ignore[union-attr]
            if found == ":":
                self.fail(NO_MAPPING, QUOTE_COLON)
            self.fail(f"unexpected {found!r} after a value", "put the whole text in quotes, or start a new line")
        self.pos = rest.end()
        self.next_line()

    def _to_content(self) -> bool:
        """From behind an indicator to what it announces; whether that stands on a further line."""
        lead = LEAD.match(self.text, self.pos)
        end = lead.end() if lead else self.pos
        mark = self.text[end : end + 1]
        if not mark or mark == "\n" or (mark == "#" and self.text[end - 1 : end] in ("", " ", "\t", "\n")):
            self.finish_line()
            return True
        if lead and lead.group(2):
            self.may_open = False
        self.pos = end
        return False

    # Nodes

    def node(self, parent: int, least_sequence: int) -> Found:
        """The node that an indicator, or the beginning of a document, announces.

        It is indented by more than `parent`; a block sequence by at least `least_sequence`.
        """
        properties = NOTHING
        moved = self.pos == self.line + max(self.indent, 0) and self.indent != OUTSIDE and parent == OUTSIDE
        while True:
            begin = self.pos
            if not moved:
                moved = self._to_content()
                if moved and not self._belongs(parent, least_sequence):
                    at = properties.at if properties.at >= 0 else begin
                    return Scalar("", "", at, properties)
            column = self.pos - self.line
            own = self.properties()
            if own is NOTHING or self.peek() not in ("", "\n", "#"):
                return self._content(parent, column, properties, own)
            properties = self.together(properties, own)
            moved = False

    def _belongs(self, parent: int, least_sequence: int) -> bool:
        if self.indent > parent:
            return True
        return self.indent == least_sequence == parent and self.indent != OUTSIDE and self._is_mark("-")

    def _is_mark(self, mark: str) -> bool:
        return self.text.startswith(mark, self.pos) and self.is_blank_at(self.pos + 1)

    def _content(self, parent: int, column: int, properties: Properties, own: Properties) -> Found:
        """The node at the cursor; `own` properties stand before it on its line, `properties` on lines above."""
        mark, begin = self.peek(), self.pos
        if own is NOTHING and self.may_open and SIMPLE_ENTRY.match(self.text, begin):
            return self.mapping(column, properties, None, begin)
        if mark in "-?" and self.is_blank_at(begin + 1):
            if own is not NOTHING or not self.may_open:
                self.fail(f"{mark!r} cannot begin here", "start a new line, indented with spaces")
            return self.sequence(column, properties) if mark == "-" else self.mapping(column, properties, None, begin)
        if mark in "|>":
            return self._block_text(parent, self.together(properties, own))
        indent = parent + 1
        first = self._one_line(indent, own)
        at = own.at if own is not NOTHING else begin
        colon = COLON.match(self.text, self.pos)
        if colon is not None:
            if "\n" in self.text[begin : self.pos]:
                self.fail("a key must stand on one line", "put it on one line", begin)
            if not self.may_open:
                if self.text[self.line : at].isspace():
                    self._check_spaces(at)
                self.fail(NO_MAPPING, QUOTE_COLON, at)
            self.pos = colon.end()
            return self.mapping(column, properties, first, at)
        if isinstance(first, Scalar):
            text = first.text
            if not first.style:
                text = self.more_plain(text, indent, BLOCK_MORE)
            together = self.together(properties, own)
            first = Scalar(text, first.style, together.at if together.at >= 0 else begin, together)
        elif properties is not NOTHING:
            first = self._with(self.together(properties, own), begin, indent)
        self.finish_line()
        return first

    def _with(self, properties: Properties, begin: int, indent: int) -> Found:
        """A flow collection with properties on the line above: read once more, now knowing them."""
        self.pos = begin
        if self.peek() not in ("[", "{"):
            self.fail("an alias can have neither tag nor anchor", "remove it", properties.at)
        read = self.flow_sequence if self.peek() == "[" else self.flow_mapping
        return read(indent, properties)

    def _one_line(self, indent: int, own: Properties) -> Found:
        """A scalar, of a plain one the first line only, an alias or a flow collection."""
        mark, begin = self.peek(), self.pos
        match mark:
            case '"' | "'":
                return self.quoted(indent, own)
            case "*":
                return self.alias(own)
            case "[":
                return self.flow_sequence(indent, own)
            case "{":
                return self.flow_mapping(indent, own)
        found = BLOCK_PLAIN.match(self.text, begin)
        if found is None:
            if mark != ":":
                self.unexpected(mark)
            return self.empty(own)
        first = found.group().rstrip(" \t")
        self.pos = begin + len(first)
        return Scalar(first, "", begin if own is NOTHING else own.at, own)

    def _block_text(self, parent: int, properties: Properties) -> Scalar:
        begin = self.pos
        text, self.pos = block_text(self.text, begin, parent)
        self.next_line()
        return Scalar(text, self.text[begin], begin if properties.at < 0 else properties.at, properties)

    # Block collections

    def sequence(self, column: int, properties: Properties) -> Made:
        begin = self.pos
        before = self.nodes
        self.enter(begin)
        elements = []
        prefix = " " * column
        while True:
            simple = SIMPLE_ELEMENT.match(self.text, self.pos)
            if simple is not None and self._is_whole(simple.end(), column, prefix):
                elements.append(self.build.plain(simple.group(1).rstrip(" \t"), simple.start(1)))
            else:
                self.pos += 1
                self.may_open = True
                elements.append(self.value(self.node(column, column + 1)))
            if self.indent != column or not self._is_mark("-"):
                break
            self._check_spaces()
        self._check_dedent(column)
        self.leave(len(elements) + 1)
        made = self.build.sequence(elements, properties.tag, begin)
        return self.collection(made, properties, begin, self.nodes - before)

    def mapping(self, column: int, properties: Properties, key: Found | None, at: int) -> Made:
        """A mapping whose entries stand at `column`; of the first one `key` and colon may have been read."""
        begin = at
        before = self.nodes
        self.enter(begin)
        pairs: list[tuple[Any, Any, int]] = []
        prefix = " " * column
        build, text = self.build, self.text
        if key is not None:
            self.may_open = False
            pairs.append((self.key(key), self.value(self.node(column, column)), at))
        while not pairs or self.indent == column:
            self._check_spaces()
            at = self.pos
            simple = SIMPLE_ENTRY.match(text, at)
            if simple is not None and self._is_whole(simple.end(), column, prefix):
                value = build.plain(simple.group(2).rstrip(" \t"), simple.start(2))
                pairs.append((build.key(simple.group(1), "", None, at), value, at))
            else:
                pairs.append((*self._entry(column), at))
        self._check_dedent(column)
        self.leave(2 * len(pairs) + 1)
        made = build.mapping(pairs, properties.tag, begin)
        return self.collection(made, properties, begin, self.nodes - before)

    def _is_whole(self, end: int, column: int, prefix: str) -> bool:
        """Whether a simple line that ends before `end` is the whole entry; if so, go on to the next content."""
        text = self.text
        follows = text[end + column : end + column + 1]
        if follows and follows not in " \t\n#-." and text.startswith(prefix, end):
            self.line, self.pos, self.indent, self.may_open = end, end + column, column, True
            return True
        state = self.pos, self.line, self.indent, self.may_open
        self.pos = end
        self.next_line()
        if self.indent <= column:
            return True
        self.pos, self.line, self.indent, self.may_open = state
        return False

    def _entry(self, column: int) -> tuple[Any, Any]:
        if self._is_mark("?"):
            self.pos += 1
            self.may_open = True
            key = self.key(self.node(column, column))
            if self.indent != column or not self._is_mark(":"):
                return key, self.value(self.empty())
            self._check_spaces()
            self.pos += 1
            self.may_open = True
            return key, self.value(self.node(column, column))
        begin = self.pos
        found = self._one_line(column + 1, self.properties())
        colon = COLON.match(self.text, self.pos)
        if colon is None or "\n" in self.text[begin : self.pos]:
            self.fail("expected a key with a colon, as in `key: value`", "add a colon and a space", begin)
        self.pos = colon.end()
        self.may_open = False
        return self.key(found), self.value(self.node(column, column))

    def _check_spaces(self, at: int | None = None) -> None:
        if not self.may_open:
            self.fail("a tab stands where only spaces may indent", "indent with spaces", at)

    def _check_dedent(self, column: int) -> None:
        if self.indent > column:
            self.fail("this line is indented in a way that belongs to nothing above it", "correct the indentation")
