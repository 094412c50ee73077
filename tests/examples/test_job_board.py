"""The job board at the top of the repository: its documents are whole, and they agree with each other."""

from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from examples.said import Said, read_example

ROOT = Path(__file__).resolve().parents[2]


@pytest_asyncio.fixture(scope="module")
async def board() -> Said:
    return await read_example(ROOT, {})


async def test_there_is_enough_to_ask_about(board: Said) -> None:
    assert board.documents >= 48
    assert len(board.entities["Company"]) >= 12
    assert len(board.entities["Posting"]) >= 36
    assert all(board.entities.values())


async def test_no_two_documents_claim_one_id(board: Said) -> None:
    assert board.twice == ()


async def test_every_reference_leads_somewhere(board: Said) -> None:
    assert list(board.dangling()) == []


async def test_every_skill_is_asked_for_and_every_company_hires(board: Said) -> None:
    postings = board.entities["Posting"].values()
    asked = {skill for posting in postings for skill in posting["skills"]}
    assert asked == board.entities["Skill"].keys()
    assert {posting["company"] for posting in postings} == board.entities["Company"].keys()


async def test_a_posting_is_remote_exactly_when_its_place_is_an_area(board: Said) -> None:
    for posting in board.entities["Posting"].values():
        assert (posting["mode"] == "REMOTE") == (posting["place"] in board.entities["RemoteArea"]), posting["id"]


async def test_who_comes_to_the_office_comes_to_the_headquarters(board: Said) -> None:
    companies = board.entities["Company"]
    for posting in board.entities["Posting"].values():
        if posting["mode"] != "REMOTE":
            assert posting["place"] == companies[posting["company"]]["headquarters"], posting["id"]


async def test_nothing_closes_before_it_is_posted(board: Said) -> None:
    for posting in board.entities["Posting"].values():
        assert posting["closes"] is None or posting["closes"] > posting["posted"], posting["id"]


async def test_a_salary_belongs_to_one_posting_and_its_bounds_are_in_order(board: Said) -> None:
    salaries = list(board.entities["Salary"].values())
    assert len({salary["posting"] for salary in salaries}) == len(salaries)
    for salary in salaries:
        assert salary["minimum"] <= salary["maximum"], salary["id"]
        assert 10_000 < salary["yearlyEuro"] < 150_000, salary["id"]


@pytest.mark.parametrize("word", ["mode", "seniority", "employment"])
async def test_every_value_of_an_enum_is_used(board: Said, word: str) -> None:
    entity = board.schema.entities["Posting"]
    declared = {value.name for value in board.schema.enums[entity.field(word).type.name].values}
    assert {posting[word] for posting in board.entities["Posting"].values()} == declared
