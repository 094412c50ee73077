"""Open roles: Markdown with the facts in the front matter and the text below."""

from docgraph import Document
from generated.schema import Posting
from mappings.slugs import constant, slug


def handle_posting(document: Document) -> None:
    front = document.front_matter
    body = document.body.strip()
    Posting(
        id=document.stem,
        title=front["title"],
        company=front["company"],
        place=front["place"],
        mode=constant(front["mode"]),
        seniority=constant(front["seniority"]),
        employment=constant(front.get("employment", "full-time")),
        openings=front.get("openings", 1),
        posted=front["posted"],
        closes=front.get("closes"),
        skills=[slug(name) for name in front["skills"]],
        benefits=front.get("benefits", []),
        apply_at=f"{document.context['board']}/{document.stem}",
        summary=" ".join(body.split("\n\n")[0].split()),
        body=body,
    ).save()
