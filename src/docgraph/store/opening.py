"""From a connection to the right to write a deployment, which is found, adapted or made."""

from __future__ import annotations

from collections.abc import Callable

from docgraph.store.adapt import prepare
from docgraph.store.adaptation import Adaptation, Rebuild
from docgraph.store.blocks import Found, find_deployment, make_deployment
from docgraph.store.connection import Connection, run
from docgraph.store.ddl import deployment_ddl
from docgraph.store.deployment import deployment
from docgraph.store.session import Session, Target
from docgraph.store.turns import turn_of, wait_for_turn


async def open_session(connection: Connection, target: Target, on_wait: Callable[[], None] | None) -> Session:
    """Wait for the turn to write; find the deployment, go on with the served one in its place, or make its tables.

    Calls `on_wait` again and again while another session has the turn, and before anything is made after that.
    """
    await wait_for_turn(connection, turn_of(target.index, target.fingerprint), on_wait or _nothing)
    found = await find_deployment(connection, target.index, target.fingerprint)
    adapted: Adaptation | None = None
    beside: tuple[str, ...] = ()
    if found is None:
        match await prepare(connection, target):
            case Rebuild(why=beside):
                found = await _make(connection, target)
            case found, adapted:
                pass
    deployed = deployment(found.id, target.index, target.sources, target.schema, found.namespace)
    for enum in target.schema.enums:
        # COPY wants binary codecs; the binary form of a label is its text.
        await connection.set_builtin_type_codec(
            deployed.layout.enum_name(enum), schema=found.namespace, codec_name="text", format="binary"
        )
    session = Session(target.dsn, connection, deployed, found.complete, beside=beside, adapted=adapted)
    await session.refresh()
    return session


def _nothing() -> None:
    """Nobody wants to know."""


async def _make(connection: Connection, target: Target) -> Found:
    async with connection.transaction():
        found = await make_deployment(connection, target.index, target.fingerprint, target.schema.text, target.sources)
        deployed = deployment(found.id, target.index, target.sources, target.schema, found.namespace)
        await run(connection, deployment_ddl(deployed.layout))
    return found
