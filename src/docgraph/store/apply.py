"""Apply one batch of document changes: read what stands, decide, act, and keep the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

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
    Ran,
    Touched,
    TypeCounts,
    replaces,
)
from docgraph.model.problem import Problem
from docgraph.store.act import Gathered, Ids, act
from docgraph.store.blocks import summed_counts
from docgraph.store.connection import Connection
from docgraph.store.decide import Arrival, Claim, Contribution, Decision, Key, decide, with_arrivals
from docgraph.store.deployment import Deployment
from docgraph.store.documents import Remembered, forget_documents, look_up, new_numbers, write_documents
from docgraph.store.files import replace_files
from docgraph.store.halted import Halts
from docgraph.store.heard import contribution, contributions_about, hear, storable
from docgraph.store.logs import line_of, write_log
from docgraph.store.problems import replace_problems
from docgraph.store.read import read_claimed_keys, read_claims, read_served
from docgraph.store.reads import replace_reads, touched
from docgraph.store.rows import Unstorable, id_text
from docgraph.store.said import replace_said, said_by

FEW = 20  # new rows that are decided about with all others: one statement instead of two


class Standing(msgspec.Struct):
    """What the writer remembers from batch to batch of one block."""

    block: int  # its number
    claims: bool  # whether any claim may exist
    retired: set[str]  # types that the block took rows from
    last: DocumentKey | None  # no document at a higher position is present
    flaws: bool = False  # whether any shared entity may have a flaw
    reads: bool = True  # whether any document may have read anything
    files: bool = True  # whether any document may have read a file
    careful: bool = False  # whether new documents are expected to speak of ids that are known
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

    Raises Halts: a document fails that may not be gone on without. Raises Unstorable and UniqueViolation, when
    anything may be written already: `again` says what is to be applied then.
    """
    # A first load comes in the order of positions: beyond the last document that is present, all are new.
    last = standing.last
    maybe = [] if last is None else [change.key for change in batch if change.key <= last]
    before = await look_up(connection, deployment.layout, maybe)
    numbers = await _number(connection, deployment, before, batch)
    if halting := [each for each in batch if isinstance(each, Failed) and each.on_error is OnError.HALT]:
        raise Halts(halting)
    known = [change for change in batch if change.key in before] if before else []
    gone = [before[change.key] for change in known if isinstance(change, Gone)]
    replaced = [before[change.key] for change in known if replaces(change)]
    indexed = [change for change in batch if isinstance(change, Indexed)] if deployment.shared else []
    said = [each for change in indexed for each in said_by(deployment, change, numbers[change.key])]
    decision = await _decide(connection, deployment, standing, batch, numbers, replaced)
    acted = await act(connection, deployment, decision, standing.block, standing.retired)
    dirty = await replace_said(connection, deployment, said, _documents(deployment, replaced, shared=True))

    after = [_after(deployment, change, numbers, before) for change in batch]
    remembered = [each for each in after if each is not None]
    added = [each for each in remembered if each.key not in before] if before else remembered
    changed = [each for each in remembered if each.key in before] if before else []
    await write_documents(connection, deployment.layout, added, changed)
    problems, told_again = await replace_problems(connection, deployment, standing.block, batch, numbers, before)
    lines = [line for change in batch if isinstance(change, Ran) for line in change.logs]
    lines += map(line_of, problems)
    await write_log(connection, deployment.layout, standing.block, lines)
    await forget_documents(connection, deployment.layout, [each.id for each in gone], standing.block)
    again = [before[change.key].id for change in known if not isinstance(change, Touched)]
    reads = await replace_reads(connection, deployment, batch, numbers, again if standing.reads else ())
    files = await replace_files(connection, deployment.layout, batch, numbers, again if standing.files else ())

    content = sum(each.content for each in remembered)
    content -= sum(each.content for each in (*gone, *(before[each.key] for each in changed)))
    return Outcome(
        documents=len(batch) - [type(change) for change in batch].count(Touched),
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


def again(
    deployment: Deployment, standing: Standing, batch: Sequence[DocumentChange], refused: Exception
) -> Sequence[DocumentChange]:
    """What is to be applied in the place of the batch, which was refused and undone. Raises what tells of a fault."""
    if isinstance(refused, Unstorable):
        return storable(deployment, batch)
    if standing.careful:
        raise refused
    standing.careful = True
    return batch


def conflicts(kept: Iterable[Claim]) -> frozenset[tuple[int, str, str]]:
    """Those of the claims that lose to a served row: losing document, entity name, id as text."""
    return frozenset(
        (said.document, said.type, id_text(claim.key[1]))
        for claim in kept
        if (said := claim.contribution).against is not None
    )


async def _number(
    connection: Connection,
    deployment: Deployment,
    before: dict[DocumentKey, Remembered],
    changes: Iterable[DocumentChange],
) -> dict[DocumentKey, int]:
    """The ids of all documents that are present afterwards."""
    new = [each.key for each in changes if isinstance(each, Ran) and each.key not in before]
    numbers = dict(zip(new, await new_numbers(connection, deployment.layout, len(new)), strict=True))
    return numbers | {key: remembered.id for key, remembered in before.items()}


async def _decide(
    connection: Connection,
    deployment: Deployment,
    standing: Standing,
    batch: Sequence[DocumentChange],
    numbers: Mapping[DocumentKey, int],
    replaced: Sequence[Remembered],
) -> Decision:
    """Read what stands about everything that the replaced documents said or that is said now, and decide."""
    heard = hear(deployment, batch, numbers)
    few = len(heard.alone) <= FEW
    # Ids of new documents are nearly always new. Where one table has all of a space, its primary key tells if not.
    presumes = not (few or replaced or standing.claims or standing.careful)
    alone = [key for key in heard.alone if not presumes or len(deployment.members[key[0]]) > 1]
    documents = _documents(deployment, replaced, shared=False)
    served = await read_served(connection, deployment, documents, by_type(deployment, chain(alone, heard.several)))
    claims: dict[Key, list[Contribution]] = {}
    if standing.claims:
        spoken = heard.alone.keys() | heard.several
        more = await read_claimed_keys(connection, deployment, [each.id for each in replaced])
        served |= await read_served(connection, deployment, {}, by_type(deployment, more - spoken))
        claims = await read_claims(connection, deployment, more | served.keys() | spoken)
    leaving, shared = {each.id for each in replaced}, deployment.shared
    fresh = contributions_about(deployment, batch, numbers, heard.several)
    arriving: dict[str, list[Arrival]] = {}
    for key, arrival in heard.alone.items():
        type_name = arrival.save.type
        if few or key in served or key in claims or type_name in standing.retired:
            fresh[key] = [contribution(deployment, arrival)]
        else:
            arriving.setdefault(type_name, []).append(arrival)
    decision = decide(served, claims, fresh, lambda each: each.document in leaving and each.type not in shared)
    return with_arrivals(decision, arriving)


def _documents(deployment: Deployment, documents: Iterable[Remembered], *, shared: bool) -> dict[str, list[int]]:
    """Which of these documents said something about each type, of those that are shared or of the others."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in documents:
        for ordinal in each.types:
            if (deployment.types[ordinal] in deployment.shared) is shared:
                found[deployment.types[ordinal]].append(each.id)
    return found


def by_type(deployment: Deployment, keys: Iterable[Key]) -> dict[str, list[Id]]:
    """Under which ids to look in the tables of which types: a space may have several."""
    ids: dict[str, list[Id]] = defaultdict(list)
    for space, identifier in keys:
        for type_name in deployment.members[space]:
            ids[type_name].append(identifier)
    return ids


def _after(
    deployment: Deployment,
    change: DocumentChange,
    numbers: dict[DocumentKey, int],
    before: dict[DocumentKey, Remembered],
) -> Remembered | None:
    """What to remember of a document from now on; nothing of one that is gone, or is unknown and only touched."""
    match change:
        case Indexed(key=key, known=known, contributions=contributions):
            ordinals = {deployment.ordinals[each.type] for each in contributions}
            return Remembered(numbers[key], key, known, False, tuple(sorted(ordinals)))
        case Failed(key=key, known=known):
            old = before.get(key)
            return Remembered(numbers[key], key, known, True, old.types if old and not replaces(change) else ())
        case Touched(key=key, known=known) if (old := before.get(key)) is not None:
            same = Known(known.stat, old.known.hash, old.known.code)
            return Remembered(old.id, key, same, old.failed, old.types)
    return None
