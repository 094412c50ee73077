"""What one document's handlers save and remove, gathered until they are done.

One collector per run of a document. Handlers reach it, and the record that they were
called for, through a context variable, so that tasks and threads they start save to
the right place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec

from docgraph.mapping.loaded import CLOSED, Library, Loaded
from docgraph.mapping.own_words import finish, is_whole, with_words
from docgraph.mapping.shape import Shape
from docgraph.model.changes import Contribution, Id, LogLine, Remove, Row, Save
from docgraph.model.events import AuthorLogged, Observe
from docgraph.model.problem import Location
from docgraph.model.schema import Field, Scalar
from docgraph.model.values import Refused

MOST_PROBLEMS = 20  # of one document; further records are not run then
AWAIT_TASKS = "await every task that the handler starts"


class Misuse(Exception):
    """A handler uses docgraph in a way that cannot work. Whoever ran it adds the places."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what, mend)
        self.what, self.mend = what, mend

    def __str__(self) -> str:
        return self.what


class Refusal(msgspec.Struct, frozen=True):
    """One value of an entity does not fit."""

    what: str
    mend: str
    field: Field
    given: object  # what the handler gave
    value: object  # the part of it that does not fit
    entity: str  # name of its type
    line: int | None = None  # of its record in the document, where several are saved at once


class Rejected(Exception):
    """An entity cannot be saved: these values of it do not fit."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("; ".join(refusal.what for refusal in refusals))
        self.refusals = refusals


class _Saved(msgspec.Struct):
    shape: Shape
    id: Id
    values: dict[str, object]  # attribute name → stored value, of what was assigned
    line: int | None  # of the record that was handled when it was saved last

    def contribution(self) -> Save:
        assigned = None
        if self.shape.shared:
            assigned = tuple(place for place, name in enumerate(self.shape.fields) if name in self.values)
        return Save(self.shape.name, self.id, tuple(map(self.values.get, self.shape.fields)), self.line, assigned)


class Collector:
    """The contributions of one document while its handlers run.

    At most one per entity, of which the last word counts; of a shared entity one for each object that was saved.
    """

    def __init__(
        self, source: str, path: str, writable: Mapping[str, Shape], observe: Observe, library: Library = CLOSED
    ) -> None:
        self._source, self._path, self._writable, self._observe = source, path, writable, observe
        self._library = library
        self._waits = False  # whether what is called now can wait for something
        self._made: dict[tuple[str, Id], _Saved | Save | Remove] = {}
        self._shared: dict[int, tuple[object, _Saved | Remove]] = {}  # by identity of who says it, who is kept for that
        self._numbered: dict[str, int] = {}  # id space → ordinal of the last id that was made up
        self._open = True

    def save(
        self,
        type_name: str,
        given: Mapping[str, object],
        line: int | None = None,
        speaker: object = None,
        loaded: Loaded | None = None,
    ) -> Id:
        """Keep what the entity was given, and tell its id; fields given before and not now stay as they were.

        Of a shared entity, each `speaker` says something of its own; what it said before no longer counts. Who
        `loaded` it says something of an entity that is there, and need not say what that must have.

        Raises Misuse; Rejected: values that do not fit, all of them.
        """
        shape = self._shape(type_name)
        # Most entities are saved once, and all of their values fit. What is to be said of others is found below.
        if loaded is None and not shape.shared and (row := shape.row(given)) is not None:
            first_id: Id = row[shape.place_of_id]  # type: ignore[assignment]
            if (shape.space, first_id) not in self._made:
                self._made[shape.space, first_id] = Save(type_name, first_id, row, line)
                return first_id
        if loaded is not None and not shape.shared:  # an entity of one document is said as a whole
            given = {name: given[name] if name in given else loaded.value(name) for name in shape.fields}
        if shape.timeseries and given.get("id") is None:
            given = {**given, "id": self._next_id(shape)}
        entity_id = self._id(shape, given.get("id"))
        before = self._open_up((shape.space, entity_id))
        if isinstance(before, _Saved) and before.shape is not shape:
            raise Misuse(
                f"{type_name} and {before.shape.name} share an interface and cannot both have the id {entity_id!r}",
                "give them different ids, for example with the type's name in front",
            )
        values = dict(before.values) if isinstance(before, _Saved) and not shape.shared else {}
        refusals: list[Refusal] = []
        values["id"] = entity_id
        coercers = shape.coercers
        for name, value in given.items():
            if name == "id":
                continue
            try:
                values[name] = coercers[name](value)
            except Refused as refused:
                refusals.append(_refusal(shape, entity_id, name, value, refused))
        if not (values.keys() >= shape.required or (loaded is not None and shape.shared)):
            unset = [name for name in shape.fields if name in shape.required and name not in values]
            refusals += [_missing(shape, entity_id, name) for name in unset if name not in given]
        if refusals:
            raise Rejected(tuple(refusals))
        saved = self._made[shape.space, entity_id] = _Saved(shape, entity_id, values, line)
        if shape.shared:
            self._say(speaker, saved)
        return entity_id

    def save_rows(self, type_name: str, rows: Sequence[Save]) -> bool:
        """Keep entities that are whole, coerced and not shared; False, and nothing, where one has been spoken of.

        Raises Misuse.
        """
        space = self._shape(type_name).space
        made = {(space, each.id): each for each in rows}
        if len(made) != len(rows) or not self._made.keys().isdisjoint(made):
            return False
        self._made |= made
        return True

    def shape(self, type_name: str) -> Shape:
        """Of a type that may be written. Raises Misuse."""
        return self._shape(type_name)

    def remove(self, type_name: str, given_id: object) -> None:
        """Say that the entity is not to be, whatever earlier documents say. Raises Misuse, Rejected."""
        shape = self._shape(type_name)
        entity_id = self._id(shape, given_id)
        removal = self._made[shape.space, entity_id] = Remove(type_name, entity_id)
        if shape.shared:
            self._say(removal, removal)

    def load(self, type_name: str, given_id: object) -> Awaitable[Loaded | None]:
        """The entity as documents at lower positions say it, and this one so far; None where there is none.

        Raises Misuse, Rejected.
        """
        shape = self._library.readable.get(type_name)
        if not self._open:
            raise Misuse(f"a {type_name} is loaded after the handler has ended", AWAIT_TASKS)
        if shape is None:
            raise Misuse(
                f"the data source {self._source} may not load {type_name}",
                f"add {type_name} to `reads` of the data source {self._source} in the manifest",
            )
        if not self._waits:
            raise Misuse(
                f"{type_name}.load() in a handler that cannot wait for it",
                f"write `async def` before the handler's name, and `await {type_name}.load(…)` inside",
            )
        return self._load(shape, self._id(shape, given_id))

    async def _load(self, shape: Shape, entity_id: Id) -> Loaded | None:
        row = self._with_own(shape, entity_id, await self._library.reads.load(shape.name, entity_id))
        return None if row is None else Loaded(shape, entity_id, row, self._library.reads)

    def refer(self, shape: Shape, attribute: str, given_id: object) -> Awaitable[list[Loaded]]:
        """The entities that a derived field of the entity with this id leads to, ascending by id.

        Raises Misuse, Rejected.
        """
        called = f"{shape.name}.{shape.derived[attribute].name}"
        if not self._open:
            raise Misuse(f"{called} is loaded after the handler has ended", AWAIT_TASKS)
        for type_name, _ in shape.referring[attribute]:
            if type_name not in self._library.readable:
                raise Misuse(
                    f"the data source {self._source} may not load {called}, which leads to {type_name}",
                    f"add {type_name} to `reads` of the data source {self._source} in the manifest",
                )
            if type_name in self._library.moving:
                raise Misuse(
                    f"the data source {self._source} may not load {called}: it writes {type_name} itself, "
                    "so which of them there are is not known before its documents are run",
                    f"write {type_name} in one data source and load {called} in another",
                )
        if not self._waits:
            raise Misuse(
                f"{called} is loaded in a handler that cannot wait for it",
                f"write `async def` before the handler's name, and `await ….{attribute}.load()` inside",
            )
        return self._refer(shape, attribute, self._id(shape, given_id))

    async def _refer(self, shape: Shape, attribute: str, target: Id) -> list[Loaded]:
        found: list[Loaded] = []
        for type_name, field_name in shape.referring[attribute]:
            other = self._library.readable[type_name]
            place = next(at for at, field in enumerate(other.fields.values()) if field.name == field_name)
            rows = await self._library.reads.refer(type_name, field_name, place, target)
            found += [Loaded(other, each, row, self._library.reads) for each, row in rows.items()]
        return sorted(found, key=lambda each: each.id)

    def _with_own(self, shape: Shape, entity_id: Id, row: Row | None) -> Row | None:
        """The entity that lower positions make `row`, after what this document has said of it so far."""
        made = self._open_up((shape.space, entity_id))
        if not shape.shared:
            if isinstance(made, Remove):
                return None if made.type == shape.name else row
            is_new = row is None and made is not None and made.shape is shape
            return made.contribution().row if is_new and made is not None else row
        for _, said in self._shared.values():
            if isinstance(said, Remove):
                row = None if (said.type, said.id) == (shape.name, entity_id) else row
            elif (said.shape.name, said.id) == (shape.name, entity_id):
                row = with_words(shape, row, said.values)
        row = None if row is None else finish(shape, row)
        return row if row is None or is_whole(shape, row) else None

    def has(self, loaded: Loaded) -> bool:
        """Was the entity loaded for this document?"""
        return self._open and loaded.reads is self._library.reads

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside, what is called can wait for something."""
        self._waits = True
        try:
            yield
        finally:
            self._waits = False

    def log(self, line: LogLine) -> None:
        self._observe(AuthorLogged(line.level, line.text, line.arguments, line.at, self._source, self._path))

    def close(self) -> None:
        """The handlers are done: what still runs of them comes too late."""
        self._open = False

    def contributions(self) -> tuple[Contribution, ...]:
        """What the document says: of its own entities as they were first mentioned, of shared ones as said."""
        if not self._shared:
            return tuple([each.contribution() if isinstance(each, _Saved) else each for each in self._made.values()])
        owned = [each for each in self._made.values() if not self._is_shared(each)]
        shared = [each for _, each in self._shared.values()]
        return tuple(each if isinstance(each, Remove | Save) else each.contribution() for each in (*owned, *shared))

    def _say(self, speaker: object, said: _Saved | Remove) -> None:
        self._shared.pop(id(speaker), None)
        self._shared[id(speaker)] = speaker, said

    def _is_shared(self, made: _Saved | Save | Remove) -> bool:
        return (made.shape if isinstance(made, _Saved) else self._writable[made.type]).shared

    def _open_up(self, key: tuple[str, Id]) -> _Saved | Remove | None:
        """What has been said of the entity, so that more can be."""
        made = self._made.get(key)
        if isinstance(made, Save):
            shape = self._writable[made.type]
            values = dict(zip(shape.fields, made.row, strict=True))
            made = self._made[key] = _Saved(shape, made.id, values, made.line)
        return made

    def _shape(self, type_name: str) -> Shape:
        if not self._open:
            raise Misuse(
                f"a {type_name} is saved or removed after the handler has ended",
                AWAIT_TASKS,
            )
        if shape := self._writable.get(type_name):
            return shape
        raise Misuse(
            f"the data source {self._source} may not write {type_name}",
            f"add {type_name} to `entities` of the data source {self._source} in the manifest",
        )

    def _next_id(self, shape: Shape) -> Id:
        """An id for a data point without one: the same whenever the document is run, ascending within it."""
        ordinal = self._numbered[shape.space] = self._numbered.get(shape.space, -1) + 1
        number = _first_number(self._source, self._path) + ordinal
        return number.to_bytes(8, "big") if shape.fields["id"].type is Scalar.BYTES else number

    def _id(self, shape: Shape, given: object) -> Id:
        try:
            return shape.coercers["id"](given)  # type: ignore[return-value]
        except Refused as refused:
            field = shape.fields["id"]
            what = f"Entity {shape.name} without an id" if given is None else f"Entity {shape.name}: id: {refused.what}"
            raise Rejected((Refusal(what, refused.mend, field, given, refused.value, shape.name),)) from refused


class Call(msgspec.Struct, frozen=True):
    """One call of a handler, as those meet it who save and log in it."""

    collector: Collector
    line: int | None  # of the record that it is for
    place: Callable[[], Location]  # where the author's code is at this moment
    classes: Mapping[str, type[Any]]  # of entities, by the names of their types

    def load(self, type_name: str, given_id: object) -> Awaitable[Loaded | None]:
        """As `Collector.load`."""
        return self.collector.load(type_name, given_id)

    def refer(self, shape: Shape, attribute: str, given_id: object) -> Awaitable[list[Loaded]]:
        """As `Collector.refer`."""
        return self.collector.refer(shape, attribute, given_id)

    def remove(self, type_name: str, given_id: object) -> None:
        """As `Collector.remove`."""
        self.collector.remove(type_name, given_id)

    def log(self, level: str, text: str, values: Sequence[str]) -> None:
        """Write a line to the log; `values` are those that fill the text, in their order."""
        arguments = tuple((str(number), each) for number, each in enumerate(values))
        self.collector.log(LogLine(level, text, arguments, self.place()))


def current(wish: str) -> Call:
    """The call that this is part of.

    Raises Misuse: this is outside of a handler, where `wish` cannot be.
    """
    if call := CURRENT.get():
        return call
    raise Misuse(f"{wish} outside of a handler", "do it inside the function that the manifest names as a handler")


def _first_number(source: str, path: str) -> int:
    """Where the numbers of a document begin: spread over 62 bits, so that documents do not meet."""
    digest = hashlib.blake2b(f"{source}\0{path}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 2


def _refusal(shape: Shape, entity_id: Id, name: str, given: object, refused: Refused) -> Refusal:
    field = shape.fields[name]
    if given is None and field.required:
        return _missing(shape, entity_id, name)
    what = f"Entity {shape.name}[{label(entity_id)}]: field `{field.name}`: {refused.what}"
    return Refusal(what, refused.mend, field, given, refused.value, shape.name)


def _missing(shape: Shape, entity_id: Id, name: str) -> Refusal:
    field = shape.fields[name]
    return Refusal(
        f"Entity {shape.name}[{label(entity_id)}]: missing value for the non-null field `{field.name}`",
        f"give `{name}` a value before save(), or take the ! off {shape.name}.{field.name} in the schema",
        field,
        None,
        None,
        shape.name,
    )


def label(entity_id: Id) -> str:
    """An id for people."""
    return f"0x{entity_id.hex()}" if isinstance(entity_id, bytes) else str(entity_id)


CURRENT: ContextVar[Call | None] = ContextVar("docgraph_call", default=None)
