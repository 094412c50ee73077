"""docker-compose.yml and Dockerfile: valid by their own rules, and saying only what docgraph understands.

No container engine is needed: the schemas judge the files, and
`test_processes.py` runs the same commands with the same environment as plain processes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_the_compose_file_is_valid_by_the_compose_specification() -> None:
    done = subprocess.run(
        [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_has_no_warning() -> None:
    done = subprocess.run(
        [tool("hadolint"), "--failure-threshold", "warning", "Dockerfile"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", ["indexer", "api"])
def test_each_service_runs_a_command_that_exists(service: str) -> None:
    command = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]["command"]
    done = subprocess.run([sys.executable, "-m", "docgraph", *command, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
