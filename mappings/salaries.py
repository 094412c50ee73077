"""What postings pay: one JSON document for each company, with a band for each posting."""

from decimal import ROUND_HALF_EVEN, Decimal

from docgraph import Record
from generated.schema import Salary
from mappings.slugs import constant

WORKED_PER_YEAR = {"year": 1, "month": 12, "day": 220}


def handle_salary(record: Record) -> None:
    band = record.data
    company = record.document.data
    per = band.get("per", "year")
    rate = Decimal(record.context["euro"][company["currency"]])
    yearly = Decimal(str(band["minimum"])) * WORKED_PER_YEAR[per] * rate
    Salary(
        id=f"{band['posting']}-salary",
        posting=band["posting"],
        minimum=band["minimum"],
        maximum=band["maximum"],
        currency=company["currency"],
        per=constant(per),
        yearly_euro=yearly.quantize(Decimal(1), ROUND_HALF_EVEN),
        equity_percent=band.get("equityPercent"),
    ).save()
