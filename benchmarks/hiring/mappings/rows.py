"""Rows as entities: every record is one."""

from docgraph import Record
from generated.schema import Author, Company, Posting, PostingSkill, Skill


def handle_company(record: Record) -> None:
    Company(**record.data).save()


def handle_author(record: Record) -> None:
    Author(**record.data).save()


def handle_skill(record: Record) -> None:
    Skill(**record.data).save()


def handle_posting(record: Record) -> None:
    Posting(**record.data).save()


def handle_posting_skill(record: Record) -> None:
    PostingSkill(**record.data).save()
