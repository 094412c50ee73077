"""What the pages show is what happens: every example runs, every table is held to the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.processes import ask, docgraph, finished
from support.projects import copy_example

from docgraph.cli.commands import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("examples/*/README.md")]
)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


async def test_the_readme_shows_a_real_answer_to_its_query(dsn: str, tmp_path: Path) -> None:
    project = copy_example(ROOT, tmp_path / "jobs")
    (query,), (answer,) = blocks("README.md", "graphql"), blocks("README.md", "json")
    async with docgraph(
        "dev", "--port", "0", "--log", "json", project=project, environment={"DATABASE_URL": dsn}
    ) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        assert await ask(address, query) == json.loads(answer)["data"]
        example = await ask(address, (project / "example.graphql").read_text())
        assert len(example["postings"]) == 5


async def test_the_first_project_of_the_getting_started_page_answers_its_query(dsn: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": dsn}
    assert (await finished("init", "notes", folder=tmp_path))[0] == 0
    assert (await finished("index", folder=tmp_path / "notes", environment=environment))[0] == 0
    (query,) = blocks("docs/getting-started.md", "graphql")
    code, out, said = await finished("query", query, folder=tmp_path / "notes", environment=environment)
    assert code == 0, said
    linked = [{"title": "A second note"}]
    assert json.loads(out)["data"] == {"note": {"title": "Welcome", "links": linked, "linkedFrom": linked}}


def test_the_commands_of_the_getting_started_page_are_those_that_exist() -> None:
    page = (ROOT / "docs" / "getting-started.md").read_text()
    listed = set(re.findall(r"^\| `docgraph (\w+)", page, re.MULTILINE))
    assert listed == {
        command.name or (command.callback.__name__ if command.callback else "") for command in app.registered_commands
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}, which is not there"
