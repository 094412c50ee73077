"""Run every document of a project in the order of positions, and keep nothing but what others load."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping

from docgraph.indexer.look import Survey, look_everywhere
from docgraph.indexer.project import Project, feeds_of
from docgraph.indexer.run import Task, run_document
from docgraph.mapping.own_words import finish, is_whole, with_words
from docgraph.mapping.shape import shapes
from docgraph.model.changes import Contribution, Failed, Id, Indexed, Row, Save
from docgraph.model.events import Observe
from docgraph.model.reads import Others
from docgraph.model.schema import Schema


async def rehearse(project: Project, observe: Observe) -> AsyncIterator[Indexed | Failed]:
    """What became of each document; problems are told as they are found.

    Raises SourceAway.
    """
    survey = Survey()
    feeds = feeds_of(project)
    sightings = await asyncio.to_thread(lambda: sorted(each.key for each in look_everywhere(feeds, survey)))
    for skipped in survey.problems:
        observe(skipped)
    said = _Said(project.schema, {name for feed in feeds for name in feed.reads})
    for key in sightings:
        feed = feeds[key.source]
        change = await run_document(Task(feed, key, None), observe, said.others)
        if isinstance(change, Failed):
            for each in change.problems:
                observe(feed.told(key.path, each))
        if isinstance(change, Indexed):
            said.take(change.contributions)
        if isinstance(change, Indexed | Failed):
            yield change


class _Said:
    """The entities of the types that are loaded, as the documents so far make them."""

    def __init__(self, schema: Schema, types: Iterable[str]) -> None:
        self._shapes = shapes(schema, [schema.entities[name] for name in types])
        self._rows: dict[tuple[str, Id], Row] = {}
        self._referring: dict[tuple[str, str], dict[Id, dict[Id, Row]]] = {}  # by type and field, once asked for
        self.others = Others(self.load, self.refer)

    async def load(self, type_name: str, entity_id: Id) -> Row | None:
        return self._rows.get((type_name, entity_id))

    async def refer(self, type_name: str, field: str, target: Id) -> Mapping[Id, Row]:
        """Who reads this comes after all that write the type."""
        key = type_name, field
        if key not in self._referring:
            self._referring[key] = defaultdict(dict)
            shape = self._shapes[type_name]
            at = next(at for at, each in enumerate(shape.fields.values()) if each.name == field)
            for (name, entity_id), said in self._rows.items():
                row = finish(shape, said) if name == type_name else ()
                if row and is_whole(shape, row):
                    held = row[at]
                    for each in held if isinstance(held, list | tuple) else (held,):
                        self._referring[key][each][entity_id] = row
        return self._referring[key].get(target, {})

    def take(self, contributions: Iterable[Contribution]) -> None:
        for each in contributions:
            shape, key = self._shapes.get(each.type), (each.type, each.id)
            if shape is None:
                continue
            if not isinstance(each, Save):
                self._rows.pop(key, None)
            elif shape.shared:
                names, assigned = list(shape.fields), each.assigned or range(len(each.row))
                self._rows[key] = with_words(shape, self._rows.get(key), {names[at]: each.row[at] for at in assigned})
            else:
                self._rows.setdefault(key, each.row)  # a second document's word is a conflict, and is not served
