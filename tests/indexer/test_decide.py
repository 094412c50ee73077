"""Deciding: pure, so held against every small index there is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from docgraph.indexer.decide import RACY_NS, UNSETTLED, Plan, Sighting, decide, half_written, settle
from docgraph.model.changes import DocumentKey, Failed, Gone, Indexed, Known, Stat, Touched
from docgraph.model.known import KnownDocuments
from docgraph.model.problem import FormatProblem, Location

LOOKS = st.builds(Stat, st.integers(0, 2), st.integers(-1, 2), st.integers(0, 1))
PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map("/".join)
KEYS = st.builds(DocumentKey, st.integers(0, 1), PATHS)
CODES = st.sampled_from([b"1" * 16, b"2" * 16])
KNOWN = st.dictionaries(KEYS, st.builds(Known, LOOKS, st.just(b"hash" * 4), CODES))
SEEN = st.dictionaries(KEYS, st.tuples(LOOKS, CODES))


def plan(known: dict[DocumentKey, Known], seen: dict[DocumentKey, tuple[Stat, bytes]]) -> Plan:
    return decide(KnownDocuments(known).packed(), [Sighting(key, *look) for key, look in sorted(seen.items())])


@given(known=KNOWN, seen=SEEN)
def test_following_the_plan_turns_what_we_knew_into_what_we_see(
    known: dict[DocumentKey, Known], seen: dict[DocumentKey, tuple[Stat, bytes]]
) -> None:
    decided = plan(known, seen)
    index = {key: (each.stat, each.code) for key, each in known.items() if key not in set(decided.gone)}
    index.update({key: seen[key] for key in decided.read})
    assert index == seen
    assert decided.seen == len(seen)


@given(known=KNOWN, seen=SEEN)
def test_no_document_is_read_without_a_reason_and_all_are_in_order(
    known: dict[DocumentKey, Known], seen: dict[DocumentKey, tuple[Stat, bytes]]
) -> None:
    decided = plan(known, seen)
    for key in decided.read:
        assert key not in known or (known[key].stat, known[key].code) != seen[key]
    assert list(decided.read) == sorted(set(decided.read))
    assert list(decided.gone) == sorted(set(decided.gone))


@given(known=KNOWN, folder=KEYS)
def test_what_could_not_be_looked_at_is_left_alone(known: dict[DocumentKey, Known], folder: DocumentKey) -> None:
    gone = set(decide(KnownDocuments(known).packed(), [], blind=[folder]).gone)
    kept = {key for key in known if key not in gone}
    assert kept == {
        key for key in known if key.source == folder.source and f"{key.path}/".startswith(f"{folder.path}/")
    }


def test_a_document_that_something_happened_to_is_read_whatever_it_looks_like() -> None:
    key, stat = DocumentKey(0, "a"), Stat(1, 1, 1)
    code = b"1" * 16
    known = KnownDocuments({key: Known(stat, b"hash" * 4, code)})
    assert list(decide(known.packed(), [Sighting(key, stat, code)]).read) == []
    assert list(decide(known.packed(), [Sighting(key, stat, code)], suspects={key}).read) == [key]


def test_a_file_that_was_written_just_before_it_was_read_is_read_again_next_time() -> None:
    written = Stat(1, 10 * RACY_NS, 1)
    assert settle(written, written.mtime_ns + RACY_NS) == written
    for moment in (
        -100 * RACY_NS,
        -RACY_NS,
        0,
        RACY_NS - 1,
    ):  # before zero: the clock was set back, or another's is ahead
        assert settle(written, written.mtime_ns + moment) == Stat(1, UNSETTLED, 1)


def test_a_file_that_only_claims_to_be_from_the_future_settles_by_the_time_of_its_last_change() -> None:
    written = Stat(1, 1_000 * RACY_NS, 1, ctime_ns=10 * RACY_NS)
    assert settle(written, written.ctime_ns + RACY_NS) == written
    assert settle(written, written.ctime_ns + RACY_NS - 1) == Stat(1, UNSETTLED, 1, written.ctime_ns)
    assert settle(written, written.ctime_ns - RACY_NS) == Stat(1, UNSETTLED, 1, written.ctime_ns)


@given(st.integers(-(10**18), 10**18), st.integers(0, 10**18), st.integers(0, 10**18))
def test_whatever_clocks_say_another_time_of_change_is_never_taken_for_the_same(
    shift: int, mtime: int, ctime: int
) -> None:
    key, before, after = DocumentKey(0, "a"), Stat(1, mtime, 1, ctime), Stat(1, mtime, 1, ctime + shift)
    known = KnownDocuments({key: Known(settle(before, ctime), bytes(16), b"c" * 16)})
    plan = decide(known.packed(), [Sighting(key, after, b"c" * 16)])
    assert bool(plan.read) == (shift != 0 or settle(before, ctime) != before)


def test_only_what_was_just_written_and_is_empty_or_at_fault_looks_half_written() -> None:
    key, problem = DocumentKey(0, "a"), FormatProblem("x", at=Location("a"), mend="y")
    fresh, old, empty = (Known(Stat(*look), b"", b"") for look in ((1, UNSETTLED, 1), (1, 5, 1), (0, UNSETTLED, 1)))
    assert half_written(Failed(key, fresh, (problem,)))
    assert half_written(Indexed(key, empty, ()))
    for change in (
        Failed(key, old, (problem,)),
        Indexed(key, fresh, ()),
        Indexed(key, Known(Stat(0, 5, 1), b"", b""), ()),
        Touched(key, empty),
        Gone(key),
    ):
        assert not half_written(change)
