"""The examples' mappings are what authors copy, so they pass the strictest checkers with the generated classes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docgraph.mapping.generate import generate
from docgraph.model.sdl import read_schema

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy has found out about docgraph and the standard library, once for all projects."""
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.parametrize("project", [".", "examples/eips"])
def test_the_mappings_pass_strict_type_checking(project: str, tmp_path: Path, cache: Path) -> None:
    shutil.copytree(ROOT / project / "mappings", tmp_path / "mappings")
    (tmp_path / "generated").mkdir()
    schema = read_schema((ROOT / project / "schema.graphql").read_text(encoding="utf-8"))
    (tmp_path / "generated" / "schema.py").write_text(generate(schema), encoding="utf-8")
    # Only the mappings are on trial: docgraph's own modules are followed for their types and judged elsewhere.
    settings = tmp_path / "mypy.ini"
    settings.write_text(
        f"[mypy]\nstrict = true\nexplicit_package_bases = true\nmypy_path = {tmp_path}:{ROOT / 'src'}\n"
        "[mypy-docgraph.*]\nfollow_imports = silent\n"
    )
    command = [sys.executable, "-m", "mypy", "--config-file", settings, "--cache-dir", cache, "mappings"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
