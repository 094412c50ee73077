"""The example about Ethereum improvement proposals, held against a reading of the same files by plain Python."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from examples import eips_reference as reference
from examples.said import Said, Values, dangling, read_example

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "eips"
LEFT_OUT = "1193"  # named by others, and not among the files of the corpus


@pytest.fixture
def facts(corpus: Callable[[str], Path]) -> dict[int, reference.Facts]:
    return reference.read_facts(corpus("eips"))


@pytest_asyncio.fixture
async def said(corpus: Callable[[str], Path]) -> Said:
    return await read_example(EXAMPLE, {"EIPS": str(corpus("eips"))})


@pytest.fixture
def proposals(said: Said) -> dict[int, Values]:
    every = said.entities["Proposal"].values()
    return {each["number"]: each for each in sorted(every, key=lambda each: each["number"])}


async def test_every_file_becomes_one_proposal(said: Said, facts: dict[int, reference.Facts]) -> None:
    assert said.documents == len(facts) == 948
    assert said.entities["Proposal"].keys() == {str(number) for number in facts}
    assert {name for name, _ in said.twice} == {"Author"}


async def test_proposals_say_what_their_front_matter_says(
    proposals: dict[int, Values], facts: dict[int, reference.Facts]
) -> None:
    for number, told in facts.items():
        found = proposals[number]
        assert found["title"] == told.get("title")
        assert found["description"] == told.get("description")
        assert found["discussionsTo"] == told.get("discussions-to")
        assert found["withdrawalReason"] == told.get("withdrawal-reason")
        assert str(found["created"]) == told.get("created", "None")
        assert str(found["lastCallDeadline"]) == told.get("last-call-deadline", "None")
        assert found["status"] == told["status"].upper().replace(" ", "_")
        assert found["type"] == (told["type"].upper().replace(" ", "_") if "type" in told else None)
        assert found["category"] == (told["category"].upper() if "category" in told else None)
        assert list(found["authors"]) == reference.authors_of(told)
        assert list(found["requires"]) == [str(each) for each in reference.requirements_of(told)]
        assert found["body"].strip()


async def test_only_what_is_not_among_the_files_dangles(said: Said) -> None:
    assert {wanted for _, _, _, wanted in dangling(said.schema, said.entities)} == {LEFT_OUT}


async def test_every_stub_says_where_its_text_lives(proposals: dict[int, Values]) -> None:
    moved = [each for each in proposals.values() if each["status"] == "MOVED"]
    assert len(moved) == 365
    for each in moved:
        assert each["movedTo"] == f"https://github.com/ethereum/ercs/blob/master/ERCS/erc-{each['number']}.md"
    assert all(each["movedTo"] is None for each in proposals.values() if each["status"] != "MOVED")


async def test_the_answers_in_the_readme_are_those_of_the_files(
    proposals: dict[int, Values], facts: dict[int, reference.Facts]
) -> None:
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    by_status, by_author, by_number, by_requirement = (
        json.loads(block)["data"] for block in re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    )

    counts = {status: int(count) for status, count in re.findall(r"^\| `(\w+)` \| (\d+) \|$", readme, re.MULTILINE)}
    assert counts == {k.upper().replace(" ", "_"): v for k, v in reference.count_by_status(facts).items()}
    assert counts == Counter(each["status"] for each in proposals.values())
    assert by_status == {
        "living": [shown(each, "title") for each in proposals.values() if each["status"] == "LIVING"],
        "lastCall": [shown(each, "title") for each in proposals.values() if each["status"] == "LAST_CALL"],
    }

    written = reference.numbers_by_author(facts, "Greg Colvin")
    assert by_author == {"proposals": [shown(proposals[number], "title", "status") for number in written]}

    latest = {
        name: max(str(each["created"]) for each in proposals.values() if each["created"] and name in each["authors"])
        for name, _ in reference.most_productive(facts, 5)
    }
    assert by_number["authors"] == [
        {"id": name, "proposalCount": count, "latest": latest[name]}
        for name, count in reference.most_productive(facts, 5)
    ]

    assert reference.numbers_requiring(facts, 721) == by_requirement["nft"]["requiredBy"] == []
    building = reference.numbers_requiring(facts, 1559)
    final = [shown(proposals[number], "title") for number in building if facts[number]["status"] == "Final"]
    assert by_requirement["feeMarket"]["requiredBy"] == final
    assert f"has {len(building)} proposals on top of it" in readme


def shown(proposal: Values, *fields: str) -> dict[str, Any]:
    return {name: proposal[name] for name in ("number", *fields)}
