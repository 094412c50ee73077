"""Carry out a decision: few statements, each over a whole set of rows. Runs inside the transaction of its caller."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from docgraph.model.changes import Id, Row, TypeCounts
from docgraph.store.connection import Connection, fetch, run
from docgraph.store.decide import Arrival, Claim, Current, Decision, Dropped, Insert, Kept, Own, Saved
from docgraph.store.deployment import Deployment
from docgraph.store.documents import COPY_FROM
from docgraph.store.layout import DOCUMENT, HASH, LINE, SINCE, UNTIL, Table
from docgraph.store.read import read_rows
from docgraph.store.rows import digest, id_text
from docgraph.store.sql import Sql, integer, join, name, render, sql, value

# A version that this very block made leaves no history.
RETIRE = """
with gone as (delete from {} where id = any({}::{}) returning {})
insert into {} ({}, {}) select gone.*, {}::integer from gone where {} < {}::integer"""

RETIRE_AND_TELL = """
with gone as (delete from {} where id = any({}::{}) returning {}),
kept as (insert into {} ({}, {}) select gone.*, {}::integer from gone where {} < {}::integer)
select {} from gone"""

REVIVE = """
with back as (
  delete from {} as h using unnest({}::{}, {}::bytea[], {}::integer[], {}::integer[]) as n (id, hash, document, line)
  where h.id = n.id and h.{} = n.hash and h.{} = {}::integer
  returning {}, n.document, n.hash, h.{}, n.line
)
insert into {} ({}, {}, {}, {}, {}) select * from back returning id"""

OWN = """
update {} as t set {} = n.document, {} = n.line
from unnest({}::{}, {}::integer[], {}::integer[]) as n (id, document, line)
where t.id = n.id"""

INSERT = "insert into {} ({}) values ({})"

KEEP = """
insert into {} (space, id, document, seq, type, hash, row, against, line, block)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (space, id, document, seq)
do update set type = excluded.type, hash = excluded.hash, row = excluded.row, against = excluded.against,
  line = excluded.line, block = excluded.block"""

DROP = """
delete from {} as c using unnest({}::text[], {}::text[], {}::integer[], {}::smallint[]) as n (space, id, document, seq)
where c.space = n.space and c.id = n.id and c.document = n.document and c.seq = n.seq"""

Ids = Mapping[str, frozenset[Id]]  # entity name → ids
Gathered = dict[str, set[Id]]  # the same of a whole block, which may have very many: grows in place

SYSTEM = (DOCUMENT, HASH, SINCE, LINE)


class Acted(msgspec.Struct, frozen=True):
    """What carrying out a decision came to."""

    counts: dict[str, TypeCounts]  # corrected by rows that come back within the block that retired them
    figured: Ids  # entities whose figures may have moved


async def act(
    connection: Connection, deployment: Deployment, decision: Decision, block: int, retired: Collection[str]
) -> Acted:
    """Do what `decision` says as part of `block`; `retired` names types that the block took rows from before."""
    figured: dict[str, set[Id]] = {}
    await _keep(connection, deployment, decision.keep, block)
    await _drop(connection, deployment, decision.drop)
    for type_name, moved in decision.own.items():
        await _own(connection, deployment, type_name, moved)
    for type_name, ids in decision.retire.items():
        for row in await _retire(connection, deployment, type_name, ids, block):
            for place, each in enumerate(deployment.figured[type_name]):
                figured.setdefault(each.owner, set()).update(_referred_to(row[place]))
    counts = dict(decision.counts)
    for type_name, inserts in decision.insert.items():
        arriving = inserts
        if type_name in retired:
            revived = await _revive(connection, deployment, type_name, inserts, block)
            arriving = [each for each in inserts if each.id not in revived]
            had = counts[type_name]
            counts[type_name] = TypeCounts(had.created - len(revived), had.changed, had.deleted - len(revived))
        for row in await _insert(connection, deployment, type_name, arriving, block):
            for each in deployment.figured[type_name]:
                figured.setdefault(each.owner, set()).update(_referred_to(row[each.place]))
    for type_name, arrivals in decision.arriving.items():
        await _arrive(connection, deployment, type_name, arrivals, block)
        for each in deployment.figured[type_name]:
            owners = figured.setdefault(each.owner, set())
            for arrival in arrivals:
                owners.update(_referred_to(arrival.save.row[each.place]))
    return Acted(counts, {owner: frozenset(ids) for owner, ids in figured.items()})


def gather(gathered: Gathered, ids: Ids) -> None:
    """Add the ids to those that are gathered."""
    for type_name, each in ids.items():
        gathered.setdefault(type_name, set()).update(each)


def _referred_to(reference: object) -> Iterable[Id]:
    """The ids in a column of references."""
    if isinstance(reference, list | tuple):
        return [each for each in reference if each is not None]
    return () if reference is None else (reference,)  # type: ignore[return-value]


async def _keep(connection: Connection, deployment: Deployment, claims: Sequence[Claim], block: int) -> None:
    if not claims:
        return
    current: dict[str, list[Id]] = {}
    for claim in claims:
        if isinstance(claim.contribution.content, Current):
            current.setdefault(claim.contribution.type, []).append(claim.key[1])
    rows = {name_: await read_rows(connection, deployment, name_, ids) for name_, ids in current.items()}
    statement, _ = render(sql(KEEP, deployment.layout.claim))
    await connection.executemany(statement, [(*_claim_record(deployment, claim, rows), block) for claim in claims])


def _claim_record(deployment: Deployment, claim: Claim, current: Mapping[str, Mapping[Id, Row]]) -> tuple[object, ...]:
    (space, identifier), said = claim.key, claim.contribution
    match said.content:
        case Saved(row):
            encoded: bytes | None = deployment.codecs[said.type].encode(row)
        case Kept(kept):
            encoded = kept
        case Current():
            encoded = deployment.codecs[said.type].encode(current[said.type][identifier])
        case None:
            encoded = None
    return space, id_text(identifier), said.document, said.seq, said.type, said.hash, encoded, said.against, said.line


async def _drop(connection: Connection, deployment: Deployment, claims: Sequence[Dropped]) -> None:
    if claims:
        spaces, ids = [each.key[0] for each in claims], [id_text(each.key[1]) for each in claims]
        columns = (spaces, ids, [each.document for each in claims], [each.seq for each in claims])
        await run(connection, sql(DROP, deployment.layout.claim, *map(value, columns)))


async def _own(connection: Connection, deployment: Deployment, type_name: str, moved: Sequence[Own]) -> None:
    table, array = deployment.layout.tables[type_name], deployment.id_array(type_name)
    ids, documents = value([each.id for each in moved]), value([each.document for each in moved])
    lines = value([each.line for each in moved])
    await run(connection, sql(OWN, table.current, name(DOCUMENT), name(LINE), ids, array, documents, lines))


async def _retire(
    connection: Connection, deployment: Deployment, type_name: str, ids: Sequence[Id], block: int
) -> Sequence[Sequence[object]]:
    """Returns what each row referred to, as far as figures follow from it."""
    table, figured = deployment.layout.tables[type_name], deployment.figured[type_name]
    array, number = deployment.id_array(type_name), value(block)
    columns = join(", ", map(name, table.version))
    back = (table.current, value(list(ids)), array, columns)
    pieces = (*back, table.history, columns, name(UNTIL), number, name(SINCE), number)
    if not figured:
        await run(connection, sql(RETIRE, *pieces))
        return ()
    return await fetch(connection, sql(RETIRE_AND_TELL, *pieces, join(", ", (name(each.column) for each in figured))))


async def _revive(
    connection: Connection, deployment: Deployment, type_name: str, inserts: Sequence[Insert], block: int
) -> set[Id]:
    """Bring back versions that this block retired and that now come again as they were: nothing happened to them."""
    table = deployment.layout.tables[type_name]
    kept = (*table.columns, *table.computed)
    columns = join(", ", map(name, kept))
    theirs = join(", ", (sql("h.{}", name(column)) for column in kept))
    ids, hashes, documents, lines = (
        value([each.id for each in inserts]),
        value([each.hash for each in inserts]),
        value([each.document for each in inserts]),
        value([each.line for each in inserts]),
    )
    array, since, until = deployment.id_array(type_name), name(SINCE), name(UNTIL)
    back = await fetch(
        connection,
        sql(
            REVIVE,
            *(table.history, ids, array, hashes, documents, lines),
            *(name(HASH), until, value(block)),
            *(theirs, since),
            *(table.current, columns, *map(name, SYSTEM)),
        ),
    )
    return {identifier for (identifier,) in back}


async def _insert(
    connection: Connection, deployment: Deployment, type_name: str, inserts: Sequence[Insert], block: int
) -> Sequence[Sequence[object]]:
    """Returns the rows, if figures follow from them."""
    table, codec = deployment.layout.tables[type_name], deployment.codecs[type_name]
    coming = (
        (
            *(each.content.row if isinstance(each.content, Saved) else codec.decode(each.content.encoded)),
            each.document,
            each.hash,
            block,
            each.line,
        )
        for each in inserts
    )
    figured = deployment.figured[type_name]
    # Rows that nobody looks at afterwards are made while those before them are sent.
    records = list(coming) if figured or len(inserts) <= COPY_FROM else coming
    if len(inserts) > COPY_FROM:
        await connection.copy_records_to_table(
            table.name, schema_name=table.namespace, columns=(*table.columns, *SYSTEM), records=records
        )
    elif inserts:
        await connection.executemany(render(_insert_one(table))[0], records)
    return records if figured and isinstance(records, list) else ()


async def _arrive(
    connection: Connection, deployment: Deployment, type_name: str, arrivals: Sequence[Arrival], block: int
) -> None:
    """Raises Unstorable."""
    table, encode = deployment.layout.tables[type_name], deployment.codecs[type_name].encode
    # Encoded and hashed while Postgres has to do with those before them.
    records = (
        (*save.row, each.document, digest(encode(save.row)), block, save.line)
        for each in arrivals
        for save in [each.save]
    )
    columns = (*table.columns, *SYSTEM)
    await connection.copy_records_to_table(table.name, schema_name=table.namespace, columns=columns, records=records)


def _insert_one(table: Table) -> Sql:
    columns = (*table.columns, *SYSTEM)
    places = join(", ", (sql("${}", integer(at)) for at in range(1, len(columns) + 1)))
    return sql(INSERT, table.current, join(", ", map(name, columns)), places)
