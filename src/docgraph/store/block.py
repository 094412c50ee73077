"""One block in the making: what is applied in it counts together, or not at all.

A block that is one small change is two statements, of which the second commits. Everything else is a transaction, which
begins when it is needed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from types import TracebackType

from docgraph.model.changes import Block, DocumentChange, DocumentKey, Id, Indexed, Known, Row
from docgraph.model.problem import ConflictProblem, Unavailable
from docgraph.store.act import gather
from docgraph.store.adapt import begin, drop_unused_indexes, switch
from docgraph.store.apply import Outcome, again, apply_batch
from docgraph.store.batches import REFUSED, batches, failed
from docgraph.store.blocks import Head, add_block, block_row, tell, telling
from docgraph.store.codes import Codes, write_codes
from docgraph.store.computed import keep_figures
from docgraph.store.connection import AGAIN, LOST, UNSTORABLE, Transaction, UniqueViolation, run, told
from docgraph.store.ddl_indexes import reference_index_ddl
from docgraph.store.documents import HASH_MODULUS, block_hash
from docgraph.store.files import look_again
from docgraph.store.halted import clear_halting
from docgraph.store.logs import line_of, prune_log, write_log
from docgraph.store.problems import read_conflicts
from docgraph.store.prune import earliest_due, forget_blocks, remove_versions
from docgraph.store.reads import Stale, readers, stale
from docgraph.store.referring import referring
from docgraph.store.rows import Unstorable
from docgraph.store.seen import seen
from docgraph.store.session import Session, Target
from docgraph.store.shared import fold, fold_all
from docgraph.store.small import SmallChange, prepare


class BlockWriter:
    """One block in the making. Nothing of it is seen before its `async with` ends, and nothing if that fails."""

    def __init__(self, session: Session, timestamp: datetime, target: Target) -> None:
        self.committed: Block | None = None  # afterwards; None where nothing changed, and during the first load
        self._session, self._timestamp, self._target, self._keep = session, timestamp, target, target.keep
        self._earliest, self._cut = session.earliest, session.cut
        self._standing = session.standing()
        self._total = Outcome()
        self._applied = 0  # batches
        self._folded = session.deployment.shared if session.complete else session.folded
        self._codes: Codes = {}
        self._transaction: Transaction | None = None  # once it has begun
        self._small: SmallChange | None = None  # what was applied and is not written before something else is to be

    async def __aenter__(self) -> BlockWriter:
        if self._session.connection.is_closed():
            raise Unavailable(LOST, mend=AGAIN)
        return self

    async def apply(self, changes: Sequence[DocumentChange]) -> None:
        """Make these changes part of the block, in their order. May be called several times."""
        for batch in batches(changes):
            with told(self._session.dsn):
                if not await self._prepare(batch):
                    await self._begun()
                    await self._apply(batch)

    async def look_again(self, files: Mapping[DocumentKey, Known]) -> None:
        """Remember how these files look, with which all that read them were compared."""
        with told(self._session.dsn):
            await self._begun()
            await look_again(self._session.connection, self._session.deployment.layout, files)

    def explain(self, codes: Codes) -> None:
        """Keep with the block what codes of documents are made of."""
        self._codes = codes

    async def load(self, type_name: str, ids: Sequence[Id], below: DocumentKey | None) -> dict[Id, Row]:
        """The entities with these ids, as documents at positions `below` say them; None: as all say that are present.

        Entities that nobody speaks of are absent.
        """
        session, claims = self._session, self._standing.claims
        with told(session.dsn):
            await self._begun()
            if below is None and type_name in session.deployment.shared:
                await self._fold_type(type_name)
            return await seen(session.connection, session.deployment, type_name, ids, below, claims=claims)

    async def refer(self, type_name: str, field: str, ids: Sequence[Id]) -> dict[Id, dict[Id, Row]]:
        """For each of the ids, the entities of the type that refer to it by the field, as all say that are present."""
        session = self._session
        with told(session.dsn):
            await self._begun()
            if type_name in session.deployment.shared:
                await self._fold_type(type_name)
            if not session.complete:
                table = session.deployment.layout.tables[type_name]
                await run(session.connection, reference_index_ddl(table, table.entity.field(field)))
            return await referring(session.connection, session.deployment, type_name, field, ids)

    async def touched_readers(self) -> list[DocumentKey]:
        """The documents that read an entity about which the block says something else since this was asked last."""
        if not self._standing.touched:
            return []
        with told(self._session.dsn):
            await self._begun()
            entities, self._standing.touched = self._standing.touched, {}
            return await readers(self._session.connection, self._session.deployment, entities)

    async def stale(self, keys: Sequence[DocumentKey], moving: Collection[str]) -> Stale:
        """Those of the documents that would see something else now; of the types `moving`, below their positions."""
        with told(self._session.dsn):
            await self._begun()
            return await stale(self._session.connection, self._session.deployment, self.load, self.refer, keys, moving)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            if self._transaction is not None:
                # What went wrong inside is what the caller hears of, not that the rollback had no connection either.
                with suppress(Unavailable), told(self._session.dsn):
                    await self._transaction.__aexit__(kind, error, trace)
            return
        with told(self._session.dsn):
            if self._small is not None and self._is_all(self._small):
                block = await self._commit_small(self._small)
            else:
                block = await self._commit()
        self._session.claims, self._session.last = self._standing.claims, self._standing.last
        self._session.flaws, self._session.reads = self._standing.flaws, self._standing.reads
        self._session.files = self._standing.files
        if self._session.loaded is not None:
            self._session.loaded += self._total.content
        self._session.folded = self._folded
        self._session.codes |= self._codes.keys()
        self._session.halted = False
        self._session.earliest, self._session.cut = self._earliest, self._cut
        adapted, self._session.adapted = self._session.adapted, None
        if block is not None:
            self._session.head, self.committed = Head(block.number, int.from_bytes(block.hash)), block
        if adapted is not None:
            with told(self._session.dsn):
                await drop_unused_indexes(self._session.connection, self._session.deployment.layout)

    async def _prepare(self, batch: Sequence[DocumentChange]) -> bool:
        """Let the batch be written with the block's end. False: it is not as small as that, or not the first."""
        session = self._session
        if self._transaction is None and self._small is None and session.complete and session.adapted is None:
            # The long way finds the document whose value Postgres refuses to look for.
            with suppress(*UNSTORABLE):
                self._small = await prepare(session.connection, session.deployment, self._standing, batch)
            if self._small is not None:
                self._gather(self._small.outcome, batch)
                return True
        return False

    def _is_all(self, small: SmallChange) -> bool:
        """Is there nothing to be written but this and the block's row?"""
        due = self._keep is not None and earliest_due(self._earliest, self._standing.block, self._keep) is not None
        open_ends = due or self._cut or self._session.halted or small.outcome.dirty
        return not open_ends and self._codes.keys() <= self._session.codes

    async def _commit_small(self, small: SmallChange) -> Block | None:
        deployed, total = self._session.deployment, self._total
        block = self._made(()) if total.changed else None
        statement = small.statement(())
        if block is not None:
            row = block_row(deployed.layout, block)
            statement = small.statement([row], telling(deployed.index, deployed.id, block.number))
        try:
            await run(self._session.connection, statement)
        except UNSTORABLE:
            await self._begin()
            await self._apply_again(small)
            return await self._commit()
        except BaseException:
            # Whether it was committed is unknown; only a new session can tell.
            self._session.connection.terminate()
            raise
        return block

    async def _commit(self) -> Block | None:
        await self._begun()
        assert self._transaction is not None
        try:
            block = await self._close()
            if self._session.adapted is not None:
                await self._adapt(block)
            if self._total.logged:
                await prune_log(self._session.connection, self._session.deployment.layout)
            if self._session.halted:
                await clear_halting(self._session.connection, self._session.deployment.layout)
            if not self._codes.keys() <= self._session.codes:
                await write_codes(self._session.connection, self._session.deployment.layout, self._codes)
        except BaseException as failure:
            await self._transaction.__aexit__(type(failure), failure, failure.__traceback__)
            raise
        try:
            await self._transaction.__aexit__(None, None, None)
        except BaseException:
            # Whether it was committed is unknown; only a new session can tell.
            self._session.connection.terminate()
            raise
        return block

    async def _begun(self) -> None:
        """See to it that the transaction has begun, and that all that was applied is written."""
        if self._transaction is not None:
            return
        await self._begin()
        small, self._small = self._small, None
        if small is not None:
            try:
                await run(self._session.connection, small.statement(()))
            except UNSTORABLE as refused:
                await self._begin_again(refused)
                await self._apply_again(small)

    async def _apply_again(self, small: SmallChange) -> None:
        """As if it were no small change: that way finds the document whose value Postgres refuses."""
        self._standing, self._total, self._applied = self._session.standing(), Outcome(), 0
        await self._apply(small.batch)

    async def _begin(self) -> None:
        connection = self._session.connection
        self._transaction = connection.transaction()
        await self._transaction.__aenter__()
        if not self._session.complete:
            # What a crash of the machine takes is read again from the documents.
            await connection.execute("set local synchronous_commit = off")
        if self._session.adapted is not None:
            await begin(connection, self._session.deployment, self._session.adapted)

    async def _adapt(self, block: Block | None) -> None:
        """Let readers go by the schema that is gone on with, and hear of it."""
        connection, deployed = self._session.connection, self._session.deployment
        await switch(connection, deployed, self._target)
        if block is None:
            await tell(connection, deployed.index, deployed.id, self._session.head.number)

    @asynccontextmanager
    async def _undoable(self) -> AsyncIterator[None]:
        """What goes wrong inside leaves no trace, and the block goes on."""
        if self._applied:
            async with self._session.connection.transaction():
                yield
            return
        # Nothing came before: to begin again is cheaper than a savepoint for every block.
        try:
            yield
        except REFUSED as refused:
            await self._begin_again(refused)
            raise

    async def _begin_again(self, refused: Exception) -> None:
        assert self._transaction is not None
        await self._transaction.__aexit__(type(refused), refused, refused.__traceback__)
        await self._begin()

    async def _apply(self, batch: Sequence[DocumentChange]) -> None:
        """Apply a batch; where Postgres refuses a value, halve until the document that has it stands alone."""
        session = self._session
        try:
            async with self._undoable():
                outcome = await apply_batch(session.connection, session.deployment, self._standing, batch)
        except (Unstorable, UniqueViolation) as refused:
            await self._apply(again(session.deployment, self._standing, batch, refused))
            return
        except UNSTORABLE as refused:
            if len(batch) > 1:
                await self._apply(batch[: len(batch) // 2])
                await self._apply(batch[len(batch) // 2 :])
            elif isinstance(batch[0], Indexed):
                await self._apply([failed(batch[0], refused)])
            else:
                raise
            return
        self._gather(outcome, batch)

    def _gather(self, outcome: Outcome, batch: Sequence[DocumentChange]) -> None:
        self._applied += 1
        self._total = self._total.then(outcome)
        self._standing.retired |= outcome.retired
        self._standing.claims |= outcome.claims
        self._standing.reads |= outcome.reads
        self._standing.files |= outcome.files
        gather(self._standing.dirty, outcome.dirty)
        gather(self._standing.figured, outcome.figured)
        gather(self._standing.touched, outcome.touched)
        highest = max(change.key for change in batch)
        self._standing.last = highest if self._standing.last is None else max(highest, self._standing.last)

    async def _fold_type(self, type_name: str) -> None:
        """Bring the entities of a shared type in line with what the block has said so far."""
        connection, deployed, standing = self._session.connection, self._session.deployment, self._standing
        ids = standing.dirty.pop(type_name, set())
        if type_name in self._folded:
            self._total = self._total.then(await fold(connection, deployed, standing, type_name, ids))
        else:
            await fold_all(connection, deployed, standing, [type_name])
            self._folded |= {type_name}
            self._applied += 1

    async def _close(self) -> Block | None:
        """The block's row, if there is anything to say."""
        session, standing = self._session, self._standing
        for type_name in sorted(self._folded & standing.dirty.keys()):
            await self._fold_type(type_name)
        if not session.complete:
            return None
        total = self._total
        counts = await keep_figures(session.connection, session.deployment, standing.block, standing.figured)
        total = self._total = total.then(Outcome(counts=counts, changed=bool(counts)))
        if not total.changed:
            return None
        deployed = session.deployment
        conflicts = await self._new_conflicts()
        await write_log(session.connection, deployed.layout, self._standing.block, [*map(line_of, conflicts)])
        block = self._made(conflicts)
        await add_block(session.connection, deployed.index, deployed.id, deployed.layout, block)
        await self._prune()
        return block

    def _made(self, conflicts: Sequence[ConflictProblem]) -> Block:
        total = self._total
        content = (self._session.head.content + total.content) % HASH_MODULUS
        problems = (*total.problems, *conflicts)
        return Block(
            self._standing.block, block_hash(content), self._timestamp, total.documents, total.counts, problems
        )

    async def _prune(self) -> None:
        """Cut history where enough has come together, or where the last cut is not through."""
        connection, layout = self._session.connection, self._session.deployment.layout
        if self._keep is None:
            return
        if (due := earliest_due(self._earliest, self._standing.block, self._keep)) is not None:
            await forget_blocks(connection, layout, due)
            self._earliest, self._cut = due, True
        if self._cut:
            self._cut = await remove_versions(connection, layout, self._earliest)

    async def _new_conflicts(self) -> list[ConflictProblem]:
        """The conflicts that the block brought and that are still there at its end."""
        if not (new := self._total.conflicts):
            return []
        session, deployed = self._session, self._session.deployment
        losers = sorted({document for document, _, _ in new})
        found = await read_conflicts(session.connection, deployed.layout, losers)
        return [each.problem for each in found if (each.document, each.type, each.id) in new]
