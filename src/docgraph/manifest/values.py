"""A manifest that has been checked, as values for the rooms above."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Literal, NoReturn, assert_never

import msgspec

from docgraph.model.changes import OnError
from docgraph.model.document import Key
from docgraph.model.problem import Location
from docgraph.model.values import Fields

AUTO = 10_000  # blocks; as many as the log has lines


class Constants(Fields):
    """A `context`: a mapping that stays as the manifest says, whatever a handler tries."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("the context comes from the manifest and cannot be changed")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    def __reduce__(self) -> tuple[object, ...]:
        return (Constants, (dict(self),))


class DocumentHandler(msgspec.Struct, frozen=True, dict=True):
    """Call `handler` for each document whose path fits."""

    handler: str
    match: str | None  # a glob, as written
    pattern: str | None  # the same as a regular expression for whole paths
    place: Location  # of the handler's name

    @cached_property
    def _expression(self) -> re.Pattern[str] | None:
        return None if self.pattern is None else re.compile(self.pattern)

    def fits(self, path: str) -> bool:
        """Does the handler want the document at `path`, relative to the source's root?"""
        return self._expression is None or self._expression.fullmatch(path) is not None


class RecordHandler(DocumentHandler, frozen=True):
    """Call `handler` for each record of each document whose path fits."""

    at: tuple[Key, ...] = ()  # the keys that lead to the list of records; empty: the document's own records


class BatchHandler(DocumentHandler, frozen=True):
    """Call `handler` for each batch of each document whose path fits."""


class MappingOptions(msgspec.Struct, frozen=True):
    file: str  # relative to the project, `/` between parts, no leading `./`
    entities: tuple[str, ...]  # what the source may write
    document_handlers: tuple[DocumentHandler, ...]
    record_handlers: tuple[RecordHandler, ...]
    batch_handlers: tuple[BatchHandler, ...]
    at: Location  # of `file`
    entities_at: tuple[Location, ...]  # of each name in `entities`
    reads: tuple[str, ...]  # the entity types that the source's handlers load
    reads_at: tuple[Location, ...]  # of each name in `reads`
    on_error: OnError

    @property
    def handlers(self) -> tuple[DocumentHandler, ...]:
        """All of them, in the order in which they are called."""
        return *self.document_handlers, *self.record_handlers, *self.batch_handlers


class DataSource(msgspec.Struct, frozen=True):
    kind: str
    name: str
    options: Any  # what the kind declares: FolderOptions for `folder`
    context: Constants
    mapping: MappingOptions
    at: Location  # of `name`
    options_at: Location  # of the value of `source`


class Manifest(msgspec.Struct, frozen=True):
    """subgraph.yaml, checked."""

    path: str  # of the manifest, as its problems name it
    spec_version: str
    description: str | None
    schema_file: str  # relative to the project
    features: tuple[str, ...]
    prune: Literal["auto", "never"] | int  # history kept; a number counts blocks
    sources: tuple[DataSource, ...]  # in the order of positions: by stage, then as the manifest lists them

    @property
    def kept_blocks(self) -> int | None:
        """How many blocks can be read back to; None: all of them."""
        match self.prune:
            case "never":
                return None
            case "auto":
                return AUTO
            case int(blocks):
                return blocks
            case _:
                assert_never(self.prune)
