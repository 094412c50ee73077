"""Decide what a set of document changes does to the rows.

Knows contributions, positions and what is served now; opens no connection, so every
decision can be tested with dictionaries. The rule, for each key (id space and id):
contributions in the order of their documents' positions; a removal cancels those of its
type before it; the first save that remains is served; the other remaining ones are conflicts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from docgraph.model.changes import DocumentKey, Id, Row, Save, TypeCounts

Key = tuple[str, Id]  # id space and id

# The places of what is no plain save.
FOLDED = -2  # a shared entity, in the name of the first document that speaks of it
REMOVED = -1


class Saved(msgspec.Struct, frozen=True, gc=False):
    """A row as a handler made it."""

    row: Row


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A row as `$claim` keeps it."""

    encoded: bytes


class Current(msgspec.Struct, frozen=True, gc=False):
    """A row that stands in the current table and was not read."""


Content = Saved | Kept | Current


class Contribution(msgspec.Struct, frozen=True, gc=False):
    """What one document says about one key. A removal has no hash and content."""

    document: int  # $document.id
    position: DocumentKey
    seq: int  # among what the document says about this key: FOLDED, REMOVED, or from 0 on its saves; 0 if it is served
    type: str = ""  # entity name
    hash: bytes | None = None
    content: Content | None = None
    against: int | None = None  # of a stored claim that is a conflict: the document that is served
    line: int | None = None  # of the record in the document; no part of the row

    @property
    def removes(self) -> bool:
        return self.content is None


class Insert(msgspec.Struct, frozen=True, gc=False):
    """A new current version."""

    id: Id
    document: int
    hash: bytes
    content: Saved | Kept
    line: int | None = None


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """The one thing that is said of an id of which nothing is known: there is nothing to decide about it."""

    document: int  # $document.id
    position: DocumentKey
    save: Save


class Own(msgspec.Struct, frozen=True, gc=False):
    """The same row, now another document's or at another line."""

    id: Id
    document: int
    line: int | None


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A contribution to keep although it is not served."""

    key: Key
    contribution: Contribution  # content Current: read the row before it is retired


class Dropped(msgspec.Struct, frozen=True):
    """A claim to forget."""

    key: Key
    document: int
    seq: int


class Decision(msgspec.Struct):
    """What turns the rows that are into the rows that should be. By entity name where types differ."""

    retire: dict[str, list[Id]]
    insert: dict[str, list[Insert]]
    own: dict[str, list[Own]]
    keep: list[Claim]
    drop: list[Dropped]
    counts: dict[str, TypeCounts]
    arriving: dict[str, list[Arrival]] = {}  # new versions beside `insert`, of types that the block took no rows from

    @property
    def is_empty(self) -> bool:
        return not (self.retire or self.insert or self.own or self.keep or self.drop or self.arriving)


def decide(
    served: Mapping[Key, Contribution],
    claims: Mapping[Key, Sequence[Contribution]],
    fresh: Mapping[Key, Sequence[Contribution]],
    leaves: Callable[[Contribution], bool],
) -> Decision:
    """Say what to do when what `leaves` is replaced by `fresh`.

    `served` and `claims` hold what stands now for every key that a leaving or fresh contribution has.
    """
    decision = Decision({}, {}, {}, [], [], {})
    retire: dict[str, list[Id]] = defaultdict(list)
    insert: dict[str, list[Insert]] = defaultdict(list)
    own: dict[str, list[Own]] = defaultdict(list)
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key in dict.fromkeys((*served, *claims, *fresh)):
        before = served.get(key)
        if before is None and key not in claims and len(said := fresh[key]) == 1 and not said[0].removes:
            _insert(insert, key, said[0])  # by far the most frequent case: a new id
            tally[said[0].type][0] += 1
            continue
        standing = [each for each in claims.get(key, ()) if not leaves(each)]
        standing += fresh.get(key, ())
        if before is not None and not leaves(before):
            standing.append(before)
        winner, others = resolve(standing)
        _keep_claims(decision, key, claims.get(key, ()), others)
        if before is not None and winner is not None and (before.type, before.hash) == (winner.type, winner.hash):
            if (before.document, before.line) != (winner.document, winner.line):
                own[before.type].append(Own(key[1], winner.document, winner.line))
            continue
        if before is not None:
            retire[before.type].append(key[1])
        if winner is not None:
            _insert(insert, key, winner)
        _count(tally, before, winner)
    decision.retire, decision.insert, decision.own = dict(retire), dict(insert), dict(own)
    decision.counts = {name: TypeCounts(*numbers) for name, numbers in tally.items()}
    return decision


def with_arrivals(decision: Decision, arriving: dict[str, list[Arrival]]) -> Decision:
    """The same, and new rows of other ids."""
    counts = dict(decision.counts)
    for type_name, arrivals in arriving.items():
        had = counts.get(type_name, TypeCounts())
        counts[type_name] = TypeCounts(had.created + len(arrivals), had.changed, had.deleted)
    return msgspec.structs.replace(decision, counts=counts, arriving=arriving)


def resolve(standing: Iterable[Contribution]) -> tuple[Contribution | None, list[Contribution]]:
    """The contribution that is served, and all others, each of which knows whether it is a conflict."""
    ordered = list(standing)
    if len(ordered) == 1 and not ordered[0].removes:
        return ordered[0], []
    ordered.sort(key=lambda each: (each.position, each.seq))
    live: list[Contribution] = []
    others: list[Contribution] = []
    removed: set[str] = set()
    for each in reversed(ordered):
        if each.removes:
            removed.add(each.type)
        (others if each.type in removed else live).append(each)
    if not live:
        return None, [_against(each, None) for each in others]
    winner = live.pop()
    return winner, [
        *(_against(each, None) for each in others),
        *(_against(each, winner.document) for each in live),
    ]


def _against(contribution: Contribution, winner: int | None) -> Contribution:
    if contribution.against == winner:
        return contribution
    return msgspec.structs.replace(contribution, against=winner)


def _insert(insert: dict[str, list[Insert]], key: Key, winner: Contribution) -> None:
    assert isinstance(winner.content, Saved | Kept)
    assert winner.hash is not None
    insert[winner.type].append(Insert(key[1], winner.document, winner.hash, winner.content, winner.line))


def _keep_claims(decision: Decision, key: Key, old: Sequence[Contribution], new: Sequence[Contribution]) -> None:
    """Store the claims that are new or differ, drop those that are no more."""
    had = {(each.document, each.seq): each for each in old}
    for each in new:
        same = had.pop((each.document, each.seq), None)
        if same is None or _told(same) != _told(each):
            decision.keep.append(Claim(key, each))
    decision.drop += [Dropped(key, document, seq) for document, seq in had]


def _told(claim: Contribution) -> tuple[object, ...]:
    return claim.type, claim.hash, claim.against, claim.line


def _count(tally: dict[str, list[int]], before: Contribution | None, winner: Contribution | None) -> None:
    match before, winner:
        case Contribution(), Contribution() if before.type == winner.type:
            tally[before.type][1] += 1
        case _:
            if winner is not None:
                tally[winner.type][0] += 1
            if before is not None:
                tally[before.type][2] += 1
