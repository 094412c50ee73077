"""Notes become entities: front matter gives the fields, the text is the body."""

from docgraph import Document
from generated.schema import Note


def handle_note(document: Document) -> None:
    front = document.front_matter
    Note(
        id=document.stem,
        title=front["title"],
        tags=front.get("tags", []),
        written=front.get("written"),
        links=front.get("links", []),
        body=document.body.strip(),
    ).save()
