"""What a command imports: what it runs, and not what the others run. Every start pays for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.processes import docgraph, finished
from support.projects import write_item, write_items_project

COUNTED = {"PYTHONPROFILEIMPORTTIME": "1"}  # Python tells each module that it imports on standard error
SELDOM = {"pyarrow", "psutil", "watchfiles", "rich.progress"}  # Parquet, the private Postgres, --watch, a bar
ANSWERING = {"strawberry", "starlette", "uvicorn", "docgraph.api", "docgraph.query"}  # what answers is made of
PLAIN_VALUES = {"docgraph.api", "docgraph.api.limits"}  # that settings hold

WORKS_AT_IMPORT = """
import pkgutil, sys, threading

WORK = {"subprocess.Popen", "os.fork", "os.posix_spawn", "os.mkdir", "os.remove", "os.rename", "socket.__new__"}
WRITING = 3  # the flags O_WRONLY and O_RDWR

def heard(event, arguments):
    if event in WORK or event == "open" and arguments[2] & WRITING:
        raise AssertionError(f"{event} {arguments}")

sys.addaudithook(heard)
import docgraph
for module in pkgutil.walk_packages(docgraph.__path__, "docgraph."):
    if module.name != "docgraph.__main__":
        __import__(module.name)
print(threading.active_count())
"""


def imported(told: str) -> set[str]:
    """The modules of lines like `import time:   12 |   345 |   package.module`."""
    lines = told.splitlines()
    found = {line.rsplit("|", 1)[1].strip() for line in lines if line.startswith("import time:") and "|" in line}
    assert "docgraph.cli.commands" in found, told[-500:]
    return found


def of(packages: set[str], modules: set[str]) -> set[str]:
    """Those of the modules that are in one of the packages."""
    return {each for each in modules if any(each == package or each.startswith(f"{package}.") for package in packages)}


async def test_commands_that_answer_nothing_import_nothing_of_what_answers(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), COUNTED | {"DATABASE_URL": dsn}
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    write_item(project, 0, name="edited")
    for command in (
        ("--help",),
        ("index", "--help"),
        ("init", "notes"),
        ("codegen",),
        ("check", "--documents"),
        ("plan",),
        ("index", "--workers", "2"),
        ("index",),
        ("status",),
        ("list",),
        ("verify",),
        ("verify", "--sample", "2"),
        ("prune",),
        ("rewind", "--to-block", "1"),
        ("drop", "shop", "--yes"),
    ):
        code, _, told = await finished(*command, folder=project, environment=environment)
        assert code == (3 if command == ("plan",) else 0), f"{command}: {told[-500:]}"
        modules = imported(told)
        assert of(ANSWERING | SELDOM, modules) - PLAIN_VALUES == set(), command


async def test_watching_imports_nothing_of_what_answers(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    async with docgraph(
        "index", "--watch", "--log", "json", project=project, environment=COUNTED | {"DATABASE_URL": dsn}
    ) as running:
        await running.event("BlockCommitted")
    modules = imported("".join(running.said))
    assert "watchfiles" in modules
    assert of(ANSWERING, modules) - PLAIN_VALUES == set()


async def test_asking_imports_what_answers_and_nothing_that_listens(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    code, _, told = await finished("query", "{ items { id } }", folder=project, environment=COUNTED | environment)
    assert code == 0, told[-500:]
    modules = imported(told)
    assert {"strawberry", "docgraph.api.execute"} <= modules
    assert of({"starlette", "uvicorn", "docgraph.indexer"}, modules) == set()


async def test_what_is_in_the_database_is_told_without_what_indexes(dsn: str, tmp_path: Path) -> None:
    project, environment = write_items_project(tmp_path / "shop", 1), {"DATABASE_URL": dsn}
    assert (await finished("index", folder=project, environment=environment))[0] == 0
    for command in (("status",), ("list",), ("drop", "shop", "--yes")):
        code, _, told = await finished(*command, folder=project, environment=COUNTED | environment)
        assert code == 0, told[-500:]
        assert of({"docgraph.indexer", "graphql"}, imported(told)) == set(), command


def test_nothing_of_ours_works_while_it_is_imported() -> None:
    done = subprocess.run([sys.executable, "-B", "-c", WORKS_AT_IMPORT], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
