"""Decide what to index.

Compares what the index knows with what a scan has seen. Opens no file and no
connection, so every decision can be tested with two dictionaries. Holds no more than
what differs, however many documents there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import chain

import msgspec
from msgspec.structs import replace

from docgraph.model.changes import DocumentChange, DocumentKey, Failed, Indexed, Stat
from docgraph.model.known import Keys, Packed, same

# A file that was written a moment before it was read may have been written once more without its look telling: clocks
# of file systems tick in steps of up to two seconds. Such a look is remembered with this instead of its time, equals no
# other, and so the next scan decides by content.
RACY_NS = 2_000_000_000
UNSETTLED = -1
UNREAD = Stat(0, UNSETTLED, 0)  # of what cannot be read: every scan tries again
NO_HASH = bytes(16)  # of the same
BEYOND: Packed = (1 << 31, "", b"")  # after every document


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """A document that a scan saw."""

    key: DocumentKey
    stat: Stat
    code: bytes  # of the handlers it would be run through now


class Plan(msgspec.Struct, frozen=True):
    """What turns an index of what is known into an index of what was seen."""

    read: Keys  # new or perhaps changed, in position order
    gone: Keys  # in position order
    seen: int  # how many documents there are


def decide(
    known: Iterable[Packed],
    seen: Iterable[Sighting],
    *,
    blind: Collection[DocumentKey] = (),
    suspects: Collection[DocumentKey] = (),
) -> Plan:
    """Say what to read and what is gone. Both accounts are in the order of positions, and gone through once.

    Every document of `suspects` that was seen is read whatever it looks like. What is known at or beneath a path of
    `blind`, where the scan could not look, is left alone. `blind` is only asked once `seen` is exhausted.
    """
    read, missing = Keys(), Keys()
    before = iter(known)
    source, path, record = next(before, BEYOND)
    count = 0
    for sighting in seen:
        count += 1
        key = sighting.key
        while source < key.source or (path < key.path and source == key.source):
            missing.add(DocumentKey(source, path))
            source, path, record = next(before, BEYOND)
        if path == key.path and source == key.source:
            if not same(record, sighting.stat, sighting.code) or key in suspects:
                read.add(key)
            source, path, record = next(before, BEYOND)
        else:
            read.add(key)
    while source != BEYOND[0]:
        missing.add(DocumentKey(source, path))
        source, path, record = next(before, BEYOND)
    return Plan(read, Keys(key for key in missing if not _beneath(key, blind)) if blind else missing, count)


def together(plans: Sequence[Plan]) -> Plan:
    """One plan for what several say of different documents."""
    if len(plans) == 1:
        return plans[0]
    read, gone = ([getattr(plan, part) for plan in plans] for part in ("read", "gone"))
    return Plan(Keys(sorted(chain(*read))), Keys(sorted(chain(*gone))), sum(plan.seen for plan in plans))


def content_hash(content: bytes) -> bytes:
    """16 bytes; contents of one hash are taken to be equal."""
    return hashlib.blake2b(content, digest_size=16).digest()


def settle(stat: Stat, now_ns: int) -> Stat:
    """The look to remember for a document that was read at `now_ns`.

    A file that was written at a time to come may be written at that time once more, whosever clock is wrong; unless
    only its time of modification says so, which anybody can set.
    """
    written = min(stat.mtime_ns, stat.ctime_ns) if stat.ctime_ns else stat.mtime_ns
    return stat if now_ns - written >= RACY_NS else replace(stat, mtime_ns=UNSETTLED)


def half_written(change: DocumentChange) -> bool:
    """Does the document look as if somebody was just writing it: written a moment ago, and empty or at fault?"""
    match change:
        case Failed(known=known):
            return known.stat.mtime_ns == UNSETTLED
        case Indexed(known=known):
            return known.stat.mtime_ns == UNSETTLED and known.stat.size == 0
        case _:
            return False


def _beneath(key: DocumentKey, folders: Collection[DocumentKey]) -> bool:
    return any(
        key.source == folder.source
        and (not folder.path or key.path == folder.path or key.path.startswith(folder.path + "/"))
        for folder in folders
    )
