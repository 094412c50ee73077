"""Whole responses: data, null propagation, errors with their paths.

Further kinds of root fields join in `_Answering.root`.

Source: spec/subgraph-api.md 2.8 to 2.11, GraphQL specification 6.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import get_location

from fuzz.naive.blocks import NotThere, height, meta
from fuzz.naive.conditions import Refused, check
from fuzz.naive.connections import connection, entities_below, stands_at
from fuzz.naive.documents import Document, Grouped
from fuzz.naive.figures import groups
from fuzz.naive.pages import page
from fuzz.naive.values import read, shown
from fuzz.naive.world import Entity, World
from fuzz.nouns import DOCUMENTS, Case, Field, Type, Version

Path = tuple[str | int, ...]
LAST_SKIP = 4_294_967_295


class Wrong(Exception):
    """An error at a field, on its way to the nearest parent that may be null."""


def answer(case: Case, deployment: str) -> dict[str, Any]:
    """The response. One that is refused before it is executed has only `errors`, the wording of some cut short."""
    return _Answering(case, deployment).response()


class _Answering:
    def __init__(self, case: Case, deployment: str) -> None:
        self.schema, self.rows, self.deployment = case.schema, case.rows, deployment
        self.document = Document(case.schema, case.request)
        self.errors: list[dict[str, Any]] = []
        self.worlds: dict[int, World] = {}
        self.query: dict[str, tuple[Type, bool]] = {}
        for each in case.schema.types.values():
            self.query |= {each.singular: (each, True), each.plural: (each, False)}
        self.connections = {f"{each.stem}Connection": each for each in case.schema.types.values()}
        self.figures = {f"{each.stem}Aggregate": each for each in case.schema.types.values()}
        self.histories = {f"{each.singular}History": each for each in case.schema.types.values()}

    def response(self) -> dict[str, Any]:
        roots = self.document.roots()
        self._judge(roots)
        if self.errors:
            return {"errors": self.errors}
        if any(self._flawed(nodes) for nodes in roots.values()):
            return self._without_data(roots)
        data = self._executed(roots)
        return {"data": data, "errors": self.errors} if self.errors else {"data": data}

    def _executed(self, roots: Grouped) -> dict[str, Any] | None:
        try:
            return {key: self.root(key, nodes) for key, nodes in roots.items()}
        except Wrong:
            return None

    # Policy ------------------------------------------------------------------------

    def _flawed(self, nodes: list[Any]) -> bool:
        """Whether the field wants no data, and documents have problems at its block."""
        given = self.document.arguments(nodes[0])
        if given.get("subgraphError") != "deny":
            return False
        try:
            at = height(self.rows, given.get("block"), self.deployment)
        except NotThere as missing:
            return missing.number is not None and any(since <= missing.number for since in self.rows.problems)
        return at.flawed

    def _without_data(self, roots: Grouped) -> dict[str, Any]:
        about = {key: nodes for key, nodes in roots.items() if nodes[0].name.value in ("_meta", "__schema")}
        problem = {"message": "indexing_error", "extensions": {"code": "INDEXING_ERROR"}}
        return {"data": self._executed(about) if about else None, "errors": [problem, *self.errors]}

    # Fields ------------------------------------------------------------------------

    def root(self, key: str, nodes: list[Any]) -> Any:
        name, path = nodes[0].name.value, (key,)
        if name == "__typename":
            return "Query"
        if name == "__schema":
            return {"queryType": {"name": "Query"}}
        given = self.document.arguments(nodes[0])
        if name in self.histories:
            return self._history(self.histories[name], given, nodes, path)
        owner, single = self.query.get(name, (None, name == "_meta"))
        try:
            at = height(self.rows, given.get("block"), self.deployment)
        except NotThere as missing:
            return self._wrong(nodes, path, missing.message, "BLOCK_NOT_AVAILABLE", required=not single)
        if name in self.connections:
            world, owner = self.world_at(at.number), self.connections[name]

            def show(entity: Entity, below: list[Any], deeper: Path) -> Any:
                return self._object(world, entity, below, deeper)

            return connection(self.document, world, self.world_at, owner, nodes, path, show)
        if name in self.figures:
            return groups(self.document, self.world_at(at.number), self.figures[name], nodes)
        if owner is None:
            return meta(self.document, nodes, at, self.deployment)
        world = self.world_at(at.number)
        if single:
            found = world.by_id(owner.name, read(owner.fields[0].type, given["id"]))
            return None if found is None else self._nullable(world, found, nodes, path)
        listed = page(world, owner.name, world.all(owner.name), given, as_stored=False)
        return [self._object(world, each, nodes, (*path, place)) for place, each in enumerate(listed)]

    def _history(self, owner: Type, given: Mapping[str, Any], nodes: list[Any], path: Path) -> list[dict[str, Any]]:
        """The versions of an entity; what each leads to is read at the block that made it."""
        identifier, names = read(owner.fields[0].type, given["id"]), [e.name for e in self.schema.concrete(owner.name)]
        found = [each for each in self.rows.versions if each.type in names and each.values["id"] == identifier]
        found.sort(key=lambda each: each.since, reverse=given.get("orderDirection") != "asc")
        skip, first = given.get("skip") or 0, given.get("first")
        listed = found[skip : skip + (100 if first is None else first)]
        return [self._version(owner, each, nodes, (*path, place)) for place, each in enumerate(listed)]

    def _version(self, owner: Type, version: Version, nodes: list[Any], path: Path) -> dict[str, Any]:
        name, told = f"{owner.name}_version", dict[str, Any]()
        for key, below in self.document.fields(name, [node.selection_set for node in nodes]).items():
            match below[0].name.value:
                case "node":
                    entity = Entity(self.schema.types[version.type], version.values, version)
                    told[key] = self._object(self.world_at(version.since), entity, below, (*path, key))
                case "__typename":
                    told[key] = name
                case field:
                    told[key] = getattr(version, field)
        return told

    def world_at(self, number: int) -> World:
        if number not in self.worlds:
            self.worlds[number] = World(self.schema, self.rows, number)
        return self.worlds[number]

    def _object(self, world: World, entity: Entity, nodes: list[Any], path: Path) -> dict[str, Any]:
        grouped = self.document.fields(entity.type.name, [node.selection_set for node in nodes])
        return {key: self._field(world, entity, below, (*path, key)) for key, below in grouped.items()}

    def _nullable(self, world: World, entity: Entity, nodes: list[Any], path: Path) -> dict[str, Any] | None:
        try:
            return self._object(world, entity, nodes, path)
        except Wrong:
            return None

    def _field(self, world: World, entity: Entity, nodes: list[Any], path: Path) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return entity.type.name
        if name == "_source":
            return self._source(entity.version, nodes)
        field = entity.type.field(name)
        assert field is not None
        if not self.schema.leads(field):
            return shown(field.type, entity.values[name])
        found = world.led_to(entity, field)
        if field.is_list:
            return self._list(world, field, found, nodes, path)
        return self._reference(world, field, found, nodes, path)

    def _source(self, version: Version, nodes: list[Any]) -> dict[str, Any]:
        source, path = DOCUMENTS[version.document]
        told = {"document": f"{source}/{path}", "path": path, "line": version.line, "block": version.since}
        told["__typename"] = "_Source_"
        asked = self.document.fields("_Source_", [node.selection_set for node in nodes])
        return {key: told[below[0].name.value] for key, below in asked.items()}

    def _reference(self, world: World, field: Field, found: list[Entity], nodes: list[Any], path: Path) -> Any:
        if len(found) > 1:
            message = (
                f"Ambiguous result for derived field `{field.name}`: "
                f"Multiple `{field.type}` entities refer back via `{field.derived_from}`"
            )
            return self._wrong(nodes, path, message, "AMBIGUOUS_REFERENCE", field.required)
        if found:
            one = self._object if field.required else self._nullable
            return one(world, found[0], nodes, path)
        if field.required:
            message = f"Null value resolved for non-null field `{field.name}`"
            return self._wrong(nodes, path, message, "NULL_VALUE", required=True)
        return None

    def _list(self, world: World, field: Field, found: list[Entity], nodes: list[Any], path: Path) -> Any:
        given = self.document.arguments(nodes[0])
        listed = page(world, field.type, found, given, as_stored=field.derived_from is None)
        one = self._object if field.items_required else self._nullable
        try:
            return [one(world, each, nodes, (*path, place)) for place, each in enumerate(listed)]
        except Wrong:
            if field.required:
                raise
            return None

    def _wrong(self, nodes: list[Any], path: Path, message: str, code: str, required: bool) -> None:
        places = [get_location(node.loc.source, node.loc.start) for node in nodes]
        self.errors.append(
            {
                "message": message,
                "locations": [{"line": place.line, "column": place.column} for place in places],
                "path": list(path),
                "extensions": {"code": code},
            }
        )
        if required:
            raise Wrong

    # Arguments -----------------------------------------------------------------------

    def _judge(self, roots: Grouped) -> None:
        """Note every argument that makes no sense; nothing is executed then."""
        for key, nodes in roots.items():
            owner, single = self.query.get(nodes[0].name.value, (None, True))
            given = self.document.arguments(nodes[0])
            if given.get("block") is not None and all(each is None for each in given["block"].values()):
                self._refuse((key,), "Invalid value provided for argument `block`")
            if owner is not None:
                if not single:
                    self._judge_page(owner.name, given, (key,))
                self._judge_below(owner.name, nodes, (key,))
            counted = self.figures.get(nodes[0].name.value)
            if counted is not None:
                self._judge_page(counted.name, given, (key,))
            owner = self.histories.get(nodes[0].name.value)
            if owner is not None:
                self._judge_page(owner.name, given, (key,))
                asked = self.document.fields(f"{owner.name}_version", [node.selection_set for node in nodes])
                for one, below in asked.items():
                    if below[0].name.value == "node":
                        self._judge_below(owner.name, below, (key, one))
            paged = self.connections.get(nodes[0].name.value)
            if paged is not None:
                self._judge_page(paged.name, given, (key,))
                for argument in ("after", "before"):
                    if given.get(argument) is not None and stands_at(self.world_at, paged, given, argument) is None:
                        self._refuse((key,), f"Invalid value provided for argument `{argument}`")
                for below, path in entities_below(self.document, paged, nodes, (key,)):
                    self._judge_below(paged.name, below, path)

    def _judge_page(self, name: str, given: Mapping[str, Any], path: Path) -> None:
        for argument, last, least in (("first", 1000, 1), ("last", 1000, 1), ("skip", LAST_SKIP, 0)):
            wanted = given.get(argument)
            if wanted is not None and not least <= wanted <= last:
                self._refuse(path, f"The `{argument}` argument must be between 0 and {last}, but is {wanted}")
        if given.get("where") is not None:
            try:
                check(self.world_at(0), self.schema.types[name], given["where"])
            except Refused:
                self._refuse(path, "Invalid value provided for argument `where`")

    def _judge_below(self, name: str, nodes: list[Any], path: Path) -> None:
        for entity in self.schema.concrete(name):
            grouped = self.document.fields(entity.name, [node.selection_set for node in nodes])
            for key, below in grouped.items():
                field = entity.field(below[0].name.value)
                if field is not None and self.schema.leads(field):
                    if field.is_list:
                        self._judge_page(field.type, self.document.arguments(below[0]), (*path, key))
                    self._judge_below(field.type, below, (*path, key))

    def _refuse(self, path: Path, message: str) -> None:
        problem = {"message": message, "path": list(path), "extensions": {"code": "BAD_USER_INPUT"}}
        if problem not in self.errors:
            self.errors.append(problem)
