"""Other people's clients, and folders to use them in as a reader of docs/clients.md would."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.node import NPM
from support.processes import clean_environment

CLIENTS = Path(__file__).resolve().parents[1] / "clients"
NODE = NPM.parents[4] / "bin"
PATIENCE = 300.0  # seconds; only a hang is this long


def python_packages() -> Path:
    """A Python environment with the packages of tests/clients/requirements.txt, which do not go with docgraph's own.

    Made once, inside the environment that runs the tests, under the digest of the requirements.
    """
    requirements = CLIENTS / "requirements.txt"
    kept = Path(sys.prefix) / "share" / "docgraph-clients"
    kept.mkdir(parents=True, exist_ok=True)
    folder = kept / hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    done = folder / ".installed"
    with (kept / ".lock").open("w") as held:  # another run of the tests may be at it
        fcntl.flock(held, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            pip = (folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
            subprocess.run([*pip, "--no-deps", "--requirement", requirements], check=True)
            done.touch()
    return folder


class Workbench:
    """A folder in which commands find Node, npm, npx and the installed packages."""

    def __init__(self, folder: Path, environment: Path | None = None) -> None:
        """`environment`: a Python environment whose commands come first; else that of the tests."""
        self.folder = folder
        # The wheel holds npm's links as copies, which do not find what is beside their originals.
        tools = Path(tempfile.mkdtemp(prefix="tools-", dir=folder.parent))
        for name in ("npm", "npx"):
            (tools / name).write_text(f'#!/bin/sh\nexec "{NODE}/node" "{NPM.parent}/{name}-cli.js" "$@"\n')
            (tools / name).chmod(0o755)
        python = environment / "bin" if environment else Path(sys.executable).parent
        path = os.pathsep.join((str(tools), str(NODE), str(python), os.environ["PATH"]))
        self._environment = clean_environment() | {"PATH": path, "NO_COLOR": "1", "CI": "1", "PYTHONPATH": ""}

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    async def run(self, command: str) -> str:
        """What a shell command prints to standard output; one that fails fails the test."""
        process = await asyncio.create_subprocess_shell(
            command,
            cwd=self.folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        assert process.returncode == 0, f"{command}: {(out + err).decode(errors='replace')[-4000:]}"
        return out.decode()
