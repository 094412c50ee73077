"""What the page about connections shows is what happens."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connections.md").read_text()
EXAMPLES = re.findall(r"```graphql\n(.*?)```\s*```json\n(.*?)```", PAGE, re.DOTALL)


@pytest_asyncio.fixture(scope="module")
async def index(shared: Any) -> Any:
    return await shared((GOLDEN / "schema.graphql").read_text(), json.loads((GOLDEN / "rows.json").read_text()))


@pytest.mark.parametrize(("query", "answer"), EXAMPLES)
async def test_the_page_shows_real_answers_to_its_queries(index: Any, query: str, answer: str) -> None:
    assert await index.data(query) == json.loads(answer)


def test_the_page_has_an_answer_for_each_query() -> None:
    assert len(EXAMPLES) == PAGE.count("```graphql") == PAGE.count("```json")
