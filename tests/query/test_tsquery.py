"""What is typed into a search is either refused by us or taken by Postgres, never refused by Postgres."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.query.tsquery import Malformed, tsquery
from docgraph.store.layout import SEARCH_CONFIGURATION


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ""),
        ("  ", ""),
        ("foo", "'foo'"),
        ("foo bar", "'foo' & 'bar'"),
        ("foo&bar|baz", "'foo' & 'bar' | 'baz'"),
        ("foo !bar", "'foo' & ! 'bar'"),
        ("!!foo", "'foo'"),
        ("!!!(foo bar)", "! ( 'foo' & 'bar' )"),
        ("foo (bar | baz) qux", "'foo' & ( 'bar' | 'baz' ) & 'qux'"),
        ("a <-> b<2>c", "'a' <-> 'b' <2> 'c'"),
        ("pre:* 'foo bar':*", "'pre':* & 'foo bar':*"),
        ("a:ab b:", "'a':ab & 'b'"),
        ("it's 'it''s'", "'it''s' & 'it''s'"),
        ("a\\&b '\\\\'", "'a&b' & '\\\\'"),
        ("- +", "'-' & '+'"),
    ],
)
def test_operators_stay_and_words_side_by_side_are_anded(typed: str, written: str) -> None:
    assert tsquery(typed) == written


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("a &", 'no operand in tsquery: "a &"'),
        ("& a", 'no operand in tsquery: "& a"'),
        ("a & | b", "no operand"),
        ("a !", "no operand"),
        ("()", "no operand"),
        ("(a", 'syntax error in tsquery: "(a"'),
        ("a)", "syntax error"),
        ("'a", "syntax error"),
        ("''", "syntax error"),
        ("a\\", "syntax error"),
        ("a < b", "syntax error"),
        ("a <99999> b", "syntax error"),
        ("12:30", "syntax error"),
        ("a:*:*", "syntax error"),
        (":*", "syntax error"),
        ("(" * 51 + "a" + ")" * 51, "syntax error"),
        ("ä" * 501, "word is too long"),
        ("a " * 5001, "longer than 10000 characters"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_words_of_the_dialect(typed: str, why: str) -> None:
    with pytest.raises(Malformed) as caught:
        tsquery(typed)
    message = str(caught.value)
    assert message.startswith("Invalid fulltext search query syntax. Error: ")
    assert message.endswith(". Hint: Search terms with spaces need to be enclosed in single quotes")
    assert why in message
    assert len(message) < 300


operators = ["<->", "<2>", "<0>", ":*", ":a", "''", *"&|!()<>-:'\\ \t*"]
words = ["foo", "the", "Ω", "İ", "a.b/c", "x@y.de", "1.5e3", "😀", "\u0301", "漢字", '"', "%", "$1", "\x01", "\ud7ff"]
pieces = st.sampled_from(operators) | st.sampled_from(words) | st.text(max_size=3)
typed = st.lists(pieces, max_size=14).map("".join).filter(lambda text: "\0" not in text)


async def test_postgres_finds_no_fault_in_what_we_write(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    loop = asyncio.get_running_loop()
    taken: list[str] = []

    async def take(written: str, language: str) -> Any:
        return await connection.fetchval("select to_tsquery($1::text::regconfig, $2)::text", language, written)

    @settings(max_examples=400, deadline=None, database=None)
    @given(typed, st.sampled_from(sorted(SEARCH_CONFIGURATION.values())))
    def fine(text: str, language: str) -> None:
        try:
            written = tsquery(text)
        except Malformed:
            return
        asyncio.run_coroutine_threadsafe(take(written, language), loop).result()
        taken.append(text)

    await asyncio.to_thread(fine)
    assert len(taken) > 50
    longest = [
        "a " * 5000,
        "!(" * 50 + "a" + ")" * 50,
        "a" * 1000,
        "'" + "a b " * 249 + "'",
        "a <16384> b",
        "!" * 9999 + "a",
    ]
    for text in [*longest, "a | b & c <-> " * 600 + "d", "İ" * 500]:
        await take(tsquery(text), "pg_catalog.english")
    await connection.close()
