"""Trades of every format, taken as they are."""

from docgraph import Batch, Document, Record
from generated.schema import Trade


def handle_json(document: Document) -> None:
    Trade(**document.data).save()


def handle_markdown(document: Document) -> None:
    Trade(**document.front_matter, note=document.body.strip()).save()


def handle_row(record: Record) -> None:
    Trade(**record.data).save()


def handle_batch(batch: Batch) -> None:
    Trade.save_all(batch.data, lines=batch.lines)
