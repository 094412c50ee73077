"""The index that authors test with: what edits change, what queries answer, what is told, and that nothing is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from docgraph.model.problem import Problems
from docgraph.server.settings import read_settings
from docgraph.testing import Changes, Index
from docgraph.testing.trial import open_trial
from docgraph.testing.workroom import Workroom

OpenBoard = Callable[..., AbstractContextManager[Index]]
CLERK = "documents/postings/clerk.yaml"
PILOT = "documents/postings/pilot.yaml"


@pytest.fixture
def board(docgraph_project: Path, docgraph_database: str, docgraph_workroom: Workroom, tmp_path: Path) -> OpenBoard:
    """Opens an index of the project as it is at that moment."""

    @contextmanager
    def opened(dsn: str = docgraph_database) -> Iterator[Index]:
        (tmp_path / "below").mkdir()
        with docgraph_workroom.held(open_trial(read_settings(docgraph_project), dsn, tmp_path / "below")) as trial:
            yield Index(trial, docgraph_workroom)

    return opened


async def test_what_is_created_is_told_with_all_fields_as_handlers_load_them(index: Index) -> None:
    changes = await index.write(
        CLERK,
        "{company: ACME, level: SENIOR, pay: 1.50, views: 12, posted: 2024-02-29, skills: [Go, SQL], extra: {a: [1]}}",
    )
    assert changes == Changes(
        created={
            "Company": {"acme": {"id": "acme", "aliases": ["ACME"], "postingCount": 1, "pay": Decimal("1.50")}},
            "Posting": {
                "clerk": {
                    "id": "clerk",
                    "company": "acme",
                    "level": "SENIOR",
                    "pay": Decimal("1.50"),
                    "views": 12,
                    "posted": date(2024, 2, 29),
                    "skills": ["Go", "SQL"],
                    "extra": {"a": [1]},
                }
            },
        }
    )
    assert type(changes.created["Posting"]["clerk"]["views"]) is int


async def test_what_is_changed_is_told_with_the_fields_that_differ(index: Index) -> None:
    await index.write(CLERK, "{company: ACME, pay: 1, skills: [Go]}")
    assert await index.write(CLERK, "{company: ACME, pay: 2, skills: [Go]}") == Changes(
        changed={"Company": {"acme": {"pay": Decimal(2)}}, "Posting": {"clerk": {"pay": Decimal(2)}}}
    )
    assert await index.write(PILOT, "{company: Acme, pay: null}") == Changes(
        created={
            "Posting": {
                "pilot": {
                    **dict.fromkeys(("level", "pay", "views", "posted", "extra")),
                    "id": "pilot",
                    "company": "acme",
                    "skills": [],
                }
            }
        },
        changed={"Company": {"acme": {"aliases": ["ACME", "Acme"], "postingCount": 2}}},
    )


async def test_what_is_deleted_is_told_by_its_ids(index: Index) -> None:
    await index.write("documents/postings/eu/pilot.yaml", "{company: Acme, pay: 1}")
    await index.write("documents/postings/eu/clerk.yaml", "{company: Acme, pay: 1}")
    assert await index.remove("documents/postings/eu") == Changes(
        deleted={"Company": ["acme"], "Posting": ["clerk", "pilot"]}
    )
    assert await index.query("{ postings { id } companies { id } }") == {"postings": [], "companies": []}


async def test_an_edit_that_says_the_same_changes_nothing(index: Index) -> None:
    await index.write(CLERK, "{company: Acme, pay: 1}")
    changes = await index.write(CLERK, "company: Acme\npay: 1.0\n")
    assert not changes
    assert changes == Changes()


async def test_contents_of_one_size_in_quick_succession_are_told_apart(index: Index) -> None:
    for pay in range(1, 9):
        await index.write(CLERK, f"{{company: Acme, pay: {pay}}}")
        assert await index.query("{ postings { pay } }") == {"postings": [{"pay": str(pay)}]}


async def test_a_renamed_document_is_another_one(index: Index) -> None:
    await index.write(CLERK, b"{company: Acme, pay: 1}")
    changes = await index.rename(CLERK, "documents/postings/deep/cook.yaml")
    assert (list(changes.created["Posting"]), changes.deleted, changes.changed) == (
        ["cook"],
        {"Posting": ["clerk"]},
        {},
    )


async def test_edits_of_one_block_are_seen_together(index: Index) -> None:
    await index.write(CLERK, "{company: Acme, pay: 1}")
    before = (await index.query("{ _meta { block { number } } }"))["_meta"]["block"]["number"]
    async with index.block() as block:
        block.write(PILOT, "{company: Acme, pay: 2}")
        block.write("../shared/nurse.yaml", "{company: Acme, pay: 4}")
        block.remove(CLERK)
    assert sorted(block.changes.created["Posting"]) == ["nurse", "pilot"]
    assert block.changes.changed == {"Company": {"acme": {"pay": Decimal(6), "postingCount": 2}}}
    assert block.changes.deleted == {"Posting": ["clerk"]}
    assert (await index.query("{ _meta { block { number } } }"))["_meta"]["block"]["number"] == before + 1


async def test_a_block_whose_body_raises_does_nothing(index: Index) -> None:
    async def give_up() -> None:
        async with index.block() as block:
            block.write(CLERK, "{company: Acme, pay: 1}")
            raise KeyError

    with pytest.raises(KeyError):
        await give_up()
    assert await index.query("{ postings { id } }") == {"postings": []}


async def test_what_the_source_leaves_out_is_no_document(index: Index) -> None:
    assert await index.write("documents/postings/drafts/pilot.yaml", "{company: Acme}") == Changes()
    assert await index.write("documents/postings/notes.txt", "Acme") == Changes()


async def test_edits_at_the_same_time_are_taken_in_one_after_the_other(index: Index) -> None:
    paths = [f"documents/postings/p{number}.yaml" for number in range(8)]
    many = await asyncio.gather(*(index.write(path, "{company: Acme, pay: 1}") for path in paths))
    assert sorted(id for each in many for id in each.created["Posting"]) == [f"p{number}" for number in range(8)]
    assert (await index.query("{ companies { postingCount } }")) == {"companies": [{"postingCount": 8}]}


@pytest.mark.parametrize(
    "path", ["postings/clerk.yaml", "documents/postings/../clerk.yaml", "documents/postings", "/clerk.yaml"]
)
async def test_a_path_that_no_source_holds_is_refused_with_those_that_do(index: Index, path: str) -> None:
    with pytest.raises(ValueError, match=r"is in no data source's folder; these are: \.\./shared, documents/postings"):
        await index.write(path, "{company: Acme}")


async def test_nothing_can_be_removed_that_was_not_written(index: Index, docgraph_project: Path) -> None:
    for edit in (index.remove(CLERK), index.rename(CLERK, PILOT)):
        with pytest.raises(FileNotFoundError, match=CLERK):
            await edit
    assert (docgraph_project / CLERK).exists()  # the project's own documents are not touched


async def test_the_projects_own_documents_can_be_taken_in(index: Index, docgraph_project: Path) -> None:
    changes = await index.load()
    assert sorted(changes.created["Posting"]) == ["clerk", "nurse"]
    await index.remove(CLERK)
    assert (docgraph_project / CLERK).exists()


async def test_a_failing_handler_is_told_with_its_places_until_it_is_mended(index: Index) -> None:
    await index.write(CLERK, "{company: Acme, pay: 1}")
    changes = await index.write(CLERK, "{firm: Acme, pay: 2}")
    assert not changes
    (problem,) = changes.problems
    assert str(problem).startswith("mappings/postings.py:8:26: there is no key 'company'")
    assert list(map(str, await index.problems())) == [str(problem)]
    assert f"while reading {CLERK}" in index.told()
    assert (await index.write(CLERK, "{company: Acme, pay: 2}")).problems == ()
    assert await index.problems() == ()


async def test_a_source_that_halts_changes_nothing_and_says_why(docgraph_project: Path, board: OpenBoard) -> None:
    manifest = docgraph_project / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("entities:", "onError: halt\n      entities:"))
    with board() as index:
        await index.write(CLERK, "{company: Acme, pay: 1}")
        changes = await index.write(CLERK, "{firm: Acme, pay: 2}")
        assert (bool(changes), len(changes.problems)) == (False, 1)
        assert "halted" in index.told()
        assert (await index.write(CLERK, "{company: Acme, pay: 2}")).changed["Posting"] == {
            "clerk": {"pay": Decimal(2)}
        }


async def test_a_conflict_over_an_id_is_told_of_the_loser(index: Index) -> None:
    await index.write(CLERK, "{company: Acme, pay: 1}")
    changes = await index.write("../shared/clerk.yaml", "{company: Acme, pay: 2}")
    (problem,) = changes.problems
    assert problem.at.path == "../shared/clerk.yaml"
    assert list(map(str, await index.problems())) == [str(problem)]
    assert (await index.remove(CLERK)).changed["Posting"] == {"clerk": {"pay": Decimal(2)}}


async def test_what_handlers_log_is_told(index: Index) -> None:
    await index.write(CLERK, "{company: Acme}")
    assert "clerk names no pay" in index.told()


async def test_a_query_with_errors_fails_with_their_places(index: Index) -> None:
    with pytest.raises(AssertionError, match=r'^1:14: Cannot query field "titel" on type "Posting"'):
        await index.query("{ postings { titel } }")
    answer = await index.ask("{ postings { titel } }")
    assert [each["locations"] for each in answer["errors"]] == [[{"line": 1, "column": 14}]]


async def test_a_query_takes_variables_and_the_name_of_its_operation(index: Index) -> None:
    await index.write(CLERK, "{company: Acme, pay: 1}")
    text = "query One($id: ID!) { posting(id: $id) { pay } } query Other { postings { id } }"
    assert await index.query(text, {"id": "clerk"}, "One") == {"posting": {"pay": "1"}}


async def test_a_source_outside_of_the_project_may_have_an_absolute_path(
    index: Index, board: OpenBoard, docgraph_project: Path, tmp_path: Path
) -> None:
    manifest = docgraph_project / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("../shared", str(tmp_path / "elsewhere" / "documents")))
    with board() as other:
        assert list((await other.write("nurse.yaml", "{company: Acme}")).created["Posting"]) == ["nurse"]
        assert list((await other.write(CLERK, "{company: Acme}")).created["Posting"]) == ["clerk"]
        assert await index.query("{ postings { id } }") == {"postings": []}  # two indexes share nothing
        inside = await other.write(str(tmp_path / "elsewhere" / "documents" / "cook.yaml"), "{company: Acme}")
        assert list(inside.created["Posting"]) == ["cook"]
        for path in (str(tmp_path / "elsewhere" / "cook.yaml"), "../cook.yaml"):
            with pytest.raises(ValueError, match="is in no data source's folder"):
                await other.write(path, "{company: Acme}")
    assert not (tmp_path / "elsewhere").exists()


async def test_nothing_is_left_in_the_database(board: OpenBoard, dsn: str) -> None:
    with board(dsn) as index:
        await index.write(CLERK, "{company: Acme, pay: 1}")
        assert await traces(dsn) > 0
    assert await traces(dsn) == 0


def test_a_project_with_mistakes_is_told_by_them(board: OpenBoard, docgraph_project: Path) -> None:
    (docgraph_project / "schema.graphql").write_text("type Company {")
    with pytest.raises(Problems, match=r"schema\.graphql:1:"), board():
        pass


async def traces(dsn: str) -> int:
    """How many schemas, connections and deployments of docgraph there are in the database."""
    connection = await asyncpg.connect(dsn)
    try:
        schemas = await connection.fetchval("select count(*) from pg_namespace where nspname ~ '^docgraph_'")
        sessions = await connection.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'docgraph' and datname = current_database()"
        )
        return schemas + sessions + await connection.fetchval("select count(*) from docgraph.deployment")
    finally:
        await connection.close()
