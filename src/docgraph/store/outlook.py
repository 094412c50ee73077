"""What a plan asks the store: which deployment an index run would go on with, and what it knows. Writes nothing.

Takes no lock, so an indexer may be at work meanwhile: what is told is one snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from docgraph.model.changes import DocumentKey, Known
from docgraph.model.known import KnownDocuments
from docgraph.model.schema import Schema
from docgraph.store.adapt import read_served
from docgraph.store.adaptation import Adaptation, Rebuild
from docgraph.store.codes import Codes, read_codes
from docgraph.store.connection import Connection, fetch, told
from docgraph.store.documents import read_known
from docgraph.store.files import known_files, read_by
from docgraph.store.layout import DEPLOYMENT, Layout
from docgraph.store.served import HAS_CONTROL
from docgraph.store.session import Target
from docgraph.store.sql import sql, value

MEANT = "select id, namespace, status from {} where name = {} and fingerprint = {}"
FAILED = "select source, path from {} where failed"


class Meant(msgspec.Struct, frozen=True):
    """The deployment that an index run would go on with."""

    deployment: int
    complete: bool  # it is the served one; otherwise its first load is not over, or it was served once
    known: KnownDocuments
    failed: frozenset[DocumentKey]
    codes: Codes  # of the documents that are known, as far as it is kept
    namespace: str  # Postgres schema
    files: Mapping[DocumentKey, Known]  # that documents read
    read_by: Mapping[DocumentKey, Sequence[tuple[DocumentKey, bytes]]]  # file → documents, and the hashes they saw


class Outlook(msgspec.Struct, frozen=True):
    serving: int | None = None  # the deployment that is served
    meant: Meant | None = None  # None: an index run would make a new one
    in_place: tuple[str, ...] = ()  # what would change in the served one, which would be gone on with
    why: tuple[str, ...] = ()  # another deployment than the served one would be filled


async def outlook(connection: Connection, target: Target) -> Outlook:
    """What there is for `target`. Raises Unavailable."""
    with told(""):
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if not await connection.fetchval(HAS_CONTROL):
                return Outlook(why=("nothing is served yet",))
            served = await read_served(connection, target.index)
            meant = await _meant(connection, target.index, target.fingerprint)
            if served is None:
                return Outlook(meant=meant, why=("nothing is served yet",))
            if meant is not None and meant.complete:
                return Outlook(served.id, meant)
            match served.adaptation(target):
                case Rebuild(why):
                    return Outlook(served.id, meant, why=why)
                case Adaptation(what=what) if meant is not None:
                    return Outlook(served.id, meant, why=what)
                case Adaptation(what=what):
                    return Outlook(served.id, await _meant(connection, target.index, served.fingerprint), what)


async def _meant(connection: Connection, index: str, fingerprint: bytes) -> Meant | None:
    rows = await fetch(connection, sql(MEANT, DEPLOYMENT, value(index), value(fingerprint)))
    if not rows:
        return None
    number, namespace, status = rows[0]
    places = Layout(Schema({}), namespace, {})
    known = await read_known(connection, places)
    failed = frozenset(DocumentKey(*row) for row in await fetch(connection, sql(FAILED, places.document)))
    codes = await read_codes(connection, places, {each.code for each in known.values()})
    files, by = await known_files(connection, places), await read_by(connection, places)
    return Meant(number, status == "serving", known, failed, codes, namespace, files, by)
