"""Documents run somewhere else: what goes there, what is done there, and what comes back.

Only values cross. Whoever works loads the project from its files, once for as long as
they stay the same, and runs nothing by code that is not the sender's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from docgraph.indexer.feed import Feed
from docgraph.indexer.project import Project, feeds_of, load_project
from docgraph.indexer.run import Task, run_document
from docgraph.model.changes import DocumentChange, DocumentKey, Known
from docgraph.model.events import Event
from docgraph.model.problem import Problems


class Recipe(msgspec.Struct, frozen=True):
    """What it takes to load a project as it was loaded by the sender."""

    root: Path
    environment: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, bytes], ...]  # path below the root → digest


class Job(msgspec.Struct, frozen=True):
    """A task without what cannot travel."""

    key: DocumentKey
    known: Known | None
    stale: bool


class Answer(msgspec.Struct, frozen=True):
    """What became of one job."""

    change: DocumentChange | None
    events: tuple[Event, ...]  # that are to be observed, in their order


def recipe_of(project: Project, environment: Mapping[str, str]) -> Recipe:
    """How to load the project again."""
    return Recipe(project.root, tuple(sorted(environment.items())), tuple(sorted(project.files.items())))


def work(recipe: Recipe, jobs: Sequence[Job]) -> list[Answer] | None:
    """Run the jobs one after the other. None: the project's files are no longer what the recipe says.

    A function of its arguments and the files, for any `concurrent.futures.Executor`.

    Raises SourceAway.
    """
    project = _project(recipe)
    if project is None:
        return None
    # Made anew each time: a source remembers where its folder was, and that may have been replaced.
    return asyncio.run(_run_all(feeds_of(project), jobs))


@lru_cache(maxsize=1)
def _project(recipe: Recipe) -> Project | None:
    try:
        project = load_project(recipe.root, dict(recipe.environment))
    except Problems:
        return None
    return project if tuple(sorted(project.files.items())) == recipe.files else None


async def _run_all(feeds: Sequence[Feed], jobs: Sequence[Job]) -> list[Answer]:
    answers = []
    for job in jobs:
        events: list[Event] = []
        change = await run_document(Task(feeds[job.key.source], job.key, job.known, job.stale), events.append)
        answers.append(Answer(change, tuple(events)))
    return answers
