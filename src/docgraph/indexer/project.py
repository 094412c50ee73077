"""A project as a checked value: manifest, schema and handlers, all their mistakes told at once.

Reads the author's files, never a document.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from graphql import strip_ignored_characters

from docgraph.indexer.decide import content_hash
from docgraph.indexer.feed import Feed
from docgraph.manifest import Manifest, read_manifest
from docgraph.manifest.read import MANIFEST
from docgraph.manifest.stages import moving
from docgraph.mapping.load import Handlers, load_handlers
from docgraph.model.problem import Location, ManifestProblem, Problem, Problems, SchemaProblem
from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.sources import open_source
from docgraph.store.session import ENGINE_BYTES

USUAL_SCHEMA = "schema.graphql"  # looked at when a broken manifest does not say where the schema is
ENGINE = b"7"  # raised when indexes of an older docgraph can no longer be gone on with
ABSENT = b""  # the digest of a file that is not there


class Project(msgspec.Struct, frozen=True):
    root: Path  # the folder that holds subgraph.yaml
    manifest: Manifest
    schema: Schema
    handlers: Handlers
    fingerprint: bytes  # 32 bytes: of the deployment
    files: Mapping[str, bytes]  # path below the root → digest, of the project's own files when they were loaded


def load_project(root: Path, environment: Mapping[str, str]) -> Project:
    """The project whose subgraph.yaml stands in `root`.

    Raises Problems: every mistake in manifest, schema and mappings that can be told, missing folders included.
    """
    before = own_files(root, (MANIFEST,))
    manifest, schema = read_model(root, environment)
    files = own_files(root, _own_paths(root, manifest)) | before
    problems: list[Problem] = list(_missing_folders(root, manifest))
    try:
        handlers = load_handlers(root, manifest, schema)
    except Problems as found:
        problems += found.problems
    if problems:
        raise Problems(problems)
    files |= {path: content_hash(content) for path, content in handlers.files.items()}
    return Project(root, manifest, schema, handlers, fingerprint(manifest, schema), files)


def read_model(root: Path, environment: Mapping[str, str]) -> tuple[Manifest, Schema]:
    """Manifest and schema, without the mappings.

    Raises Problems.
    """
    problems: list[Problem] = []
    manifest: Manifest | None = None
    schema: Schema | None = None
    schema_file = USUAL_SCHEMA
    try:
        manifest = read_manifest(_text(root, MANIFEST, ManifestProblem), MANIFEST, environment)
        schema_file = manifest.schema_file
    except Problems as found:
        problems += found.problems
    if manifest is not None or (root / schema_file).exists():
        try:
            schema = read_schema(_text(root, schema_file, SchemaProblem), schema_file)
        except Problems as found:
            problems += found.problems
    if problems or manifest is None or schema is None:
        raise Problems(problems)
    return manifest, schema


def fingerprint(manifest: Manifest, schema: Schema) -> bytes:
    """What an index must share to be gone on with: the schema but for its comments, and the order of the sources.

    Not the sources' options and handlers: a document that is left out, taken in or handled by other code is a change
    like any other.
    """
    sources = [(source.kind, source.name) for source in manifest.sources]
    described = msgspec.msgpack.encode((strip_ignored_characters(schema.text), sources))
    engine = hashlib.blake2b(ENGINE, digest_size=ENGINE_BYTES).digest()
    return engine + hashlib.blake2b(described, digest_size=32 - ENGINE_BYTES).digest()


def feeds_of(project: Project) -> tuple[Feed, ...]:
    """The project's data sources, in the order of positions."""
    among_themselves = moving(project.manifest.sources)
    return tuple(
        Feed(
            ordinal,
            each.name,
            open_source(project.root, each.options),
            project.handlers.source(each.name),
            each.context,
            {},
            each.mapping.on_error,
            frozenset(each.mapping.reads),
            among_themselves[each.name],
        )
        for ordinal, each in enumerate(project.manifest.sources)
    )


def changed_files(project: Project) -> tuple[str, ...]:
    """Which of the project's own files are no longer what was loaded, made and deleted ones included."""
    present = own_files(project.root, (*_own_paths(project.root, project.manifest), *project.handlers.files))
    paths = sorted(present.keys() | project.files.keys())
    return tuple(path for path in paths if present.get(path, ABSENT) != project.files.get(path, ABSENT))


def code_folders(project: Project) -> tuple[str, ...]:
    """The folders, relative to the project, that its Python files are in; `.` is its top level alone."""
    used = {os.path.dirname(path) or "." for path in project.handlers.files}
    return tuple(sorted(used.union(_mapping_folders(project.manifest))))


def _mapping_folders(manifest: Manifest) -> set[str]:
    return {os.path.dirname(source.mapping.file) or "." for source in manifest.sources}


def own_files(root: Path, paths: Iterator[str] | tuple[str, ...]) -> dict[str, bytes]:
    """Digests of what stands at the paths."""
    return {path: _digest(root / path) for path in paths}


def _own_paths(root: Path, manifest: Manifest) -> Iterator[str]:
    yield MANIFEST
    yield manifest.schema_file
    for folder in sorted(_mapping_folders(manifest)):
        pattern = "*.py" if folder == "." else "**/*.py"
        for file in (root / folder).glob(pattern):
            yield file.relative_to(root).as_posix()


def _missing_folders(root: Path, manifest: Manifest) -> Iterator[ManifestProblem]:
    for each in manifest.sources:
        if not open_source(root, each.options).folder.is_dir():
            what = f"there is no folder '{each.options.path}'"
            yield ManifestProblem(what, at=each.options_at, mend="make it, or correct the path")


def _digest(file: Path) -> bytes:
    try:
        return content_hash(file.read_bytes())
    except OSError:
        return ABSENT


def _text(root: Path, path: str, kind: type[Problem]) -> str:
    """Raises Problems: the file is not there, or not text."""
    try:
        return (root / path).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        mend = (
            "go to the project's folder, or make one: docgraph init"
            if path == MANIFEST
            else "make it, or correct the manifest"
        )
        raise Problems([kind("there is no such file", at=Location(path), mend=mend)]) from error
    except UnicodeDecodeError as error:
        raise Problems([kind("the file is not UTF-8", at=Location(path), mend="save it as UTF-8")]) from error
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise Problems([kind(what, at=Location(path), mend="make it a readable file")]) from error
