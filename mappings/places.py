"""Where work is done: one JSON document for each city, one list of areas for remote work."""

from docgraph import Document, Record
from generated.schema import City, RemoteArea


def handle_city(document: Document) -> None:
    city = document.data
    City(
        id=document.stem,
        name=city["name"],
        country=city["country"],
        latitude=city["position"]["latitude"],
        longitude=city["position"]["longitude"],
        population=city["population"],
    ).save()


def handle_remote_area(record: Record) -> None:
    area = record.data
    RemoteArea(
        id=area["id"],
        name=area["name"],
        utc_from=area["utc"]["from"],
        utc_to=area["utc"]["to"],
        note=area["note"],
    ).save()
