"""Ethereum improvement proposals: one Markdown document each, the facts in its front matter."""

import re
from typing import Any

from docgraph import Document
from generated.schema import Author, Proposal


def handle_proposal(document: Document) -> None:
    front = document.front_matter
    authors = [Author(id=name) for name in names(front.get("author", ""))]
    for author in authors:
        author.save()
    Proposal(
        id=front["eip"],
        number=front["eip"],
        title=front.get("title"),
        description=front.get("description"),
        status=constant(front["status"]),
        type=constant(front["type"]) if "type" in front else None,
        category=constant(front["category"]) if "category" in front else None,
        authors=authors,
        discussions_to=front.get("discussions-to"),
        created=front.get("created"),
        last_call_deadline=front.get("last-call-deadline"),
        withdrawal_reason=front.get("withdrawal-reason"),
        moved_to=address(document.body) if front["status"] == "Moved" else None,
        requires=re.findall(r"[0-9]+", str(front.get("requires", ""))),
        body=document.body,
    ).save()


def constant(words: str) -> Any:
    """`Last Call` → `LAST_CALL`; what the schema does not know is refused when it is saved."""
    return words.upper().replace(" ", "_")


def names(line: str) -> list[str]:
    """`Ann Lee (@ann), Bo Li <bo@li.example>, et al.` → `Ann Lee`, `Bo Li`."""
    found = (re.split(r"[(<]", author)[0].strip() for author in line.split(","))
    return [name for name in found if name not in ("", "et al.")]


def address(text: str) -> str | None:
    """The first web address in a text."""
    found = re.search(r"https://\S+", text)
    return found.group() if found else None
