"""The proposals through the whole product: real files, real Postgres, real HTTP, held against plain Python."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio
from support.processes import Running, ask, docgraph

from examples import eips_reference as reference

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "eips"
PAGE = """
query ($after: ID!) {
  proposals(first: 1000, where: {id_gt: $after}) {
    id number title status authors { id } requires { number } requiredBy(first: 1000, orderBy: number) { number }
  }
}
"""
BY_AUTHOR = """
query ($author: String!) {
  proposals(first: 1000, orderBy: number, where: {authors_contains: [$author]}) { number }
}
"""
REQUIRING = """
query ($number: String!) {
  proposals(first: 1000, orderBy: number, where: {requires_contains: [$number]}) { number }
}
"""


class Site(msgspec.Struct, frozen=True):
    """The example at work over files that a test may edit."""

    running: Running
    address: str
    folder: Path

    async def proposals(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = (await ask(self.address, PAGE, after=max(found, default="")))["proposals"]
            if not page:
                return found
            found |= {each["id"]: each for each in page}

    async def next_block(self) -> dict[str, Any]:
        told = await self.running.event("BlockCommitted", len(self.running.events("BlockCommitted")) + 1)
        return dict(told["block"]["counts"])


@pytest_asyncio.fixture
async def site(dsn: str, tmp_path: Path, corpus: Callable[[str], Path]) -> AsyncIterator[Site]:
    documents = tmp_path / "EIPs" / "EIPS"
    documents.mkdir(parents=True)
    for file in corpus("eips").glob("*.md"):
        shutil.copyfile(file, documents / file.name)  # the content alone: a corpus may be read-only
    project = tmp_path / "eips"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("generated", "__pycache__", ".docgraph"))
    environment = {"DATABASE_URL": dsn, "EIPS": str(tmp_path / "EIPs")}
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        yield Site(running, address, documents)


async def test_answers_equal_what_plain_python_reads_in_the_files(site: Site) -> None:
    facts = reference.read_facts(site.folder)
    proposals = await site.proposals()
    assert len(proposals) == len(facts) == 948
    statuses = Counter(each["status"] for each in proposals.values())
    assert statuses == {
        status.upper().replace(" ", "_"): count for status, count in reference.count_by_status(facts).items()
    }
    for author in ("Vitalik Buterin", "Greg Colvin"):
        wanted = reference.numbers_by_author(facts, author)
        answer = await ask(site.address, BY_AUTHOR, author=author)
        assert [each["number"] for each in answer["proposals"]] == wanted
    found = await ask(site.address, "{ authors(first: 5, orderBy: proposalCount, orderDirection: desc) { id } }")
    assert [each["id"] for each in found["authors"]] == [name for name, _ in reference.most_productive(facts, 5)]
    for number in (721, 1559, 155):
        wanted = reference.numbers_requiring(facts, number)
        assert [each["number"] for each in proposals[str(number)]["requiredBy"]] == wanted
        answer = await ask(site.address, REQUIRING, number=str(number))
        assert [each["number"] for each in answer["proposals"]] == wanted


async def test_the_readme_shows_the_answers_that_the_server_gives(site: Site) -> None:
    page = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    pairs = re.findall(r"```graphql\n(.*?)```\s+```json\n(.*?)```", page, re.DOTALL)
    assert len(pairs) == 4
    for query, answer in pairs:
        assert await ask(site.address, query) == json.loads(answer)["data"]


async def test_each_edit_changes_exactly_the_rows_it_should(site: Site) -> None:
    before = await site.proposals()

    edited = site.folder / "eip-1559.md"
    edited.write_text(edited.read_text().replace("title: Fee market change", "title: Fee market upheaval"))
    assert await site.next_block() == {"Proposal": {"created": 0, "changed": 1, "deleted": 0}}
    after = await site.proposals()
    assert after.pop("1559")["title"].startswith("Fee market upheaval")
    assert after == {number: each for number, each in before.items() if number != "1559"}

    (site.folder / "eip-99999.md").write_text(
        "---\neip: 99999\nstatus: Draft\nrequires: 2, 1\nauthor: A. Newcomer, Greg Colvin (@gcolvin)\n---\nNew.\n"
    )
    assert await site.next_block() == {
        "Author": {"created": 1, "changed": 1, "deleted": 0},  # the count of the one, and the other
        "Proposal": {"created": 1, "changed": 0, "deleted": 0},
    }
    added = (await site.proposals())["99999"]
    assert added["requires"] == [{"number": 2}, {"number": 1}]

    (site.folder / "eip-99999.md").rename(site.folder / "eip-99998.md")
    await site.running.event("BlockCommitted", 3)
    assert (await site.proposals())["99999"] == added

    (site.folder / "eip-99998.md").unlink()
    assert await site.next_block() == {
        "Author": {"created": 0, "changed": 1, "deleted": 1},
        "Proposal": {"created": 0, "changed": 0, "deleted": 1},
    }
    assert (await site.proposals()).keys() == before.keys()
