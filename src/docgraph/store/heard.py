"""What a batch of changes says of owned entities, and which of it needs no decision.

Nearly always one document says one thing of an id of which nothing is known: a new row. Such arrivals go to the table
as handlers made them, and are encoded and hashed while those before them are on their way. All else becomes
contributions, which `decide.py` decides about. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from docgraph.model.changes import DocumentChange, DocumentKey, Failed, Indexed, Save
from docgraph.store.decide import REMOVED, Arrival, Contribution, Key, Saved
from docgraph.store.deployment import Deployment
from docgraph.store.rows import Unstorable, digest
from docgraph.store.said import said_by

Fresh = dict[Key, list[Contribution]]


class Heard(msgspec.Struct, frozen=True):
    """Every key that a batch speaks of."""

    alone: dict[Key, Arrival]  # of which one document says one thing: what it is
    several: set[Key]  # all others


def hear(deployment: Deployment, changes: Iterable[DocumentChange], numbers: Mapping[DocumentKey, int]) -> Heard:
    """What the changes speak of; `numbers` are the ids of their documents."""
    alone: dict[Key, Arrival] = {}
    several: set[Key] = set()
    shared, spaces = deployment.shared, deployment.spaces
    for change in changes:
        if not isinstance(change, Indexed):
            continue
        position = change.key
        number = numbers[position]
        for each in change.contributions:
            if each.type in shared:
                continue
            key = spaces[each.type], each.id
            if key in alone or key in several or not isinstance(each, Save):
                alone.pop(key, None)
                several.add(key)
            else:
                alone[key] = Arrival(number, position, each)
    return Heard(alone, several)


def contribution(deployment: Deployment, arrival: Arrival) -> Contribution:
    """The same as something that is decided about. Raises Unstorable."""
    save = arrival.save
    hashed = digest(deployment.codecs[save.type].encode(save.row))
    return Contribution(arrival.document, arrival.position, 0, save.type, hashed, Saved(save.row), line=save.line)


def contributions_about(
    deployment: Deployment, changes: Iterable[DocumentChange], numbers: Mapping[DocumentKey, int], keys: Collection[Key]
) -> Fresh:
    """What the changes say of these keys, all of it. Raises Unstorable."""
    fresh: Fresh = {}
    for change in changes if keys else ():
        if isinstance(change, Indexed):
            about = [each for each in change.contributions if (deployment.spaces[each.type], each.id) in keys]
            told = msgspec.structs.replace(change, contributions=tuple(about))
            for key, sayings in contributions(deployment, told, numbers[change.key]).items():
                fresh.setdefault(key, []).extend(sayings)
    return fresh


def contributions(deployment: Deployment, change: Indexed, number: int) -> Fresh:
    """What a document says about each owned key, what it took back itself left out. Raises Unstorable."""
    said: Fresh = {}
    for each in change.contributions:
        if each.type in deployment.shared:
            continue
        key = deployment.spaces[each.type], each.id
        if isinstance(each, Save):
            saved = digest(deployment.codecs[each.type].encode(each.row))
            saying = said.setdefault(key, [])
            seq = saying[-1].seq + 1 if saying else 0
            saying.append(Contribution(number, change.key, seq, each.type, saved, Saved(each.row), line=each.line))
        else:
            said[key] = [Contribution(number, change.key, REMOVED, each.type)]
    return said


def storable(deployment: Deployment, changes: Sequence[DocumentChange]) -> list[DocumentChange]:
    """The changes; a document with a row that Postgres could not hold has failed."""
    return [_storable(deployment, change) if isinstance(change, Indexed) else change for change in changes]


def _storable(deployment: Deployment, change: Indexed) -> Indexed | Failed:
    try:
        contributions(deployment, change, 0)
        for _ in said_by(deployment, change, 0):
            pass
    except Unstorable as refused:
        noted = (change.logs, change.on_error, change.reads, change.files)
        return Failed(change.key, change.known, (refused.problem(change.key.path),), *noted)
    return change
