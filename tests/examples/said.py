"""What an example's documents say, as its handlers tell it: without a server, an index or a database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from docgraph.formats import FORMATS, reader_for
from docgraph.indexer.project import load_project
from docgraph.model.changes import Save
from docgraph.model.document import Document
from docgraph.model.reads import Reads, nothing
from docgraph.model.schema import EntityRef, Schema
from docgraph.sources import open_source

Values = Mapping[str, object]  # field name → stored value
Entities = Mapping[str, Mapping[Any, Values]]  # entity name → id → values


class Said(msgspec.Struct, frozen=True):
    """All that the documents of a project say."""

    schema: Schema
    documents: int
    entities: Entities
    twice: tuple[tuple[str, object], ...]  # what more than one document claims


def dangling(schema: Schema, entities: Entities) -> Iterator[tuple[str, object, str, object]]:
    """References that lead nowhere: type, id, field, and the id that is not there."""
    for entity in schema.entities.values():
        for field in entity.stored_fields:
            if not isinstance(field.type, EntityRef):
                continue
            targets = {id for target in schema.concrete(field.type.name) for id in entities[target.name]}
            for id, values in entities[entity.name].items():
                value = values[field.name]
                wanted = value if isinstance(value, list | tuple) else [value]
                yield from ((entity.name, id, field.name, each) for each in wanted if each not in {*targets, None})


async def read_example(project: Path, environment: Mapping[str, str]) -> Said:
    """Run every document of the project through its handlers.

    Raises Problem or Problems: a mistake in the example.
    """
    loaded = load_project(project, environment)
    entities: dict[str, dict[object, Values]] = {name: {} for name in loaded.schema.entities}
    documents, twice, claimed = 0, [], set[tuple[str, object]]()
    for source in loaded.manifest.sources:
        handlers = loaded.handlers.source(source.name)
        folder = open_source(project, source.options)
        for path, _ in folder.scan():
            reader = FORMATS[folder.format] if folder.format else reader_for(path)
            assert reader, f"{path}: no format"
            document = Document(path, folder.read(path)[0], source=source.name, reader=reader, context=source.context)
            documents += 1
            for each in await handlers.run(document, lambda event: None, Reads(nothing)):
                assert isinstance(each, Save)
                claim = (loaded.schema.id_spaces[each.type], each.id)
                twice += [claim] if claim in claimed else []
                claimed.add(claim)
                names = (field.name for field in loaded.schema.entities[each.type].stored_fields)
                entities[each.type][each.id] = dict(zip(names, each.row, strict=True))
    return Said(loaded.schema, documents, entities, tuple(twice))
