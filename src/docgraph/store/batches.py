"""Changes in pieces that are applied at once, and what becomes of one that Postgres refuses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docgraph.model.changes import DocumentChange, DocumentKey, Failed, Indexed
from docgraph.model.problem import Location, ValueProblem
from docgraph.store.connection import UNSTORABLE, UniqueViolation, first_line
from docgraph.store.problems import storable
from docgraph.store.rows import Unstorable

BATCH = 2_000  # changes that are read, decided and written at once
REFUSED: tuple[type[Exception], ...] = (Unstorable, UniqueViolation, *UNSTORABLE)  # a batch, by us or by Postgres


def batches(changes: Sequence[DocumentChange]) -> Iterator[list[DocumentChange]]:
    """The changes in pieces of bounded size, in none of which a document comes twice."""
    if len(changes) <= BATCH and len({change.key for change in changes}) == len(changes):
        if changes:
            yield list(changes)
        return
    batch: list[DocumentChange] = []
    keys: set[DocumentKey] = set()
    for change in changes:
        if len(batch) == BATCH or change.key in keys:
            yield batch
            batch, keys = [], set()
        batch.append(change)
        keys.add(change.key)
    if batch:
        yield batch


def failed(change: Indexed, refused: Exception) -> Failed:
    """What the change is instead: Postgres `refused` a value of it."""
    problem = ValueProblem(
        f"the database cannot hold a value of this document: {storable(_reason(refused))}",
        at=Location(change.key.path),
        mend="look for a value that is extremely large or long",
    )
    noted = (change.logs, change.on_error, change.reads, change.files)
    return Failed(change.key, change.known, (problem,), *noted)


def _reason(refused: Exception) -> str:
    """Why, without the driver's words for its own affairs, which come before a reason in parentheses."""
    said = first_line(refused)
    return said[said.rindex("(") + 1 :].rstrip(")") if "query argument" in said and "(" in said else said
