"""subgraph.yaml to a checked value. All that is wrong is told at once, each with its place.

Reads text only: whether the files it names exist is found out by those who open
them, and whether its entities exist by those who know the schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from docgraph.formats import FORMATS
from docgraph.formats.absent import AbsentReader
from docgraph.manifest import checks, definition
from docgraph.manifest.fit import Fitting, Misfit, find, suggestion
from docgraph.manifest.stages import in_position_order
from docgraph.manifest.tree import Entries, Items, Node, Report, Text, read_tree
from docgraph.manifest.values import (
    BatchHandler,
    Constants,
    DataSource,
    DocumentHandler,
    Manifest,
    MappingOptions,
    RecordHandler,
)
from docgraph.model.changes import OnError
from docgraph.model.document import BatchReader, Key
from docgraph.model.problem import Location, ManifestProblem, Problems
from docgraph.model.values import Refused
from docgraph.sources import SOURCES

MANIFEST = "subgraph.yaml"  # in the folder of a project

Place = tuple[Key, ...]  # the keys that lead to something in the file


def read_manifest(text: str, path: str = MANIFEST, environment: Mapping[str, str] = MappingProxyType({})) -> Manifest:
    """The manifest that `text` says. `path` is how problems name it; `environment` fills in its variables.

    Raises Problems: every mistake found, in the order of their places.
    """
    problems: list[ManifestProblem] = []
    root = read_tree(text, path, environment, problems.append)
    reading = _Reading(root, problems.append)
    options = reading.options()
    reading.uniqueness()
    written = reading.file()
    if problems or written is None:
        raise Problems(problems)
    manifest = reading.manifest(path, written, options)
    return msgspec.structs.replace(manifest, sources=in_position_order(manifest.sources))


class _Reading:
    """From the tree to the checked value, step by step, mistakes reported on the way."""

    def __init__(self, root: Node, report: Report) -> None:
        self._root, self._report = root, report
        self._fitting = Fitting(report, definition.NOT_HERE)

    def file(self) -> definition.ManifestFile | None:
        """The file's form, but for the options of its sources. None after a mistake."""
        try:
            written: definition.ManifestFile = self._fitting.fit(self._root, definition.ManifestFile, "the manifest")
        except Misfit:
            return None
        for number, source in enumerate(written.data_sources):
            mapping = source.mapping
            if not (mapping.document_handlers or mapping.record_handlers or mapping.batch_handlers):
                mend = "list functions under `documentHandlers` or `recordHandlers`"
                self._tell(("dataSources", number, "mapping"), "the mapping names no handler", mend)
            if mapping.batch_handlers and (refused := self._without_batches(source)):
                self._tell(("dataSources", number, "mapping", "batchHandlers"), *refused)
        return written

    def _without_batches(self, source: definition.DataSource) -> tuple[str, str] | None:
        """Why the source has no batches to call handlers for, as far as the manifest tells, and how to mend it."""
        named = source.source.entries.get("format") if isinstance(source.source, Entries) else None
        reader = FORMATS.get(named.text if isinstance(named, Text) else "parquet")
        match reader:
            case None | BatchReader():
                return None
            case AbsentReader():
                return None if named else (reader.what, reader.mend)
            case _:
                return f"the format {reader.name} has no batches", "use `recordHandlers`"

    def options(self) -> Sequence[object]:
        """Each source's options, as its kind declares them."""
        return [
            self._options(kind.text, options, ("dataSources", number))
            for number, source in enumerate(self._sources())
            for kind, options in [(source.get("kind"), source.get("source"))]
            if isinstance(kind, Text) and options is not None
        ]

    def _options(self, kind: str, node: Node, here: Place) -> object:
        declared = SOURCES.get(kind)
        if declared is None:
            mend = "documents in a folder are `kind: folder`" if "/" in kind else suggestion(kind, SOURCES)
            self._tell((*here, "kind"), f"unknown kind of data source `{kind}`", mend)
            return None
        try:
            options = self._fitting.fit(node, declared, "`source`")
        except Misfit:
            return None
        if options.format is not None and options.format not in FORMATS:
            mend = suggestion(options.format, FORMATS)
            self._tell((*here, "source", "format"), f"unknown format `{options.format}`", mend)
        elif isinstance(reader := FORMATS.get(options.format), AbsentReader):
            self._tell((*here, "source", "format"), reader.what, reader.mend)
        for key in ("include", "exclude"):
            for index, glob in enumerate(getattr(options, key)):
                try:
                    checks.glob(glob)
                except Refused as refused:
                    self._tell((*here, "source", key, index), refused.what, refused.mend)
        return options

    def uniqueness(self) -> None:
        """Sources have names of their own; a source lists an entity once in each of its lists."""
        names: dict[str, Location] = {}
        for number, source in enumerate(self._sources()):
            match source.get("name"):
                case Text(text=name, at=at) if name in names:
                    mend = f"the one in line {names[name].line} has it already; choose another"
                    self._tell(("dataSources", number, "name"), f"two data sources are called `{name}`", mend)
                case Text(text=name, at=at):
                    names[name] = at
            for key in ("entities", "reads"):
                self._unique_names(number, key)

    def _unique_names(self, number: int, key: str) -> None:
        match self._sources()[number].get("mapping"):
            case Entries(entries=entries) if isinstance(names := entries.get(key), Items):
                listed = [item.text if isinstance(item, Text) else None for item in names.items]
                for index, name in enumerate(listed):
                    if name is not None and name in listed[:index]:
                        place = ("dataSources", number, "mapping", key, index)
                        self._tell(place, f"`{name}` is listed twice", "keep one of them")

    def _sources(self) -> Sequence[Mapping[str, Node]]:
        match self._root:
            case Entries(entries={"dataSources": Items(items=items)}):
                return [item.entries if isinstance(item, Entries) else {} for item in items]
            case _:
                return ()

    def manifest(self, path: str, written: definition.ManifestFile, options: Sequence[object]) -> Manifest:
        """The checked value of a file without mistakes."""
        return Manifest(
            path=path,
            spec_version=written.spec_version,
            description=written.description,
            schema_file=checks.schema_file(written.schema.file),
            features=tuple(written.features),
            prune=written.indexer_hints.prune,
            sources=tuple(
                DataSource(
                    kind=source.kind,
                    name=source.name,
                    options=options[number],
                    context=Constants(source.context),
                    mapping=self._mapping(source.mapping, ("dataSources", number, "mapping")),
                    at=self._at("dataSources", number, "name"),
                    options_at=self._at("dataSources", number, "source"),
                )
                for number, source in enumerate(written.data_sources)
            ),
        )

    def _mapping(self, written: definition.MappingSection, here: Place) -> MappingOptions:
        return MappingOptions(
            file=checks.mapping_file(written.file),
            entities=tuple(written.entities),
            document_handlers=tuple(
                DocumentHandler(
                    handler=each.handler,
                    match=each.match,
                    pattern=None if each.match is None else checks.glob(each.match),
                    place=self._at(*here, "documentHandlers", number, "handler"),
                )
                for number, each in enumerate(written.document_handlers)
            ),
            record_handlers=tuple(
                RecordHandler(
                    handler=each.handler,
                    match=each.match,
                    pattern=None if each.match is None else checks.glob(each.match),
                    place=self._at(*here, "recordHandlers", number, "handler"),
                    at=() if each.at is None else checks.keys(each.at),
                )
                for number, each in enumerate(written.record_handlers)
            ),
            batch_handlers=tuple(
                BatchHandler(
                    handler=each.handler,
                    match=each.match,
                    pattern=None if each.match is None else checks.glob(each.match),
                    place=self._at(*here, "batchHandlers", number, "handler"),
                )
                for number, each in enumerate(written.batch_handlers)
            ),
            at=self._at(*here, "file"),
            entities_at=tuple(self._at(*here, "entities", index) for index in range(len(written.entities))),
            reads=tuple(written.reads),
            on_error=OnError(written.on_error),
            reads_at=tuple(self._at(*here, "reads", index) for index in range(len(written.reads))),
        )

    def _at(self, *keys: Key) -> Location:
        return find(self._root, keys)

    def _tell(self, place: Place, what: str, mend: str) -> None:
        self._report(ManifestProblem(what, at=self._at(*place), mend=mend))
