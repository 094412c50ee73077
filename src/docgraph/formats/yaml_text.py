"""How YAML writes text: what a quoted, folded or multi-line scalar stands for.

Pure functions from the characters between the marks to the text that is meant.
Source: YAML 1.2.2, chapters 6.5 (folding), 7.3 (flow scalars) and 8.1 (block scalars).
"""

from __future__ import annotations

import re

from docgraph.formats.content import Mistake

SIMPLE_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
ESCAPE = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))",
    re.DOTALL,
)
BLOCK_HEADER = re.compile(r"[|>](?:([1-9])([+-]?)|([+-])([1-9]?))?(?:[ \t]+#[^\n]*|[ \t]*)(?:\n|\Z)")
SPACES = re.compile(r" *")
MARKER = re.compile(r"(?:---|\.\.\.)(?=[ \t\n]|\Z)")  # the end of a document
TRAILING_BLANKS = re.compile(r"(?<![ \t])[ \t]+\Z")
TRAILING_BACKSLASHES = re.compile(r"\\*\Z")


def plain_lines(lines: list[str]) -> str:
    """The text of a plain or single-quoted scalar from its lines, blanks around line ends already cut off."""
    return _fold(lines, [False] * len(lines))


def double_quoted(raw: str, offset: int) -> str:
    """The text of what stands between double quotes; `offset` is where it begins, for problems."""
    if "\n" not in raw:
        return _unescape(raw, offset) if "\\" in raw else raw
    lines, joined = raw.split("\n"), []
    last = len(lines) - 1
    for index, line in enumerate(lines):
        end = offset + len(line)
        if index:
            line = line.lstrip(" \t")
        begin = end - len(line)
        continues = index < last and _ends_in_escape(line)
        if continues:
            line = line[:-1]
        elif index < last:
            line = _without_trailing_blanks(line)
        lines[index] = _unescape(line, begin)
        joined.append(continues)
        offset = end + 1
    return _fold(lines, joined)


def single_quoted(raw: str) -> str:
    """The text of what stands between single quotes."""
    if "\n" in raw:
        lines = raw.split("\n")
        last = len(lines) - 1
        for index, line in enumerate(lines):
            line = line.lstrip(" \t") if index else line
            lines[index] = line.rstrip(" \t") if index < last else line
        raw = plain_lines(lines)
    return raw.replace("''", "'")


def block_text(text: str, begin: int, parent: int) -> tuple[str, int]:
    """The text of the literal or folded block whose head stands at `begin`, and where it ends.

    `parent` is the indentation of the collection around it, -1 for none.
    """
    header = BLOCK_HEADER.match(text, begin)
    if header is None:
        raise Mistake("this is not the head of a block of text", "write | or > alone, or put the text in quotes", begin)
    digit, chomp = header.group(1) or header.group(4), header.group(2) or header.group(3) or ""
    indent = max(parent, 0) + int(digit) if digit else _detect(text, header.end(), parent + 1)
    lines, end = _block_lines(text, header.end(), indent)
    count = len(lines)
    while count and not lines[count - 1]:
        count -= 1
    body = ("\n".join(lines[:count]) if text[begin] == "|" else _folded(lines[:count])) if count else ""
    # A last line that the document's end cuts off has no line end of its own.
    ends = len(lines) - count + (1 if count and (count < len(lines) or text[end - 1 : end] == "\n") else 0)
    if chomp == "+":
        kept = ends if count == 0 or text[end - 1 : end] == "\n" else ends - 1
        return body + "\n" * max(kept, 0), end
    return (body + "\n" if chomp == "" and ends and count else body), end


def _block_lines(text: str, pos: int, indent: int) -> tuple[list[str], int]:
    lines = []
    prefix = " " * indent
    while pos < len(text):
        end = text.find("\n", pos)
        end = len(text) if end < 0 else end
        line = text[pos:end]
        if line.startswith(prefix):
            if indent == 0 and MARKER.match(line):
                break
            lines.append(line[indent:])
        elif line.strip(" "):
            break
        else:
            lines.append("")
        pos = end + 1
    return lines, min(pos, len(text))


def _detect(text: str, pos: int, least: int) -> int:
    """The indentation of a block of text: that of its first line with a character."""
    deepest = 0
    while pos < len(text):
        lead = SPACES.match(text, pos)
        content = lead.end() if lead else pos
        spaces = content - pos
        if text[content : content + 1] not in ("", "\n"):
            if spaces < least:
                break
            if deepest > spaces:
                raise Mistake("an empty line above is indented more than this text", "shorten that line", content)
            return spaces
        deepest = max(deepest, spaces)
        pos = content + 1
    return max(least, deepest)


def _folded(lines: list[str]) -> str:
    """The text of a folded block from its lines, indentation already cut off.

    Lines that begin with a blank keep the line ends around them.
    """
    text = ""
    empty = 0  # lines without a character since the last one with
    previous = ""
    for line in lines:
        if not line:
            empty += 1
            continue
        if not previous:
            text += "\n" * empty
        elif previous[0] in " \t" or line[0] in " \t":
            text += "\n" * (empty + 1)
        else:
            text += "\n" * empty or " "
        text += line
        previous, empty = line, 0
    return text


def _fold(lines: list[str], joined: list[bool]) -> str:
    """Lines to text: one line end is a space, each further one a line end; none after a line that is `joined`."""
    text = lines[0]
    empty = 0
    last = len(lines) - 1
    glue = "" if joined[0] else " "
    for index in range(1, len(lines)):
        line = lines[index]
        if not line and index < last and not joined[index]:
            empty += 1
            continue
        text += ("\n" * empty or glue) + line
        empty = 0
        glue = "" if joined[index] else " "
    return text


def _ends_in_escape(line: str) -> bool:
    """Whether the line's own end is escaped: an odd number of backslashes stands before it."""
    found = TRAILING_BACKSLASHES.search(line)
    return found is not None and len(found.group()) % 2 == 1


def _without_trailing_blanks(line: str) -> str:
    found = TRAILING_BLANKS.search(line)
    if found is None:
        return line
    before = line[: found.start()]
    return before + found.group()[0] if _ends_in_escape(before) else before


def _unescape(text: str, offset: int) -> str:
    def meant(found: re.Match[str]) -> str:
        high, low, *codes, simple = found.groups()
        if high:  # JSON writes a character beyond U+FFFF as two
            return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF))
        code = next((code for code in codes if code), None)
        if code is not None:
            point = int(code, 16)
            if point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF:
                return chr(point)
            what, mend = f"{found.group()} is not a character", "write the character itself"
        elif simple in SIMPLE_ESCAPES and simple:
            return SIMPLE_ESCAPES[simple]
        else:
            what, mend = f"unknown escape {found.group()}", r"write \\ for a backslash, or use single quotes"
        raise Mistake(what, mend, offset + found.start())

    return ESCAPE.sub(meant, text)
