"""The companies that hire: one YAML document each."""

from docgraph import Document
from generated.schema import Company


def handle_company(document: Document) -> None:
    company = document.data
    Company(
        id=document.stem,
        name=company["name"],
        tagline=company["tagline"],
        about=company["about"].strip(),
        headquarters=company["headquarters"],
        founded=company["founded"],
        employees=company["employees"],
        website=company["website"],
        email=company["email"],
        remote_first=company.get("remoteFirst", False),
        raised=company.get("raised"),
        tags=company["tags"],
    ).save()
