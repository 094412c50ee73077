"""What is known of documents, packed: a dictionary in order, whatever is taken in and asked."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgraph.model import known as module
from docgraph.model.changes import DocumentKey, Known, Stat
from docgraph.model.known import Keys, KnownDocuments

PATHS = st.lists(st.sampled_from(["a", "b", "a!", "a.b", "ü", "\U0001f600"]), min_size=1, max_size=3).map("/".join)
KEYS = st.builds(DocumentKey, st.integers(0, 2), PATHS)
STATS = st.builds(Stat, st.integers(0, 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64 - 1))
KNOWN = st.builds(Known, STATS, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
STEPS = st.lists(st.lists(st.tuples(KEYS, st.none() | KNOWN), max_size=8), max_size=6)


def is_beneath(key: DocumentKey, folder: DocumentKey) -> bool:
    inside = not folder.path or key.path == folder.path or key.path.startswith(folder.path + "/")
    return inside and key.source == folder.source


def keys_of(packed: object) -> list[DocumentKey]:
    return [DocumentKey(source, path) for source, path, _ in packed]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)


@given(steps=STEPS, asked=KEYS)
def test_it_is_a_dictionary_in_the_order_of_positions(
    steps: list[list[tuple[DocumentKey, Known | None]]], asked: DocumentKey
) -> None:
    known, model = KnownDocuments(), {}
    for step in steps:
        known.remember(step)
        for key, each in step:
            if each is None:
                model.pop(key, None)
            else:
                model[key] = each
        assert list(known.items()) == sorted(model.items())
        assert len(known) == len(model)
        assert keys_of(known.packed()) == sorted(model)
        assert known.get(asked) == model.get(asked)
    for folder in (asked, DocumentKey(asked.source, "")):
        assert keys_of(known.beneath(folder)) == sorted(key for key in model if is_beneath(key, folder))


@given(before=st.dictionaries(KEYS, KNOWN), after=st.dictionaries(KEYS, KNOWN))
def test_what_is_known_elsewhere_is_taken_in(before: dict[DocumentKey, Known], after: dict[DocumentKey, Known]) -> None:
    known = KnownDocuments(before)
    known.take_in(KnownDocuments(after))
    assert list(known.items()) == sorted({**before, **after}.items())


@given(all_of_them=st.dictionaries(KEYS, KNOWN), portion=st.integers(1, 5), later=st.dictionaries(KEYS, KNOWN))
def test_what_comes_in_the_order_of_positions_is_taken_in_portion_by_portion(
    all_of_them: dict[DocumentKey, Known], portion: int, later: dict[DocumentKey, Known]
) -> None:
    known, ordered = KnownDocuments(), sorted(all_of_them.items())
    for start in range(0, len(ordered), portion):
        known.take_in(KnownDocuments(dict(ordered[start : start + portion])))
        assert list(known.items()) == ordered[: start + portion]
        assert len(known) == len(ordered[: start + portion])
    known.remember(later.items())
    assert list(known.items()) == sorted({**all_of_them, **later}.items())


@given(keys=st.lists(KEYS))
def test_keys_come_back_in_the_order_in_which_they_were_added(keys: list[DocumentKey]) -> None:
    packed = Keys(keys)
    assert list(packed) == keys
    assert len(packed) == len(keys)


def test_what_is_being_read_stays_what_it_was_while_something_is_remembered() -> None:
    paths = [f"{number:03}" for number in range(100)]
    one = Known(Stat(1, 1, 1), b"h" * 16, b"c" * 16)
    known = KnownDocuments({DocumentKey(0, path): one for path in paths})
    reading = known.packed()
    first = next(reading)
    known.remember([(DocumentKey(0, path), None) for path in paths[10:]])
    assert [first[1], *(path for _, path, _ in reading)] == paths
    assert [key.path for key in known] == paths[:10]


def test_a_document_takes_little_more_than_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 256)
    chance = random.Random(1)
    tracemalloc.start()
    known = KnownDocuments()
    for start in range(0, 50_000, 1_000):
        known.remember(
            (DocumentKey(0, f"{number:020}"), Known(Stat(number, number, number), chance.randbytes(16), b"c" * 16))
            for number in range(start, start + 1_000)
        )
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(known) == 50_000
    assert used / len(known) < 100  # bytes, the path's 20 among them
