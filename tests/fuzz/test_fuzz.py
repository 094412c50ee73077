"""A few generated requests with every test run; `make fuzz` asks twenty thousand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from fuzz.nouns import Block, Case, Field, Request, Rows, Schema, Type, Version
from fuzz.product import is_schema, product
from fuzz.run import run
from fuzz.schemas import make_schema
from fuzz.shrink import shrink


async def test_generated_requests_are_answered_alike_by_both_forms_and_by_a_naive_evaluation(dsn: str) -> None:
    async with product(dsn) as asked:
        report = await run(asked, seed=1, wanted=300)
    assert not report.differences, "\n\n".join(report.differences)
    assert report.kinds["data"] > 200
    assert report.kinds["errors"] > 5
    assert report.kinds["too costly"] <= 3


@pytest.mark.parametrize("seed", [1, 2])
def test_most_generated_schemas_are_valid_and_equal_seeds_give_equal_ones(seed: int) -> None:
    made = [make_schema(Random(f"{seed} {each}")).sdl for each in range(40)]
    assert made == [make_schema(Random(f"{seed} {each}")).sdl for each in range(40)]
    assert sum(map(is_schema, made)) > 30


async def test_what_a_difference_does_not_need_is_left_out() -> None:
    page = Type("Page", (Field("id", "ID", required=True), Field("title", "String")), "page", "pages")
    note = Type("Note", (Field("id", "ID", required=True),), "note", "notes")
    rows = Rows((Block(1, b"", 0),), tuple(Version("Page", {"id": each, "title": each}, 1) for each in "abc"), (1,))
    query = (
        "query Q($n: Int, $w: Page_filter) { notes(first: $n) { id } pages(where: $w) { id ... on Page { title } } }"
    )
    case = Case(
        Schema({"Page": page, "Note": note}, {}, {}), rows, Request(query, {"n": 3, "w": {"id": "b", "title": "b"}})
    )

    async def shows(smaller: Case) -> bool:
        has_b = any(each.values.get("id") == "b" for each in smaller.rows.versions)
        return has_b and "title" in smaller.request.text and smaller.request.variables.get("w", {}).get("id") == "b"

    smallest = await shrink(case, shows)
    assert smallest.request.variables == {"w": {"id": "b"}}
    assert " ".join(smallest.request.text.split()).endswith("{ pages(where: $w) { title } }")
    assert [each.values["id"] for each in smallest.rows.versions] == ["b"]
    assert smallest.rows.problems == ()


def test_the_naive_evaluator_shares_no_code_with_the_product() -> None:
    files = sorted((Path(__file__).parent / "naive").glob("*.py"))
    assert len(files) > 5
    for file in [*files, Path(__file__).parent / "nouns.py"]:
        assert "docgraph" not in file.read_text(), file.name
        taken = {each for each in file.read_text().splitlines() if each.startswith("from graphql import")}
        assert taken <= {f"from graphql import {each}" for each in ("get_location", "language as ast", "parse")}
