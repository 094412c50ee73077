"""Open roles: Markdown with the facts in the front matter and the text below."""

from docgraph import Document
from generated.schema import City, Company, Posting, Skill
from mappings.slugs import constant, slug


async def handle_posting(document: Document) -> None:
    front = document.front_matter
    body = document.body.strip()
    skills = [Skill(id=slug(name), name=name) for name in front["skills"]]
    for skill in skills:
        skill.first_asked = skill.last_asked = front["posted"]
        skill.save()
    Posting(
        id=document.stem,
        title=front["title"],
        company=front["company"],
        place=front["place"],
        country=await country_of(front["company"]),
        mode=constant(front["mode"]),
        seniority=constant(front["seniority"]),
        employment=constant(front.get("employment", "full-time")),
        openings=front.get("openings", 1),
        posted=front["posted"],
        closes=front.get("closes"),
        skills=skills,
        benefits=front.get("benefits", []),
        apply_at=f"{document.context['board']}/{document.stem}",
        summary=" ".join(body.split("\n\n")[0].split()),
        body=body,
    ).save()


async def country_of(company_id: str) -> str | None:
    """Where the company is at home; None while its document, or that of its city, is not there."""
    company = await Company.load(company_id)
    city = await City.load(company.headquarters) if company else None
    return city.country if city else None
