"""The decision, tested with dictionaries: whatever the order of events, the rows are those of a rebuild."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.changes import DocumentKey, TypeCounts
from docgraph.store.decide import Claim, Contribution, Current, Decision, Dropped, Insert, Kept, Key, Own, Saved, decide

SPACE = {"Person": "Person", "Robot": "Person", "Tag": "Tag"}  # Person and Robot share one

Said = tuple[str, str, str | None]  # entity name, id, value; no value: a removal
Documents = Mapping[str, Sequence[Said]]  # by path; a path's document number is its letter's


def rebuild(documents: Documents) -> tuple[dict[Key, tuple[str, str, str]], set[tuple[str, Key]]]:
    """Start empty and follow every document in the order of paths: what is served by key, and who lost which key."""
    live: dict[Key, list[tuple[str, str, str]]] = {}
    for path in sorted(documents):
        for type_name, identifier, saved in documents[path]:
            standing = live.setdefault((SPACE[type_name], identifier), [])
            if saved is None:
                standing[:] = [each for each in standing if each[0] != type_name]
            else:
                standing.append((type_name, saved, path))
    served = {key: standing[0] for key, standing in live.items() if standing}
    return served, {(path, key) for key, standing in live.items() for _, _, path in standing[1:]}


class Index:
    """What the store keeps, as dictionaries."""

    def __init__(self) -> None:
        self.served: dict[Key, Contribution] = {}
        self.values: dict[Key, str] = {}
        self.claims: dict[Key, dict[tuple[int, int], Contribution]] = {}

    def change(self, changed: Mapping[str, Sequence[Said] | None]) -> Decision:
        replaced = {ord(path) for path in changed}
        fresh: dict[Key, list[Contribution]] = {}
        for path, sayings in changed.items():
            for key, contribution in contributions(path, sayings or ()):
                fresh.setdefault(key, []).append(contribution)
        keys = set(fresh) | {key for key, each in self.served.items() if each.document in replaced}
        keys |= {key for key, each in self.claims.items() if any(document in replaced for document, _ in each)}
        decision = decide(
            {key: self.served[key] for key in keys if key in self.served},
            {key: list(self.claims[key].values()) for key in keys if key in self.claims},
            fresh,
            lambda each: each.document in replaced,
        )
        self.follow(decision)
        return decision

    def follow(self, decision: Decision) -> None:
        for claim in decision.keep:
            said = claim.contribution
            if isinstance(said.content, Current):
                said = msgspec.structs.replace(said, content=Kept(self.values[claim.key].encode()))
            elif isinstance(said.content, Saved):
                said = msgspec.structs.replace(said, content=Kept(str(said.content.row[0]).encode()))
            self.claims.setdefault(claim.key, {})[said.document, said.seq] = said
        for dropped in decision.drop:
            del self.claims[dropped.key][dropped.document, dropped.seq]
            if not self.claims[dropped.key]:
                del self.claims[dropped.key]
        for type_name, moved in decision.own.items():
            for own in moved:
                key = (SPACE[type_name], own.id)
                self.served[key] = msgspec.structs.replace(
                    self.served[key], document=own.document, position=DocumentKey(0, chr(own.document))
                )
        for type_name, ids in decision.retire.items():
            for identifier in ids:
                assert self.served.pop((SPACE[type_name], identifier)).type == type_name
        for type_name, inserts in decision.insert.items():
            for each in inserts:
                self.insert(type_name, each)

    def insert(self, type_name: str, each: Insert) -> None:
        key = (SPACE[type_name], each.id)
        assert key not in self.served
        position = DocumentKey(0, chr(each.document))
        self.served[key] = Contribution(each.document, position, 0, type_name, each.hash, Current())
        match each.content:
            case Saved(row):
                self.values[key] = str(row[0])
            case Kept(encoded):
                self.values[key] = encoded.decode()

    def rows(self) -> dict[Key, tuple[str, str, str]]:
        return {key: (each.type, self.values[key], chr(each.document)) for key, each in self.served.items()}

    def conflicts(self) -> set[tuple[str, Key]]:
        return {
            (chr(document), key)
            for key, claims in self.claims.items()
            for (document, _), each in claims.items()
            if each.against is not None
        }


def contributions(path: str, sayings: Sequence[Said]) -> list[tuple[Key, Contribution]]:
    position = DocumentKey(0, path)
    return [
        (
            (SPACE[type_name], identifier),
            Contribution(ord(path), position, -1, type_name)
            if saved is None
            else Contribution(ord(path), position, 0, type_name, digest(saved), Saved((saved,))),
        )
        for type_name, identifier, saved in sayings
    ]


def digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


said = st.tuples(st.sampled_from(sorted(SPACE)), st.sampled_from("xyz"), st.sampled_from(["1", "2", None]))
documents = st.lists(said, max_size=3, unique_by=lambda each: (SPACE[each[0]], each[1]))
batch = st.dictionaries(st.sampled_from("abcd"), documents | st.none(), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(st.lists(batch, min_size=1, max_size=7))
def test_any_history_of_batches_ends_in_the_rows_and_conflicts_of_a_rebuild(history):
    index, present = Index(), {}
    for changed in history:
        index.change(changed)
        present.update(changed)
        rows, conflicts = rebuild({path: each for path, each in present.items() if each is not None})
        assert (index.rows(), index.conflicts()) == (rows, conflicts)


def test_three_thousand_long_histories_end_in_a_rebuild():
    chance = random.Random(7)
    for _ in range(3_000):
        index, present = Index(), {}
        for _ in range(chance.randint(1, 8)):
            changed = {path: random_document(chance) for path in chance.sample("abcde", chance.randint(1, 4))}
            index.change(changed)
            present.update(changed)
        rows, conflicts = rebuild({path: each for path, each in present.items() if each is not None})
        assert (index.rows(), index.conflicts()) == (rows, conflicts)


def random_document(chance: random.Random) -> list[Said] | None:
    if chance.random() < 0.25:
        return None
    keys = chance.sample([(space, each) for space in ("Person", "Tag") for each in "xyz"], chance.randint(0, 3))
    names = {"Person": ("Person", "Robot"), "Tag": ("Tag",)}
    return [(chance.choice(names[space]), each, chance.choice(["1", "2", None])) for space, each in keys]


@settings(max_examples=60, deadline=None)
@given(st.lists(batch, min_size=1, max_size=5))
def test_when_all_documents_are_gone_nothing_is_left(history):
    index = Index()
    for changed in history:
        index.change(changed)
    index.change(dict.fromkeys("abcd"))
    assert (index.served, index.claims) == ({}, {})


@settings(max_examples=60, deadline=None)
@given(st.lists(batch, min_size=1, max_size=5))
def test_saying_the_same_again_decides_nothing(history):
    index, present = Index(), {}
    for changed in history:
        index.change(changed)
        present.update(changed)
    assert index.change(present).is_empty


def test_the_loser_of_a_conflict_takes_over_when_the_winner_leaves():
    index = Index()
    index.change({"b": [("Tag", "x", "of b")]})
    index.change({"a": [("Tag", "x", "of a")]})
    assert index.rows() == {("Tag", "x"): ("Tag", "of a", "a")}
    assert index.conflicts() == {("b", ("Tag", "x"))}
    assert index.change({"a": None}).counts == {"Tag": TypeCounts(changed=1)}
    assert index.rows() == {("Tag", "x"): ("Tag", "of b", "b")}


def test_the_same_row_of_another_document_changes_hands_without_a_new_version():
    index = Index()
    index.change({"b": [("Tag", "x", "same")]})
    decision = index.change({"b": None, "c": [("Tag", "x", "same")]})
    assert decision.own == {"Tag": [Own("x", ord("c"), None)]}
    assert (decision.retire, decision.insert, decision.counts) == ({}, {}, {})


def test_a_removal_hides_what_comes_before_it_and_nothing_after_it():
    index = Index()
    index.change({"a": [("Tag", "x", "1")], "b": [("Tag", "x", None)]})
    assert index.rows() == {}
    index.change({"c": [("Tag", "x", "3")]})
    assert index.rows() == {("Tag", "x"): ("Tag", "3", "c")}
    index.change({"b": None})
    assert index.rows() == {("Tag", "x"): ("Tag", "1", "a")}


def test_a_claim_is_kept_with_the_row_that_is_served_until_then():
    index = Index()
    index.change({"b": [("Tag", "x", "of b")]})
    decision = index.change({"a": [("Tag", "x", "of a")]})
    (claim,) = decision.keep
    assert claim == Claim(
        ("Tag", "x"),
        Contribution(ord("b"), DocumentKey(0, "b"), 0, "Tag", digest("of b"), Current(), against=ord("a")),
    )
    assert index.change({"b": None}).drop == [Dropped(("Tag", "x"), ord("b"), 0)]
