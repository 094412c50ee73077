"""The short cut for flat mappings reads what the parser reads, and leaves the rest to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from docgraph.formats import FORMATS, yaml
from docgraph.formats.yaml_flat import read_flat
from docgraph.model.document import Reader
from docgraph.model.problem import FormatProblem

VALUES = st.sampled_from(
    """
text|it's|two  words \t|a:b|a#b|a # b|a: b|8|08|-1|1.10|1e3|~|null|true|no|.inf|2024-01-31|x|
"quoted"|""|"a" b|"a\\n"|"ä: # b" \t|'single'|'it''s'|''|'a' # c|
[]|[ ]|[a, b c, 1]|[a , "b c"  ]|[a,b]|[a, ]|[a: b]|[a, [b]]|["a: b"]|[true, null, 08] |[-1]|[a]: b|
|| |# c|&a x|*a|!!str 1|{a: b}|- x|>|*|@|%x|\x07|\u2028|ä|<<|=
""".replace("\n", "").split("|")
)
KEYS = st.sampled_from(["k", "title", "k", "a-b", "a.b", "a b", "ä", "_", "null", "<<", "1", "- k", "  k", "k ", "K"])
ENTRIES = st.builds("{}: {}\n".format, KEYS, VALUES) | st.builds("{}:{}\n".format, KEYS, VALUES)
ELEMENTS = st.builds("{}- {}\n".format, st.sampled_from(["", "", "  ", "  ", " ", "\t"]), VALUES)
OTHER = st.sampled_from(["\n", "---\n", "...\n", "# c\n", "  more\n", "k: v", "k: |\n  text\n", "  - \n", " \n"])


@settings(max_examples=1500, deadline=None)
@given(lines=st.lists(ENTRIES | ELEMENTS | OTHER, max_size=7))
@example(lines=["tags:\n", "- a\n", "- b\n", "k: v\n"])
@example(lines=["tags:\n", "  - a\n", " - b\n"])
@example(lines=["k: 1\n", "k: 2\n"])
def test_the_short_cut_for_flat_mappings_changes_nothing(lines: list[str]) -> None:
    assert_the_same(FORMATS["yaml"], "".join(lines).encode())


@settings(max_examples=300, deadline=None)
@given(keys=st.lists(st.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True), unique=True, min_size=1))
def test_flat_mappings_are_read_without_the_parser(keys: list[str]) -> None:
    values = ("some text", '"some text"', "'some text'", "[some, text]", "12", "true", "\n- some\n- text", "")
    text = "".join(f"{key}: {values[at % len(values)]}\n" for at, key in enumerate(keys))
    assert read_flat(text) == yaml.BlockParser(text, yaml.Values()).documents()[0]


def test_a_number_that_is_too_long_is_told_with_its_place() -> None:
    with pytest.raises(FormatProblem) as caught:
        FORMATS["yaml"].parse(b"a: 1\nb: " + b"9" * 5000 + b"\n", "it.yaml")
    assert (caught.value.at.line, caught.value.at.column) == (2, 4)


@pytest.mark.parametrize("name", ["eips", "keps", "rustsec", "open-data-registry", "odd-inputs", "srd-2024"])
def test_the_short_cut_changes_nothing_in_real_documents(name: str, corpus: Callable[[str], Path]) -> None:
    for path, reader in documents(corpus(name)):
        assert_the_same(reader, path.read_bytes())


def documents(folder: Path) -> Iterator[tuple[Path, Reader]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".md", ".yaml", ".yml"):
            yield path, FORMATS["markdown" if path.suffix == ".md" else "yaml"]


def assert_the_same(reader: Reader, content: bytes) -> None:
    def outcome() -> object:
        try:
            return repr(reader.parse(content, "it"))
        except FormatProblem as problem:
            return str(problem)

    quick = outcome()
    with patch.object(yaml, "read_flat", nothing):
        assert outcome() == quick


def nothing(text: str) -> None:
    """As if no text were flat."""
