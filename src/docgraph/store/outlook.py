"""What a plan asks the store: which deployment an index run would go on with, and what it knows. Writes nothing.

Takes no lock, so an indexer may be at work meanwhile: what is told is one snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from docgraph.model.changes import DocumentKey, Known
from docgraph.model.schema import Schema
from docgraph.store.codes import Codes, read_codes
from docgraph.store.connection import Connection, fetch, told
from docgraph.store.documents import read_known
from docgraph.store.layout import DEPLOYMENT, Layout
from docgraph.store.sql import sql, value

HAS_CONTROL = "select to_regclass('docgraph.deployment') is not null"
SERVED = "select id, schema, sources from {} where name = {} and status = 'serving'"
MEANT = "select id, namespace, status from {} where name = {} and fingerprint = {}"
FAILED = "select source, path from {} where failed"


class ServedNow(msgspec.Struct, frozen=True):
    """The deployment that the index serves."""

    deployment: int
    schema: str  # SDL
    sources: tuple[str, ...]  # names, by ordinal


class Meant(msgspec.Struct, frozen=True):
    """The deployment that an index run would go on with."""

    deployment: int
    complete: bool  # it is the served one; otherwise its first load is not over, or it was served once
    known: Mapping[DocumentKey, Known]
    failed: frozenset[DocumentKey]
    codes: Codes  # of the documents that are known, as far as it is kept


class Outlook(msgspec.Struct, frozen=True):
    served: ServedNow | None = None
    meant: Meant | None = None  # None: an index run would make a new one


async def outlook(connection: Connection, index: str, fingerprint: bytes) -> Outlook:
    """What there is for a project with this fingerprint. Raises Unavailable."""
    with told(""):
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if not await connection.fetchval(HAS_CONTROL):
                return Outlook()
            return Outlook(await _served(connection, index), await _meant(connection, index, fingerprint))


async def _served(connection: Connection, index: str) -> ServedNow | None:
    rows = await fetch(connection, sql(SERVED, DEPLOYMENT, value(index)))
    return ServedNow(rows[0][0], rows[0][1], tuple(rows[0][2])) if rows else None


async def _meant(connection: Connection, index: str, fingerprint: bytes) -> Meant | None:
    rows = await fetch(connection, sql(MEANT, DEPLOYMENT, value(index), value(fingerprint)))
    if not rows:
        return None
    number, namespace, status = rows[0]
    places = Layout(Schema({}), namespace, {})
    known = await read_known(connection, places)
    failed = frozenset(DocumentKey(*row) for row in await fetch(connection, sql(FAILED, places.document)))
    codes = await read_codes(connection, places, {each.code for each in known.values()})
    return Meant(number, status == "serving", known, failed, codes)
