"""What people can be good at: one CSV row each."""

from docgraph import Record
from generated.schema import Skill
from mappings.slugs import constant, slug


def handle_skill(record: Record) -> None:
    row = record.data
    Skill(
        id=slug(row["name"]),
        name=row["name"],
        kind=constant(row["kind"]),
        about=row["about"],
        related=[slug(name) for name in row["related"].split(";") if name],
    ).save()
