"""The base of the generated entity classes.

An entity is a bag of assigned fields with a type; saving hands it to the run that
the handler is part of. What may be assigned is known to classes that were bound to
a schema, which loading does.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from docgraph.mapping.bulk import columns_of, save_all
from docgraph.mapping.collect import CURRENT, Call, Misuse, current
from docgraph.mapping.loaded import Loaded
from docgraph.mapping.shape import Shape
from docgraph.model.nearest import nearest

_Bound = TypeVar("_Bound", bound="type[Entity]")
_E = TypeVar("_E", bound="Entity", covariant=True)


class NoSuchField(Misuse, AttributeError):
    """An entity is asked for, or given, a field that it does not have."""


class Entity:
    """A row to be: fields as attributes, `save()`, `remove(id)` and `load(id)`."""

    __slots__ = ("__dict__", "__loaded__", "__weakref__")
    __loaded__: Loaded | None  # of one that was loaded; fields that were not assigned since are found there

    __entity__: ClassVar[str] = ""  # the type's name in the schema
    __shape__: ClassVar[Shape | None] = None

    def __init__(self, *id: Any, **fields: Any) -> None:
        if id:
            if len(id) > 1 or "id" in fields:
                raise Misuse(f"{type(self).__name__} takes one id", "give the other fields by name")
            fields["id"] = id[0]
        shape = self.__shape__
        if shape is None or not fields.keys() <= shape.fields.keys():
            for name in fields:
                self._check(name)
        object.__setattr__(self, "__dict__", fields)
        object.__setattr__(self, "__loaded__", None)

    def save(self) -> None:
        """Make the document say: this entity exists and looks like this.

        Saved again with the same id, fields assigned later win and the others stay. A data
        point of a timeseries that has no id is given one. One that was loaded says what was
        assigned since; of a type that one document owns, it says all of it once more.
        """
        call, loaded = CURRENT.get() or current(f"{type(self).__name__}.save()"), _loaded(self)
        if loaded is not None:
            _check_run(loaded)
        fields = self.__dict__
        saved = call.collector.save(self.__entity__, fields, call.line, self, loaded)
        if fields.get("id") is None:
            fields["id"] = saved

    @classmethod
    def save_all(cls, rows: Any, lines: Any = None) -> None:
        """Save an entity for each row of `rows`, an Arrow RecordBatch or Table whose columns are named as the fields.

        `lines` has for each the line of its record in the document, as `batch.lines` does.
        """
        call = current(f"{cls.__name__}.save_all()")
        shape = call.collector.shape(cls.__entity__)
        save_all(call.collector, shape, columns_of(rows, lines, shape, cls._check))

    @classmethod
    def remove(cls, id: str | bytes | int) -> None:
        """Make the document say: whatever earlier documents say of this entity does not count."""
        current(f"{cls.__name__}.remove()").remove(cls.__entity__, id)

    @classmethod
    def load(cls, id: str | bytes | int | UUID | Entity) -> Awaitable[Self | None]:
        """The entity as documents at lower positions say it, and this one so far; None where there is none.

        Takes what a reference may hold: an id, or an entity of this type. To be awaited. When what is read of the
        entity changes, the document is run again.
        """
        if isinstance(id, Entity) and id.__entity__ != cls.__entity__:
            what = f"{cls.__name__}.load() is given an entity of type {id.__entity__}"
            raise Misuse(what, f"load it as what it is: {id.__entity__}.load(…)")
        given = getattr(id, "id", None) if isinstance(id, Entity) else id
        return cls.__made(current(f"{cls.__name__}.load()").load(cls.__entity__, given))

    @classmethod
    async def __made(cls, coming: Awaitable[Loaded | None]) -> Self | None:
        loaded = await coming
        return None if loaded is None else made(cls, loaded)

    def __derived__(self, name: str) -> Derived[Any]:
        """What the derived field leads to. Raises Misuse: it does not lead to entities."""
        shape, given_id = self.__shape__, vars(self).get("id")
        if shape is None or not shape.referring.get(name):
            what = f"{type(self).__name__}.{shape.derived[name].name if shape else name}"
            raise NoSuchField(f"{what} is derived: a handler cannot read it", "ask for it in a query")
        return Derived(shape, name, given_id)

    def __eq__(self, other: object) -> bool:
        same = type(self) is type(other) and vars(self) == vars(other)
        return same and (_loaded(self) is None) == (_loaded(other) is None)

    __hash__ = None  # type: ignore[assignment]  # it changes as fields are assigned

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"

    @classmethod
    def _check(cls, name: str) -> None:
        """May the field be assigned? Raises NoSuchField, Misuse."""
        shape = cls.__shape__
        if shape is None or name in shape.fields:
            return
        if name in shape.derived:
            field = shape.derived[name]
            raise Misuse(
                f"{shape.name}.{field.name} is derived and cannot be set",
                f"set `{field.derived_from}` on the entities at the other side",
            )
        if name in shape.computed:
            raise Misuse(
                f"{shape.name}.{shape.computed[name].name} is computed and cannot be set",
                "take the assignment away: docgraph keeps the figure right",
            )
        raise _no_such_field(shape, name)

    if not TYPE_CHECKING:  # else checkers would believe in every attribute

        def __setattr__(self, name: str, value: object) -> None:
            self._check(name)
            vars(self)[name] = value

        def __getattr__(self, name: str) -> object:
            shape = self.__shape__
            if name.startswith("__") or shape is None:
                raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
            if name in shape.computed:
                raise NoSuchField(
                    f"{shape.name}.{shape.computed[name].name} is computed: a handler cannot read it",
                    "ask for it in a query",
                )
            if name in shape.derived:
                return self.__derived__(name)
            if name not in shape.fields:
                raise _no_such_field(shape, name)
            if (loaded := _loaded(self)) is not None:
                _check_run(loaded)
                return loaded.value(name)
            if shape.fields[name].required:
                raise NoSuchField(f"`{name}` of this {shape.name} has no value yet", "assign it before it is read")
            return None


class Derived(Generic[_E]):
    """The entities that refer to one by a field of theirs: what its derived field leads to."""

    __slots__ = ("_attribute", "_id", "_shape")

    def __init__(self, shape: Shape, attribute: str, id: object) -> None:
        self._shape, self._attribute, self._id = shape, attribute, id

    def load(self) -> Awaitable[list[_E]]:
        """Those entities, ascending by id, as all documents say them.

        To be awaited. When others refer there, or what is read of them changes, the document is run again.
        """
        call = current(f"{self}.load()")
        return self.__made(call, call.refer(self._shape, self._attribute, self._id))

    async def __made(self, call: Call, coming: Awaitable[list[Loaded]]) -> list[_E]:
        return [made(call.classes[loaded.shape.name], loaded) for loaded in await coming]

    def __repr__(self) -> str:
        return f"{self._shape.name}.{self._attribute}"

    if not TYPE_CHECKING:  # checkers tell it by themselves

        def __iter__(self) -> object:
            raise Misuse(f"{self} is gone through before it is loaded", f"write: await ….{self._attribute}.load()")


def made(entity_class: type[_E], loaded: Loaded) -> _E:
    """The entity as handlers meet it."""
    entity = entity_class.__new__(entity_class)
    object.__setattr__(entity, "__loaded__", loaded)
    vars(entity)["id"] = loaded.id
    return entity


def bind(entity_class: _Bound, shape: Shape) -> _Bound:
    """Teach a generated class what its fields are."""
    entity_class.__shape__ = shape
    if "__init__" in vars(entity_class):  # it is there for checkers, and hands on to the one above
        del entity_class.__init__
    return entity_class


def _loaded(entity: object) -> Loaded | None:
    return getattr(entity, "__loaded__", None)


def _check_run(loaded: Loaded) -> None:
    """Raises Misuse: the entity was loaded for another document, which alone may know it."""
    call = CURRENT.get()
    if call is None or not call.collector.has(loaded):
        raise Misuse(
            f"this {loaded.shape.name} was loaded for another document",
            "load it in the handler that uses it, and keep no loaded entities between documents",
        )


def _no_such_field(shape: Shape, name: str) -> NoSuchField:
    declared = {field.name: attribute for attribute, field in {**shape.fields, **shape.derived}.items()}
    if name in declared:
        return NoSuchField(f"{shape.name} has no field `{name}`", f"in Python it is called `{declared[name]}`")
    meant = nearest(name, shape.fields)
    known = ", ".join(shape.fields)
    near = f"did you mean `{meant}`? " if meant else ""
    return NoSuchField(f"{shape.name} has no field `{name}`", f"{near}Its fields: {known}")
