"""The example `examples/eips` as a project of its own, for benchmarks that edit its handlers and documents."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "eips"


class Proposals(msgspec.Struct, frozen=True):
    """A copy of the example, and a copy of the documents that it reads."""

    project: Path
    documents: Path

    @property
    def environment(self) -> dict[str, str]:
        """With it docgraph reads these documents, into a private Postgres."""
        told = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return told | {"EIPS": str(self.documents)}


@contextmanager
def proposals(folder: Path) -> Iterator[Proposals]:
    """Copies, of the documents those of `folder`, that are there for as long as the `with` lasts."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        copied = Proposals(Path(place, "eips"), Path(place, "EIPs"))
        copied.documents.mkdir()
        for file in folder.rglob("eip-*.md"):
            shutil.copyfile(file, copied.documents / file.name)  # the content alone: the original may be read-only
        shutil.copytree(EXAMPLE, copied.project)
        yield copied
