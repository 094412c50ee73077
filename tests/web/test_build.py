"""The page's build: only where it is due, with the Node that is pinned, and with nothing left behind when broken off."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = Path("src", "docgraph", "server", "static")
PATIENCE = 60.0  # seconds; only a hang is this long


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of this repository as the build needs, in a folder whose name has a space."""
    folder = tmp_path / "a clone"
    shutil.copytree(ROOT / "web", folder / "web", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(ROOT / "hatch_build.py", folder)
    return folder


def build(clone: Path) -> subprocess.Popen[str]:
    """The build as `make page` starts it, with its temporary files in `clone`."""
    (clone / "tmp").mkdir()
    return subprocess.Popen(
        (sys.executable, clone / "hatch_build.py"),
        env={"TMPDIR": str(clone / "tmp"), "HOME": str(clone)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_broken_off_ends_node_and_leaves_nothing(clone: Path, number: signal.Signals) -> None:
    building = build(clone)
    process = psutil.Process(building.pid)
    wait_for(lambda: process.children() and list((clone / "tmp").glob("docgraph-web-*/web/package.json")))
    children = process.children(recursive=True)
    building.send_signal(number)
    said, _ = building.communicate(timeout=PATIENCE)
    assert building.returncode == 128 + number, said
    assert "Traceback" not in said
    assert not psutil.wait_procs(children, timeout=PATIENCE)[1]
    assert list((clone / "tmp").glob("docgraph-*")) == []
    assert not (clone / STATIC).exists()


def test_a_page_is_not_built_again_from_the_same_sources(clone: Path) -> None:
    static = clone / STATIC
    static.mkdir(parents=True)
    (static / "index.html").write_text("as it was")
    told = (sys.executable, "-c", "import hatch_build; print(hatch_build.digest_of(hatch_build.Path('web')), end='')")
    digest = subprocess.run(told, cwd=clone, check=True, stdout=subprocess.PIPE, text=True).stdout
    (static / ".built-from").write_text(digest)
    building = build(clone)
    assert building.communicate(timeout=PATIENCE) == ("", None)
    assert building.returncode == 0
    assert (static / "index.html").read_text() == "as it was"


def test_where_npm_cannot_be_reached_it_is_told_what_failed_and_how_to_mend_it(clone: Path) -> None:
    (clone / "web" / ".npmrc").write_text("registry=http://127.0.0.1:9\nfetch-retries=0\n")
    building = build(clone)
    said, _ = building.communicate(timeout=PATIENCE)
    assert building.returncode == 1
    assert "The page is not built: fetching the page's packages with npm failed" in said
    assert "mend: " in said
    assert "Traceback" not in said
    assert list((clone / "tmp").glob("docgraph-*")) == []


def test_wheels_and_clones_build_the_page_with_the_same_tools() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = set((ROOT / "constraints.txt").read_text().split())
    hook = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
    assert hook["dependencies"]
    assert {*hook["dependencies"], *project["build-system"]["requires"]} <= pinned
