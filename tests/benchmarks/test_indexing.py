"""What the benchmark of indexing compares ends in the same rows; how fast is for `make bench-indexing` to say."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from support.benchmarks import said_by

ROOT = Path(__file__).resolve().parents[2]
WRITE = """
import sys
from pathlib import Path
from corpora import CORPORA
for name, write in CORPORA.items():
    write(Path(sys.argv[1]) / name, 1_200)
"""


async def test_rows_and_batches_are_indexed_alike(open_folder: Path) -> None:
    said = await said_by("indexing.py", "--check", folder=open_folder)
    for corpus in ("json", "markdown", "jsonl", "parquet", "wide parquet"):
        assert f"\n{corpus}: 300 trades, the same by every way" in f"\n{said}"


def test_corpora_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    found = []
    for turn in ("one", "other"):
        folder = tmp_path / turn
        environment = os.environ | {"PYTHONPATH": f"{ROOT / 'benchmarks'}"}
        subprocess.run([sys.executable, "-c", WRITE, folder], check=True, env=environment)
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        found.append([(str(each.relative_to(folder)), hashlib.sha256(each.read_bytes()).digest()) for each in files])
    assert found[0] == found[1]
    assert sum(path.startswith("json/") for path, _ in found[0]) == 1_200
