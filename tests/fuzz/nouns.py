"""What the generator and the naive evaluator mean by a schema and by rows. Shares nothing with the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

SCALARS = (
    "ID",
    "String",
    "Bytes",
    "Boolean",
    "Int",
    "Int8",
    "BigInt",
    "BigDecimal",
    "Timestamp",
    "Float",
    "JSON",
    "Date",
    "DateTime",
)


class Field(msgspec.Struct, frozen=True):
    name: str
    type: str  # a scalar, an enum, an entity, an interface or a union
    is_list: bool = False
    required: bool = False
    items_required: bool = False
    derived_from: str | None = None

    @property
    def shown(self) -> str:
        """The type as it is written."""
        inner = f"[{self.type}{'!' if self.items_required else ''}]" if self.is_list else self.type
        return inner + ("!" if self.required else "")

    @property
    def sdl(self) -> str:
        derived = f' @derivedFrom(field: "{self.derived_from}")' if self.derived_from else ""
        return f"{self.name}: {self.shown}{derived}"


class Type(msgspec.Struct, frozen=True):
    """An entity or an interface."""

    name: str
    fields: tuple[Field, ...]
    singular: str
    plural: str
    is_interface: bool = False
    interfaces: tuple[str, ...] = ()
    named: bool = False  # the names of its query fields are given, not made

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def stem(self) -> str:
        """What the names of its connection begin with."""
        return self.plural.removesuffix("_collection")

    @property
    def sdl(self) -> str:
        kind = "interface" if self.is_interface else "type"
        implemented = f" implements {' & '.join(self.interfaces)}" if self.interfaces else ""
        names = f'(singular: "{self.singular}", plural: "{self.plural}")' if self.named else ""
        entity = "" if self.is_interface and not self.named else f" @entity{names}"
        fields = "\n".join(f"  {field.sdl}" for field in self.fields)
        return f"{kind} {self.name}{implemented}{entity} {{\n{fields}\n}}"


class Schema(msgspec.Struct, frozen=True):
    types: Mapping[str, Type]  # entities and interfaces
    unions: Mapping[str, tuple[str, ...]]  # members
    enums: Mapping[str, tuple[str, ...]]  # labels

    @property
    def sdl(self) -> str:
        enums = (f"enum {name} {{ {' '.join(labels)} }}" for name, labels in self.enums.items())
        unions = (f"union {name} = {' | '.join(members)}" for name, members in self.unions.items())
        return "\n".join([*enums, *unions, *(each.sdl for each in self.types.values())])

    def entities(self) -> Iterator[Type]:
        return (each for each in self.types.values() if not each.is_interface)

    def groupable(self, owner: Type) -> list[Field]:
        """The fields that figures are offered for, and groups."""
        return [field for field in owner.fields if not field.is_list and field.derived_from is None]

    def leads(self, field: Field) -> bool:
        """Whether the field leads to entities."""
        return field.type in self.types or field.type in self.unions

    def concrete(self, name: str) -> list[Type]:
        """The entities that something of this type can be, in the order of their declaration."""
        if name in self.unions:
            return [self.types[each] for each in self.unions[name]]
        if not self.types[name].is_interface:
            return [self.types[name]]
        return [each for each in self.entities() if name in each.interfaces]

    def id_type(self, name: str) -> str:
        """What ids of something of this type are; ID counts as String."""
        entities = self.concrete(name)
        found = entities[0].field("id") if entities else None
        return "String" if found is None or found.type == "ID" else found.type

    def held(self, field: Field) -> str:
        """The scalar or enum of one stored value of the field."""
        return self.id_type(field.type) if self.leads(field) else field.type


class Version(msgspec.Struct, frozen=True):
    """An entity as it was from block `since` up to, but not including, block `until`."""

    type: str
    values: Mapping[str, Any]  # by field name; what is stored, as Python has it
    since: int
    until: int | None = None
    document: int = 0  # its place in DOCUMENTS
    line: int | None = None


# Data source and path. The last one is gone: only former versions can be from it.
DOCUMENTS = (("Pages", "a.md"), ("other 'ones'", "deep/er/ü %_.csv"), ("Pages", "gone.json"))


class Place(msgspec.Struct, frozen=True):
    """A place in a connection, where a client has a cursor: of this entity, as it was at that block."""

    id: str  # as the API shows it
    block: int

    @property
    def token(self) -> str:
        """What stands for the cursor in a request until the product has said what it is."""
        return f"place {self.block} {self.id}"


def place_of(token: str) -> Place | None:
    """The place that a token stands for; None: it is no token."""
    word, _, rest = token.partition(" ")
    block, _, identifier = rest.partition(" ")
    return Place(identifier, int(block)) if word == "place" and block.isdigit() else None


def cursor_of(identifier: str) -> str:
    """What stands for the cursor of an entity in an answer."""
    return f"cursor of {identifier}"


class Block(msgspec.Struct, frozen=True):
    number: int
    hash: bytes
    timestamp: int  # seconds since 1970


class Rows(msgspec.Struct, frozen=True):
    """What a deployment holds."""

    blocks: tuple[Block, ...]
    versions: tuple[Version, ...]
    problems: tuple[int, ...]  # the blocks since which documents have problems

    @property
    def head(self) -> int:
        return self.blocks[-1].number


class Request(msgspec.Struct, frozen=True):
    text: str
    variables: Mapping[str, Any]
    operation: str | None = None


class Case(msgspec.Struct, frozen=True):
    """Everything that an answer depends on."""

    schema: Schema
    rows: Rows
    request: Request
