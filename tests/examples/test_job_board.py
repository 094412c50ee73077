"""The job board at the top of the repository: its documents are whole and agree with each other, and its mappings
share, count and load as their schema says."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.testing import Index
from examples.said import Entities, dangling

ROOT = Path(__file__).resolve().parents[2]
CITY = '{{"name": "{name}", "country": "{country}", "population": 1, "position": {{"latitude": 1, "longitude": 1}}}}'
COMPANY = """
name: Acme
tagline: Makes things
about: All of them.
headquarters: leiden
founded: 1900
employees: 3
website: https://acme.example
email: jobs@acme.example
tags: []
"""
POSTING = """---
title: Clerk
company: acme
place: remote-europe
mode: remote
seniority: mid
posted: {posted}
skills: [{skills}]
---
You will count things.
"""


class Board(msgspec.Struct, frozen=True):
    """All entities that the documents make."""

    schema: Schema
    entities: Entities


@pytest_asyncio.fixture
async def board(index: Index) -> Board:
    changes = await index.load()
    assert changes.problems == ()  # conflicts over ids included
    return Board(read_schema((ROOT / "schema.graphql").read_text(encoding="utf-8")), changes.created)


async def test_there_is_enough_to_ask_about(board: Board) -> None:
    assert len(board.entities["Company"]) >= 12
    assert len(board.entities["Posting"]) >= 36
    assert board.entities.keys() == board.schema.entities.keys()


async def test_every_reference_leads_somewhere(board: Board) -> None:
    assert list(dangling(board.schema, board.entities)) == []


async def test_every_skill_is_described_and_asked_for_and_every_company_hires(board: Board) -> None:
    for skill in board.entities["Skill"].values():
        assert skill["kind"] is not None, skill["id"]
        assert skill["about"] is not None, skill["id"]
        assert skill["postingCount"], skill["id"]
    postings = board.entities["Posting"].values()
    assert {posting["company"] for posting in postings} == board.entities["Company"].keys()


async def test_a_posting_is_remote_exactly_when_its_place_is_an_area(board: Board) -> None:
    for posting in board.entities["Posting"].values():
        assert (posting["mode"] == "REMOTE") == (posting["place"] in board.entities["RemoteArea"]), posting["id"]


async def test_who_comes_to_the_office_comes_to_the_headquarters(board: Board) -> None:
    companies, cities = board.entities["Company"], board.entities["City"]
    for posting in board.entities["Posting"].values():
        headquarters = companies[str(posting["company"])]["headquarters"]
        if posting["mode"] != "REMOTE":
            assert posting["place"] == headquarters, posting["id"]
        assert posting["country"] == cities[str(headquarters)]["country"], posting["id"]


async def test_nothing_closes_before_it_is_posted(board: Board) -> None:
    for posting in board.entities["Posting"].values():
        posted, closes = posting["posted"], posting["closes"]
        assert isinstance(posted, date)
        assert closes is None or (isinstance(closes, date) and closes > posted), posting["id"]


async def test_a_salary_belongs_to_one_posting_and_its_bounds_are_in_order(index: Index, board: Board) -> None:
    salaries = list(board.entities["Salary"].values())
    assert len({salary["posting"] for salary in salaries}) == len(salaries)
    text = "{ salaries(first: 1000, where: {yearlyEuro_gt: 10000, yearlyEuro_lt: 150000}) { minimum maximum } }"
    sound = (await index.query(text))["salaries"]
    assert len(sound) == len(salaries)
    assert all(float(salary["minimum"]) <= float(salary["maximum"]) for salary in sound)


async def test_every_value_of_an_enum_is_used(board: Board) -> None:
    for word in ("mode", "seniority", "employment"):
        field = board.schema.entities["Posting"].field(word)
        declared = {value.name for value in board.schema.enums[field.type.name].values}
        assert {posting[word] for posting in board.entities["Posting"].values()} == declared


async def test_figures_and_merges_are_those_of_the_postings(board: Board) -> None:
    postings = board.entities["Posting"].values()
    assert {id: company["postingCount"] for id, company in board.entities["Company"].items()} == Counter(
        posting["company"] for posting in postings
    )
    for id, skill in board.entities["Skill"].items():
        asked = [
            posting["posted"]
            for posting in postings
            if isinstance(posting["skills"], list) and id in posting["skills"] and isinstance(posting["posted"], date)
        ]
        assert (skill["firstAsked"], skill["lastAsked"]) == (min(asked), max(asked)), id
        assert skill["postingCount"] == len(asked), id


async def test_a_skill_is_shared_by_the_list_that_describes_it_and_the_postings_that_ask_for_it(index: Index) -> None:
    one, two = "documents/postings/acme/one.md", "documents/postings/acme/two.md"
    await index.write(one, POSTING.format(posted="2024-03-01", skills="go"))
    changes = await index.write(two, POSTING.format(posted="2024-02-01", skills="Go"))
    assert changes.changed["Skill"] == {"go": {"firstAsked": date(2024, 2, 1), "postingCount": 2}}
    changes = await index.write("documents/skills/list.csv", "name,kind,about,related\nGo,language,Small.,\n")
    assert changes.created == {}
    assert changes.changed == {"Skill": {"go": {"name": "Go", "kind": "LANGUAGE", "about": "Small."}}}
    changes = await index.remove(two)
    assert changes.changed == {"Skill": {"go": {"firstAsked": date(2024, 3, 1), "postingCount": 1}}}
    assert (await index.remove(one)).changed == {
        "Skill": {"go": {"firstAsked": None, "lastAsked": None, "postingCount": 0}}
    }


async def test_a_posting_follows_its_company_to_another_country(index: Index) -> None:
    await index.write("documents/places/cities/leiden.json", CITY.format(name="Leiden", country="NL"))
    await index.write("documents/places/cities/ghent.json", CITY.format(name="Ghent", country="BE"))
    changes = await index.write("documents/postings/acme/clerk.md", POSTING.format(posted="2024-03-01", skills="Go"))
    assert changes.created["Posting"]["clerk"]["country"] is None
    changes = await index.write("documents/companies/acme.yaml", COMPANY)
    assert changes.created["Company"]["acme"]["postingCount"] == 1
    assert changes.changed == {"Posting": {"clerk": {"country": "NL"}}}
    changes = await index.write("documents/companies/acme.yaml", COMPANY.replace("leiden", "ghent"))
    assert changes.changed == {"Company": {"acme": {"headquarters": "ghent"}}, "Posting": {"clerk": {"country": "BE"}}}
    assert await index.query('{ postings(where: {country: "BE"}) { id } }') == {"postings": [{"id": "clerk"}]}


@pytest.mark.parametrize("edit", ["tagline: Sells things", "employees: 4"])
async def test_what_a_posting_does_not_look_at_changes_no_posting(index: Index, edit: str) -> None:
    await index.load()
    path = "documents/companies/bargewright.yaml"
    changed = (ROOT / path).read_text().splitlines()
    text = "\n".join(edit if line.split(":")[0] == edit.split(":")[0] else line for line in changed)
    changes = await index.write(path, text)
    assert list(changes.changed) == ["Company"]
    assert not changes.created
    assert not changes.deleted
