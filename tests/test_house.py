"""The walls of the house: a room imports only the rooms named for it.

The table is the one of docs/architecture.md; a test below holds the two together.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "docgraph"

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "sources": {"model"},
    "formats": {"model"},
    "manifest": {"model", "sources", "formats"},
    "mapping": {"model", "manifest"},
    "store": {"model"},
    "indexer": {"model", "sources", "formats", "manifest", "mapping", "store"},
    "query": {"model", "store.layout", "store.sql"},
    "api": {"model", "query", "store"},
    "server": {"model", "sources", "formats", "manifest", "mapping", "store", "indexer", "query", "api"},
    "cli": {"model", "sources", "formats", "manifest", "mapping", "store", "indexer", "query", "api", "server"},
    "testing": {"model", "sources", "manifest", "mapping", "store", "indexer", "api", "server", "cli.terminal"},
}

TEMPLATE = SOURCE / "cli" / "template"  # what `docgraph init` writes: an author's files, not ours
FILES = sorted(file for file in SOURCE.rglob("*.py") if TEMPLATE not in file.parents)


# Each command imports what it runs when it runs, so that a start does not pay for the others; walls hold there, too.
LATE = SOURCE / "cli" / "commands.py"


def room_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0]


def imports(file: Path) -> list[tuple[int, str]]:
    """Every module of ours that the file imports anywhere in it, with the line."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names=names):
                found += [(node.lineno, alias.name) for alias in names]
            case ast.ImportFrom(module=module, level=0) if module:
                found += [(node.lineno, f"{module}.{alias.name}") for alias in node.names]
            case ast.ImportFrom(level=level) if level:
                found.append((node.lineno, "relative import"))
    return [(line, module) for line, module in found if module.startswith(("docgraph", "relative"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_file_imports_only_what_its_room_may(file: Path) -> None:
    room = room_of(file)
    if room not in MAY_IMPORT:  # the package's front door, which hands authors their names
        assert file.name in {"__init__.py", "__main__.py"}
        return
    for line, module in imports(file):
        target = module.removeprefix("docgraph.")
        allowed = {room, *MAY_IMPORT[room]}
        assert any(target == each or target.startswith(f"{each}.") for each in allowed), (
            f"{file.relative_to(ROOT)}:{line}: {room} must not import {module}"
        )


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_file_says_why_it_exists_and_stays_readable(file: Path) -> None:
    text = file.read_text()
    assert ast.get_docstring(ast.parse(text)), f"{file.relative_to(ROOT)} does not say why it exists"
    assert text.count("\n") <= 400, f"{file.relative_to(ROOT)} has grown past 400 lines"


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_stand_at_the_top_so_that_no_wall_is_dodged(room: str) -> None:
    for file in (file for file in FILES if room_of(file) == room and file != LATE):
        for function in ast.walk(ast.parse(file.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("docgraph"):
                        pytest.fail(f"{file.relative_to(ROOT)}:{node.lineno}: an import inside {function.name}")


def test_nothing_but_store_sql_builds_sql_from_text() -> None:
    for file in FILES:
        if file == SOURCE / "store" / "sql.py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sql":
                template = node.args[0]
                assert isinstance(template, ast.Constant | ast.Name | ast.Attribute), (
                    f"{file.relative_to(ROOT)}:{node.lineno}: a template that is not a constant"
                )


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        str(file.relative_to(SOURCE))
        for file in FILES
        if "os.environ" in file.read_text() or "getenv(" in file.read_text()
    }
    assert readers <= {"server/settings.py"}


def test_the_table_of_rooms_is_the_one_in_the_documentation() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    for room, allowed in MAY_IMPORT.items():
        row = next((line for line in page.splitlines() if line.startswith(f"| `{room}` |")), None)
        assert row is not None, f"docs/architecture.md does not list {room}"
        said = row.rstrip("|").rsplit("|", 1)[-1].strip()
        named = set() if said == "-" else {word.strip(" `") for word in said.split(",")}
        assert named == allowed, f"docs/architecture.md says {room} may import {named}"
