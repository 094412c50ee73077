"""Fulltext searches: what they find, in which order, at which block, in which language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema
from docgraph.store.act import RETIRE
from docgraph.store.layout import SEARCH_CONFIGURATION, SINCE, UNTIL
from docgraph.store.sql import join, name, render, sql, value

PAGE = Path(__file__).resolve().parents[2] / "docs" / "search.md"


def schema(language: str = "en", algorithm: str = "rank") -> str:
    return f"""
    type _Schema_ @fulltext(name: "look", language: {language}, algorithm: {algorithm},
      include: [{{ entity: "Text", fields: [{{ name: "id" }}, {{ name: "content" }}] }}])
    type Text @entity {{ id: ID!  content: String }}
    """


def texts(**contents: str | None) -> Any:
    return {"Text": [{"id": key, "content": content} for key, content in contents.items()]}


async def found(index: Any, text: str, arguments: str = "") -> list[str]:
    query = f"query ($text: String!) {{ look(text: $text{arguments}) {{ id }} }}"
    data = await index.data(query, {"text": text})
    assert (await index.exactly(query, {"text": text}))["data"] == data
    return [row["id"] for row in data["look"]]


async def test_the_examples_of_the_page_are_true(make: Any) -> None:
    shown = dict(re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', PAGE.read_text(), re.MULTILINE | re.DOTALL))
    index = await make(shown["schema.graphql"], json.loads(shown["rows"]))
    assert await index.data(shown["query"]) == json.loads(shown["answer"])
    assert len(index.statements) == 1


def test_the_page_lists_the_languages_there_are() -> None:
    row = next(line for line in PAGE.read_text().splitlines() if line.startswith("| `language` |"))
    assert re.findall(r"`(\w+)`", row)[1:] == list(SEARCH_CONFIGURATION)


def test_the_field_has_the_arguments_of_the_dialect_in_its_order() -> None:
    query = core_of(Engine.build(read_schema(schema()), "docgraph_d1", "d1").schema).query_type
    assert query is not None
    assert list(query.fields)[:3] == ["text", "texts", "look"]
    field = query.fields["look"]
    assert {key: str(each.type) for key, each in field.args.items()} == {
        "text": "String!",
        "first": "Int",
        "skip": "Int",
        "block": "Block_height",
        "where": "Text_filter",
        "subgraphError": "_SubgraphErrorPolicy_!",
    }
    assert list(field.args) == ["text", "first", "skip", "block", "where", "subgraphError"]
    assert str(field.type) == "[Text!]!"


# A word of each language and an inflection of it that only this language's rules lead to the same stem.
INFLECTED = {
    "simple": ("word", "word"),
    "da": ("bilerne", "bil"),
    "nl": ("lopende", "lopend"),
    "en": ("baking", "baked"),
    "fi": ("taloissa", "talo"),
    "fr": ("continuellement", "continuel"),
    "de": ("Häuser", "Hauser"),
    "hu": ("házakban", "ház"),
    "it": ("bambini", "bambino"),
    "no": ("bilene", "bil"),
    "pt": ("meninos", "menino"),
    "ro": ("copiilor", "copii"),
    "ru": ("книгами", "книга"),
    "es": ("gatos", "gato"),
    "sv": ("bilarna", "bil"),
    "tr": ("evlerimiz", "ev"),
}


@pytest.mark.parametrize("language", SEARCH_CONFIGURATION)
async def test_both_sides_are_read_in_the_declared_language(make: Any, language: str) -> None:
    written, asked = INFLECTED[language]
    index = await make(schema(language), texts(t1=f"{written} xyz", t2="xyz"))
    assert await found(index, asked) == ["t1"]


async def test_words_of_another_language_are_not_brought_to_its_stems(make: Any) -> None:
    index = await make(schema("simple"), texts(t1="baking the bread"))
    assert await found(index, "baked") == []
    assert await found(index, "the") == ["t1"]


async def test_the_best_match_comes_first_and_ties_by_id(make: Any) -> None:
    index = await make(
        schema(), texts(c="apple", b="apple", a="apple pear", d="apple apple apple apple", e="pear", f=None)
    )
    assert await found(index, "apple") == ["d", "a", "b", "c"]
    assert await found(index, "apple", ", first: 2, skip: 1") == ["a", "b"]


@pytest.mark.parametrize(("algorithm", "ids"), [("rank", ["often", "close"]), ("proximityRank", ["close", "often"])])
async def test_the_declared_algorithm_ranks(make: Any, algorithm: str, ids: list[str]) -> None:
    rows = texts(often="apple apple apple one two three four pear pear pear", close="apple pear")
    assert await found(await make(schema(algorithm=algorithm), rows), "apple pear") == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("apple & pear", ["a"]),
        ("apple pear", ["a"]),
        ("plum | pear", ["a", "c"]),
        ("apple & !pear", ["b"]),
        ("apple <-> pear", ["a"]),
        ("pear <-> apple", []),
        ("apple <2> cake", ["b"]),
        ("'ripe apples'", ["b"]),
        ("pl:*", ["c"]),
        ("(plum | pear) & !apple", ["c"]),
        ("", []),
        ("the", []),
        ("'", None),
        ("apple &", None),
    ],
)
async def test_operators_mean_what_they_mean_in_postgres(shared_index: Any, text: str, ids: list[str] | None) -> None:
    if ids is not None:
        assert sorted(await found(shared_index, text)) == ids
        return
    shared_index.statements.clear()
    response = await shared_index.ask("query ($text: String!) { look(text: $text) { id } }", {"text": text})
    (error,) = response["errors"]
    assert error["message"].startswith("Invalid fulltext search query syntax. Error: ")
    assert (error["path"], error["extensions"]) == (["look"], {"code": "BAD_USER_INPUT"})
    assert shared_index.statements == []


@pytest.fixture(scope="module")
def rows() -> Any:
    return texts(a="apple pear", b="ripe apple, ripe cake", c="plum")


@pytest.fixture
async def shared_index(make: Any, rows: Any) -> Any:
    return await make(schema(), rows)


async def test_a_filter_is_anded(shared_index: Any) -> None:
    assert await found(shared_index, "apple", ', where: { id_not: "a" }') == ["b"]
    assert await found(shared_index, "apple", ', where: { or: [{ id: "a" }, { id: "c" }] }') == ["a"]


async def test_a_character_that_no_column_holds_is_refused(shared_index: Any) -> None:
    (message,) = await shared_index.errors("query ($text: String!) { look(text: $text) { id } }", {"text": "a\0b"})
    assert message.startswith("Invalid value provided for argument `text`:")


async def test_an_earlier_block_is_searched_as_it_was(shared_index: Any) -> None:
    index = shared_index
    table = index.layout.tables["Text"]
    columns = join(", ", map(name, table.version))
    back = (table.current, value(["a"]), sql("text[]"), columns)
    retire = sql(RETIRE, *back, table.history, columns, name(UNTIL), value(2), name(SINCE), value(2))
    text, parameters = render(retire)
    await index.connection.execute(text, *parameters)
    await index.fill(texts(a="grape"), since=2)
    await index.block(2)
    assert await found(index, "apple") == ["b"]
    assert await found(index, "grape", ", block: { number: 2 }") == ["a"]
    assert await found(index, "pear", ", block: { number: 1 }") == ["a"]
    assert await found(index, "grape", ", block: { number: 1 }") == []


async def test_a_search_uses_its_index(shared_index: Any) -> None:
    await shared_index.connection.execute("set enable_seqscan = off")
    text = shared_index.statement('{ look(text: "apple") { id } }')
    explained = await shared_index.connection.fetch(f"explain {text}", "'apple'")
    assert any("text$by_look$search" in line[0] for line in explained)


async def test_a_text_that_is_longer_than_a_search_column_holds_is_searched_as_far_as_it_goes(make: Any) -> None:
    index = await make(schema("simple"), {})
    words = " ".join(f"word{number}" for number in range(150_000))
    await index.fill(texts(a=words))
    assert await found(index, "word1") == ["a"]
    assert await found(index, "word149999") == []
