"""pytest as authors run it: a process of its own in a project that `docgraph init` made, with the tests of the page."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest
from support.processes import PATIENCE, clean_environment

from docgraph.cli.scaffold import write_project

PAGE = Path(__file__).resolve().parents[2] / "docs" / "testing.md"


async def run_pytest(folder: Path, *arguments: str, database: str | None = None) -> tuple[int, str]:
    """The exit code, and all that was printed."""
    environment = clean_environment() | ({"DATABASE_URL": database} if database else {})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


@pytest.fixture
def notes(open_folder: Path) -> Path:
    write_project(open_folder)
    (open_folder / "tests").mkdir()
    shown = re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for path, text in shown:
        (open_folder / path).write_text(text)
    return open_folder


async def test_what_the_page_shows_passes_on_a_private_postgres_that_processes_share(notes: Path) -> None:
    code, said = await run_pytest(notes, "-n", "2")
    assert code == 0, said
    assert "5 passed" in said
    assert "warning" not in said.lower()
    assert (notes / ".docgraph" / "testing" / "cluster").is_dir()
    assert not (notes / ".docgraph" / "postgres").exists()


async def test_a_failing_test_shows_what_the_index_told(notes: Path, dsn: str) -> None:
    (notes / "tests" / "test_notes.py").write_text(
        "async def test_a_note(index):\n"
        '    await index.write("notes/a.md", "---\\ntitel: A\\n---\\n")\n'
        "    assert (await index.query('{ notes { id } }'))['notes']\n"
    )
    code, said = await run_pytest(notes, database=dsn)
    assert code == 1
    assert "mappings/notes.py:11:15: there is no key 'title'; did you mean 'titel'?" in said
    assert "while reading notes/a.md" in said


async def test_a_project_with_mistakes_fails_its_tests_by_them(notes: Path, dsn: str) -> None:
    (notes / "schema.graphql").write_text("type Note @entity { id: ID! title: Strng! }\n")
    code, said = await run_pytest(notes, database=dsn)
    assert code == 1
    assert "schema.graphql:1:36: " in said
    assert "plugin.py" not in said  # no stack: it is not our mistake


async def test_a_database_that_does_not_answer_is_told_with_what_to_do(notes: Path) -> None:
    code, said = await run_pytest(notes, database="postgresql://tester:secret@127.0.0.1:1/tests")
    assert code == 1
    assert "127.0.0.1:1" in said
    assert "mend: " in said
    assert "plugin.py" not in said
    assert "secret" not in said


async def test_a_test_outside_of_any_project_is_told_how_to_name_one(notes: Path, dsn: str) -> None:
    (notes / "subgraph.yaml").unlink()
    code, said = await run_pytest(notes, database=dsn)
    assert code == 1
    assert "define a fixture docgraph_project" in said


async def test_the_fixture_serves_tests_with_loops_of_any_scope(notes: Path, dsn: str) -> None:
    code, said = await run_pytest(notes, "-o", "asyncio_default_test_loop_scope=session", database=dsn)
    assert code == 0, said
    assert "5 passed" in said
