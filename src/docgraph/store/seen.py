"""What handlers find when they load: entities as documents at positions below their own say them.

More may be merged into a shared entity that is seen from a position: what the document
there says itself. By the contributions to the type alone. Which entity is served where two types claim one
id also depends on documents that a source does not wait for, so it is nothing to go by.
"""

from __future__ import annotations

from collections.abc import Sequence

from docgraph.model.changes import DocumentKey, Id, Row
from docgraph.model.merging import Said, exact_sum
from docgraph.model.schema import Merge
from docgraph.store.connection import Connection
from docgraph.store.decide import Contribution, Current, Kept, Key, resolve
from docgraph.store.deployment import Deployment
from docgraph.store.fold import read_assigned, read_folded
from docgraph.store.read import read_claims, read_rows, read_served
from docgraph.store.rows import Unstorable

_FIRST = (Merge.FIRST, Merge.UNIQUE)


async def seen(
    connection: Connection,
    deployment: Deployment,
    type_name: str,
    ids: Sequence[Id],
    below: DocumentKey | None,
    *,
    claims: bool = True,
) -> dict[Id, Row]:
    """The entities with these ids, as far as there are any. Equal values are equal whatever table they come from.

    `below` None: all documents count, and shared entities of the type are folded already.
    `claims`: whether there may be any claim.
    """
    alone = len(deployment.members[deployment.spaces[type_name]]) == 1
    if below is None and alone:
        rows = await read_rows(connection, deployment, type_name, ids)
    elif type_name in deployment.shared and below is not None:
        return await _unfinished(connection, deployment, type_name, ids, below)
    elif type_name in deployment.shared:
        folded = await read_folded(connection, deployment, type_name, ids, below)
        rows = {each: folded[each].row for each in folded}  # type: ignore[misc]
    else:
        rows = await _owned(connection, deployment, type_name, ids, below, claims=claims)
    found: dict[Id, Row] = {}
    codec = deployment.codecs[type_name]
    for identifier, row in rows.items():
        if row is not None:
            try:
                found[identifier] = codec.decode(codec.encode(row))
            except Unstorable:
                continue  # is not served either
    return found


async def _unfinished(
    connection: Connection, deployment: Deployment, type_name: str, ids: Sequence[Id], below: DocumentKey
) -> dict[Id, Row]:
    """Shared entities to which more can be said, also those that lack a value that they must have."""
    fields = deployment.layout.tables[type_name].entity.stored_fields
    first = [at for at, field in enumerate(fields) if field.merge in _FIRST and not field.required]
    folded = await read_folded(connection, deployment, type_name, ids, below)
    assigned = await read_assigned(connection, deployment, type_name, ids, below, first) if folded and first else set()
    found: dict[Id, Row] = {}
    codec = deployment.codecs[type_name]
    for identifier, each in folded.items():
        try:
            values = list(codec.decode(codec.encode(each.values)))
        except Unstorable:
            continue  # is not served either
        for at, field in enumerate(fields):
            if field.merge is Merge.SUM:
                values[at] = None if each.merged[at] is None else exact_sum(each.merged[at], 0)
            elif values[at] is None and (identifier, at) in assigned:
                values[at] = Said.NULL
        found[identifier] = tuple(values)
    return found


async def _owned(
    connection: Connection,
    deployment: Deployment,
    type_name: str,
    ids: Sequence[Id],
    below: DocumentKey | None,
    *,
    claims: bool,
) -> dict[Id, Row]:
    space = deployment.spaces[type_name]
    keys: list[Key] = [(space, each) for each in ids]
    served = await read_served(connection, deployment, {}, {type_name: ids})
    claimed = await read_claims(connection, deployment, keys) if claims else {}
    rows: dict[Id, Row] = {}
    current: list[Id] = []
    for key in keys:
        said = [*claimed.get(key, ()), *([served[key]] if key in served else [])]
        winner, _ = resolve(each for each in said if _counts(each, type_name, below))
        match winner:
            case Contribution(content=Current()):
                current.append(key[1])
            case Contribution(content=Kept(encoded)):
                rows[key[1]] = deployment.codecs[type_name].decode(encoded)
    if rows and (jsons := deployment.codecs[type_name].jsons):
        rows = {each: await _as_stored(connection, row, jsons) for each, row in rows.items()}
    return rows | (await read_rows(connection, deployment, type_name, current) if current else {})


def _counts(contribution: Contribution, type_name: str, below: DocumentKey | None) -> bool:
    return contribution.type == type_name and (below is None or contribution.position < below)


async def _as_stored(connection: Connection, row: Row, jsons: Sequence[int]) -> Row:
    """A row that is kept as it was said, its JSON at these places as Postgres would hold it in a column."""
    values = list(row)
    for at in jsons:
        if isinstance(values[at], str):
            values[at] = await connection.fetchval("select $1::text::jsonb", values[at])
        elif values[at] is not None:
            values[at] = await connection.fetchval("select $1::text[]::jsonb[]", values[at])
    return tuple(values)
