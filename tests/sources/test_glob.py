"""Globs: what each form matches, and that no path gets around a rule."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.sources.glob import BadGlob, glob_expression, visible_glob_expression

PARTS = st.text(alphabet="ab.-]!é", min_size=1, max_size=4).filter(lambda part: part not in (".", ".."))
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


def matches(pattern: str, path: str) -> bool:
    return re.compile(glob_expression(pattern), re.DOTALL).fullmatch(path) is not None


@pytest.mark.parametrize(
    ("pattern", "fitting", "other"),
    [
        ("*.md", ["a.md", ".md", "a b.md"], ["a/b.md", "a.mdx", "a.MD"]),
        ("**/*.md", ["a.md", "a/b.md", "a/b/c.md"], ["a.txt", "a.md/b"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "ab/c"]),
        ("a/", ["a/b", "a/b/c"], ["a", "ab/c"]),
        ("**", ["a", "a/b"], [""]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab"]),
        ("./a?.md", ["ab.md"], ["a.md", "abc.md", "a/.md"]),
        ("[ab]c", ["ac", "bc"], ["cc", "c"]),
        ("[a-c]x", ["ax", "cx"], ["dx", "-x"]),
        ("[!a]x", ["bx", "]x"], ["ax", "/x"]),
        ("[^a]x", ["bx"], ["ax"]),
        ("[]]x", ["]x"], ["x"]),
        ("[a-]x", ["-x", "ax"], ["bx"]),
        ("[+-0]x", ["+x", "0x"], ["/x"]),
        ("*.{yaml,yml}", ["a.yaml", "b.yml"], ["a.yl", "a.{yaml,yml}"]),
        ("{a,b/c}".replace("/", "-"), ["a", "b-c"], ["b"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"], ["b", "ad"]),
        ("a,b", ["a,b"], ["a"]),
        ("a+(b)|c$", ["a+(b)|c$"], ["aab"]),
        ("a}", ["a}"], ["a"]),
        ("line\nbreak*", ["line\nbreak\n"], []),
    ],
)
def test_each_form_matches_what_its_page_says(pattern: str, fitting: list[str], other: list[str]) -> None:
    assert [path for path in fitting if not matches(pattern, path)] == []
    assert [path for path in other if matches(pattern, path)] == []


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("", "empty"),
        ("a//b", "empty"),
        ("../a", "'..'"),
        ("a/./b", "'.'"),
        ("/a", "starts with /"),
        ("a\\b", "backslash"),
        ("a**", "beside"),
        ("***", "beside"),
        ("[a", "never closes"),
        ("[]", "never closes"),
        ("{a,b", "never closes"),
        ("{a/b,c}", "inside brackets or braces"),
        ("[a/b]", "inside brackets or braces"),
        ("[z-a]", "empty range"),
        ("a\0b", "NUL"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused_with_a_way_to_mend_it(pattern: str, what: str) -> None:
    with pytest.raises(BadGlob, match=re.escape(what)) as refused:
        glob_expression(pattern)
    assert refused.value.mend


@pytest.mark.parametrize(
    ("pattern", "path", "visible"),
    [
        ("*", ".a", False),
        ("**/*.md", ".git/a.md", False),
        ("**/*.md", "a/.b.md", False),
        ("?a", ".a", False),
        ("[.]a", ".a", False),
        ("{*,b}", ".a", False),
        (".a", ".a", True),
        (".github/**/*.md", ".github/x/a.md", True),
        (".github/**/*.md", ".github/.x/a.md", False),
        ("a*", "a.b", True),
        ("{.a,b}/*", ".a/b", True),
    ],
)
def test_a_leading_dot_must_be_written_out_where_hidden_names_are_left_out(
    pattern: str, path: str, visible: bool
) -> None:
    assert matches(pattern, path)
    assert (re.fullmatch(visible_glob_expression(pattern), path) is not None) is visible


@given(path=PATHS)
def test_a_path_without_wildcards_matches_itself_alone(path: str) -> None:
    literal = "".join(f"[{character}]" if character in "[{*?" else character for character in path)
    assert matches(literal, path)
    assert not matches(literal, path + "x")


@given(pattern=st.text(alphabet="ab*?.", min_size=1, max_size=6), part=PARTS)
def test_within_one_part_it_is_what_fnmatch_says(pattern: str, part: str) -> None:
    if "**" not in pattern and pattern not in (".", "..", "./"):
        assert matches(pattern, part) is fnmatchcase(part, pattern)


@given(folders=st.lists(PARTS, max_size=3), name=PARTS)
def test_two_stars_match_any_number_of_folders(folders: list[str], name: str) -> None:
    assert matches("**/*", "/".join([*folders, name]))


@settings(max_examples=200)
@given(pattern=st.text(alphabet="ab*?[]{}!,-/.^\\", max_size=10), path=PATHS)
def test_any_text_is_a_pattern_or_refused_and_the_visible_form_matches_no_more(pattern: str, path: str) -> None:
    try:
        whole, visible = glob_expression(pattern), visible_glob_expression(pattern)
    except BadGlob:
        return
    if re.fullmatch(visible, path):
        assert re.fullmatch(whole, path)
