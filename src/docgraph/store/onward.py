"""Who reads what some documents say, and what those say that read it, and so on: whom a change may concern."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from docgraph.model.changes import DocumentKey
from docgraph.model.schema import Scalar
from docgraph.store.connection import Connection, fetch, told
from docgraph.store.deployment import Deployment
from docgraph.store.documents import look_up
from docgraph.store.layout import DOCUMENT
from docgraph.store.referring import referred, reversed_fields
from docgraph.store.sql import Sql, join, name, sql, text_literal, value

READERS = """
with said (type, id) as ({})
select distinct r.document from said join {} as r using (type, id)"""
SAID = "select {}, {} from {} as t where t.{} = any({}::integer[])"
CLAIMED = "select type, id from {} where document = any({}::integer[])"


async def readers_onward(
    connection: Connection, deployment: Deployment, types: Collection[str], documents: Sequence[DocumentKey]
) -> int:
    """How many other documents read what these documents say of the types, or what such a reader says.

    Raises Unavailable.
    """
    with told(""):
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            met = {each.id for each in (await look_up(connection, deployment.layout, documents)).values()}
            first, edge = len(met), sorted(met)
            while edge and types:
                said = join("\nunion ", _said(deployment, sorted(types), edge))
                found = await fetch(connection, sql(READERS, said, deployment.layout.read))
                edge = sorted({document for (document,) in found} - met)
                met.update(edge)
    return len(met) - first


def _said(deployment: Deployment, types: Sequence[str], documents: Sequence[int]) -> Iterator[Sql]:
    """What was said, and to what it refers, as rows of `$read` speak of it."""
    yield sql(CLAIMED, deployment.layout.claim, value(documents))
    for type_name in types:
        table = deployment.layout.tables[type_name]
        places = (table.current, table.said) if table.entity.shared else (table.current,)
        for place in places:
            by = (place, name(DOCUMENT), value(documents))
            yield sql(SAID, text_literal(type_name), _as_text(sql("t.id"), table.entity.id_type), *by)
            for field in reversed_fields(deployment, table.entity):
                held = deployment.layout.schema.stored_scalar(field)
                read = text_literal(".".join((type_name, field.name)))
                yield sql(SAID, read, _as_text(referred(table, field), held), *by)


def _as_text(column: Sql, held: object) -> Sql:
    return sql("encode({}, 'hex')", column) if held is Scalar.BYTES else sql("{}::text", column)
