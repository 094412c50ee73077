"""`docgraph verify --sample`: run some documents again, twice, and compare what they say.

Two runs that differ are the author's mistake: a handler that is not a function of its
document. Two equal runs that differ from what the index holds are not.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import assert_never

import msgspec

from docgraph.indexer.again import run_twice
from docgraph.indexer.feed import Feed
from docgraph.indexer.loader import Loader
from docgraph.indexer.project import Project, feeds_of, load_project
from docgraph.model.changes import DocumentChange, Failed, Id, Indexed, Row
from docgraph.server.database import connected, database
from docgraph.server.settings import Settings
from docgraph.server.verifying import find_served, target_of
from docgraph.store.connection import Connection, told
from docgraph.store.deployment import Deployment
from docgraph.store.files import files_of
from docgraph.store.referring import referring
from docgraph.store.remembered import Contrast, Picked, contrasts, pick_documents, remembered, sayings
from docgraph.store.rows import Unstorable
from docgraph.store.seen import seen

LARGEST_SEED = 1_000_000


class Unsteady(msgspec.Struct, frozen=True):
    """A document whose handlers say something else each time: the author's mistake."""

    document: str  # source and path
    handlers: str  # their names and file
    contrasts: tuple[Contrast, ...]  # between the two runs; none: one of them failed


class Differing(msgspec.Struct, frozen=True):
    """A document that steadily says something else than the index holds."""

    document: str
    contrasts: tuple[Contrast, ...]  # between the index and a run; none: it fails now


class Changed(msgspec.Struct, frozen=True):
    """A document that is no longer what the index was made of."""


class Same(msgspec.Struct, frozen=True):
    """A document that says what the index holds."""


Verdict = Unsteady | Differing | Changed | Same


class Sampled(msgspec.Struct, frozen=True):
    """What a sample of documents says when it is run again."""

    block: int
    seed: int
    same: int  # documents
    changed: int  # documents
    unsteady: tuple[Unsteady, ...]
    differing: tuple[Differing, ...]


async def verify_sample(settings: Settings, count: int, seed: int | None) -> Sampled:
    """Run `count` random documents twice and compare what they say with what the index remembers.

    The same seed picks the same of the same documents. Raises as `verify` does.
    """
    seed = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    project = load_project(settings.project, settings.environment)
    feeds = feeds_of(project)
    async with database(settings) as dsn, connected(dsn) as connection:
        target = target_of(dsn, settings, project)
        with told(dsn):
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                found, deployed = await find_served(connection, target)
                picked = await pick_documents(connection, deployed, count, seed)
                verdicts = [
                    await _judge(connection, deployed, each, feeds[each.key.source], project) for each in picked
                ]
    return _summary(verdicts, found.block, seed)


async def _judge(
    connection: Connection, deployed: Deployment, document: Picked, feed: Feed, project: Project
) -> Verdict:
    named = f"{feed.name} {document.key.path}"

    async def look(type_name: str, ids: Sequence[Id]) -> Mapping[Id, Row]:
        return await seen(connection, deployed, type_name, ids, document.key)

    async def refer(type_name: str, field: str, ids: Sequence[Id]) -> Mapping[Id, Mapping[Id, Row]]:
        return await referring(connection, deployed, type_name, field, ids)

    async with Loader(look, refer) as loader:
        first, second = await run_twice(feed, document.key, loader.others)
    files = await files_of(connection, deployed.layout, document.id)
    if not (_is_of(document, files, first) and _is_of(document, files, second)):
        return Changed()
    match first, second:
        case Indexed(), Indexed():
            try:
                one, other = sayings(deployed, first), sayings(deployed, second)
            except Unstorable:
                return Differing(named, ())
            if found := tuple(contrasts(deployed, one, other)):
                return Unsteady(named, _handlers(project, document), found)
            held = await remembered(connection, deployed, document)
            found = tuple(contrasts(deployed, held, one))
            return Differing(named, found) if found else Same()
        case Failed(), Failed():
            return Differing(named, ())
        case _:
            return Unsteady(named, _handlers(project, document), ())


def _is_of(document: Picked, files: Mapping[str, bytes], run: DocumentChange | None) -> bool:
    """Was this a run of the content that the index knows, by the code that it knows, and of the same files?"""
    if not isinstance(run, Indexed | Failed) or any(files.get(each.path, each.hash) != each.hash for each in run.files):
        return False
    return (run.known.hash, run.known.code) == (document.hash, document.code)


def _handlers(project: Project, document: Picked) -> str:
    """The handlers that run for the document, as the manifest names them."""
    mapping = project.manifest.sources[document.key.source].mapping
    fitting = (each for each in mapping.handlers if each.fits(document.key.path))
    return f"{', '.join(each.handler for each in fitting)} of {mapping.file}"


def _summary(verdicts: list[Verdict], block: int, seed: int) -> Sampled:
    same = changed = 0
    unsteady: list[Unsteady] = []
    differing: list[Differing] = []
    for verdict in verdicts:
        match verdict:
            case Same():
                same += 1
            case Changed():
                changed += 1
            case Unsteady():
                unsteady.append(verdict)
            case Differing():
                differing.append(verdict)
            case _:
                assert_never(verdict)
    return Sampled(block, seed, same, changed, tuple(unsteady), tuple(differing))
