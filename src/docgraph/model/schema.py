"""The entity model: what schema.graphql declares, as values.

Everything here is plain data with look-ups; reading SDL and judging it is
`model/sdl/`, types of values are `model/values.py`. Order is declaration order.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import cached_property

import msgspec

from docgraph.model.expression import Expression
from docgraph.model.names import snake_case


class Scalar(enum.Enum):
    """The built-in scalars. Source: spec/subgraph-api.md 1.2, plus Float, JSON, Date and DateTime."""

    ID = "ID"
    STRING = "String"
    BYTES = "Bytes"
    BOOLEAN = "Boolean"
    INT = "Int"
    INT8 = "Int8"
    BIG_INT = "BigInt"
    BIG_DECIMAL = "BigDecimal"
    TIMESTAMP = "Timestamp"
    FLOAT = "Float"
    JSON = "JSON"
    DATE = "Date"
    DATE_TIME = "DateTime"


class EnumRef(msgspec.Struct, frozen=True):
    """A field's type is the enum of this name."""

    name: str


class EntityRef(msgspec.Struct, frozen=True):
    """A field's type is the entity, interface or union of this name: a reference, stored as the target's id."""

    name: str


class AggregationRef(msgspec.Struct, frozen=True):
    """A derived field's type is the aggregation of this name."""

    name: str


FieldType = Scalar | EnumRef | EntityRef | AggregationRef


class Merge(enum.Enum):
    """How what several documents say about one field becomes one value: `@merge(fn:)`.

    Each is a function of the values in the order of their documents' positions; a contribution that does not
    assign the field has no part in it.
    """

    LAST = "LAST"
    FIRST = "FIRST"
    UNIQUE = "UNIQUE"  # the first, and values that differ from it are a conflict
    SUM = "SUM"
    COUNT = "COUNT"  # of values that are not null
    MIN = "MIN"
    MAX = "MAX"
    AND = "AND"
    OR = "OR"
    UNION = "UNION"  # of lists: each element once, sorted
    COLLECT = "COLLECT"  # of lists: one after the other


class Computed(msgspec.Struct, frozen=True):
    """`@aggregate` on a field of an entity: a figure about the entities that a derived field leads to."""

    of: str  # name of the derived field
    function: str  # COUNT, SUM, MIN, MAX, AVG
    field: str | None  # of those entities; None for COUNT


class Field(msgspec.Struct, frozen=True):
    """One field of an entity, interface or aggregation."""

    name: str  # as declared, as GraphQL shows it
    type: FieldType
    is_list: bool = False
    required: bool = False  # `!` on the outside
    items_required: bool = False  # `!` inside the brackets
    derived_from: str | None = None  # name of the field of the target type that refers back here
    merge: Merge = Merge.LAST  # counts in shared entities only
    computed: Computed | None = None
    description: str | None = None

    @property
    def column(self) -> str:
        """The field's name in Python and in Postgres."""
        return snake_case(self.name)

    @property
    def is_derived(self) -> bool:
        return self.derived_from is not None

    @property
    def is_reference(self) -> bool:
        return isinstance(self.type, EntityRef)


class EntityType(msgspec.Struct, frozen=True):
    """A `type X @entity`: stored, queryable."""

    name: str
    fields: tuple[Field, ...]
    interfaces: tuple[str, ...] = ()
    immutable: bool = False
    timeseries: bool = False
    shared: bool = False  # several documents may contribute to one entity
    singular: str = ""  # root query field for one
    plural: str = ""  # root query field for many
    indexes: tuple[tuple[str, ...], ...] = ()  # @index(fields: [...]): field names
    description: str | None = None

    def field(self, name: str) -> Field:
        """The field of this name. Raises KeyError."""
        return next((f for f in self.fields if f.name == name), None) or _missing(self.name, name)

    @property
    def stored_fields(self) -> tuple[Field, ...]:
        """The fields that documents say something about: neither derived nor computed."""
        return tuple(field for field in self.fields if not field.is_derived and field.computed is None)

    @property
    def computed_fields(self) -> tuple[Field, ...]:
        """The fields that follow from other entities, and have a column for it."""
        return tuple(field for field in self.fields if field.computed is not None)

    @property
    def id_type(self) -> Scalar:
        return _id_type(self.fields)


class InterfaceType(msgspec.Struct, frozen=True):
    """An `interface`: queryable, stored only through the entities that implement it."""

    name: str
    fields: tuple[Field, ...]
    implementers: tuple[str, ...] = ()  # entity names, declaration order
    interfaces: tuple[str, ...] = ()  # interfaces it implements itself
    singular: str = ""
    plural: str = ""
    description: str | None = None

    def field(self, name: str) -> Field:
        """The field of this name. Raises KeyError."""
        return next((f for f in self.fields if f.name == name), None) or _missing(self.name, name)

    @property
    def id_type(self) -> Scalar:
        return _id_type(self.fields)


class UnionType(msgspec.Struct, frozen=True):
    """A `union` of entities: a field may have this type, there is no root field for it."""

    name: str
    members: tuple[str, ...]  # entity names, declaration order
    description: str | None = None


class EnumValue(msgspec.Struct, frozen=True):
    name: str
    description: str | None = None


class EnumType(msgspec.Struct, frozen=True):
    name: str
    values: tuple[EnumValue, ...]  # declaration order is sort order
    description: str | None = None


class Aggregate(msgspec.Struct, frozen=True):
    """One aggregated field of an aggregation: `@aggregate(fn, arg, cumulative)`."""

    field: Field
    function: str  # sum, min, max, count, first, last
    argument: Expression | None  # over fields of the source; None for count
    cumulative: bool = False


class AggregationType(msgspec.Struct, frozen=True):
    """A `type X @aggregation`: statistics over a timeseries entity."""

    name: str
    source: str  # name of a timeseries entity
    intervals: tuple[str, ...]
    fields: tuple[Field, ...]  # all of them, declaration order
    dimensions: tuple[Field, ...]
    aggregates: tuple[Aggregate, ...]
    plural: str = ""
    description: str | None = None

    @property
    def rows(self) -> EntityType:
        """What its rows look like, as if they were stored."""
        return EntityType(self.name, self.fields, description=self.description)

    def may_lack(self, field: Field, source: EntityType) -> bool:
        """Whether a field of it that must have a value may turn out to have none."""
        aggregate = next((each for each in self.aggregates if each.field == field), None)
        if aggregate is not None:
            return field.required and aggregate.function != "count"
        return field.required and not source.field(field.name).required


class Fulltext(msgspec.Struct, frozen=True):
    """One `@fulltext` of `_Schema_`: a root field that searches one entity's text fields."""

    name: str
    language: str
    algorithm: str  # rank or proximityRank
    entity: str
    fields: tuple[str, ...]


class Schema(msgspec.Struct, frozen=True, dict=True):
    """Everything schema.graphql declares. Names are unique across all the mappings."""

    entities: Mapping[str, EntityType]
    interfaces: Mapping[str, InterfaceType] = {}
    enums: Mapping[str, EnumType] = {}
    unions: Mapping[str, UnionType] = {}
    aggregations: Mapping[str, AggregationType] = {}
    fulltexts: tuple[Fulltext, ...] = ()
    text: str = ""  # the SDL it was read from

    def target(self, name: str) -> EntityType | InterfaceType | UnionType:
        """What a reference named `name` points at. Raises KeyError."""
        found = self.entities.get(name) or self.interfaces.get(name) or self.unions.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def concrete(self, name: str) -> tuple[EntityType, ...]:
        """The entity types that a reference named `name` can lead to, in declaration order."""
        match self.target(name):
            case EntityType() as entity:
                return (entity,)
            case InterfaceType(implementers=names) | UnionType(members=names):
                return tuple(self.entities[each] for each in names)

    def stored_scalar(self, field: Field) -> Scalar | EnumRef:
        """What a column for `field` holds: for a reference the id type of its target.

        A target without entities has no id of its own, so its references hold text.
        """
        if isinstance(field.type, AggregationRef):
            raise TypeError(f"{field.name} is not stored")
        if not isinstance(field.type, EntityRef):
            return field.type
        entities = self.concrete(field.type.name)
        return entities[0].id_type if entities else Scalar.STRING

    @cached_property
    def id_spaces(self) -> Mapping[str, str]:
        """Entity name → name of its id space: entities that share an interface or a union share one.

        Source: spec/subgraph-api.md 2.9, ids are unique across the implementers of an interface. A reference
        to a union is stored as an id alone, so the same holds for its members.
        """
        space = {name: name for name in self.entities}

        def find(name: str) -> str:
            while space[name] != name:
                name = space[name]
            return name

        families = [interface.implementers for interface in self.interfaces.values()]
        families += [union.members for union in self.unions.values()]
        for family in families:
            for other in family[1:]:
                space[find(other)] = find(family[0])
        return {name: find(name) for name in self.entities}


def _id_type(fields: tuple[Field, ...]) -> Scalar:
    for field in fields:
        if field.name == "id" and isinstance(field.type, Scalar):
            return field.type
    return Scalar.STRING


def _missing(type_name: str, field_name: str) -> Field:
    raise KeyError(f"{type_name}.{field_name}")
