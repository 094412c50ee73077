"""Apply one batch of document changes: read what stands, decide, act, and keep the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from docgraph.model.changes import (
    DocumentChange,
    DocumentKey,
    Failed,
    Gone,
    Id,
    Indexed,
    Known,
    OnError,
    Save,
    Touched,
    TypeCounts,
    replaces,
)
from docgraph.model.problem import Problem
from docgraph.store.act import Gathered, Ids, act
from docgraph.store.blocks import summed_counts
from docgraph.store.connection import Connection
from docgraph.store.decide import REMOVED, Claim, Contribution, Decision, Key, Saved, decide
from docgraph.store.deployment import Deployment
from docgraph.store.documents import Remembered, forget_documents, look_up, new_numbers, write_documents
from docgraph.store.files import replace_files
from docgraph.store.halted import Halts
from docgraph.store.logs import line_of, write_log
from docgraph.store.problems import replace_problems
from docgraph.store.read import read_claimed_keys, read_claims, read_served
from docgraph.store.reads import replace_reads, touched
from docgraph.store.rows import Unstorable, digest, id_text
from docgraph.store.said import Said, replace_said, said_by


class Standing(msgspec.Struct):
    """What the writer remembers from batch to batch of one block."""

    block: int  # its number
    claims: bool  # whether any claim may exist
    retired: set[str]  # types that the block took rows from
    last: DocumentKey | None  # no document at a higher position is present
    flaws: bool = False  # whether any shared entity may have a flaw
    reads: bool = True  # whether any document may have read anything
    files: bool = True  # whether any document may have read a file
    dirty: Gathered = {}  # shared entities to be folded
    figured: Gathered = {}  # entities whose figures may have moved
    touched: Gathered = {}  # entities that documents may see differently, since somebody asked who reads them


class Outcome(msgspec.Struct, frozen=True):
    """What one batch did, or several."""

    documents: int = 0  # how many were touched
    content: int = 0  # what is added to the sum over all documents
    counts: dict[str, TypeCounts] = {}
    claims: bool = False  # whether any were kept
    conflicts: frozenset[tuple[int, str, str]] = frozenset()  # new ones: losing document, entity name, id as text
    problems: tuple[Problem, ...] = ()  # that are new
    logged: int = 0  # lines of the log
    retired: frozenset[str] = frozenset()  # types that lost rows
    changed: bool = False  # whether anything moved that readers could see
    reads: bool = False  # whether any document read anything
    files: bool = False  # whether any document read a file
    dirty: Ids = {}  # of one batch, as the following: `Standing` gathers them
    figured: Ids = {}
    touched: Ids = {}

    def then(self, next_one: Outcome) -> Outcome:
        """Both, one after the other, without what `Standing` gathers."""
        return Outcome(
            self.documents + next_one.documents,
            self.content + next_one.content,
            summed_counts(self.counts, next_one.counts),
            self.claims or next_one.claims,
            self.conflicts | next_one.conflicts,
            self.problems + next_one.problems,
            self.logged + next_one.logged,
            self.retired | next_one.retired,
            self.changed or next_one.changed,
            self.reads or next_one.reads,
            self.files or next_one.files,
        )


async def apply_batch(
    connection: Connection, deployment: Deployment, standing: Standing, batch: Sequence[DocumentChange]
) -> Outcome:
    """Apply changes to different documents as part of a block.

    Raises Halts: a document fails that may not be gone on without.
    """
    # A first load comes in the order of positions: beyond the last document that is present, all are new.
    maybe = [change.key for change in batch if standing.last is not None and change.key <= standing.last]
    before = await look_up(connection, deployment.layout, maybe)
    numbers = await _number(connection, deployment, before, batch)
    stored, fresh, said, types = _encode(deployment, batch, numbers)
    if halting := [each for each in stored if isinstance(each, Failed) and each.on_error is OnError.HALT]:
        raise Halts(halting)
    gone = [before[change.key] for change in stored if isinstance(change, Gone) and change.key in before]
    replaced = [before[change.key] for change in stored if replaces(change) and change.key in before]
    decision = await _decide(connection, deployment, standing, fresh, replaced)
    acted = await act(connection, deployment, decision, standing.block, standing.retired)
    dirty = await replace_said(connection, deployment, said, _documents(deployment, replaced, shared=True))

    after = [_after(change, numbers, before, types) for change in stored if not isinstance(change, Gone)]
    remembered = [each for each in after if each is not None]
    added = [each for each in remembered if each.key not in before]
    await write_documents(connection, deployment.layout, added, [each for each in remembered if each.key in before])
    problems, told_again = await replace_problems(connection, deployment, standing.block, stored, numbers, before)
    lines = [line for change in stored if isinstance(change, Indexed | Failed) for line in change.logs]
    lines += map(line_of, problems)
    await write_log(connection, deployment.layout, standing.block, lines)
    await forget_documents(connection, deployment.layout, [each.id for each in gone], standing.block)
    again = [before[change.key].id for change in stored if change.key in before and not isinstance(change, Touched)]
    reads = await replace_reads(connection, deployment, stored, numbers, again if standing.reads else ())
    files = await replace_files(connection, deployment.layout, stored, numbers, again if standing.files else ())

    content = sum(each.content for each in remembered)
    content -= sum(each.content for each in (*gone, *(before[each.key] for each in remembered if each.key in before)))
    return Outcome(
        documents=sum(not isinstance(change, Touched) for change in stored),
        content=content,
        counts=acted.counts,
        claims=bool(decision.keep),
        conflicts=conflicts(decision.keep),
        problems=tuple(problems),
        logged=len(lines),
        retired=frozenset(decision.retire),
        dirty=dirty,
        figured=acted.figured,
        changed=bool(content or lines or dirty) or told_again or not decision.is_empty,
        touched=touched(deployment, decision, dirty) if standing.reads else {},
        reads=reads,
        files=files,
    )


def conflicts(kept: Iterable[Claim]) -> frozenset[tuple[int, str, str]]:
    """Those of the claims that lose to a served row: losing document, entity name, id as text."""
    return frozenset(
        (said.document, said.type, id_text(claim.key[1]))
        for claim in kept
        if (said := claim.contribution).against is not None
    )


def _encode(
    deployment: Deployment, batch: Sequence[DocumentChange], numbers: Mapping[DocumentKey, int]
) -> tuple[list[DocumentChange], dict[Key, list[Contribution]], list[Said], dict[DocumentKey, tuple[int, ...]]]:
    """The changes, what they say of owned entities by key, what they say of shared ones, and the types of each.

    A document whose rows Postgres could not hold has failed.
    """
    changes: list[DocumentChange] = []
    fresh: dict[Key, list[Contribution]] = {}
    shared: list[Said] = []
    types: dict[DocumentKey, tuple[int, ...]] = {}
    for change in batch:
        if not isinstance(change, Indexed):
            changes.append(change)
            continue
        try:
            said = contributions(deployment, change, numbers[change.key])
            of_shared = list(said_by(deployment, change, numbers[change.key]))
        except Unstorable as refused:
            problems = (refused.problem(change.key.path),)
            noted = (change.logs, change.on_error, change.reads, change.files)
            changes.append(Failed(change.key, change.known, problems, *noted))
            continue
        changes.append(change)
        shared += of_shared
        for key, sayings in said.items():
            fresh.setdefault(key, []).extend(sayings)
        types[change.key] = tuple(sorted({deployment.ordinals[each.type] for each in change.contributions}))
    return changes, fresh, shared, types


def contributions(deployment: Deployment, change: Indexed, number: int) -> dict[Key, list[Contribution]]:
    """What a document says about each owned key, what it took back itself left out. Raises Unstorable."""
    said: dict[Key, list[Contribution]] = {}
    for each in change.contributions:
        if each.type in deployment.shared:
            continue
        key = deployment.spaces[each.type], each.id
        if isinstance(each, Save):
            saved = digest(deployment.codecs[each.type].encode(each.row))
            saying = said.get(key)
            if saying is None:
                said[key] = [Contribution(number, change.key, 0, each.type, saved, Saved(each.row), line=each.line)]
            else:
                seq = saying[-1].seq + 1
                saying.append(Contribution(number, change.key, seq, each.type, saved, Saved(each.row), line=each.line))
        else:
            said[key] = [Contribution(number, change.key, REMOVED, each.type)]
    return said


async def _number(
    connection: Connection,
    deployment: Deployment,
    before: dict[DocumentKey, Remembered],
    changes: Iterable[DocumentChange],
) -> dict[DocumentKey, int]:
    """The ids of all documents that are present afterwards."""
    new = [each.key for each in changes if isinstance(each, Indexed | Failed) and each.key not in before]
    numbers = dict(zip(new, await new_numbers(connection, deployment.layout, len(new)), strict=True))
    return numbers | {key: remembered.id for key, remembered in before.items()}


async def _decide(
    connection: Connection,
    deployment: Deployment,
    standing: Standing,
    fresh: dict[Key, list[Contribution]],
    replaced: Sequence[Remembered],
) -> Decision:
    """Read what stands about everything that the replaced documents said or that is said now, and decide."""
    documents = _documents(deployment, replaced, shared=False)
    served = await read_served(connection, deployment, documents, by_type(deployment, fresh))
    claims: dict[Key, list[Contribution]] = {}
    if standing.claims:
        more = await read_claimed_keys(connection, deployment, [each.id for each in replaced])
        served |= await read_served(connection, deployment, {}, by_type(deployment, more - fresh.keys()))
        claims = await read_claims(connection, deployment, more | served.keys() | fresh.keys())
    leaving, shared = {each.id for each in replaced}, deployment.shared
    return decide(served, claims, fresh, lambda each: each.document in leaving and each.type not in shared)


def _documents(deployment: Deployment, documents: Iterable[Remembered], *, shared: bool) -> dict[str, list[int]]:
    """Which of these documents said something about each type, of those that are shared or of the others."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in documents:
        for ordinal in each.types:
            if (deployment.types[ordinal] in deployment.shared) is shared:
                found[deployment.types[ordinal]].append(each.id)
    return found


def by_type(deployment: Deployment, keys: Collection[Key]) -> dict[str, list[Id]]:
    """Under which ids to look in the tables of which types: a space may have several."""
    ids: dict[str, list[Id]] = defaultdict(list)
    for space, identifier in keys:
        for type_name in deployment.members[space]:
            ids[type_name].append(identifier)
    return ids


def _after(
    change: Indexed | Failed | Touched,
    numbers: dict[DocumentKey, int],
    before: dict[DocumentKey, Remembered],
    types: dict[DocumentKey, tuple[int, ...]],
) -> Remembered | None:
    """What to remember of a document from now on; nothing of one that is unknown and only touched."""
    number, known, old = numbers.get(change.key), change.known, before.get(change.key)
    match change:
        case Indexed() if number is not None:
            return Remembered(number, change.key, known, False, types[change.key])
        case Failed() if number is not None:
            return Remembered(number, change.key, known, True, old.types if old and not replaces(change) else ())
        case Touched() if old is not None:
            same = Known(known.stat, old.known.hash, old.known.code)
            return Remembered(old.id, change.key, same, old.failed, old.types)
    return None
