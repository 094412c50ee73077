"""What a test holds: it writes documents, tells what that changed, and answers queries.

To files, documents and tables it does what `docgraph dev` does, but for the watcher:
an edit is taken in before the call returns.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console

from docgraph.cli.terminal import Terminal
from docgraph.model.events import AuthorLogged, Halted, ProblemFound, RunAgain
from docgraph.model.problem import Problem
from docgraph.testing.changes import Changes
from docgraph.testing.edits import Edit, Remove, Rename, Write
from docgraph.testing.trial import Trial
from docgraph.testing.workroom import Workroom

TOLD = (ProblemFound, AuthorLogged, Halted, RunAgain)  # the events that a failing test is explained by


class Index:
    """The index of a project whose documents are those that a test writes.

    Paths are those that docgraph shows: relative to the project, as `notes/hello.md`; where the manifest gives a data
    source's folder as an absolute path, relative to that folder, or absolute.
    """

    def __init__(self, trial: Trial, room: Workroom) -> None:
        self._trial, self._room = trial, room

    async def write(self, path: str, content: str | bytes) -> Changes:
        """Make a document, or give it another content; folders are made. Returns what this changed.

        Raises ValueError: the path is in no data source's folder.
        """
        async with self.block() as block:
            block.write(path, content)
        return block.changes

    async def remove(self, path: str) -> Changes:
        """Delete a document, or a folder with all that it holds.

        Raises ValueError. Raises FileNotFoundError: nothing has been written there.
        """
        async with self.block() as block:
            block.remove(path)
        return block.changes

    async def rename(self, path: str, to: str) -> Changes:
        """Move a document or a folder. Raises as `remove`."""
        async with self.block() as block:
            block.rename(path, to)
        return block.changes

    @asynccontextmanager
    async def block(self) -> AsyncIterator[Edits]:
        """Several edits in one block: they are carried out, in their order, when the `async with` ends.

        Raises then as `write` and `remove`. Nothing is done where what is inside raises.
        """
        edits = Edits()
        yield edits
        edits.changes = await self._room.do(self._trial.edit(edits.planned))

    async def load(self) -> Changes:
        """Take in the project's own documents as they are, in one block.

        Raises SourceAway: the folder of a data source is not there. Raises SourceProblem: a document cannot be read.
        """
        return await self._room.do(self._trial.load())

    async def query(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> dict[str, Any]:
        """The data that the API answers with.

        Raises AssertionError: the answer has errors.
        """
        response = await self.ask(query, variables, operation_name)
        if errors := response.get("errors"):
            raise AssertionError("\n".join(_shown(each) for each in errors))
        data: dict[str, Any] = response["data"]
        return data

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, operation_name: str | None = None
    ) -> dict[str, Any]:
        """The whole response, `errors` included."""
        response: dict[str, Any] = json.loads(await self._room.do(self._trial.ask(query, variables, operation_name)))
        return response

    async def problems(self) -> tuple[Problem, ...]:
        """All that is wrong with the documents now, in the order of their positions; conflicts come last."""
        return await self._room.do(self._trial.problems())

    def told(self) -> str:
        """What `docgraph dev` would have shown of problems and of what handlers logged."""
        text = io.StringIO()
        terminal = Terminal(Console(file=text, highlight=False, width=120))
        for event in self._trial.events:
            if isinstance(event, TOLD):
                terminal.observe(event)
        return text.getvalue().rstrip()


class Edits:
    """What is to become one block."""

    changes: Changes  # once the block is there

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    @property
    def planned(self) -> Sequence[Edit]:
        return tuple(self._edits)

    def write(self, path: str, content: str | bytes) -> None:
        """As `Index.write`."""
        self._edits.append(Write(path, content.encode() if isinstance(content, str) else content))

    def remove(self, path: str) -> None:
        """As `Index.remove`."""
        self._edits.append(Remove(path))

    def rename(self, path: str, to: str) -> None:
        """As `Index.rename`."""
        self._edits.append(Rename(path, to))


def _shown(error: Mapping[str, Any]) -> str:
    """An error of a response with its place in the query and its path in the answer."""
    places = "".join(f"{each['line']}:{each['column']}: " for each in error.get("locations", [])[:1])
    path = ".".join(str(key) for key in error.get("path", []))
    return f"{places}{error['message']}{f' (at {path})' if path else ''}"
