"""Bring shared entities in line with what documents say about them now.

Runs inside the transaction of its caller, at the end of a block or before somebody reads
them. What a document says about owned entities is decided the same way: a shared entity
that meets another type's entity under one id is in conflict with it like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from docgraph.model.changes import Id
from docgraph.store.act import act, gather
from docgraph.store.apply import Outcome, Standing, by_type, conflicts
from docgraph.store.connection import Connection, fetch
from docgraph.store.decide import FOLDED, Contribution, Key, Saved, decide
from docgraph.store.deployment import Deployment
from docgraph.store.fold import Folded, read_differences, read_folded
from docgraph.store.read import read_claims, read_served
from docgraph.store.rows import Unstorable, digest, id_text
from docgraph.store.sql import render, sql, value

AT_ONCE = 2_000  # entities

EVERY = "select distinct id from {} where {} order by id limit {}"
FORGET = "delete from {} where type = {} and id = any({}::text[]) returning id, document, what, block"
TELL = "insert into {} (type, id, ordinal, document, what, mend, line, block) values ($1, $2, $3, $4, $5, $6, $7, $8)"


async def fold(
    connection: Connection, deployment: Deployment, standing: Standing, type_name: str, ids: Collection[Id]
) -> Outcome:
    """Make these entities of a shared type what their contributions say, as part of the block."""
    total, ordered = Outcome(), sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        outcome = await _fold(connection, deployment, standing, type_name, ordered[start : start + AT_ONCE])
        gather(standing.figured, outcome.figured)
        total = total.then(outcome)
    return total


async def fold_all(connection: Connection, deployment: Deployment, standing: Standing, types: Collection[str]) -> None:
    """The same with all entities of these types, in a first load: what it came to is counted at its end."""
    for type_name in sorted(types):
        last: Id | None = None
        while ids := await _next(connection, deployment, type_name, last):
            await _fold(connection, deployment, standing, type_name, ids)
            last = ids[-1]


async def _next(connection: Connection, deployment: Deployment, type_name: str, last: Id | None) -> list[Id]:
    said = deployment.layout.tables[type_name].said
    which = sql("true") if last is None else sql("id > {}", value(last))
    return [each for (each,) in await fetch(connection, sql(EVERY, said, which, value(AT_ONCE)))]


async def _fold(
    connection: Connection, deployment: Deployment, standing: Standing, type_name: str, ids: Sequence[Id]
) -> Outcome:
    space = deployment.spaces[type_name]
    folded = await read_folded(connection, deployment, type_name, ids)
    for identifier, flaw in await read_differences(connection, deployment, type_name, ids):
        folded[identifier] = folded[identifier].with_flaw(flaw)
    fresh: dict[Key, list[Contribution]] = {(space, each): [] for each in ids}
    for identifier, each in folded.items():
        try:
            fresh[space, identifier] = list(_contribution(deployment, type_name, each))
        except Unstorable as refused:
            folded[identifier] = each.without_row(refused.what, refused.mend)
    served = await read_served(connection, deployment, {}, by_type(deployment, fresh))
    claims = await read_claims(connection, deployment, fresh) if standing.claims else {}
    decision = decide(served, claims, fresh, lambda each: each.type == type_name)
    acted = await act(connection, deployment, decision, standing.block, standing.retired)
    flawed = await _tell(connection, deployment, standing, type_name, ids, folded)
    standing.retired |= decision.retire.keys()
    standing.claims |= bool(decision.keep)
    return Outcome(
        counts=acted.counts,
        conflicts=conflicts(decision.keep) | flawed,
        figured=acted.figured,
        changed=bool(flawed) or not decision.is_empty,
    )


def _contribution(deployment: Deployment, type_name: str, folded: Folded) -> Iterator[Contribution]:
    """What is to be served, if it can be. Raises Unstorable."""
    if folded.row is not None:
        hashed = digest(deployment.codecs[type_name].encode(folded.row))
        yield Contribution(
            folded.document, folded.position, FOLDED, type_name, hashed, Saved(folded.row), line=folded.line
        )


async def _tell(
    connection: Connection,
    deployment: Deployment,
    standing: Standing,
    type_name: str,
    ids: Sequence[Id],
    folded: Mapping[Id, Folded],
) -> frozenset[tuple[int, str, str]]:
    """Let these entities have the flaws that they have now. Returns those that are new."""
    now = [(each, ordinal, flaw) for each in folded.values() for ordinal, flaw in enumerate(each.flaws)]
    if not now and not standing.flaws:
        return frozenset()
    table = deployment.layout.flaw
    texts = value([id_text(each) for each in ids])
    forgotten = await fetch(connection, sql(FORGET, table, value(type_name), texts))
    since = {(text, document, what): block for text, document, what, block in forgotten}
    new: set[tuple[int, str, str]] = set()
    records: list[tuple[object, ...]] = []
    for each, ordinal, flaw in now:
        text, what = id_text(each.id), f"{type_name}[{id_text(each.id)}] {flaw.what}"
        if (text, flaw.document, what) not in since:
            new.add((flaw.document, type_name, text))
        block = since.get((text, flaw.document, what), standing.block)
        records.append((type_name, text, ordinal, flaw.document, what, flaw.mend, flaw.line, block))
    await connection.executemany(render(sql(TELL, table))[0], records)
    standing.flaws = standing.flaws or bool(now)
    return frozenset(new)
