"""Make a virtual environment with the pip and the build tools that constraints.txt pins.

    python scripts/environment.py FOLDER

`python -m venv` unpacks and compiles the pip that comes with Python, which takes three seconds, only to be replaced by
the pinned one. It comes as a wheel that runs as it is, so it can install the pinned one without being installed.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALL = ("--disable-pip-version-check", "install", "--quiet", "--no-compile", "--constraint", "constraints.txt")


def main() -> None:
    folder = Path(sys.argv[1])
    wheel = wheel_of_pip()
    python = folder / "bin" / "python"
    if wheel is None:  # as a rule it is because all of ensurepip is missing; venv says how to mend that
        run(sys.executable, "-m", "venv", folder)
        pip: tuple[str | Path, ...] = ("-m", "pip")
    else:
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        pip = (wheel / "pip",)
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    run(python, *pip, *INSTALL, "pip", *build["requires"])


def wheel_of_pip() -> Path | None:
    """The wheel that ensurepip installs from: of its own, or where the distribution keeps such wheels."""
    folders = [Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled")]
    if elsewhere := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.append(Path(elsewhere))
    return next((wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))), None)


def run(*command: str | Path) -> None:
    """Run a command in the root of this repository; where it fails, leave with its exit code. It has said why."""
    code = subprocess.run(command, cwd=ROOT).returncode
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()
