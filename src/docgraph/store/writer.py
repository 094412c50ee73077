"""Writing one deployment: its blocks, one after the other, and the swap that serves it.

One writer per deployment, held by an advisory lock of its session. What is in a block,
and when it counts, is `block.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from docgraph.model.changes import Block, DocumentKey, Failed, Known
from docgraph.model.known import KnownDocuments
from docgraph.model.problem import Problem, Unavailable
from docgraph.store.block import BlockWriter
from docgraph.store.blocks import tell
from docgraph.store.connection import AGAIN, LOST, told
from docgraph.store.documents import read_known
from docgraph.store.files import forget_unread, known_files, misled
from docgraph.store.first_load import finish, settle
from docgraph.store.halted import replace_halting
from docgraph.store.heartbeat import connect_writer
from docgraph.store.layout import Layout
from docgraph.store.logs import line_of, write_log
from docgraph.store.loss import lost_sources
from docgraph.store.opening import open_session
from docgraph.store.session import Session, Target


class Writer:
    """Writes the blocks of one deployment.

    After Unavailable the session may be gone, and with it the right to write: `known` gets both again.
    """

    def __init__(self, target: Target, on_wait: Callable[[], None] | None) -> None:
        self._target, self._on_wait = target, on_wait
        self._session: Session | None = None

    @property
    def layout(self) -> Layout:
        return self._open_session().deployment.layout

    @property
    def complete(self) -> bool:
        """Whether the first load is over and the deployment is served."""
        return self._open_session().complete

    @property
    def adapting(self) -> tuple[str, ...]:
        """What changes for readers with the next block, even where it says nothing new: the schema, for people."""
        adapted = self._open_session().adapted
        return () if adapted is None else adapted.what

    @property
    def beside(self) -> tuple[str, ...]:
        """Why the deployment was made anew beside the one that is served, for people."""
        return self._open_session().beside

    async def open(self) -> None:
        """Connect, wait for the turn to write, find or make the tables."""
        await self.close()
        dsn = self._target.dsn
        connection = await connect_writer(dsn)
        try:
            with told(dsn):
                # Plans are kept while tables grow from nothing: none of them may read a whole table.
                await connection.execute("set enable_seqscan = off")
                await connection.execute("set maintenance_work_mem = '256MB'")
                session = await open_session(connection, self._target, self._on_wait)
        except BaseException:
            connection.terminate()
            raise
        self._session = session

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(Unavailable), told(self._target.dsn):
                await session.connection.close()

    async def known(self) -> KnownDocuments:
        """Every document that is present, as it was when it was last run. Connects again if the session was lost."""
        if self._session is None or self._session.connection.is_closed():
            await self.open()
        session = self._open_session()
        with told(session.dsn):
            async with session.connection.transaction():
                await session.refresh()
                return await read_known(session.connection, session.deployment.layout)

    async def known_files(self) -> dict[DocumentKey, Known]:
        """Every file that documents read, as it was seen last."""
        session = self._open_session()
        with told(session.dsn):
            await forget_unread(session.connection, session.deployment.layout)
            return await known_files(session.connection, session.deployment.layout)

    async def misled(self, files: Mapping[DocumentKey, Known]) -> list[DocumentKey]:
        """The documents that read something else in these files than there is now."""
        session = self._open_session()
        with told(session.dsn):
            return await misled(session.connection, session.deployment.layout, files)

    def block(self, timestamp: datetime) -> BlockWriter:
        """One atomic step: `async with writer.block(now) as block: await block.apply(changes)`.

        Before the first load is over, each is a transaction of its own but all are one block.
        """
        return BlockWriter(self._open_session(), timestamp, self._target)

    async def hold_back(self, failures: Sequence[Failed]) -> tuple[Problem, ...]:
        """Let these documents be those that hold the next block back, and no others. Returns the problems that are new.

        Told to readers like a block, although the number stays.
        """
        session = self._open_session()
        connection, layout = session.connection, session.deployment.layout
        if not failures and not session.halted:
            return ()
        with told(session.dsn):
            async with connection.transaction():
                new = await replace_halting(connection, layout, session.head.number, failures)
                await write_log(connection, layout, session.head.number, [*map(line_of, new)])
                if session.complete:
                    await tell(connection, session.deployment.index, session.deployment.id, session.head.number)
        session.halted = bool(failures)
        return tuple(new)

    async def lost_sources(self) -> tuple[str, ...]:
        """The data sources that would be served without a sound document if the first load were finished now."""
        session = self._open_session()
        deployed = session.deployment
        with told(session.dsn):
            return await lost_sources(session.connection, deployed.index, deployed.layout, deployed.sources)

    async def finish_first_load(self, timestamp: datetime) -> Block:
        """Build the indexes and serve this deployment in place of the one before, in one transaction."""
        session = self._open_session()
        with told(session.dsn):
            return await finish(session, timestamp)

    async def settle_first_load(self) -> None:
        """Make of the load what readers would be served, short of serving it."""
        with told(self._open_session().dsn):
            await settle(self._open_session())

    def _open_session(self) -> Session:
        if self._session is None:
            raise Unavailable(LOST, mend=AGAIN)
        return self._session
