"""Whole requests made by chance: aliases, fragments, directives, children at any depth, several blocks at once."""

from __future__ import annotations

from random import Random
from typing import Any

from fuzz.nouns import Field, Request, Rows, Schema, Type
from fuzz.terms import literal
from fuzz.wheres import Arguments, Variables

ALIASES = ["a", "b", "x", "id", "__a", "data", "type", "Row", "k" * 64, "k" * 65, "k" * 63, "name"]
FIELDS_AT_MOST = 22


class Scope:
    """The keys of one object of the answer: what each stands for, so that no two fields with one key differ."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.meant: dict[str, tuple[str, Scope]] = {}

    def key(self, chance: Random, name: str, meaning: str) -> tuple[str, Scope]:
        """A key for a field, and the scope below it."""
        wanted = chance.choice(ALIASES) if chance.random() < 0.2 else name
        if self.prefix:
            wanted = f"{self.prefix}{len(self.meant)}"
        if wanted.startswith("__") and wanted != name:
            wanted = f"a{wanted}"
        known = self.meant.get(wanted)
        if known is not None and known[0] != meaning:
            wanted = f"k{len(self.meant)}_"
            known = None
        if known is None:
            known = self.meant[wanted] = (meaning, Scope())
        return wanted, known[1]


class Queries:
    """Makes requests to one deployment."""

    def __init__(self, schema: Schema, rows: Rows, chance: Random) -> None:
        self.schema, self.chance = schema, chance
        self.arguments = Arguments(schema, rows, chance)
        # Interfaces more often: several tables go wrong more easily than one.
        self.owners = [each for each in schema.types.values() for _ in range(3 if each.is_interface else 1)]

    def make(self) -> Request:
        return _Making(self).request()


class _Making:
    """One request in the making."""

    def __init__(self, queries: Queries) -> None:
        self.schema, self.chance, self.arguments = queries.schema, queries.chance, queries.arguments
        self.owners = queries.owners
        self.variables = Variables(self.chance)
        self.fragments: list[tuple[str, str, str]] = []  # name, type, text
        self.left = FIELDS_AT_MOST

    def request(self) -> Request:
        chance = self.chance
        scope = Scope()
        lines = [self._root(scope) for _ in range(chance.choice([1, 1, 2, 3]))]
        if chance.random() < 0.03:
            lines.append("__schema { queryType { name } }")
        declared = f"({', '.join(self.variables.declared)})" if self.variables.declared else ""
        text = f"query Asked{declared} {{\n{_indented(lines)}\n}}"
        text = "\n".join([text, *(f"fragment {name} on {on} {{\n{body}\n}}" for name, on, body in self.fragments)])
        if chance.random() < 0.03:
            return Request(f"query Other {{ __typename }}\n{text}", self.variables.given, "Asked")
        return Request(text, self.variables.given)

    # Roots -------------------------------------------------------------------------

    def _root(self, scope: Scope) -> str:
        chance = self.chance
        kind = chance.random()
        if kind < 0.05:
            key, _ = scope.key(chance, "__typename", "__typename")
            return _field(key, "__typename", "", self._directives())
        if kind < 0.12:
            return self._meta(scope)
        owner = chance.choice(self.owners)
        if kind < 0.28:
            return self._connection(owner, scope)
        if kind < 0.34:
            return self._groups(owner, scope)
        if kind < 0.38:
            return self._history(owner, scope)
        if kind < 0.5:
            given = {**self.arguments.identifier(owner, self.variables), **self.arguments.at(self.variables)}
            return self._leading(scope, owner.singular, given, owner.name, "one", 3)
        given = {**self.arguments.page(owner.name, self.variables, 0), **self.arguments.at(self.variables)}
        return self._leading(scope, owner.plural, given, owner.name, "many", 3)

    def _leading(self, scope: Scope, name: str, given: dict[str, Any], target: str, shape: str, depth: int) -> str:
        """A field that leads to entities."""
        arguments = _arguments(given)
        key, below = scope.key(self.chance, name, f"{name}{arguments}:{shape}")
        directives = self._directives()
        selected = self._selection(target, below, depth - 1)
        return f"{_field(key, name, arguments, directives)} {{\n{_indented(selected)}\n}}"

    def _meta(self, scope: Scope) -> str:
        chance = self.chance
        arguments = _arguments(self.arguments.block(self.variables) if chance.random() < 0.5 else {})
        key, below = scope.key(chance, "_meta", f"_meta{arguments}")
        fields = ["deployment", "hasIndexingErrors", "__typename", "b1: block { number }"]
        fields.append("block { number hash parentHash timestamp __typename h2: hash }")
        chosen = chance.sample(fields, chance.randint(1, 4))
        for each in chosen:
            below.meant[each] = (each, Scope())
        return f"{_field(key, '_meta', arguments, self._directives())} {{ {' '.join(chosen)} }}"

    def _connection(self, owner: Type, scope: Scope) -> str:
        chance, name = self.chance, f"{owner.stem}Connection"
        arguments = _arguments(self.arguments.connection(owner.name, self.variables))
        key, below = scope.key(chance, name, f"{name}{arguments}")
        directives = self._directives()
        fields = [self._leading(below, "nodes", {}, owner.name, "nodes", 2)] if chance.random() < 0.7 else []
        if chance.random() < 0.3:
            edge_key, edge = below.key(chance, "edges", "edges")
            parts = chance.choice([["__typename"], ["cursor"], ["cursor", "c2: cursor"]])
            if chance.random() < 0.8:
                parts = [self._leading(edge, "node", {}, owner.name, "node", 2), *parts]
            edge.meant |= {each: (each, Scope()) for each in ("__typename", "cursor", "c2")}
            fields.append(f"{_field(edge_key, 'edges', '', '')} {{\n{_indented(parts)}\n}}")
        facts = ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename", "again: endCursor"]
        told = [
            f"pageInfo {{ {' '.join(chance.sample(facts, chance.randint(1, 5)))} }}",
            "totalCount",
            "__typename",
            f"aggregate {self._figures(owner)}",
        ]
        for each in chance.sample(told, chance.randint(0, 4)):
            plain = each.split()[0]
            if below.meant.setdefault(plain, (plain, Scope()))[0] == plain:
                fields.append(each)
        chance.shuffle(fields)
        fields = fields or ["t: __typename"]
        return f"{_field(key, name, arguments, directives)} {{\n{_indented(fields)}\n}}"

    def _groups(self, owner: Type, scope: Scope) -> str:
        name = f"{owner.stem}Aggregate"
        arguments = _arguments(self.arguments.figures(owner.name, self.variables))
        key, _ = scope.key(self.chance, name, f"{name}{arguments}")
        return f"{_field(key, name, arguments, self._directives())} {self._figures(owner)}"

    def _figures(self, owner: Type) -> str:
        """What is asked of figures. Each key means one thing wherever it stands."""
        chance, fields = self.chance, self.schema.groupable(owner)
        ordered = [each.name for each in fields if each.type != "JSON"]
        added = [each.name for each in fields if each.type in ("Int", "Int8", "BigInt", "BigDecimal")]
        offered = {"key": [each.name for each in fields], "min": ordered, "max": ordered, "sum": added, "avg": added}
        offered["countDistinct"] = offered["key"]
        parts = chance.sample(["count", "__typename", "how_many: count"], chance.randint(0, 2))
        for part, names in offered.items():
            if names and chance.random() < 0.4:
                chosen = chance.sample([*names, "__typename", f"k_: {names[0]}"], chance.randint(1, min(3, len(names))))
                alias = chance.choice(["", "", f"{part}_: "])
                parts.append(f"{alias}{part} {{ {' '.join(chosen)} }}")
        chance.shuffle(parts)
        return f"{{ {' '.join(parts or ['count'])} }}"

    def _history(self, owner: Type, scope: Scope) -> str:
        name = f"{owner.singular}History"
        arguments = _arguments(self.arguments.versions(owner, self.variables))
        key, below = scope.key(self.chance, name, f"{name}{arguments}")
        parts = self.chance.sample(["since", "until", "__typename"], self.chance.randint(0, 3))
        below.meant |= {each: (each, Scope()) for each in ("since", "until", "__typename")}
        if not parts or self.chance.random() < 0.8:
            parts.append(self._leading(below, "node", {}, owner.name, "node", 3))
        return f"{_field(key, name, arguments, self._directives())} {{\n{_indented(parts)}\n}}"

    # Selections ----------------------------------------------------------------------

    def _selection(self, target: str, scope: Scope, depth: int) -> list[str]:
        chance = self.chance
        wanted = chance.choice([1, 2, 2, 3, 4])
        return [self._selected(target, scope, depth) for place in range(wanted) if place == 0 or self.left > 0]

    def _selected(self, target: str, scope: Scope, depth: int) -> str:
        chance = self.chance
        self.left -= 1
        owner = self.schema.types.get(target)
        kind = chance.random()
        if depth > 0 and self.left > 0 and kind < (0.5 if owner is None or owner.is_interface else 0.15):
            return self._fragment(target, scope, depth)
        if owner is None or kind > 0.93:
            key, _ = scope.key(chance, "__typename", "__typename")
            return _field(key, "__typename", "", self._directives())
        if kind > 0.9:
            return self._source(scope)
        return self._of_field(owner, chance.choice(owner.fields), scope, depth)

    def _source(self, scope: Scope) -> str:
        key, _ = scope.key(self.chance, "_source", "_source")
        told = ["document", "path", "line", "block", "__typename", "l2: line"]
        chosen = self.chance.sample(told, self.chance.randint(1, 4))
        return f"{_field(key, '_source', '', self._directives())} {{ {' '.join(chosen)} }}"

    def _of_field(self, owner: Type, field: Field, scope: Scope, depth: int) -> str:
        if not self.schema.leads(field):
            key, _ = scope.key(self.chance, field.name, f"{field.name}:{field.shown}")
            return _field(key, field.name, "", self._directives())
        if depth <= 0 or self.left <= 0:
            return self._of_field(owner, owner.fields[0], scope, depth)
        given = self.arguments.page(field.type, self.variables, 1) if field.is_list else {}
        return self._leading(scope, field.name, given, field.type, field.shown, depth)

    def _fragment(self, target: str, scope: Scope, depth: int) -> str:
        chance = self.chance
        if chance.random() < 0.35:
            return self._spread(target, depth)
        condition = chance.choice([None, *self._overlapping(target)])
        on = f"on {condition} " if condition else ""
        selected = self._selection(condition or target, scope, depth)
        return f"... {on}{self._directives()} {{\n{_indented(selected)}\n}}"

    def _spread(self, target: str, depth: int) -> str:
        """A named fragment; its keys are its own, so that it may be spread anywhere."""
        fitting = self._overlapping(target)
        known = [name for name, on, _ in self.fragments if on in fitting]
        if known and self.chance.random() < 0.5:
            return f"...{self.chance.choice(known)} {self._directives()}"
        on, name = self.chance.choice(fitting), f"F{len(self.fragments)}"
        place = len(self.fragments)
        self.fragments.append((name, "", ""))  # keeps its place, and cannot be spread inside itself
        body = _indented(self._selection(on, Scope(f"f{place}_"), depth - 1))
        self.fragments[place] = (name, on, body)
        return f"...{name} {self._directives()}"

    def _overlapping(self, target: str) -> list[str]:
        """The types that something of this type may also be."""
        mine = {each.name for each in self.schema.concrete(target)}
        names = [*self.schema.types, *self.schema.unions]
        return [each for each in names if each == target or mine & {one.name for one in self.schema.concrete(each)}]

    def _directives(self) -> str:
        chance = self.chance
        if chance.random() < 0.88:
            return ""
        found = []
        for name in chance.sample(["skip", "include"], chance.choice([1, 1, 2])):
            wanted: Any = chance.random() < 0.6
            if chance.random() < 0.5:
                wanted = self.variables.make("Boolean!", wanted, may_be_absent=False)
            found.append(f"@{name}(if: {literal(wanted)})")
        return " ".join(found)


def _field(key: str, name: str, arguments: str, directives: str) -> str:
    alias = "" if key == name else f"{key}: "
    return f"{alias}{name}{arguments} {directives}".rstrip()


def _arguments(given: dict[str, Any]) -> str:
    return f"({', '.join(f'{name}: {literal(value)}' for name, value in given.items())})" if given else ""


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for each in lines for line in each.split("\n"))
