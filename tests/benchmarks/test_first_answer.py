"""The steps from a clone to the first answer are told apart by the commands that make shows; it is not run here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TELL = """
import sys, msgspec, first_answer
lines = [first_answer.Line(float(second), text) for second, text in enumerate(sys.stdin.read().splitlines(), 1)]
print(msgspec.json.encode(first_answer.steps(0.5, lines, 60.0)).decode())
"""


def test_each_step_is_found_in_what_make_shows(tmp_path: Path) -> None:
    clean = {name: told for name, told in os.environ.items() if not name.startswith("MAKE")}
    dry = ("make", "--dry-run", f"VENV={tmp_path}/.venv", "dev")
    said = subprocess.run(dry, cwd=ROOT, env=clean, check=True, stdout=subprocess.PIPE, text=True).stdout
    told = json.loads(tell(TELL, said))
    assert told["clone"] == 0.5
    assert all(told[step] > 0 for step in ("environment", "packages", "start"))
    assert told["together"] == 60.5 == sum(told[step] for step in ("clone", "environment", "packages", "start"))


def test_the_question_and_the_answer_are_those_of_readme() -> None:
    query, answer = json.loads(
        tell("import json, first_answer; print(json.dumps(first_answer.example(first_answer.ROOT / 'README.md')))", "")
    )
    assert query in (ROOT / "README.md").read_text()
    assert answer["data"].keys() == {"postings", "skills"}


def tell(code: str, said: str) -> str:
    """What Python prints where benchmarks are modules."""
    done = subprocess.run(
        (sys.executable, "-c", code), cwd=ROOT / "benchmarks", input=said, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout
