"""What is kept within a number of bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docgraph.api.recent import Recent


def test_what_was_not_used_for_the_longest_goes_first() -> None:
    recent: Recent[str] = Recent(10)
    recent.keep("a", "A", 4)
    recent.keep("b", "B", 4)
    assert recent.find("a") == "A"
    recent.keep("c", "C", 4)
    assert [recent.find(key) for key in "abc"] == ["A", None, "C"]


def test_what_is_larger_than_the_whole_room_is_not_kept_and_pushes_nothing_out() -> None:
    recent: Recent[str] = Recent(10)
    recent.keep("a", "A", 10)
    recent.keep("b", "B", 11)
    assert [recent.find(key) for key in "ab"] == ["A", None]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12))))
def test_what_is_kept_never_takes_more_than_the_room(kept: list[tuple[str, int]]) -> None:
    recent: Recent[int] = Recent(20)
    for key, size in kept:
        recent.keep(key, size, size)
        assert recent.find(key) == size
        assert sum(recent.find(each) or 0 for each in "abcdef") <= 20
