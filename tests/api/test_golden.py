"""What each query means, becomes and answers, side by side: tests/golden/<name>/.

To accept changes after reading them: UPDATE_GOLDEN=1 pytest tests/api/test_golden.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from docgraph.query.describe import describe
from docgraph.query.print import statement
from docgraph.query.rows import Form
from docgraph.store.sql import render

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CASES = sorted(folder for folder in GOLDEN.iterdir() if (folder / "query.graphql").exists())
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any) -> Any:
    """Three blocks with a line of the log each, and one problem since the third."""
    made = await shared((GOLDEN / "schema.graphql").read_text(), json.loads((GOLDEN / "rows.json").read_text()))
    await made.block(2)
    await made.block(3)
    await made.problem(3)
    await made.log(1, "INFO", "a.md has no words", "a.md", "no")
    await made.log(2, "WARNING", "100% off_")
    await made.log(3, "ERROR", "1000 off")
    return made


def variables(folder: Path) -> dict[str, Any] | None:
    file = folder / "variables.json"
    return json.loads(file.read_text()) if file.exists() else None


def hold(file: Path, text: str) -> None:
    """The file says the same; or is made to."""
    if UPDATE:
        file.write_text(text)
    assert file.read_text() == text


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
async def test_the_answer_is_the_one_that_was_accepted(folder: Path, index: Any) -> None:
    response = await index.ask((folder / "query.graphql").read_text(), variables(folder))
    hold(folder / "answer.json", json.dumps(response, indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
async def test_the_plan_and_its_statement_are_the_accepted_ones(folder: Path, index: Any) -> None:
    if json.loads((folder / "answer.json").read_text()).get("data", "refused") == "refused":
        return  # refused before there is a plan
    operation = index.engine.planned((folder / "query.graphql").read_text(), variables(folder))
    text, parameters = render(statement(operation, index.layout))
    hold(folder / "plan.txt", describe(operation))
    hold(folder / "query.sql", f"{text}\n\n-- {parameters!r}\n")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
async def test_the_optimistic_and_the_exact_way_give_equal_answers(folder: Path, index: Any) -> None:
    answer = json.loads((folder / "answer.json").read_text())
    if "errors" in answer:
        return  # only the exact way can tell errors
    query = (folder / "query.graphql").read_text()
    plain = await index.ask(query, variables(folder))
    exact = await index.exactly(query, variables(folder))
    assert json.dumps(exact) == json.dumps(plain), "order of keys included"


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
async def test_an_answer_takes_one_statement_or_two_where_the_exact_way_is_needed(folder: Path, index: Any) -> None:
    index.statements.clear()
    answer = await index.ask((folder / "query.graphql").read_text(), variables(folder))
    expected = 2 if answer.get("errors") else 1
    assert len(index.statements) <= (0 if "data" not in answer else expected)


def test_every_form_has_its_own_text(index: Any) -> None:
    assert Form.EXACT is not Form.OPTIMISTIC
    query = "{ notes { page { id } } }"
    assert "required" in index.statement(query)
    assert "required" not in index.statement(query, form=Form.EXACT)
