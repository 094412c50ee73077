"""Read what stands now about the documents and keys that a block touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from docgraph.model.changes import DocumentKey, Id, Row
from docgraph.model.schema import Scalar
from docgraph.store.connection import Connection, fetch
from docgraph.store.decide import FOLDED, Contribution, Current, Kept, Key
from docgraph.store.deployment import Deployment
from docgraph.store.layout import DOCUMENT, HASH, LINE
from docgraph.store.rows import id_text
from docgraph.store.sql import Sql, integer, join, name, sql, value

SERVED = "select {}::integer, {}, {}, {}, {} from {} where {}"
# A document may be gone already whose shared entities are not folded anew yet.
WITH_POSITION = """
select found.type, found.id, found.document, found.hash, found.line, coalesce(d.source, 0), coalesce(d.path, '')
from ({}) as found (type, id, document, hash, line)
left join {} as d on d.id = found.document"""

CLAIMED_KEYS = "select distinct space, id from {} where document = any({}::integer[])"
CLAIMS = """
select c.space, c.id, c.document, c.seq, c.type, c.hash, c.row, c.against, c.line,
  coalesce(d.source, 0), coalesce(d.path, '')
from unnest({}::text[], {}::text[]) as wanted (space, id)
join {} as c using (space, id)
left join {} as d on d.id = c.document"""

ROWS = "select {} from {} where id = any({}::{})"


async def read_served(
    connection: Connection,
    deployment: Deployment,
    documents: Mapping[str, Sequence[int]],
    ids: Mapping[str, Sequence[Id]],
) -> dict[Key, Contribution]:
    """The served rows of these documents and with these ids, both by entity name; the rows themselves stay unread."""
    branches = [
        served_rows(deployment, type_name, sql("{} = any({}::integer[])", name(DOCUMENT), value(list(numbers))))
        for type_name, numbers in documents.items()
    ]
    branches += [
        served_rows(deployment, type_name, sql("id = any({}::{})", value(list(wanted)), deployment.id_array(type_name)))
        for type_name, wanted in ids.items()
    ]
    if not branches:
        return {}
    served: dict[Key, Contribution] = {}
    statement = sql(WITH_POSITION, join(" union all ", branches), deployment.layout.document)
    for ordinal, text, document, digest, line, source, path in await fetch(connection, statement):
        type_name = deployment.types[ordinal]
        space = deployment.spaces[type_name]
        key = (space, deployment.claimed_id(space, text))
        seq = FOLDED if type_name in deployment.shared else 0
        served[key] = Contribution(document, DocumentKey(source, path), seq, type_name, digest, Current(), line=line)
    return served


async def read_claimed_keys(connection: Connection, deployment: Deployment, documents: Iterable[int]) -> set[Key]:
    """The keys that these documents have claims on."""
    found = await fetch(connection, sql(CLAIMED_KEYS, deployment.layout.claim, value(list(documents))))
    return {(space, deployment.claimed_id(space, text)) for space, text in found}


async def read_claims(
    connection: Connection, deployment: Deployment, keys: Iterable[Key]
) -> dict[Key, list[Contribution]]:
    """All claims on these keys."""
    wanted = list(keys)
    spaces, ids = value([space for space, _ in wanted]), value([id_text(each) for _, each in wanted])
    statement = sql(CLAIMS, spaces, ids, deployment.layout.claim, deployment.layout.document)
    claims: dict[Key, list[Contribution]] = {}
    for space, text, document, seq, type_name, digest, row, against, line, source, path in await fetch(
        connection, statement
    ):
        content = None if row is None else Kept(row)
        claim = Contribution(document, DocumentKey(source, path), seq, type_name, digest, content, against, line)
        claims.setdefault((space, deployment.claimed_id(space, text)), []).append(claim)
    return claims


async def read_rows(connection: Connection, deployment: Deployment, type_name: str, ids: Sequence[Id]) -> dict[Id, Row]:
    """Current rows in full."""
    table = deployment.layout.tables[type_name]
    columns = join(", ", map(name, table.columns))
    statement = sql(ROWS, columns, table.current, value(list(ids)), deployment.id_array(type_name))
    at = table.columns.index("id")
    return {row[at]: tuple(row) for row in await fetch(connection, statement)}


def served_rows(deployment: Deployment, type_name: str, condition: Sql) -> Sql:
    """The served rows of one type that meet the condition: type's ordinal, id as text, document, hash, line."""
    table = deployment.layout.tables[type_name]
    ordinal = integer(deployment.ordinals[type_name])
    return sql(SERVED, ordinal, id_as_text(deployment, type_name), *_COLUMNS, table.current, condition)


def id_as_text(deployment: Deployment, type_name: str) -> Sql:
    """A row's id as `$claim` writes it."""
    return _AS_TEXT.get(deployment.id_type(type_name), _ID)


_ID = name("id")
_AS_TEXT = {Scalar.BYTES: sql("encode(id, 'hex')"), Scalar.INT8: sql("id::text")}
_COLUMNS = (name(DOCUMENT), name(HASH), name(LINE))
