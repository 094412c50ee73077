"""A format whose library is not installed: known by name, and refused with what to install."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docgraph.model.document import Key, Parsed, RawRecord
from docgraph.model.problem import FormatProblem, Location


class AbsentReader:
    """Reads nothing. Its name is another, so that documents are run again once the library is there."""

    def __init__(self, name: str, package: str) -> None:
        self.name = f"{name} without {package}"
        self.what = f"the format {name} needs {package}, which is not installed"
        self.mend = f"install it: pip install 'docgraph[{name}]'"

    def parse(self, content: bytes, path: str) -> Parsed:
        raise self._problem(path)

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        raise self._problem(path)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        return None

    def _problem(self, path: str) -> FormatProblem:
        return FormatProblem(self.what, at=Location(path), mend=self.mend)
