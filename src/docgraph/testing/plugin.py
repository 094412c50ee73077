"""The fixtures that pytest finds, and what it shows beside a test that failed."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docgraph.manifest.read import MANIFEST
from docgraph.model.problem import Problem, Problems, Unavailable
from docgraph.server.settings import read_settings
from docgraph.testing.harness import Index
from docgraph.testing.trial import open_trial
from docgraph.testing.workroom import Workroom, workroom

DATABASE = "testing"  # below .docgraph/: apart from what `docgraph dev` has indexed


@pytest.fixture(scope="session")
def docgraph_workroom() -> Iterator[Workroom]:
    """The thread in which the indexes of all tests do their work."""
    with workroom() as room:
        yield room


@pytest.fixture
def docgraph_project(request: pytest.FixtureRequest) -> Path:
    """The folder of the project: the nearest one above the test's file that holds a manifest. To be overridden."""
    for folder in request.path.parents:
        if (folder / MANIFEST).exists():
            return folder
    pytest.fail(
        f"there is no {MANIFEST} in a folder above {request.path}\n"
        "  mend: put the test into the project, or define a fixture docgraph_project that returns the project's folder",
        pytrace=False,
    )


@pytest.fixture
def docgraph_database(docgraph_project: Path, docgraph_workroom: Workroom) -> str:
    """The dsn of the Postgres: that of DATABASE_URL, or a private one in the project's folder. To be overridden."""
    with _told_without_a_stack():
        settings = read_settings(docgraph_project)
        return settings.database_url or docgraph_workroom.private_database(settings.state / DATABASE)


@pytest.fixture
def index(
    docgraph_project: Path,
    docgraph_database: str,
    docgraph_workroom: Workroom,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Index]:
    """An index of the project, without documents, on a real Postgres."""
    with _told_without_a_stack():
        trial = open_trial(read_settings(docgraph_project), docgraph_database, tmp_path_factory.mktemp("documents"))
        with docgraph_workroom.held(trial) as opened:
            yield Index(opened, docgraph_workroom)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure what the index told."""
    report = yield
    used = getattr(item, "funcargs", {}).get("index")
    if report.when == "call" and report.failed and isinstance(used, Index) and (told := used.told()):
        report.sections.append(("docgraph", told))
    return report


@contextmanager
def _told_without_a_stack() -> Iterator[None]:
    """What is wrong with the project or the database is the author's to mend: our own frames say nothing about it."""
    try:
        yield
    except Problems as mistakes:
        pytest.fail("\n".join(map(str, mistakes.problems)), pytrace=False)
    except (Problem, Unavailable) as fault:
        pytest.fail(str(fault), pytrace=False)
