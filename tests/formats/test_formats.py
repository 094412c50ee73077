"""JSON, JSON Lines, TOML, CSV, TSV, Markdown and plain text: what they mean, what they refuse, and where."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.formats import EXTENSIONS, FORMATS, reader_for
from docgraph.model.document import Document, RawRecord
from docgraph.model.problem import FormatProblem
from docgraph.model.values import Fields, WrittenFloat, WrittenInt

TEXT = [name for name in FORMATS if name != "parquet"]


def read(name: str, text: str | bytes) -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return FORMATS[name].parse(content, f"it.{name}").data


def records(name: str, text: str, at: tuple[str | int, ...] = ()) -> list[RawRecord]:
    return list(FORMATS[name].records(text.encode(), f"it.{name}", at))


def refused(name: str, text: str | bytes) -> FormatProblem:
    with pytest.raises(FormatProblem) as caught:
        read(name, text)
    assert caught.value.mend
    assert caught.value.at.path == f"it.{name}"
    return caught.value


def place(problem: FormatProblem) -> tuple[int | None, int | None]:
    return problem.at.line, problem.at.column


# All formats


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_called_by_its_name(name: str) -> None:
    assert FORMATS[name].name == name


def test_the_format_follows_from_the_extension() -> None:
    assert {
        extension: getattr(reader_for(f"a.b/C.{extension.upper()}"), "name", None) for extension in EXTENSIONS
    } == EXTENSIONS
    assert set(EXTENSIONS.values()) == set(FORMATS)
    assert reader_for("README") is None
    assert reader_for("folder.md/picture.png") is None


@pytest.mark.parametrize("name", TEXT)
def test_a_byte_order_mark_is_no_part_of_the_document(name: str) -> None:
    text = {"json": "[1]", "jsonl": "1", "toml": "a = 1", "csv": "a\n1", "tsv": "a\n1"}.get(name, "---\na: 1\n---\n")
    plain, marked = (FORMATS[name].parse(mark + text.encode(), "it") for mark in (b"", b"\xef\xbb\xbf"))
    assert plain == marked


@pytest.mark.parametrize("name", TEXT)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_encoding_is_named(name: str, encoding: str) -> None:
    problem = refused(name, "a: 1".encode(encoding))
    assert problem.what == f"the document is {encoding.upper()}"
    assert problem.mend == "save the file as UTF-8"


@pytest.mark.parametrize("name", TEXT)
def test_bytes_that_are_not_utf_8_have_a_place(name: str) -> None:
    assert place(refused(name, b"ab\nc\xff")) == (2, 2)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_the_bytes_there_are_values_or_a_problem(content: bytes) -> None:
    for name, reader in FORMATS.items():
        try:
            reader.parse(content, name)
        except FormatProblem as problem:
            told = problem
            assert told.mend  # most of the time there is no problem to expect
        reader.locate(content, (0, "a"))
        reader.locate(content, ())


@pytest.mark.parametrize("name", ["json", "yaml", "toml"])
def test_a_list_deep_in_the_document_holds_the_records(name: str) -> None:
    text = {"toml": "x.y = [{a = 1}, {a = 2}]"}.get(name, '{"x": {"y": [{"a": 1}, {"a": 2}]}}')
    assert [(each.index, each.data) for each in records(name, text, ("x", "y"))] == [(0, {"a": 1}), (1, {"a": 2})]
    with pytest.raises(FormatProblem, match="there is no list at `x`") as caught:
        records(name, text, ("x",))
    assert caught.value.mend == "say where the list is with `at`: y"


def test_a_document_reads_itself_and_finds_its_places() -> None:
    reader = reader_for("a/post.md")
    assert reader is not None
    document = Document("a/post.md", b"---\ntitle: Hi\n---\nText\n", source="Posts", reader=reader)
    assert (document.front_matter["title"], document.body, document.stem) == ("Hi", "Text\n", "post")
    assert str(document.locate(["title"])) == "a/post.md:2:8"


# JSON


def test_json_keeps_every_digit() -> None:
    found = read("json", "[1.10, 1e3, 12345678901234567890123, 0.1, -0, -0.0, 1E400]")
    assert [str(each) for each in found] == ["1.10", "1e3", "12345678901234567890123", "0.1", "-0", "-0.0", "1E400"]
    assert [type(each) for each in found] == [WrittenFloat, WrittenFloat, int, float, WrittenInt, float, WrittenFloat]
    assert found[6] == math.inf


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("", "the document is empty", (1, 1)),
        (" \n ", "the document is empty", (1, 1)),
        ('{"a": 1,\n "b": {"c": 1,\r\n "c": 2}}', "the key 'c' stands here for the second time", (3, 2)),
        ('{"a": 1,\r "\\u0061": 2}', "the key 'a' stands here for the second time", (2, 2)),
        ('["NaN", NaN]', "NaN is not a JSON number", (1, 9)),
        ("[-Infinity]", "-Infinity is not a JSON number", (1, 2)),
        ('["\\ud83d\\ude00",\n"\\ud800"]', r"\ud800 is half of a character", (2, 2)),
        ('["a" "b"]', "expecting ',' delimiter", (1, 6)),
        ("{'a': 1}", "expecting property name enclosed in double quotes", (1, 2)),
        ("[1] 2", "there is more after the end of the value", (1, 5)),
        ("[" * 100_000, "more than 100 lists and mappings stand inside one another", (1, 1)),
        ("[" * 101 + "]" * 101, "more than 100 lists and mappings stand inside one another", (1, 1)),
        ("[1, " + "9" * 5000 + "]", "a number has more than 4300 digits", (1, 5)),
    ],
)
def test_a_mistake_in_json_has_its_place(text: str, what: str, where: tuple[int, int]) -> None:
    problem = refused("json", text)
    assert problem.what.startswith(what)
    assert place(problem) == where


def test_a_value_in_json_is_found_by_its_keys() -> None:
    text = b'{"a": [1,\r\n\t{"b\\"c" :"x"}]}'
    assert FORMATS["json"].locate(text, ("a", 1, 'b"c')) == (2, 11)
    assert FORMATS["json"].locate(text, ("a", 7)) is None
    assert FORMATS["json"].locate(b"{broken", ("a",)) is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(value=JSON_VALUES, indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
def test_what_is_written_as_json_is_read_back_also_as_yaml(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert read("json", text) == value
    if all(character.isprintable() or character in "\n" for character in text):
        assert read("yaml", text) == value


# JSON Lines


def test_each_line_of_jsonl_is_a_record() -> None:
    text = '{"a": 1}\n\n  \r\n[2]\r"\u2028"'
    assert records("jsonl", text) == [RawRecord({"a": 1}, 1, 0), RawRecord([2], 4, 1), RawRecord("\u2028", 5, 2)]
    assert read("jsonl", text) == [{"a": 1}, [2], "\u2028"]
    assert read("jsonl", "") == []


def test_a_mistake_in_jsonl_has_its_line_and_column() -> None:
    assert place(refused("jsonl", '{"a": 1}\n\n{"a": 1, "a": 2}\n')) == (3, 10)
    assert place(refused("jsonl", '1\n{"a": \n')) == (2, 6)


def test_a_value_in_jsonl_is_found_by_record_and_keys() -> None:
    assert FORMATS["jsonl"].locate(b'1\n\n{"a": {"b": 2}}\n', (1, "a", "b")) == (3, 13)
    assert FORMATS["jsonl"].locate(b"1\n", (1,)) is None


# TOML


def test_toml_gives_plain_values_and_dates() -> None:
    found = read("toml", 'a = "x"\nb = 2024-01-31\nc = 07:32:00\nd = 2024-01-31T07:32:00\n[e.f]\ng = [1, true]\n')
    assert found == {
        "a": "x",
        "b": date(2024, 1, 31),
        "c": time(7, 32),
        "d": datetime(2024, 1, 31, 7, 32),
        "e": {"f": {"g": [1, True]}},
    }
    assert isinstance(found["e"]["f"], Fields)
    assert read("toml", "") == {}


def test_toml_numbers_remember_how_they_are_written() -> None:
    found = read("toml", "a = 0xFF\nb = [1_000, 1]\nc = {d = +1}\n[[e]]\nf = 1.10\n[[e]]\nf = 0o17\ng = '0x1'\n")
    assert [str(each) for each in (found["a"], *found["b"], found["c"]["d"])] == ["0xFF", "1_000", "1", "+1"]
    assert [str(each["f"]) for each in found["e"]] == ["1.10", "0o17"]
    assert (found["a"], found["b"], found["e"][1]) == (255, [1000, 1], {"f": 15, "g": "0x1"})


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a = 1\r\nb = 2\r\na = 3\r\n", "a key or table stands here for the second time", (3, 6)),
        ("[a]\n[a]\n", "a key or table stands here for the second time", (2, 3)),
        ("d = 2024-02-30\n", "Invalid date or datetime", (1, 15)),
        ("a = \n", "Invalid value", (1, 5)),
        ("a = [1,\n", "Invalid value, found the end of the document", (2, 1)),
        ("a = " + "[" * 100_000, "more than 100", (1, 1)),
        (".".join("a" * 50_000) + " = 1", "more than 100", (1, 200)),
        ("a = " + "9" * 5000, "a number has more than 4300 digits", (1, 5)),
    ],
)
def test_a_mistake_in_toml_has_its_place(text: str, what: str, where: tuple[int, int]) -> None:
    problem = refused("toml", text)
    assert problem.what.startswith(what)
    assert problem.at.line == where[0]
    assert problem.at.column is not None


def test_a_value_in_toml_is_found_by_its_keys() -> None:
    text = b"a.b = 1\n[[t]]\nx = [1, {y = 2}]\n[[t]]\n\"q r\" = '''\n'''\n[t.u]\nv = 3\n"
    locate = FORMATS["toml"].locate
    assert locate(text, ("a", "b")) == (1, 7)
    assert locate(text, ("t", 0, "x", 1, "y")) == (3, 14)
    assert locate(text, ("t", 1, "q r")) == (5, 9)
    assert locate(text, ("t", 1, "u", "v")) == (8, 5)
    assert locate(text, ("t", 2)) is None


# CSV and TSV


def test_csv_rows_are_records_of_text() -> None:
    text = 'id,name,note\r\n1,"a, ""b""","two\r\nlines"\r\n\r\n02,,x"y\r\n'
    assert records("csv", text) == [
        RawRecord({"id": "1", "name": 'a, "b"', "note": "two\r\nlines"}, 2, 0),
        RawRecord({"id": "02", "name": "", "note": 'x"y'}, 5, 1),
    ]
    assert isinstance(records("csv", text)[0].data, Fields)


def test_csv_without_rows_has_no_records() -> None:
    assert read("csv", "") == read("csv", "\n\n") == read("csv", "a,b\n") == []


def test_tsv_has_tabs_between_cells() -> None:
    assert read("tsv", 'a\tb\n1,2\t"x\ty"\n') == [{"a": "1,2", "b": "x\ty"}]


def test_a_cell_may_be_long() -> None:
    assert len(read("csv", f'a,b\n"{"x" * 1_000_000}",1\n')[0]["a"]) == 1_000_000


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("a,b\n1,2\n\n1,2,3\n", "the row has 3 cells, the header 2", (4, 1)),
        ('a,b\n"x\ny",1\n1\n', "the row has 1 cell, the header 2", (4, 1)),
        ("a,b,a\n", "two columns have the name 'a'", (1, 5)),
        ("a,,c\n", "column 2 has no name", (1, 3)),
        ('a,b\n1,"open\n', "a quote is opened here and never closed", (2, 3)),
        ('a,b\n1,"x"y\n', "there is more after the closing quote", (2, 6)),
    ],
)
def test_a_mistake_in_csv_has_its_place(text: str, what: str, where: tuple[int, int]) -> None:
    problem = refused("csv", text)
    assert problem.what == what
    assert place(problem) == where


def test_a_cell_is_found_by_record_and_column() -> None:
    text = b'a,b\n"x\ny",1\n\n2,"3"\n'
    assert FORMATS["csv"].locate(text, (0, "b")) == (3, 4)
    assert FORMATS["csv"].locate(text, (1, "b")) == (5, 3)
    assert FORMATS["csv"].locate(text, (1,)) == (5, 1)
    assert FORMATS["csv"].locate(text, (2, "b")) is None
    assert FORMATS["csv"].locate(text, (0, "c")) is None


CELLS = st.text(alphabet='ab", \t\n\r;é', max_size=5)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_written_as_csv_is_read_back(rows: list[list[str]], end: str) -> None:
    file = io.StringIO(newline="")
    # The writer leaves line ends unquoted that are not its own.
    has_line_end = any("\r" in cell or "\n" in cell for row in rows for cell in row)
    quoting = csv.QUOTE_ALL if has_line_end else csv.QUOTE_MINIMAL
    csv.writer(file, lineterminator=end, quoting=quoting).writerows([["x", "y"], *rows])
    assert read("csv", file.getvalue()) == [{"x": row[0], "y": row[1]} for row in rows]


# Markdown


@pytest.mark.parametrize(
    ("text", "front", "body"),
    [
        ("---\na: 1\n---\nBody\n", {"a": 1}, "Body\n"),
        ("---\r\na: 1\r\n---\r\n\r\nBody\r\n", {"a": 1}, "\r\nBody\r\n"),
        ("---\ra: 1\r---\rBody\r", {"a": 1}, "Body\r"),
        ("--- \na: 1\n...\nBody", {"a": 1}, "Body"),
        ("---\n---\nBody", {}, "Body"),
        ("---\na: |\n  ---\n---", {"a": "---\n"}, ""),
        ('+++\na = "x"\n+++\nBody', {"a": "x"}, "Body"),
        ("```toml\n[a]\nb = 1\n```\n\n# Title\n", {"a": {"b": 1}}, "\n# Title\n"),
        (';;;\n{"a": 1}\n;;;\nBody', {"a": 1}, "Body"),
        (";;;\n;;;\nBody", {}, "Body"),
        ('{\n  "a": {"b": 1}\n}\n\nBody', {"a": {"b": 1}}, "\nBody"),
        ("{}\nBody", {}, "Body"),
        ("Body\n\n---\n\nmore", {}, "Body\n\n---\n\nmore"),
        ("{% template %}\n", {}, "{% template %}\n"),
        ("----\nBody", {}, "----\nBody"),
        ("\n---\na: 1\n---\n", {}, "\n---\na: 1\n---\n"),
        ("", {}, ""),
    ],
)
def test_front_matter_stands_above_the_body(text: str, front: dict[str, Any], body: str) -> None:
    parsed = FORMATS["markdown"].parse(text.encode(), "it.md")
    assert parsed.data == parsed.front_matter == front
    assert isinstance(parsed.data, Fields)
    assert parsed.body == body


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("---\na: 1\nb: [\n---\n", "a bracket is opened here and never closed by ]", (3, 4)),
        ("---\r\na: 1\r\na: 2\r\n---\r\n", "the key 'a' stands here for the second time", (3, 1)),
        ("---\na: 1\n", "the front matter that begins with --- never ends", (1, 1)),
        ("---\n- a\n---\n", "the front matter is not a mapping", (2, 1)),
        ("+++\na = 1\nb = \n+++\n", "Invalid value", (3, 5)),
        (
            "```toml\na = 1\na = 2\n```\n",
            "a key or table stands here for the second time (cannot overwrite a value)",
            (3, 6),
        ),
        (';;;\n{"a": }\n;;;\n', "expecting value", (2, 7)),
        ('{"a": 1,\n "a": 2}\nBody', "the key 'a' stands here for the second time", (2, 2)),
        ('{"a": 1} Body', "there is text on the line where the front matter ends", (1, 9)),
    ],
)
def test_a_mistake_in_front_matter_has_its_place_in_the_document(text: str, what: str, where: tuple[int, int]) -> None:
    problem = refused("markdown", text)
    assert problem.what == what
    assert place(problem) == where


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("---\na: 1\nb: {c: 2}\n---\n", (3, 8)),
        ("---\r\na: 1\r\nb: {c: 2}\r\n---\r\n", (3, 8)),
        ("+++\nb.c = 1\n+++\n", (2, 7)),
        ("```toml\n[b]\nc = 1\n```\n", (3, 5)),
        (';;;\n{"b": {"c": 1}}\n;;;\n', (2, 13)),
        ('{"b": {"c": 1}}\n', (1, 13)),
        ("no front matter", None),
    ],
)
def test_a_value_in_front_matter_is_found_by_its_keys(text: str, where: tuple[int, int] | None) -> None:
    assert FORMATS["markdown"].locate(text.encode(), ("b", "c")) == where


# Plain text


def test_plain_text_is_all_body() -> None:
    parsed = FORMATS["text"].parse("é\r\nb".encode(), "it.txt")
    assert (parsed.data, parsed.body, parsed.front_matter) == ("é\r\nb", "é\r\nb", {})


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_a_text_has_no_records(name: str) -> None:
    with pytest.raises(FormatProblem, match="has no records"):
        records(name, "a")


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Python 3.11.0 to 3.11.4 match `(…)*+` wrongly; an atomic group says the same rightly."""
    for file in sorted((Path(__file__).parents[2] / "src" / "docgraph").rglob("*.py")):
        for line, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            assert not re.search(r"\)[*+?]\+", text), f"{file.name}:{line}: {text.strip()}"
