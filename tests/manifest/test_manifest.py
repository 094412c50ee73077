"""subgraph.yaml is read to typed values, and every mistake in it is told with its place and how to mend it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.manifest import Manifest, read_manifest
from docgraph.model.problem import Location, ManifestProblem, Problem, Problems
from docgraph.sources.folder import FolderOptions

WHOLE = """\
specVersion: 1.0.0
description: Open roles
repository: https://example.org/jobs
schema:
  file: ./schema.graphql
features: [fullTextSearch]
indexerHints:
  prune: 100
dataSources:
  - kind: folder
    name: Companies
    source:
      path: ./documents/companies
      include: ["**/*.yaml"]
      exclude: ["drafts/**"]
      format: yaml
    context: {country: DE, no: no, rate: 1.50, tags: [a, 1], none: ~}
    mapping:
      kind: documents
      apiVersion: 0.0.9
      language: python
      file: ./mappings/companies.py
      entities: [Company, Skill]
      documentHandlers:
        - handler: handle_company
          match: "2024/*.yaml"
      recordHandlers:
        - handler: handle_row
          at: pages.0.rows
"""

SHORT = """\
specVersion: 1.0.0
schema: {file: s.graphql}
dataSources:
  - kind: folder
    name: A
    source: {path: a}
    mapping:
      file: m.py
      entities: [X]
      documentHandlers: [{handler: h}]
"""


def problems(text: str, environment: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Place, what and mend of each problem."""
    with pytest.raises(Problems) as caught:
        read_manifest(text, environment=environment or {})
    assert all(type(problem) is ManifestProblem for problem in caught.value.problems)
    return [(str(problem.at), problem.what, problem.mend) for problem in caught.value.problems]


def problem(text: str, environment: Mapping[str, str] | None = None) -> tuple[str, str, str]:
    (only,) = problems(text, environment)
    return only


def test_a_whole_manifest_is_read_to_typed_values() -> None:
    manifest = read_manifest(WHOLE)
    assert (manifest.path, manifest.spec_version, manifest.description) == ("subgraph.yaml", "1.0.0", "Open roles")
    assert (manifest.schema_file, manifest.features, manifest.prune) == ("schema.graphql", ("fullTextSearch",), 100)
    (source,) = manifest.sources
    assert (source.kind, source.name, source.at) == ("folder", "Companies", Location("subgraph.yaml", 11, 11))
    assert source.options == FolderOptions(
        path="./documents/companies", include=("**/*.yaml",), exclude=("drafts/**",), format="yaml"
    )
    assert source.context == {"country": "DE", "no": "no", "rate": 1.5, "tags": ("a", 1), "none": None}
    assert str(source.context["rate"]) == "1.50"
    assert (source.mapping.file, source.mapping.entities) == ("mappings/companies.py", ("Company", "Skill"))
    assert source.mapping.entities_at[1] == Location("subgraph.yaml", 23, 27)
    (handler,) = source.mapping.document_handlers
    assert (handler.handler, handler.place) == ("handle_company", Location("subgraph.yaml", 25, 20))
    assert [handler.fits(path) for path in ("2024/a.yaml", "2023/a.yaml", "a/2024/a.yaml")] == [True, False, False]
    (record,) = source.mapping.record_handlers
    assert (record.handler, record.at, record.fits("any")) == ("handle_row", ("pages", 0, "rows"), True)


def test_what_may_be_left_out_has_defaults() -> None:
    manifest = read_manifest(SHORT)
    assert (manifest.description, manifest.features, manifest.prune) == (None, (), "auto")
    assert manifest.sources[0].context == {}


def test_a_manifest_travels_between_processes() -> None:
    manifest = read_manifest(WHOLE)
    copy: Manifest = pickle.loads(pickle.dumps(manifest))
    assert copy == manifest


def test_constants_stay_as_the_manifest_says() -> None:
    context = read_manifest(WHOLE).sources[0].context
    for change in (lambda: context.update(a=1), lambda: context.pop("no"), lambda: context.__setitem__("a", 1)):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()


def test_variables_are_filled_in_from_the_environment() -> None:
    text = SHORT.replace("{path: a}", '{path: "${ROOT}/$${x}/${SUB:-b c}"}').replace("name: A", "name: ${NAME:-A}")
    text += "    context: {plain: '${ROOT}'}\nindexerHints:\n  prune: ${PRUNE:-auto}\n"
    manifest = read_manifest(text, environment={"ROOT": "/r", "SUB": "", "PRUNE": "7"})
    assert manifest.sources[0].options.path == "/r/${x}/b c"
    assert (manifest.sources[0].name, manifest.prune) == ("A", 7)


def test_mistakes_are_told_all_at_once_in_the_order_of_their_places() -> None:
    text = """\
specVersion: 2
descripton: x
schema: {file: /etc/schema.graphql}
features: [fulltextSearch]
indexerHints: {prune: 0}
dataSources:
  - kind: foldr
    name: A
    source: {path: x}
    mapping:
      file: a.txt
      entities: []
  - kind: folder
    name: A
    source: {path: "${NOPE}/x", include: "**/*.md", formt: yml}
    mapping:
      file: ../a.py
      entities: [Company, Company]
      reads: [X, Y, X]
      eventHandlers: []
      documentHandlers:
        - handler: handle-x
          match: "a**"
      recordHandlers:
        - {handler: x, at: "$.a"}
        - hander: y
"""
    assert [(place.removeprefix("subgraph.yaml:"), what) for place, what, _ in problems(text)] == [
        ("1:14", "unknown specVersion `2`"),
        ("2:1", "unknown key `descripton`"),
        ("3:16", "`/etc/schema.graphql` is outside the project"),
        ("4:12", "`fulltextSearch` is not something an element of `features` can be"),
        ("5:23", "`0` is not a whole number of at least 1"),
        ("7:11", "unknown kind of data source `foldr`"),
        ("11:13", "`a.txt` is not a .py file"),
        ("12:17", "`entities` is an empty list"),
        ("14:11", "two data sources are called `A`"),
        ("15:21", "the environment variable NOPE is not set"),
        ("15:42", "`include` must be a list, and is one value"),
        ("15:53", "unknown key `formt`"),
        ("17:13", "`../a.py` is outside the project"),
        ("18:27", "`Company` is listed twice"),
        ("19:21", "`X` is listed twice"),
        ("20:7", "`eventHandlers` is not available here"),
        ("22:20", "`handle-x` cannot be the name of a function"),
        ("23:18", "the pattern 'a**' has ** beside other characters"),
        ("25:28", "`$.a` does not lead to a list of records"),
        ("26:11", "unknown key `hander`"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "what", "mend"),
    [
        ("specVersion: 1.0.0\n", "", "1:1", "`specVersion` is missing from the manifest", "`schema` and `dataSources`"),
        ("1.0.0", "", "1:13", "`specVersion` has no value", "give it one"),
        ("{file: s.graphql}", "s.graphql", "2:9", "`schema` must be a mapping, and is one value", "`file`"),
        ("{file: s.graphql}", "{file: [s]}", "2:16", "`file` must be one value, and is a list", "after the colon"),
        ("s.graphql", "s.gql", "2:16", "`s.gql` is not a .graphql file", "ends in .graphql"),
        ("kind: folder", "kind: ethereum/contract", "4:11", "unknown kind", "documents in a folder are `kind: folder`"),
        ("kind: folder", "kind: [folder]", "4:11", "`kind` must be one value, and is a list", "after the colon"),
        ("name: A", "nam: A", "5:5", "unknown key `nam`", "did you mean `name`?"),
        ("name: A", "name: ''", "5:11", "`name` is empty", "give it a value"),
        ("name: A", "name: A\n    network: mainnet", "6:5", "`network` is not available here", "no network"),
        ("name: A", "name: A\n    onError: drop", "6:5", "`onError` is not available here", "under `mapping`"),
        ("{path: a}", "{path: a, format: markdwn}", "6:31", "unknown format `markdwn`", "did you mean `markdown`?"),
        ("{path: a}", "{path: a, include: []}", "6:32", "`include` is an empty list", "at least one"),
        ("{path: a}", "{path: a, exclude: ['[']}", "6:33", "the pattern '['", ""),
        ("{path: a}", "{pathe: a}", "6:14", "unknown key `pathe`", "did you mean `path`?"),
        ("{path: a}", "a", "6:13", "`source` must be a mapping, and is one value", "`path`"),
        ("file: m.py", "file: m-x.py", "8:13", "`m-x.py` cannot be imported because of `m-x`", "underscores"),
        ("file: m.py", "file: m.py\n      language: wasm/assemblyscript", "9:17", "not something `language`", "python"),
        (
            "source: {path: a}\n    mapping:\n      file: m.py",
            "source: {path: a, format: csv}\n    mapping:\n      file: m.py\n      batchHandlers: [{handler: h}]",
            "9:22",
            "the format csv has no batches",
            "recordHandlers",
        ),
        ("[X]", "X", "9:17", "`entities` must be a list", "[in, brackets]"),
        ("      documentHandlers: [{handler: h}]\n", "", "8:7", "the mapping names no handler", "`documentHandlers`"),
        ("[{handler: h}]", "[h]", "10:26", "an element of `documentHandlers` must be a mapping", "`handler`"),
        ("{handler: h}", "{match: '*'}", "10:26", "`handler` is missing from an element of", "needed are `handler`"),
        ("- kind", "- !x\n    kind", "5:5", "the tag !x means nothing here", "remove the tag"),
        ("name: A", "name: A\n    name: B", "6:5", "the key `name` is given twice", "line 5"),
        ("name: A", "name: A\n    ? [a]\n    : b", "6:5", "a list or a mapping stands as a key", "plain word"),
        ("name: A", "name: '${A'", "5:12", "`${` does not begin a variable", "$${"),
        ("name: A", "name: x${A-b}", "5:12", "`${` does not begin a variable", "${NAME:-default}"),
        ("{path: a}", "{path: ${A:-b}}", "6:21", "not YAML", "put quotes around the value"),
        ("{path: a}", "{path: a", "7:5", "not YAML: this line inside brackets", ""),
        ("    name: A", "\tname: A", "5:2", "not YAML", "spaces"),
        ("name: A", "name: \0", "5:11", "not YAML: the character U+0000", "remove it"),
        ("name: A", "name: \ud800", "5:11", "not YAML: the character U+D800", "remove it"),
        ("[X]", "[" * 5000, "9:113", "not YAML: more than 100 lists", ""),
    ],
)
def test_each_mistake_is_told_with_its_place_and_a_mend(old: str, new: str, place: str, what: str, mend: str) -> None:
    assert old in SHORT
    told = problems(SHORT.replace(old, new, 1))[0]
    assert told[0] == f"subgraph.yaml:{place}"
    assert what in told[1]
    assert mend in told[2]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n"])
def test_an_empty_manifest_says_how_to_begin(text: str) -> None:
    assert problem(text) == (
        "subgraph.yaml:1:1",
        "the manifest is empty",
        "`docgraph init` writes one to start from",
    )


def test_a_second_document_is_refused() -> None:
    assert problem(f"---\n{SHORT}---\na: b\n")[:2] == ("subgraph.yaml:13:1", "a second document begins")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert read_manifest("\ufeff" + WHOLE.replace("\n", "\r\n")) == read_manifest(WHOLE)


def test_anchors_share_what_they_name() -> None:
    second = "  - kind: folder\n    name: B\n    source: *s\n    mapping: *m\n"
    text = SHORT.replace("{path: a}", "&s {path: a}").replace("mapping:", "mapping: &m") + second
    first, other = read_manifest(text).sources
    assert first.options == other.options
    assert first.mapping.file == other.mapping.file


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(WHOLE) - 1),
    st.integers(0, 6),
    st.text(alphabet="aX0:-{}[]'\"|>&*!#%@`~ \n\t,?$\0é", max_size=6),
)
def test_whatever_is_written_gives_a_manifest_or_placed_problems(start: int, length: int, put: str) -> None:
    told: tuple[Problem, ...] = ()
    try:
        read_manifest(WHOLE[:start] + put + WHOLE[start + length :])
    except Problems as problems:
        told = problems.problems or (Problem("no problem", at=Location(""), mend=""),)
    assert all(problem.at.line and problem.at.column and problem.mend for problem in told)
