"""YAML: what it means, what it refuses, and where."""

from __future__ import annotations

import math
import re
import string
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from docgraph.formats import FORMATS, yaml_block
from docgraph.model.problem import FormatProblem
from docgraph.model.values import Fields, MissingKey, WrittenFloat, WrittenInt

YAML = FORMATS["yaml"]


def read(text: str):
    return YAML.parse(text.encode(), "it.yaml").data


def refused(text: str) -> FormatProblem:
    with pytest.raises(FormatProblem) as caught:
        read(text)
    assert caught.value.mend
    return caught.value


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "y", "2024-01-31", "2024-02-30", "1_000", "1:30", "0b11", "nul", ".", "+", "1e", "0x"],
)
def test_what_yaml_1_2_does_not_type_stays_text(text: str) -> None:
    assert read(f"a: {text}\n") == {"a": text}


@pytest.mark.parametrize("text", ["~", "null", "Null", "NULL", ""])
def test_nothing_is_null(text: str) -> None:
    assert read(f"a: {text}\n") == {"a": None}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("08", 8),
        ("0o17", 15),
        ("0x1F", 31),
        ("+1", 1),
        ("-0", 0),
        ("007", 7),
        ("0", 0),
        ("-12", -12),
        ("9" * 4300, None),
    ],
)
def test_a_whole_number_prints_as_it_is_written(text: str, number: int | None) -> None:
    value = read(f"a: {text}\n")["a"]
    assert isinstance(value, int)
    assert str(value) == text
    assert number is None or value == number
    assert isinstance(value, WrittenInt) == (str(int(value)) != text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("12345678901234567890.123", None),
        ("1e400", math.inf),
    ],
)
def test_a_number_with_a_fraction_prints_as_it_is_written(text: str, number: float | None) -> None:
    value = read(f"a: {text}\n")["a"]
    assert isinstance(value, float)
    assert str(value) == text
    assert number is None or value == number
    assert isinstance(value, WrittenFloat) == (repr(float(value)) != text)


def test_tags_are_honoured() -> None:
    text = "[!!str 1, !!int 3, !!float 3, !!null '', !!bool true, ! 5, !!seq [], !!map {}, !!str ]"
    assert read(text) == ["1", 3, 3.0, None, True, "5", [], {}, ""]


def test_keys_are_text_as_written() -> None:
    assert read("1: a\n08: b\nno: c\n~: d\n'': e\n? f\n") == {
        "1": "a",
        "08": "b",
        "no": "c",
        "~": "d",
        "": "e",
        "f": None,
    }


def test_merge_keys_add_what_is_not_there() -> None:
    text = (
        "base: &base {x: 1, y: 2}\nother: &other {z: 3}\none: {<<: *base, y: 4}\ntwo:\n  <<: [*other, *base]\n  x: 9\n"
    )
    found = read(text)
    assert found["one"] == {"x": 1, "y": 4}
    assert found["two"] == {"x": 9, "y": 2, "z": 3}
    assert read("<<: text\n") == {"<<": "text"}


def test_aliases_stand_for_their_anchors() -> None:
    assert read("a: &a [1]\nb: *a\n&k key: &v value\n*v : *k\n") == {"a": [1], "b": [1], "key": "value", "value": "key"}


def test_tag_and_anchor_may_stand_on_lines_of_their_own() -> None:
    assert read("a: !!map\n  &x {b: 1}\nc: *x\nd: &y\n  !!str 5\ne: *y\n") == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": "5",
        "e": "5",
    }


def test_several_documents_are_a_list_and_each_a_record() -> None:
    content = b"a: 1\n---\na: 2\n...\n# end\n"
    assert YAML.parse(content, "it.yaml").data == [{"a": 1}, {"a": 2}]
    assert [(each.index, each.data) for each in YAML.records(content, "it.yaml", ())] == [(0, {"a": 1}), (1, {"a": 2})]


def test_the_elements_of_a_list_are_records() -> None:
    assert [each.data for each in YAML.records(b"- a\n- b\n", "it.yaml", ())] == ["a", "b"]
    assert [each.data for each in YAML.records(b"x:\n  y: [1, 2]\n", "it.yaml", ("x", "y"))] == [1, 2]
    assert [each.data for each in YAML.records(b"a: 1\n", "it.yaml", ())] == [{"a": 1}]


def test_a_place_without_a_list_has_no_records() -> None:
    with pytest.raises(FormatProblem, match=r"nothing at `x\.z`") as caught:
        list(YAML.records(b"x: {y: 1}\n", "it.yaml", ("x", "z")))
    assert caught.value.mend == "name one of: y"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "\ufeff"])
def test_an_empty_document_is_null(text: str) -> None:
    assert read(text) is None


def test_line_ends_of_every_kind_mean_the_same() -> None:
    text = "a: |\n  one\n  two\nb: [1,\n  2]\n"
    assert read(text) == read(text.replace("\n", "\r\n")) == read(text.replace("\n", "\r"))


def test_a_missing_key_knows_its_mapping() -> None:
    found = read("a: {b: 1}\n")
    assert isinstance(found, Fields)
    with pytest.raises(MissingKey) as caught:
        found["a"]["c"]
    assert caught.value.mapping is found["a"]


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "the key 'a' stands here for the second time", 3, 1),
        ("x:\n  - {a: 1, 'a': 2}\n", "the key 'a' stands here for the second time", 2, 12),
        ("a: b: c\n", "a mapping cannot begin on this line", 1, 4),
        ("a: 1\n  b: 2\n", "a mapping cannot begin on this line", 2, 4),
        ("a: [1, 2\nb: 3\n", "this line inside brackets is not indented enough", 2, 1),
        ('a: "open\n', "a quote is opened here and never closed", 1, 4),
        ("a:\n\tb: 1\n", "a tab", 2, 2),
        ("\ta: 1\n", "a tab", 1, 2),
        ("a: *nobody\n", "there is no anchor &nobody before this alias", 1, 4),
        ("a: !thing 1\n", "the tag !thing means nothing here", 1, 4),
        ("a: !!int x\n", "'x' is not what its tag says, !!int", 1, 4),
        ("a: @x\n", "unexpected '@'", 1, 4),
        ('a: "\\ud800"\n', r"\ud800 is not a character", 1, 5),
        ('a: "\\q"\n', r"unknown escape \q", 1, 5),
        ("a: x\x01\n", "the character U+0001 is not allowed in YAML", 1, 5),
        ("? [a]\n: b\n", "a list or a mapping stands as a key", 1, 1),
        ("a: " + "9" * 5000, "a number has more than 4300 digits", 1, 4),
        ("- - " * 60, "more than 100 lists and mappings stand inside one another", 1, 201),
        ("[" * 100_000, "more than 100 lists and mappings stand inside one another", 1, 101),
        ("a: 1\r\nb: 2\r\na: 3\r\n", "the key 'a' stands here for the second time", 3, 1),
        ("a: 1\rb: 2\ra: 3\r", "the key 'a' stands here for the second time", 3, 1),
    ],
)
def test_a_mistake_has_its_place(text: str, what: str, line: int, column: int) -> None:
    problem = refused(text)
    assert problem.what.startswith(what)
    assert (problem.at.path, problem.at.line, problem.at.column) == ("it.yaml", line, column)


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refused(bomb).what == "the aliases repeat too much"
    keys = ", ".join(f"k{index}: 1" for index in range(5000))
    assert refused(f"a: &a {{{keys}}}\nb: {{<<: [{', '.join(['*a'] * 5000)}]}}\n").what == "the aliases repeat too much"


def test_aliases_do_not_nest_deeper_than_brackets_may() -> None:
    deep = "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60 + "\n"
    assert "more than 100" in refused(deep).what


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("a",), (1, 4)),
        (("list", 1, "x"), (4, 8)),
        (("list",), (3, 3)),
        (("flow", "k", 1), (6, 15)),
        (("text",), (7, 7)),
        (("merged", "q"), (9, 14)),
        (("nobody",), None),
        (("a", "b"), None),
        (("list", 7), None),
        ((0, "a"), (1, 4)),
    ],
)
def test_a_value_is_found_by_its_keys(keys: tuple[str | int, ...], place: tuple[int, int] | None) -> None:
    text = (
        "a: 1\nlist:\n  - one\n  - x: 2\n    y: 3\nflow: {k: [1, 2]}\ntext: |\n  a\nbase: &b {q: 1}\nmerged: {<<: *b}\n"
    )
    assert YAML.locate(text.encode(), keys) == place


def test_a_value_in_one_of_several_documents_is_found() -> None:
    assert YAML.locate(b"a: 1\n---\nb: 2\n", (1, "b")) == (3, 4)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
)
KEYS = st.text(string.ascii_letters, min_size=1, max_size=4)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08x}" if c in '"\\' or not c.isprintable() else c for c in text) + '"'


def block(value: object, indent: int) -> str:
    """The value in block style, to stand behind an indicator."""
    pad = "\n" + " " * indent
    match value:
        case dict() if value:
            return "".join(f"{pad}{key}:{block(inner, indent + 2)}" for key, inner in value.items())
        case list() if value:
            return "".join(f"{pad}-{block(inner, indent + 2)}" for inner in value)
        case str():
            return " " + quoted(value)
        case None:
            return " ~"
        case bool():
            return f" {str(value).lower()}"
        case float() | int():
            return f" {value!r}"
        case _:
            return f" {value}"


@settings(max_examples=150, deadline=None)
@given(value=VALUES)
def test_what_is_written_in_blocks_is_read_back(value: object) -> None:
    assert read(f"root:{block(value, 2)}\n") == {"root": value}


PIECES = st.sampled_from(
    r"""a|b:_|-_|?_|:_|:|~|~_|~__|\t|"|'|[|]|{|}|,|#|_#_c|>-~|>2~|&x_|*x|!!str_|!t_|---|...|~---~|%YAML_1.2~|key:_v~"""
    r"""|-_i~|\|08|<<:_""".replace("_", " ")
    .replace("~", "\n")
    .replace(r"\t", "\t")
    .split("|")
)
PIECES |= st.sampled_from(["|\n", "|2\n", "|+\n"])


@settings(max_examples=600, deadline=None)
@given(pieces=st.lists(PIECES, max_size=14))
@example(pieces=["&x ", "*x"])
def test_whatever_is_given_there_are_values_or_a_problem(pieces: list[str]) -> None:
    content = "".join(pieces).encode()
    problem = None
    try:
        YAML.parse(content, "it.yaml")
    except FormatProblem as caught:
        problem = caught
    assert problem is None or (problem.at.line and problem.at.column and problem.mend)
    YAML.locate(content, ("key", 0))


LINES = st.sampled_from(
    """
key: value
key: a # b
k: it's
k: a: b
k: 'q'
- item
- a: b
  more
# c
  k:
  n: 08
  - x
two words: a:b
---
- -
  k: |
k#: #
""".splitlines(keepends=True)
) | st.sampled_from(["\tx: y\n", "k: v"])
NEVER = re.compile(r"(?!)")


@settings(max_examples=800, deadline=None)
@given(lines=st.lists(LINES | PIECES, max_size=9))
def test_the_short_cut_for_simple_lines_changes_nothing(lines: list[str]) -> None:
    text = "".join(lines)

    def outcome() -> object:
        try:
            return repr(read(text))
        except FormatProblem as problem:
            return str(problem)

    quick = outcome()
    with patch.object(yaml_block, "SIMPLE_ENTRY", NEVER), patch.object(yaml_block, "SIMPLE_ELEMENT", NEVER):
        assert outcome() == quick
