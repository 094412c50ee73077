"""Run a document again, twice, to see whether its handlers say the same each time."""

from __future__ import annotations

from docgraph.indexer.feed import Feed
from docgraph.indexer.run import Task, run_document
from docgraph.model.changes import DocumentChange, DocumentKey
from docgraph.model.events import Event
from docgraph.model.reads import Others


async def run_twice(
    feed: Feed, key: DocumentKey, others: Others
) -> tuple[DocumentChange | None, DocumentChange | None]:
    """What became of the document each time; None: it is not there. What its handlers log is not told.

    Raises SourceAway.
    """
    task = Task(feed, key, None)
    return await run_document(task, _unheard, others), await run_document(task, _unheard, others)


def _unheard(event: Event) -> None:
    """It was told when the document was indexed."""
