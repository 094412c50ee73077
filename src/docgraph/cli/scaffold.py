"""`docgraph init`: a small project that runs at once, written into an empty folder."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from docgraph.model.problem import Location, Problem

RENAMED = {"gitignore": ".gitignore"}  # a file of that name would be taken for this repository's own


def write_project(folder: Path) -> list[Path]:
    """Write the files of a new project below `folder` and return their paths relative to it, sorted.

    Raises Problem: one of the files is there already; then nothing is written. Or the folder cannot be written to.
    """
    template = dict(_walk(files("docgraph.cli") / "template", Path()))
    for path in sorted(template):
        if (folder / path).exists():
            raise Problem(
                "this file is there already, so nothing was written",
                at=Location(path.as_posix()),
                mend="run docgraph init in an empty folder, or name one: docgraph init notes",
            )
    try:
        for path, text in template.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(
            f"cannot write here: {error.strerror}",
            at=Location(folder.as_posix()),
            mend="name a folder that you may write to: docgraph init notes",
        ) from error
    return sorted(template)


def _walk(folder: Traversable, below: Path) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            found += _walk(entry, below / entry.name)
        elif entry.is_file():
            found.append((below / RENAMED.get(entry.name, entry.name), entry.read_text(encoding="utf-8")))
    return found
