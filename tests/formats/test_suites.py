"""The well-known test suites of each format: what must parse does, with the right values; what must fail does.

Every disagreement is named here with its reason; there are no others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from docgraph.formats import FORMATS, reader_for
from docgraph.formats.content import Mistake, one_line_end
from docgraph.formats.yaml_block import BlockParser
from docgraph.model.problem import FormatProblem

Corpus = Callable[[str], Path]

# JSONTestSuite

TWICE = "a key stands twice in one mapping: refused, since one of the values would be lost"
JSON_REFUSED: Mapping[str, str] = {"y_object_duplicated_key.json": TWICE}
# What the suite leaves open (i_): numbers beyond a float's range keep their digits, all else of these is refused.
JSON_OPEN_READ = {
    "i_number_real_neg_overflow.json",
    "i_number_real_pos_overflow.json",
    "i_number_too_big_neg_int.json",
    "i_number_too_big_pos_int.json",
    "i_number_very_big_negative_int.json",
}


def test_json_agrees_with_its_suite(corpus: Corpus) -> None:
    files = sorted((corpus("odd-inputs") / "json").glob("*.json"))
    assert len(files) > 150
    wrong = []
    for file in files:
        must_read = (file.name.startswith("y_") and file.name not in JSON_REFUSED) or file.name in JSON_OPEN_READ
        problem = problem_with("json", file)
        if must_read == (problem is not None):
            wrong.append((file.name, str(problem)))
        assert problem is None or (problem.at.line and problem.at.column and problem.mend)
    assert wrong == []


def test_json_values_are_those_of_the_standard_library(corpus: Corpus) -> None:
    for file in sorted((corpus("odd-inputs") / "json").glob("y_*.json")):
        if file.name not in JSON_REFUSED:
            assert FORMATS["json"].parse(file.read_bytes(), file.name).data == json.loads(file.read_bytes()), file.name


# toml-test

NEWER = "TOML 1.1; the standard library reads TOML 1.0"
TOML_REFUSED: Mapping[str, str] = {
    "datetime/no-seconds.toml": NEWER,
    "inline-table/newline-comment.toml": NEWER,
    "key/empty-05.toml": NEWER,
    "spec-1.1.0/common-31.toml": NEWER,
    "spec-1.1.0/common-47.toml": NEWER,
    "string/hex-escape.toml": NEWER,
}


def toml_cases(corpus: Corpus, kind: str) -> list[tuple[str, Path]]:
    folder = corpus("odd-inputs") / "toml" / kind
    return [(str(file.relative_to(folder)), file) for file in sorted(folder.rglob("*.toml"))]


def test_toml_agrees_with_the_valid_half_of_its_suite(corpus: Corpus) -> None:
    cases = toml_cases(corpus, "valid")
    assert len(cases) > 130
    for name, file in cases:
        if name in TOML_REFUSED:
            assert problem_with("toml", file), name
            continue
        found = FORMATS["toml"].parse(file.read_bytes(), name).data
        assert tagged(found) == expected(json.loads(file.with_suffix(".json").read_text())), name


def test_toml_refuses_the_invalid_half_of_its_suite(corpus: Corpus) -> None:
    cases = toml_cases(corpus, "invalid")
    assert len(cases) > 250
    problems = {name: problem_with("toml", file) for name, file in cases}
    assert [name for name, problem in problems.items() if problem is None] == []
    assert [name for name, problem in problems.items() if problem and not (problem.at.line and problem.at.column)] == []


def test_every_value_of_the_toml_suite_can_be_located(corpus: Corpus) -> None:
    for name, file in toml_cases(corpus, "valid"):
        if name not in TOML_REFUSED:
            content = file.read_bytes()
            for keys in every_path(FORMATS["toml"].parse(content, name).data):
                assert FORMATS["toml"].locate(content, keys), (name, keys)


def every_path(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from every_path(inner, (*path, key))


def tagged(value: Any) -> Any:
    """A value with the name that toml-test has for its type."""
    match value:
        case dict():
            return {key: tagged(inner) for key, inner in value.items()}
        case list():
            return [tagged(inner) for inner in value]
        case bool():
            return "bool", value
        case str():
            return "string", value
        case int():
            return "integer", int(value)
        case float():
            return "float", repr(float(value))
        case datetime():
            return "datetime" if value.tzinfo else "datetime-local", value
        case date():
            return "date-local", value
        case time():
            return "time-local", value
    raise AssertionError(value)


MADE: Mapping[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "true",
    "string": str,
    "integer": int,
    "float": lambda text: repr(float(text)),
    "datetime": datetime.fromisoformat,
    "datetime-local": datetime.fromisoformat,
    "date-local": date.fromisoformat,
    "time-local": time.fromisoformat,
}


def expected(value: Any) -> Any:
    if isinstance(value, list):
        return [expected(inner) for inner in value]
    if set(value) == {"type", "value"} and isinstance(value["type"], str):
        return value["type"], MADE[value["type"]](value["value"])
    return {key: expected(inner) for key, inner in value.items()}


# yaml-test-suite

UNKNOWN_TAG = "a tag that means nothing here is refused, not dropped"
COMPLEX_KEY = "a list or mapping as a key has no place in a mapping of ours"
YAML_REFUSED: Mapping[str, str] = {
    "2JQS-0": TWICE,
    **dict.fromkeys(("2XXW-0", "6CK3-0", "C4HZ-0", "J7PZ-0", "M5C3-0"), UNKNOWN_TAG),
    **dict.fromkeys(
        ("6BFJ-0", "9MMW-0", "KK5P-0", "M5DY-0", "Q9WF-0", "RZP5-0", "X38W-0", "XW4D-0"),
        COMPLEX_KEY,
    ),
}


def yaml_cases(corpus: Corpus) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The suite is written in YAML; a case takes what it does not say from the one before."""
    for file in sorted((corpus("odd-inputs") / "yaml").glob("*.yaml")):
        before: dict[str, Any] = {}
        for index, case in enumerate(FORMATS["yaml"].parse(file.read_bytes(), file.name).data):
            if "yaml" in case:
                before = {}
            before = {**before, **case}
            yield f"{file.stem}-{index}", before


def shown(text: str) -> str:
    """The suite shows characters that cannot be seen."""
    text = re.sub("—*»", "\t", text.replace("␣", " "))
    text = text.replace("⇔", "\ufeff").replace("↵", "").replace("←", "\r")
    return re.sub("∎\n$", "", text)


class Events:
    """Builds what the suite's event lists say: kind, tag, content."""

    def plain(self, text: str, at: int) -> Any:
        return "VAL", None, ":" + text

    def scalar(self, text: str, style: str, tag: str | None, at: int) -> Any:
        return "VAL", tag, (style or ":") + text

    key = scalar

    def sequence(self, elements: list[Any], tag: str | None, at: int) -> Any:
        return "SEQ", tag, elements

    def mapping(self, pairs: list[tuple[Any, Any, int]], tag: str | None, at: int) -> Any:
        return "MAP", tag, [node for key, value, _ in pairs for node in (key, value)]


EVENT = re.compile(r"([+=-])(MAP|SEQ|VAL|ALI)(?: (?:\[\]|\{\}))?(?: &(\S+))?(?: <([^>]*)>)?(?: (.*))?")
SHOWN = {r"\\": "\\", r"\n": "\n", r"\t": "\t", r"\r": "\r", r"\b": "\b"}


def events(tree: str) -> list[Any]:
    """The documents of an event list, aliases replaced by what they stand for."""
    documents: list[Any] = []
    open_nodes: list[tuple[Any, str | None]] = []
    anchors: dict[str, Any] = {}
    for line in tree.splitlines():
        event = EVENT.fullmatch(line.lstrip(" "))
        if event is None:
            continue
        sign, kind, anchor, tag, rest = event.groups()
        if sign == "+":
            open_nodes.append(((kind, tag, []), anchor))
            continue
        if sign == "-":
            node, anchor = open_nodes.pop()
        elif kind == "ALI":
            node = anchors[rest.removeprefix("*")]
        else:
            node = "VAL", tag, re.sub(r"\\[\\ntrb]", lambda found: SHOWN[found.group()], rest or ":")
        if anchor:
            anchors[anchor] = node
        (open_nodes[-1][0][2] if open_nodes else documents).append(node)
    return documents


def test_yaml_is_understood_as_its_suite_says(corpus: Corpus) -> None:
    count = 0
    for name, case in yaml_cases(corpus):
        text = one_line_end(shown(case["yaml"]).removeprefix("\ufeff"))
        count += 1
        if case.get("fail"):
            with pytest.raises(Mistake):
                print(name, BlockParser(text, Events()).documents())
        else:
            found = BlockParser(text, Events()).documents()
            assert "tree" not in case or found == events(shown(case["tree"])), name
    assert count > 190


def test_yaml_values_are_those_of_its_suite(corpus: Corpus) -> None:
    refused = {}
    compared = 0
    for name, case in yaml_cases(corpus):
        if case.get("fail"):
            continue
        content = shown(case["yaml"]).encode()
        problem = problem_in("yaml", content)
        if problem:
            refused[name] = problem
            continue
        found = FORMATS["yaml"].parse(content, name).data
        if case.get("json") is not None:
            documents = list(json_documents(case["json"]))
            assert found == (documents[0] if len(documents) == 1 else documents or None), name
            compared += 1
    assert compared > 100
    assert set(refused) == set(YAML_REFUSED)
    assert all(problem.at.line and problem.at.column for problem in refused.values())


def json_documents(text: str) -> Iterator[Any]:
    text = text.strip()
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        yield value
        text = text[end:].strip()


# csv-spectrum

OTHER_NUMBER = "the suite's own JSON has another phone number than its CSV"
CSV_DIFFERENT: Mapping[str, str] = {"location_coordinates": OTHER_NUMBER}


def test_csv_agrees_with_its_suite(corpus: Corpus) -> None:
    folder = corpus("odd-inputs") / "csv"
    files = sorted((folder / "csvs").glob("*.csv"))
    assert len(files) == 6
    for file in files:
        found = FORMATS["csv"].parse(file.read_bytes(), file.name).data
        meant = json.loads((folder / "json" / f"{file.stem}.json").read_text())
        if file.stem in CSV_DIFFERENT:
            meant["Contact Phone Number"] = "2095257564"
        assert found == (meant if isinstance(meant, list) else [meant]), file.name


# Real documents

REAL: Mapping[str, int] = {
    "eips": 900,
    "keps": 600,
    "open-data-registry": 500,
    "rustsec": 600,
    "linguist": 6,
    "srd-2024": 20,
    "gsm8k-test": 1,
    "country-codes": 8,
}
OUTDENTED = "its text in quotes goes on at the margin, which YAML does not allow inside a mapping"
REAL_REFUSED: Mapping[str, str] = {"radarsat-1.yaml": OUTDENTED}


@pytest.mark.parametrize("name", REAL)
def test_real_documents_can_be_read(corpus: Corpus, name: str) -> None:
    files = [file for file in sorted(corpus(name).rglob("*")) if file.is_file() and reader_for(file.name)]
    assert len(files) >= REAL[name]
    problems = {}
    for file in files:
        reader = reader_for(file.name)
        assert reader is not None
        problem = problem_with(reader.name, file)
        if problem:
            problems[file.name] = problem
    assert set(problems) == {file.name for file in files if file.name in REAL_REFUSED}
    assert all(problem.at.line and problem.at.column for problem in problems.values())


def test_every_eip_has_its_number_and_title(corpus: Corpus) -> None:
    for file in corpus("eips").glob("eip-*.md"):
        front = FORMATS["markdown"].parse(file.read_bytes(), file.name).front_matter
        assert f"eip-{front['eip']}" == file.stem
        assert front["status"] == "Moved" or isinstance(front["title"], str)


def test_every_advisory_has_its_id(corpus: Corpus) -> None:
    for file in corpus("rustsec").rglob("RUSTSEC-*.md"):
        parsed = FORMATS["markdown"].parse(file.read_bytes(), file.name)
        assert parsed.data["advisory"]["id"] == file.stem
        assert parsed.body.lstrip().startswith("#")


def problem_with(format_name: str, file: Path) -> FormatProblem | None:
    return problem_in(format_name, file.read_bytes())


def problem_in(format_name: str, content: bytes) -> FormatProblem | None:
    try:
        FORMATS[format_name].parse(content, "it")
    except FormatProblem as problem:
        return problem
    return None
