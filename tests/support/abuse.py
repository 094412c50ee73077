"""What nobody in their right mind sends: texts, values, queries and requests that have broken servers before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

SCHEMA = """
enum Kind { NOTE GUIDE }
interface Doc { id: ID! title: String! }
type Page implements Doc @entity {
  id: ID! title: String! kind: Kind! words: Int large: Int8 size: BigInt price: BigDecimal weight: Float
  seen: Timestamp written: Date changed: DateTime good: Boolean extra: JSON tags: [String!]! sizes: [BigInt!]
  author: Author links: [Page!]! notes: [Note!]! @derivedFrom(field: "page")
}
type Note implements Doc @entity { id: ID! title: String! page: Page! }
type Author @entity { id: Bytes! name: String! pages: [Page!]! @derivedFrom(field: "author") }
"""
MANIFEST = """
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Pages
    source: {path: ./pages}
    mapping:
      file: ./mappings/pages.py
      entities: [Page, Note, Author]
      documentHandlers: [{handler: handle_page}]
"""
MAPPING = """
from docgraph import Document
from generated.schema import Author, Note, Page


def handle_page(document: Document) -> None:
    author = f"0x{document.stem}"
    Author(id=author, name=f"author {document.stem}").save()
    Page(
        id=document.stem, title="A 'page'", kind="NOTE", words=1, size=2, price="1.5", tags=["a"],
        links=[document.stem], author=author, extra={"a": [1]},
    ).save()
    Note(id=f"note-{document.stem}", title="A note", page=document.stem).save()
"""


def write_pages_project(folder: Path) -> Path:
    """A project that has every scalar."""
    for name, text in {
        "schema.graphql": SCHEMA,
        "subgraph.yaml": MANIFEST,
        "mappings/pages.py": MAPPING,
        **{f"pages/{number:02}.json": "{}" for number in range(5)},
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


# Texts and values ------------------------------------------------------------------

TEXTS = (
    "'",
    '"',
    "''; drop table page; --",
    "$$; select 1; $$",
    "\\",
    "\\'",
    "E'\\x00'",
    "%",
    "_",
    "{}",
    "{0}",
    "%s",
    "$1",
    ":name",
    "\0",
    "a\0b",
    "\x7f\x80\x9f",
    "\ufeff",
    "\uffff",
    "\u202e\u0301",
    "\U0001f600",
    "\r\n",
    "0x",
    "0xzz",
    "0x0",
    "-",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999999999",
    "9" * 200_000,
    "0." + "9" * 20_000,
    "99999999999999999999",
    "infinity",
    "epoch",
    "0000-00-00",
    "10000-01-01",
    "-4713-01-01",
    "2026-02-30",
    "2026-01-01T00:00:00+99:99",
    "x" * 100_000,
    "__proto__",
    "__typename",
    "null",
    "",
)
NUMBERS = (0, -0.0, -1, 2**31, 2**53 + 1, -(2**63), 2**64, 10**30, -(10**30), 1.5, 1e308, -1e308, 5e-324)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(TEXTS[:12]), inner, max_size=4)
    ),
    max_leaves=12,
)

# Queries -----------------------------------------------------------------------------

VARIABLES: dict[str, str] = {
    "id": "query ($id: ID!) { page(id: $id) { id } author(id: $id) { id } doc(id: $id) { id } }",
    "first": "query ($first: Int) { pages(first: $first, skip: $first) { id links(first: $first) { id } } }",
    "block": "query ($block: Block_height) { pages(block: $block) { id } _meta(block: $block) { block { hash } } }",
    "where": "query ($where: Page_filter) { pages(where: $where) { id } }",
    "author": "query ($author: Author_filter) { authors(where: $author) { pages(where: {author_: $author}) { id } } }",
    "order": "query ($order: Page_orderBy) { pages(orderBy: $order) { id } }",
    "direction": "query ($direction: OrderDirection) { pages(orderBy: title, orderDirection: $direction) { id } }",
    "policy": "query ($policy: _SubgraphErrorPolicy_! = allow) { pages(subgraphError: $policy) { id } }",
    "flag": "query ($flag: Boolean!) { pages @include(if: $flag) { id } }",
    "list": "query ($list: [String!]) { pages(where: {title_in: $list}) { id } }",
}
KEYS = tuple(
    f"{field}{suffix}"
    for field in (
        *("id", "title", "kind", "words", "large", "size", "price", "weight", "seen", "written", "changed", "good"),
        *("extra", "tags", "sizes", "author", "links", "author_", "links_", "notes_", "notes_none", "and", "or", "not"),
    )
    for suffix in ("", "_not", "_gt", "_lte", "_in", "_not_in", "_contains", "_contains_nocase", "_starts_with")
)
FILTERS = st.dictionaries(st.sampled_from((*KEYS, "_change_block")), VALUES, min_size=1, max_size=3)
WORDS = (
    *(
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "$",
        "@",
        "...",
        "&",
        "|",
        "=",
        "#",
        ",",
        '"',
        '"""',
        "\\",
        "\0",
        "\ufeff",
    ),
    *(
        "query",
        "mutation",
        "subscription",
        "fragment",
        "on",
        "F",
        "pages",
        "page",
        "docs",
        "_meta",
        "__schema",
        "__type",
    ),
    *(
        "id",
        "title",
        "links",
        "where",
        "first",
        "skip",
        "orderBy",
        "block",
        "number",
        "hash",
        "null",
        "true",
        "-1",
        "0",
    ),
    *(
        "1e999",
        "9" * 5000,
        "0.1",
        '"a"',
        '"\\u0000"',
        '"\\ud800"',
        "$id",
        "@include(if: true)",
        "@skip(if: $id)",
        "é",
        "{}",
    ),
)
SOUND = (
    "query A($id: ID!) { page(id: $id) { id title links(first: 2) { id } ...F } } fragment F on Page { notes { id } }",
    '{ pages(where: {or: [{title: "a"}, {words_gt: 1}], not: {tags: ["a"]}}, orderBy: title, first: 2) { id kind } }',
    "{ docs { __typename id ... on Note { page { id } } } _meta { block { number hash } deployment } }",
    '{ __type(name: "Page") { fields { name type { name ofType { name } } } } __schema { queryType { name } } }',
)


@st.composite
def broken_queries(draw: st.DrawFn) -> str:
    """A sound query with some of its words replaced, dropped, repeated or put in where they do not belong."""
    words = draw(st.sampled_from(SOUND)).split(" ")
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(words) - 1))
        put_in = draw(st.lists(st.sampled_from(WORDS) | st.sampled_from(words), max_size=3))
        words[place : place + draw(st.integers(0, 2))] = put_in
        words = words or [""]
    return " ".join(words)


MONSTERS: dict[str, str] = {
    "deep selections": "{ pages { links " + "{ links " * 10_000 + "}" * 10_002,
    "deep values": "{ pages(where: " + "{not: " * 10_000 + "{}" + "}" * 10_000 + ") { id } }",
    "deep lists": "{ pages(where: {tags: " + "[" * 10_000 + "]" * 10_000 + "}) { id } }",
    "deep types": "query ($a: " + "[" * 5_000 + "Int" + "]" * 5_000 + ") { pages { id } }",
    "one field many times": "{ pages { " + "id " * 15_000 + "} }",
    "one object many times": "{ " + "pages { id } " * 4_000 + "}",
    "many aliases": "{ " + " ".join(f"a{n}: pages {{ id }}" for n in range(3_000)) + " }",
    "many roots": "{ " + " ".join(f"a{n}: pages {{ id }}" for n in range(2_000)) + " }",
    "many operations": " ".join(f"query A{n} {{ pages {{ id }} }}" for n in range(3_000)),
    "a cycle of fragments": "{ pages { ...A } } fragment A on Page { links { ...B } } fragment B on Page { ...A }",
    "fragments that double": "{ pages { ...F0 } } "
    + " ".join(f"fragment F{n} on Page {{ a: links {{ ...F{n + 1} }} b: links {{ ...F{n + 1} }} }}" for n in range(300))
    + " fragment F300 on Page { id }",
    "a chain of fragments": "{ pages { ...F0 } } "
    + " ".join(f"fragment F{n} on Page {{ ...F{n + 1} }}" for n in range(1_500))
    + " fragment F1500 on Page { id }",
    "circles of introspection": "{ __schema { types " + "{ fields { type " * 60 + "{ name }" + " } }" * 60 + " } }",
    "many directives": "{ pages { id " + "@include(if: true) " * 3_000 + "} }",
    "many arguments": "{ pages(" + " ".join(f"a{n}: 1" for n in range(4_000)) + ") { id } }",
    "a long name": "{ " + "a" * 1_000_000 + " }",
    "a long text": '{ pages(where: {title: "' + "'" * 1_000_000 + '"}) { id } }',
    "a long number": "{ pages(first: " + "9" * 100_000 + ") { id } }",
    "a long float": "{ pages(where: {price: 1e" + "9" * 10_000 + "}) { id } }",
    "many conditions": "{ pages(where: {or: [" + '{title: "a"} ' * 3_000 + "]}) { id } }",
    "a wide list": "{ pages(where: {title_in: [" + '"a" ' * 15_000 + "]}) { id } }",
    "many variables": "query (" + " ".join(f"$a{n}: Int" for n in range(4_000)) + ") { pages { id } }",
}


def nested(key: str, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"title": "a"}
    for _ in range(depth):
        found = {key: found}
    return found
