"""Arguments made by chance: filters of every operator, orders, pages, blocks; as literals and as variables."""

from __future__ import annotations

from random import Random
from typing import Any

from fuzz.naive.values import as_text, shown
from fuzz.naive.vocabulary import Children, Comparison, Word, keys_of, orders_of
from fuzz.nouns import Field, Place, Rows, Schema, Type
from fuzz.rows import one_value, text
from fuzz.terms import NAME, Name, Var, jsonable, literal, written

ODDLY = 0.004  # how often an argument makes no sense
# What a variable may be declared as where another scalar is expected. Source: spec/subgraph-api.md 2.14.
WIDER = {
    "ID": ["String!"],
    "Bytes": ["String!", "ID!"],
    "Int8": ["String!", "BigInt!"],
    "BigInt": ["String!"],
    "BigDecimal": ["String!"],
    "Timestamp": ["String!"],
    "Date": ["String!"],
    "DateTime": ["ID!"],
}


class Variables:
    """The variables of one operation."""

    def __init__(self, chance: Random) -> None:
        self.declared: list[str] = []
        self.given: dict[str, Any] = {}
        self._chance = chance

    def make(self, type_name: str, term: Any, may_be_absent: bool = True) -> Var:
        """A variable that stands for the term, or, now and then, for nothing."""
        chance, name = self._chance, f"v{len(self.declared)}"
        how = chance.choice(["given", "given", "given", "default", "absent", "null"]) if may_be_absent else "given"
        if how in ("null", "absent") and type_name.endswith("!"):
            how = "given"
        declared = f"${name}: {type_name}"
        try:
            if how == "default" or (how == "given" and chance.random() < 0.1):
                declared += f" = {literal(term)}"
        except ValueError:
            how = "given"
        if how in ("given", "null"):
            self.given[name] = jsonable(term) if how == "given" else None
        self.declared.append(declared)
        return Var(name)

    def plain(self, type_name: str, term: Any) -> Var:
        """A variable that is given."""
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {type_name}")
        self.given[name] = term
        return Var(name)


class Arguments:
    """Makes arguments for fields of one schema; values are mostly those that rows have."""

    def __init__(self, schema: Schema, rows: Rows, chance: Random) -> None:
        self.schema, self.rows, self.chance = schema, rows, chance
        self.keys = {name: list(keys_of(schema, made).items()) for name, made in schema.types.items()}
        self.orders = {name: list(orders_of(schema, made).items()) for name, made in schema.types.items()}
        self._pools: dict[tuple[str, str], list[Any]] = {}

    def page(self, name: str, variables: Variables, depth: int) -> dict[str, Any]:
        """Arguments of a collection."""
        chance, found = self.chance, dict[str, Any]()
        if name in self.schema.types:
            if chance.random() < 0.5:
                found["where"] = self._maybe(
                    f"{name}_filter", self.where(self.schema.types[name], variables, 2), variables
                )
            if chance.random() < 0.5 and (orders := self._order(name)):
                found["orderBy"] = self._maybe(f"{name}_orderBy", Name(orders), variables, null=0.05)
            if chance.random() < 0.4:
                direction = Name(chance.choice(["asc", "desc", "desc"]))
                found["orderDirection"] = self._maybe("OrderDirection", direction, variables, null=0.05)
        if chance.random() < (0.5 if depth else 0.4):
            first = chance.choice([1, 1, 2, 3, 5, 100, 1000])
            first = chance.choice([0, -1, 1001]) if chance.random() < ODDLY else first
            found["first"] = self._maybe("Int", first, variables, null=0.05)
        if chance.random() < 0.25:
            skip = -1 if chance.random() < ODDLY else chance.choice([0, 1, 1, 2, 4])
            found["skip"] = self._maybe("Int", skip, variables, null=0.05)
        return found

    def connection(self, name: str, variables: Variables) -> dict[str, Any]:
        """Arguments of a connection."""
        chance, found = self.chance, dict[str, Any]()
        if chance.random() < 0.4:
            where = self.where(self.schema.types[name], variables, 2)
            found["where"] = self._maybe(f"{name}_filter", where, variables)
        orders = [self._order(name) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
        keys = [self._directed(each) for each in orders if each is not None]
        if keys:
            term = keys[0] if len(keys) == 1 and chance.random() < 0.5 else keys
            found["orderBy"] = self._maybe(f"[{name}_order!]", term, variables)
        for argument in ("first", "last"):
            if chance.random() < 0.4:
                size = chance.choice([0, 1001]) if chance.random() < ODDLY else chance.choice([1, 2, 2, 3, 5, 100])
                found[argument] = self._maybe("Int", size, variables, null=0.05)
        for argument in ("after", "before"):
            if chance.random() < 0.2:
                found[argument] = self._place(name, variables)
        return {**found, **(self.block(variables) if chance.random() < 0.4 else {})}

    def _place(self, name: str, variables: Variables) -> Any:
        """A cursor: that of an entity at some block, or none."""
        names = [each.name for each in self.schema.concrete(name)]
        versions = [each for each in self.rows.versions if each.type in names]
        if not versions or self.chance.random() < 0.05:
            return self.chance.choice([None, "", "MDdi"])
        version = self.chance.choice(versions)
        shown_id = str(shown(self.schema.id_type(name), version.values["id"]))
        return variables.plain("String", Place(shown_id, version.since).token)

    def figures(self, name: str, variables: Variables) -> dict[str, Any]:
        """Arguments of `xAggregate`."""
        chance, found = self.chance, dict[str, Any]()
        owner = self.schema.types[name]
        if chance.random() < 0.4:
            found["where"] = self._maybe(f"{name}_filter", self.where(owner, variables, 2), variables)
        # JSON has no order that anybody could rely on.
        fields = [each.name for each in self.schema.groupable(owner) if each.type != "JSON"]
        if fields and chance.random() < 0.7:
            by = [Name(chance.choice(fields)) for _ in range(chance.choice([0, 1, 1, 1, 2, 3]))]
            term = by[0] if len(by) == 1 and chance.random() < 0.5 else by
            found["groupBy"] = self._maybe(f"[{name}_groupBy!]", term, variables, null=0.03)
        return {**found, **(self.block(variables) if chance.random() < 0.4 else {})}

    def versions(self, owner: Type, variables: Variables) -> dict[str, Any]:
        """Arguments of the history of an entity."""
        found = self.identifier(owner, variables)
        page = self.page("", variables, 0)
        if self.chance.random() < 0.4:
            direction = Name(self.chance.choice(["asc", "desc"]))
            found["orderDirection"] = self._maybe("OrderDirection", direction, variables, null=0.05)
        return {**found, **page}

    def _directed(self, order: str) -> dict[str, Any]:
        directions = [{}, {"direction": Name("asc")}, {"direction": Name("desc")}, {"direction": Name("desc")}]
        return {"field": Name(order), **self.chance.choice(directions)}

    def at(self, variables: Variables) -> dict[str, Any]:
        """`block` and `subgraphError` of a root field."""
        found = dict[str, Any]()
        if self.chance.random() < 0.4:
            found |= self.block(variables)
        if self.chance.random() < 0.08:
            policy = Name(self.chance.choice(["allow", "deny"]))
            found["subgraphError"] = self._maybe("_SubgraphErrorPolicy_!", policy, variables)
        return found

    def block(self, variables: Variables) -> dict[str, Any]:
        chance, blocks = self.chance, self.rows.blocks
        block = chance.choice(blocks)
        number = block.number if chance.random() < 0.93 else chance.choice([0, blocks[-1].number + 1, -5, 2**31 - 1])
        content = block.hash if chance.random() < 0.93 else b"\x01\x02"
        spelled = chance.choice(["0x" + content.hex(), content.hex().upper()])
        term: dict[str, Any] = chance.choice(
            [{"number": number}, {"number": number}, {"hash": spelled}, {"number_gte": number}]
        )
        if chance.random() < 0.05:
            term = {**term, chance.choice(["hash", "number"]): None}
        if chance.random() < ODDLY:
            term = {}
        if term and chance.random() < 0.2 and "number" in term and term["number"] is not None:
            return {"block": {"number": variables.make("Int!", number, may_be_absent=False)}}
        return {"block": self._maybe("Block_height", term, variables, null=0.05)}

    def identifier(self, owner: Type, variables: Variables) -> dict[str, Any]:
        """`id` of a field for one entity."""
        value = self._value(owner.name, owner.fields[0])
        held = owner.fields[0].type
        term: Any = f"0x{value.hex()}" if held == "Bytes" else value
        if held == "Int8":
            term = self.chance.choice([term, str(term)])
        if self.chance.random() < 0.3:
            return {"id": variables.make(self.chance.choice(["ID!", "String!"]), str(term), may_be_absent=False)}
        return {"id": term}

    def _order(self, name: str) -> str | None:
        # JSON has no order that anybody could rely on.
        orders = [key for key, order in self.orders[name] if (order.child or order.field).type != "JSON"]
        return self.chance.choice(orders) if orders else None

    def _maybe(self, type_name: str, term: Any, variables: Variables, null: float = 0.0) -> Any:
        """The term itself, null, or a variable in its place."""
        if _has_variable(term):
            return term
        if self.chance.random() < null:
            return None
        if self.chance.random() < 0.2:
            return variables.make(type_name, term)
        return self._writable(type_name, term, variables)

    def _writable(self, type_name: str, term: Any, variables: Variables) -> Any:
        """The term, or a variable where it cannot be written into a query."""
        try:
            literal(term)
        except ValueError:
            return variables.make(type_name, term, may_be_absent=False)
        return term

    # Filters ---------------------------------------------------------------------

    def where(self, owner: Type, variables: Variables, depth: int) -> dict[str, Any]:
        found = dict[str, Any]()
        for _ in range(self.chance.choice([0, 1, 1, 1, 2, 3])):
            key, meaning = self._key(owner, depth)
            if key not in found:
                found[key] = self._condition(owner, meaning, variables, depth)
        return found

    def _key(self, owner: Type, depth: int) -> tuple[str, Any]:
        chance, keys = self.chance, self.keys[owner.name]
        if chance.random() < 0.4:
            others = [each for each in keys if not isinstance(each[1], Comparison)]
            flat = [each for each in others if isinstance(each[1], Word) and each[1].word == "_change_block"]
            return chance.choice((others if depth else flat) or keys)
        return chance.choice([each for each in keys if isinstance(each[1], Comparison)])

    def _condition(self, owner: Type, meaning: Any, variables: Variables, depth: int) -> Any:
        chance = self.chance
        match meaning:
            case Comparison():
                return self._compared(owner, meaning, variables)
            case Children(field=field):
                target = self.schema.types[field.type]
                return self._maybe(f"{field.type}_filter!", self.where(target, variables, depth - 1), variables)
            case Word(word="_change_block"):
                return {"number_gte": chance.choice(self.rows.blocks).number + chance.choice([0, 0, 1])}
            case Word(word="not"):
                term = self.where(owner, variables, depth - 1)
                return self._maybe(f"{owner.name}_filter", term, variables, null=0.05)
        each = [self.where(owner, variables, depth - 1) for _ in range(chance.choice([0, 1, 2, 2, 3]))]
        if len(each) == 1 and chance.random() < 0.5:
            return each[0]
        if chance.random() < 0.05:
            each.append(None)
        return self._maybe(f"[{owner.name}_filter]", each, variables, null=0.03)

    def _compared(self, owner: Type, meaning: Comparison, variables: Variables) -> Any:
        chance, one = self.chance, meaning.type
        nullable = meaning.suffix in ("", "_not")
        if chance.random() < (0.1 if nullable else ODDLY):
            return None
        if not meaning.takes_list:
            term = self._term(owner, meaning)
            if one == "JSON" and isinstance(term, dict) and chance.random() < 0.3:
                return self._with_variables_inside(term, variables)
            if chance.random() < 0.15:
                return self._variable(one, term, variables, nullable)
            return self._writable(f"{one}!", term, variables)
        terms = [self._term(owner, meaning) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
        if chance.random() < 0.1:
            return self._variable(f"[{one}!]", terms, variables, nullable)
        if len(terms) == 1 and chance.random() < 0.3 and not isinstance(terms[0], list):
            single = self._writable(f"{one}!", terms[0], variables)
            return [single] if isinstance(single, Var) else single  # a variable for one cannot stand for a list
        return [
            variables.make(f"{one}!", each, may_be_absent=False)
            if chance.random() < 0.1
            else self._writable(f"{one}!", each, variables)
            for each in terms
        ]

    def _variable(self, type_name: str, term: Any, variables: Variables, nullable: bool) -> Var:
        if type_name in WIDER and self.chance.random() < 0.3 and isinstance(term, str):
            return variables.make(self.chance.choice(WIDER[type_name]), term, may_be_absent=False)
        return variables.make(type_name if nullable else f"{type_name}!", term, may_be_absent=nullable)

    def _with_variables_inside(self, term: dict[str, Any], variables: Variables) -> Any:
        """A JSON object some of whose values are variables."""
        if not all(map(NAME.fullmatch, term)):
            return self._writable("JSON!", term, variables)
        return {
            key: each if each is None else variables.make("JSON!", each, may_be_absent=False)
            for key, each in term.items()
        }

    def _term(self, owner: Type, meaning: Comparison) -> Any:
        """A value to compare with, as a client writes it."""
        field, suffix = meaning.field, meaning.suffix
        value = self._value(owner.name, field)
        held = self.schema.held(field)
        is_pattern = suffix.strip("_").removeprefix("not_").startswith(("contains", "starts", "ends"))
        if self.schema.leads(field):
            if held == "Bytes" and suffix in ("_contains", "_not_contains") and not field.is_list:
                return f"0x{self._bytes(value).hex()}"
            if is_pattern and not field.is_list:
                return self._part(as_text(value))
            if held == "Int8" and not -(2**31) <= value < 2**31:
                return 7  # ids beyond Int cannot be asked for
            return f"0x{value.hex()}" if held == "Bytes" else value
        if is_pattern and not field.is_list and held == "String":
            return self._part(value)
        if is_pattern and not field.is_list and held == "Bytes":
            value = self._bytes(value)
        if held == "String" and suffix.endswith("_nocase"):
            value = value.swapcase() if len(value.swapcase()) == len(value) else value
        return written(held, value, self.chance)

    def _bytes(self, whole: bytes) -> bytes:
        start = self.chance.randrange(len(whole)) if whole else 0
        return whole[start : start + 2]

    def _part(self, whole: str) -> str:
        chance = self.chance
        if chance.random() < 0.2 or not whole:
            return text(chance)
        start = chance.choice([0, chance.randrange(len(whole))])
        part = whole[start : chance.choice([len(whole), start + 1, start + 2])]
        return part.swapcase() if chance.random() < 0.3 else part

    def _value(self, owner: str, field: Field) -> Any:
        """A value that a row has or could have; of a list one element."""
        pool = self._pool(owner, field)
        if pool and self.chance.random() < 0.85:
            return self.chance.choice(pool)
        return one_value(self.schema, self.schema.held(field), self.chance)

    def _pool(self, owner: str, field: Field) -> list[Any]:
        if (owner, field.name) not in self._pools:
            names = {each.name for each in self.schema.concrete(owner)}
            led_to = {each.name for each in self.schema.concrete(field.type)} if self.schema.leads(field) else set()
            ids = [each.values["id"] for each in self.rows.versions if each.type in led_to]
            stored = [each.values.get(field.name) for each in self.rows.versions if each.type in names]
            is_list = field.is_list
            flat = [one for each in stored for one in ((each or []) if is_list else [each]) if one is not None]
            self._pools[owner, field.name] = [*flat, *ids]
        return self._pools[owner, field.name]


def _has_variable(term: Any) -> bool:
    if isinstance(term, list):
        return any(map(_has_variable, term))
    if isinstance(term, dict):
        return any(map(_has_variable, term.values()))
    return isinstance(term, Var)
