"""One entity for each document."""

from docgraph import Document
from generated.schema import Item


def handle_item(document: Document) -> None:
    item = document.data
    Item(
        id=document.stem,
        title=item["title"],
        city=item["city"],
        salary=item["salary"],
        posted_at=item["posted"],
        remote=item["remote"],
        tags=item["tags"],
        summary=item["summary"],
        body=item["body"],
    ).save()
