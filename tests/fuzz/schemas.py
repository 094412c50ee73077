"""Schemas made by chance: every kind of field, relation and name that a schema may hold."""

from __future__ import annotations

from random import Random

import msgspec

from fuzz.nouns import SCALARS, Field, Schema, Type

# Types whose query fields are known by heart. Source: spec/subgraph-api.md 2.2, its checked examples.
NAMED = {
    "User": ("user", "users"),
    "Category": ("category", "categories"),
    "Address": ("address", "addresses"),
    "Box": ("box", "boxes"),
    "Stats": ("stats", "stats_collection"),
    "NFTToken": ("nfttoken", "nfttokens"),
    "UserID": ("userID", "userIDs"),
    "Tag2": ("tag2", "tag2S"),
    "My_Type": ("myType", "myTypes"),
    "Leaf": ("leaf", "leaves"),
    "Child": ("child", "childs"),
    "Order": ("order", "orders"),
    "Group": ("group", "groups"),
    "Table": ("table", "tables"),
}
ODD = ["Select", "Row", "Where", "End", "Any", "Data", "Item", "X" * 70, "X" * 69 + "Y", "_Under", "a_lower", "Or"]
LONG = "a_field_whose_name_is_rather_long_and_passes_the_sixty_three_bytes_of_postgres"
FIELDS = [
    *("title", "words", "size", "kind", "tags", "created", "checked_in", "is_not", "x_contains", "a_not", "a"),
    *("and_", "or", "and", "not", "where", "order", "group", "user", "select", "from", "first", "skip", "block"),
    *("createdAt", "userID", "htmlURL", "number_gte", "title_not", "title_in", "x_", "author__name", "limit", "row"),
    *("v", "n", "item", "key", "value", "default", "nulls", "_change", "_x", "id_in", "since", "document"),
    *(LONG + "_a", LONG + "_b", LONG + "B", "title_not_in", "words_gt", "data", "type", "place", "object", "name"),
]
LINKS = [
    *("author", "links", "parent", "children", "page", "pages", "owner", "self", "next", "links_none", "table"),
    *("ref_in", "links_every", "union", "inner", "column", "child", "thing", "things", "notes", LONG + "_link"),
]
LABELS = ["LOW", "HIGH", "MID", "select", "a", "B", "_x", "Z" * 60, "null_", "zz", "Aa", "aA"]


def make_schema(chance: Random) -> Schema:
    """A schema that is most likely right; whoever reads schemas has the last word."""
    return _Maker(chance).make()


class _Maker:
    def __init__(self, chance: Random) -> None:
        self.chance = chance
        names = [*NAMED, *chance.sample(ODD, 4)]
        chance.shuffle(names)
        self.names = iter(names)
        self.enums = {
            name: tuple(chance.sample(LABELS, chance.randint(1, 5)))
            for name in chance.sample(["Kind", "Level", "Enum", "E" * 70], chance.randint(1, 2))
        }
        self.id_types = [chance.choice(["ID", "String", "Bytes", "Int8"]) for _ in range(2)]

    def make(self) -> Schema:
        chance = self.chance
        interfaces = [self._named(is_interface=True) for _ in range(chance.choice([0, 1, 1, 2]))]
        entities = [self._named() for _ in range(chance.randint(2, 5))]
        # The families: who shares an interface or a union shares a type of ids.
        ids = {each.name: chance.choice(self.id_types) for each in entities}
        implemented: dict[str, tuple[str, ...]] = {each.name: () for each in entities}
        for interface in interfaces:
            first = chance.choice(entities)
            family = [each for each in entities if _same(ids[each.name], ids[first.name])]
            members = [each for each in family if each is first or chance.random() < 0.7]
            if chance.random() < 0.05:
                members = []
            for each in members:
                implemented[each.name] += (interface.name,)
            ids[interface.name] = ids[first.name]
        unions = self._unions(entities, ids)
        types = {each.name: each for each in [*interfaces, *entities]}
        for name, made in types.items():
            types[name] = msgspec.structs.replace(
                made, fields=(Field("id", ids[name], required=True),), interfaces=implemented.get(name, ())
            )
        targets = [*types, *unions]
        for name in [each.name for each in interfaces]:
            self._add(types, name, [*self._scalars(chance.randint(0, 3)), *self._links(targets, chance.randint(0, 2))])
        for name in [each.name for each in entities]:
            self._inherit(types, name)
            self._add(types, name, [*self._scalars(chance.randint(1, 6)), *self._links(targets, chance.randint(0, 3))])
        schema = Schema(types, unions, self.enums)
        for _ in range(chance.randint(1, 4)):
            schema = self._derive(schema)
        return msgspec.structs.replace(
            schema, types={name: self._shuffled(each) for name, each in schema.types.items()}
        )

    def _shuffled(self, made: Type) -> Type:
        """The order of declaration decides which of two equal keys counts."""
        first, *others = made.fields
        self.chance.shuffle(others)
        return msgspec.structs.replace(made, fields=(first, *others))

    def _named(self, is_interface: bool = False) -> Type:
        name = next(self.names)
        if name in NAMED and self.chance.random() < 0.8:
            return Type(name, (), *NAMED[name], is_interface)
        stem = f"q{name.strip('_')[:20]}{name[-1]}"
        return Type(name, (), stem, f"{stem}_all", is_interface, named=True)

    def _unions(self, entities: list[Type], ids: dict[str, str]) -> dict[str, tuple[str, ...]]:
        if self.chance.random() < 0.5:
            return {}
        first = self.chance.choice(entities)
        family = [each.name for each in entities if _same(ids[each.name], ids[first.name])]
        members = self.chance.sample(family, self.chance.randint(1, len(family)))
        return {"Either": tuple(members)}

    def _scalars(self, count: int) -> list[Field]:
        return [self._shaped(name, self._scalar()) for name in self.chance.sample(FIELDS, count)]

    def _scalar(self) -> str:
        return self.chance.choice([*SCALARS, "String", "Int", *self.enums])

    def _links(self, targets: list[str], count: int) -> list[Field]:
        return [self._shaped(name, self.chance.choice(targets)) for name in self.chance.sample(LINKS, count)]

    def _shaped(self, name: str, type_name: str) -> Field:
        chance = self.chance
        is_list = chance.random() < 0.3
        return Field(name, type_name, is_list, chance.random() < 0.3, is_list and chance.random() < 0.7)

    def _add(self, types: dict[str, Type], name: str, fields: list[Field]) -> None:
        held = types[name].fields
        taken = {_column(field.name) for field in held}
        for field in fields:
            if _column(field.name) not in taken:
                taken.add(_column(field.name))
                held = (*held, field)
        types[name] = msgspec.structs.replace(types[name], fields=held)

    def _inherit(self, types: dict[str, Type], name: str) -> None:
        for interface in types[name].interfaces:
            self._add(types, name, [field for field in types[interface].fields if field.name != "id"])

    def _derive(self, schema: Schema) -> Schema:
        """One more derived field, where a reference is found that it can be derived from."""
        chance = self.chance
        backs = [
            (each.name, field)
            for each in schema.types.values()
            for field in each.fields
            if schema.leads(field) and field.derived_from is None
        ]
        name = chance.choice([*LINKS, *FIELDS])
        if chance.random() < 0.15 or not backs:
            pairs = [
                (owner, target)
                for owner in schema.entities()
                for target in schema.types.values()
                if schema.id_type(owner.name) == schema.id_type(target.name)
                and _same(owner.fields[0].type, target.fields[0].type)
            ]
            owner, target = chance.choice(pairs)
            return self._with(schema, owner.name, self._derived(name, target.name, "id"))
        holder, back = chance.choice(backs)
        made = self._derived(name, holder, back.name)
        if back.type in schema.types and schema.types[back.type].is_interface:
            # The interface and all that implement it; now and then the interface does not say that it is derived.
            plain = msgspec.structs.replace(made, derived_from=None) if chance.random() < 0.4 else made
            changed = self._with(schema, back.type, plain)
            for each in schema.concrete(back.type):
                own = msgspec.structs.replace(made, derived_from=None) if chance.random() < 0.1 else made
                changed = self._with(changed, each.name, own)
            return changed
        owners = schema.concrete(back.type)
        return self._with(schema, chance.choice(owners).name, made) if owners else schema

    def _derived(self, name: str, target: str, source: str) -> Field:
        is_list = self.chance.random() < 0.7
        required = self.chance.random() < (0.6 if is_list else 0.1)
        return Field(name, target, is_list, required, is_list and self.chance.random() < 0.7, source)

    def _with(self, schema: Schema, name: str, field: Field) -> Schema:
        types = dict(schema.types)
        self._add(types, name, [field])
        return msgspec.structs.replace(schema, types=types)


def _same(one: str, other: str) -> bool:
    return one == other or {one, other} == {"ID", "String"}


def _column(name: str) -> str:
    """Names that differ in nothing else would be one column."""
    return name.replace("_", "").lower()
