"""What a test does to documents: values first, files when they are carried out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

import msgspec


class Write(msgspec.Struct, frozen=True):
    """Make a document, or give it another content."""

    path: str  # here and below: as docgraph shows it
    content: bytes


class Remove(msgspec.Struct, frozen=True):
    """Delete a document, or a folder with all that it holds."""

    path: str


class Rename(msgspec.Struct, frozen=True):
    """Move a document or a folder."""

    path: str
    to: str


Edit = Write | Remove | Rename


def carry_out(edit: Edit, place: Callable[[str], Path], beside: Path) -> tuple[Path, ...]:
    """Do it, and say where. `place` tells the file of a path; `beside` is a file that is written to before it is there.

    Raises FileNotFoundError: there is nothing to remove or to rename.
    """
    match edit:
        case Write(path, content):
            file = place(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            # A new file each time: two contents of one size, written within a tick of the clock, look different.
            beside.write_bytes(content)
            beside.replace(file)
            return (file,)
        case Remove(path):
            file = place(path)
            _delete(file) if os.path.lexists(file) else _refuse(path)
            return (file,)
        case Rename(path, to):
            file, target = place(path), place(to)
            if not os.path.lexists(file):
                _refuse(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
            return file, target
        case _:
            assert_never(edit)


def _delete(file: Path) -> None:
    if file.is_dir():
        shutil.rmtree(file)
    else:
        file.unlink()


def _refuse(path: str) -> None:
    raise FileNotFoundError(f"nothing has been written to {path!r}")
