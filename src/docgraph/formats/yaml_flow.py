"""The part of YAML that may stand on one line: scalars, aliases, properties, `[…]` and `{…}`.

Knows nothing of blocks: that is `yaml_block.py`. Source: YAML 1.2.2, chapter 7.
"""

from __future__ import annotations

import re
from typing import Any

from docgraph.formats.yaml_cursor import BLANKS, NOTHING, Cursor, Found, Made, Properties, Scalar
from docgraph.formats.yaml_text import MARKER, double_quoted, plain_lines, single_quoted

# Besides the plain first character: an indicator may begin a plain scalar if no blank follows it.
PLAIN_FIRST = r"(?:[^ \t\n\-?:,\[\]{}#&*!|>'\"%@`]|[-?:](?=[^ \t\n]))"
PLAIN_REST = r"[^\n:#]*+(?>(?:(?::(?=[^ \t\n])|(?<=[^ \t\n])#)[^\n:#]*+)*)"
FLOW_FIRST = r"(?:[^ \t\n\-?:,\[\]{}#&*!|>'\"%@`]|[-?:](?=[^ \t\n,\[\]{}]))"
FLOW_REST = r"[^\n:#,\[\]{}]*+(?>(?:(?::(?=[^ \t\n,\[\]{}])|(?<=[^ \t\n])#)[^\n:#,\[\]{}]*+)*)"

BLOCK_PLAIN = re.compile(PLAIN_FIRST + PLAIN_REST)
FLOW_PLAIN = re.compile(FLOW_FIRST + FLOW_REST)
BLOCK_MORE = re.compile(r"(?:[^ \t\n:#]|:(?=[^ \t\n]))" + PLAIN_REST)
FLOW_MORE = re.compile(r"(?:[^ \t\n:#,\[\]{}]|:(?=[^ \t\n,\[\]{}]))" + FLOW_REST)
NEXT_LINE = re.compile(r"[ \t]*\n((?>(?:[ \t]*\n)*))( *)[ \t]*")
DOUBLE = re.compile(r'"((?>(?:[^"\\]|\\.)*))"', re.DOTALL)
SINGLE = re.compile(r"'((?>(?:[^']|'')*))'")
COLON = re.compile(r"[ \t]*:(?=[ \t\n]|\Z)")
FLOW_GAP = re.compile(r"(?>(?:[ \t\n]++|(?<![^ \t\n])#[^\n]*+)*)")

MARKER_LINE = re.compile(r"\n(?:---|\.\.\.)(?=[ \t\n]|\Z)")
STANDARD = "tag:yaml.org,2002:"  # how the tags !!str, !!int, … really begin


class FlowParser(Cursor):
    """Reads what may stand on one line; each method leaves `pos` behind what it has read."""

    # Scalars

    def quoted(self, indent: int, properties: Properties) -> Scalar:
        """A quoted scalar; its further lines are indented by at least `indent`."""
        mark, begin = self.peek(), self.pos
        found = (DOUBLE if mark == '"' else SINGLE).match(self.text, begin)
        if found is None:
            self.fail("a quote is opened here and never closed", f"close it with {mark}")
        raw = found.group(1)
        if "\n" in raw:
            self._check_lines(begin, found.end(), indent)
        text = double_quoted(raw, begin + 1) if mark == '"' else single_quoted(raw)
        self.pos = found.end()
        return Scalar(text, mark, properties.at if properties.at >= 0 else begin, properties)

    def _check_lines(self, begin: int, end: int, indent: int) -> None:
        text = self.text
        marker = MARKER_LINE.search(text, begin, end)
        if marker is not None:
            self.fail("a quote is opened here and not closed before the document ends", "close it", begin)
        line = text.find("\n", begin, end)
        while line >= 0 and indent > 0:
            after = line + 1
            content = BLANKS.match(text, after).end()  # type: ignore[union-attr]  # it matches anywhere
            if text[content] != "\n" and not text.startswith(" " * indent, after):
                self.fail("this line of a quoted text is not indented enough", f"indent it by {indent}", content)
            line = text.find("\n", after, end)

    def more_plain(self, first: str, indent: int, more: re.Pattern[str]) -> str:
        """The text of a plain scalar whose first line has been read, with its further lines."""
        lines = [first]
        text = self.text
        while True:
            gap = NEXT_LINE.match(text, self.pos)
            if gap is None or gap.end(2) - gap.start(2) < indent:
                break
            if gap.end() == gap.start(2) and MARKER.match(text, gap.end()):
                break
            found = more.match(text, gap.end())
            if found is None:
                break
            lines += [""] * gap.group(1).count("\n")
            segment = found.group().rstrip(" \t")
            lines.append(segment)
            self.pos = gap.end() + len(segment)
        return first if len(lines) == 1 else plain_lines(lines)

    # Flow collections

    def flow_node(self, indent: int) -> Found:
        """One node inside `[…]` or `{…}`, or the one that they are."""
        properties = self.properties()
        while properties is not NOTHING and self.peek() in ("\n", "#"):
            self.gap(indent)
            properties = self.together(properties, self.properties())
        mark, begin = self.peek(), self.pos
        match mark:
            case "[":
                return self.flow_sequence(indent, properties)
            case "{":
                return self.flow_mapping(indent, properties)
            case '"' | "'":
                return self.quoted(indent, properties)
            case "*":
                return self.alias(properties)
        found = FLOW_PLAIN.match(self.text, begin)
        if found is None:
            if (mark and mark not in ",]}:") or properties is NOTHING:
                self.unexpected(mark)
            return self.empty(properties)
        first = found.group().rstrip(" \t")
        self.pos = begin + len(first)
        at = properties.at if properties.at >= 0 else begin
        if MARKER.match(first) and self._is_line_start(begin):
            self.fail("the document ends inside brackets", "close them first", begin)
        return Scalar(self.more_plain(first, indent, FLOW_MORE), "", at, properties)

    def flow_sequence(self, indent: int, properties: Properties) -> Made:
        begin = properties.at if properties.at >= 0 else self.pos
        before = self.nodes
        self.enter(begin)
        elements = []
        self.pos += 1
        while self._another("]", begin, indent):
            elements.append(self._element(indent))
            self._comma("]", indent)
        self.leave(len(elements) + 1)
        node = self.build.sequence(elements, properties.tag, begin)
        return self.collection(node, properties, begin, self.nodes - before)

    def flow_mapping(self, indent: int, properties: Properties) -> Made:
        begin = properties.at if properties.at >= 0 else self.pos
        before = self.nodes
        self.enter(begin)
        pairs = []
        self.pos += 1
        while self._another("}", begin, indent):
            pairs.append(self._pair(indent))
            self._comma("}", indent)
        self.leave(2 * len(pairs) + 1)
        node = self.build.mapping(pairs, properties.tag, begin)
        return self.collection(node, properties, begin, self.nodes - before)

    def _another(self, close: str, begin: int, indent: int) -> bool:
        """Whether one more element follows; if none, the closing bracket has been read."""
        self.gap(indent)
        mark = self.peek()
        if mark == close:
            self.pos += 1
            return False
        if not mark:
            self.fail(f"a bracket is opened here and never closed by {close}", f"add {close}", begin)
        if mark == ",":
            self.fail("there is nothing before this comma", "remove the comma")
        return True

    def _comma(self, close: str, indent: int) -> None:
        self.gap(indent)
        mark = self.peek()
        if mark == ",":
            self.pos += 1
        elif mark and mark != close:
            self.fail(
                f"expected a comma or {close}, found {mark!r}", "put a comma before it, or quotes around the text"
            )

    def _element(self, indent: int) -> Any:
        """An element of a sequence; `[a: b]` is a mapping of one pair inside it."""
        begin = self.pos
        if self._is_explicit() or self._is_value(begin, begin):
            pair = self._pair(indent)
        else:
            found = self.flow_node(indent)
            end = self.pos
            colon = self.skip_blanks()
            if not self._is_value(colon, end):
                return self.value(found)
            if "\n" in self.text[begin:end]:
                self.fail("a key must stand on one line", "put it on one line, or write {key: value}", begin)
            pair = (self.key(found), self._flow_value(indent), begin)
        self.nodes += 2
        return self.build.mapping([pair], None, begin)

    def _pair(self, indent: int) -> tuple[Any, Any, int]:
        explicit = self._is_explicit()
        if explicit:
            self.pos += 1
            self.gap(indent)
        begin = self.pos
        found: Found
        if self._is_value(begin, begin) or (explicit and self.peek() in (",", "]", "}")):
            found = self.empty()
        else:
            found = self.flow_node(indent)
        end = self.pos
        self.gap(indent)
        key = self.key(found)
        if self._is_value(self.pos, end):
            return key, self._flow_value(indent), begin
        return key, self.value(self.empty()), begin

    def _flow_value(self, indent: int) -> Any:
        self.pos += 1
        self.gap(indent)
        if self.peek() in (",", "]", "}"):
            return self.value(self.empty())
        return self.value(self.flow_node(indent))

    def _is_explicit(self) -> bool:
        return self.peek() == "?" and (self.is_blank_at(self.pos + 1) or self.text[self.pos + 1] in ",[]{}")

    def _is_value(self, colon: int, key_end: int) -> bool:
        """Whether at `colon` a value is announced; right behind a quote or bracket no blank need follow."""
        text = self.text
        if not text.startswith(":", colon):
            return False
        follows = text[colon + 1 : colon + 2]
        return follows in ("", " ", "\t", "\n", ",", "[", "]", "{", "}") or text[key_end - 1] in "\"']}"

    def gap(self, indent: int) -> None:
        """Skip blanks, line ends and comments; what follows on a further line must be indented by `indent`."""
        begin = self.pos
        found = FLOW_GAP.match(self.text, begin)
        self.pos = found.end() if found else begin
        line = self.text.rfind("\n", begin, self.pos) + 1
        if line and self.peek():
            # YAML wants a closing bracket indented too; so many files have it below the key that we take it.
            least = indent - 1 if self.peek() in "]}" else indent
            if not self.text.startswith(" " * least, line):
                self.fail("this line inside brackets is not indented enough", f"indent it by at least {indent}")
            if MARKER.match(self.text, line):
                self.fail("the document ends inside brackets", "close them first")

    def _is_line_start(self, offset: int) -> bool:
        return offset == 0 or self.text[offset - 1] == "\n"
