"""The YAML that most front matter is: one line for each key, read without a parser.

What is read here is what the parser would make of it, which tests hold it to; of anything
else nothing is said, mistakes included, and the parser reads it.
"""

from __future__ import annotations

import re
from typing import Any

from docgraph.formats.content import Mistake
from docgraph.formats.yaml_block import NOT_ALLOWED, SIMPLE_PLAIN
from docgraph.formats.yaml_values import MAYBE_TYPED, resolve
from docgraph.model.values import Fields

WORDS = r"[\w ./+-]*+"
ELEMENT = rf'(?:\w{WORDS}|"{WORDS}" *+)'
# In group 1 the key, in group 2 what stands on its line, in group 3 the lines of a list below it.
ENTRY = re.compile(
    r"([A-Za-z_][\w.-]*+):"
    rf"(?: +({SIMPLE_PLAIN}"
    r'|"[^"\\\n]*+"[ \t]*+'
    r"|'[^'\n]*+'[ \t]*+"
    rf"|\[ *+(?>(?:{ELEMENT}(?:, *+{ELEMENT})*)?)\][ \t]*+)"
    rf"| *+((?>\n( *+)- +{SIMPLE_PLAIN}(?:\n\4- +{SIMPLE_PLAIN})*))?)\n"
)
STEP = 1 + ENTRY.groups  # parts for each entry, once a text is split by it; the first is what stands before


def read_flat(text: str) -> Fields | None:
    """The mapping that `text` is, if it is so simple; None: a parser is needed."""
    parts = ENTRY.split(text)
    if len(parts) == 1 or any(parts[::STEP]) or NOT_ALLOWED.search(text):
        return None
    keys = parts[1::STEP]
    try:
        values = [
            _on_line(line) if line else _below(lines) if lines else None
            for line, lines in zip(parts[2::STEP], parts[3::STEP], strict=True)
        ]
    except Mistake:
        return None
    found = Fields(zip(keys, values, strict=True))
    return found if len(found) == len(keys) else None


def _on_line(line: str) -> Any:
    match line[0]:
        case '"' | "'":
            return line.rstrip(" \t")[1:-1]
        case "[":
            inside = line.rstrip(" \t")[1:-1].strip(" ")
            return [_element(each.strip(" ")) for each in inside.split(",")] if inside else []
        case _:
            return _plain(line)


def _below(lines: str) -> list[Any]:
    return [_plain(each.lstrip(" ")[1:].lstrip(" ")) for each in lines[1:].split("\n")]


def _element(text: str) -> Any:
    return text[1:-1] if text[0] == '"' else _plain(text)


def _plain(text: str) -> Any:
    text = text.rstrip(" \t")
    return text if text[0] not in MAYBE_TYPED else resolve(text, 0)
