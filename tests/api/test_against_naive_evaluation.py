"""Random data, random queries: the database answers what a few lines of Python over dictionaries answer.

The evaluator shares nothing with the planner: it reads keys by suffix, which is safe
here because no field of this schema ends like one.
"""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = """
enum Kind { LOW HIGH ANY }
interface Thing { id: ID!  text: String  number: Int }
type Parent implements Thing @entity {
  id: ID!  text: String  number: Int  big: BigInt  kind: Kind  texts: [String!]
  child: Child  children: [Child!]!  owned: [Child!]! @derivedFrom(field: "parent")  thing: Thing
}
type Child implements Thing @entity {
  id: ID!  text: String  number: Int  parent: Parent  inside: [Parent!]! @derivedFrom(field: "children")
}
"""
KINDS = ["LOW", "HIGH", "ANY"]
PARENTS = ["p0", "p1", "p2", "p3", "p4"]
CHILDREN = ["c0", "c1", "c2", "c3", "c4"]

# Data --------------------------------------------------------------------------

texts = st.text(alphabet="aAb%_\\", max_size=3)
numbers = st.integers(0, 3)
maybe = lambda values: st.none() | values  # noqa: E731


def rows(ids: list[str], fields: dict[str, Any]) -> Any:
    return st.lists(st.sampled_from(ids), unique=True, max_size=5).flatmap(
        lambda chosen: st.tuples(*(st.fixed_dictionaries({"id": st.just(each), **fields}) for each in chosen))
    )


worlds = st.fixed_dictionaries(
    {
        "Parent": rows(
            PARENTS,
            {
                "text": maybe(texts),
                "number": maybe(numbers),
                "big": maybe(numbers),
                "kind": maybe(st.sampled_from(KINDS)),
                "texts": maybe(st.lists(texts, max_size=3)),
                "child": maybe(st.sampled_from(CHILDREN)),
                "children": st.lists(st.sampled_from(CHILDREN), max_size=4),
                "thing": maybe(st.sampled_from(PARENTS + CHILDREN)),
            },
        ),
        "Child": rows(
            CHILDREN,
            {"text": maybe(texts), "number": maybe(numbers), "parent": maybe(st.sampled_from(PARENTS))},
        ),
    }
)

# Queries -------------------------------------------------------------------------

TEXT = [
    f"{negated}{name}{case}"
    for name in ("contains", "starts_with", "ends_with")
    for negated in ("", "not_")
    for case in ("", "_nocase")
]
ORDERED = ["gt", "lt", "gte", "lte"]


def compared(field: str, values: Any, one: list[str], nullable: bool = True) -> list[Any]:
    """Filters on one field, each a mapping with one key."""
    found = [st.fixed_dictionaries({f"{field}_{suffix}": values}) for suffix in one]
    equal = maybe(values) if nullable else values
    found += [st.fixed_dictionaries({field: equal}), st.fixed_dictionaries({f"{field}_not": equal})]
    many = st.lists(values, max_size=3)
    return [*found, *(st.fixed_dictionaries({f"{field}_{suffix}": many}) for suffix in ("in", "not_in"))]


def on_list(field: str, values: Any) -> list[Any]:
    many = st.lists(values, max_size=2)
    keys = ["", "_not", "_contains", "_contains_nocase", "_not_contains", "_not_contains_nocase"]
    return [st.fixed_dictionaries({field + key: many}) for key in keys]


THING = [
    *compared("id", st.sampled_from(PARENTS + CHILDREN), ORDERED, nullable=False),
    *compared("text", texts, ORDERED + TEXT),
    *compared("number", numbers, ORDERED),
]
OWN = {
    "Thing": THING,
    "Parent": [
        *THING,
        *compared("big", numbers, ORDERED),
        *compared("kind", st.sampled_from(KINDS), []),
        *on_list("texts", texts),
        *on_list("children", st.sampled_from(CHILDREN)),
        *compared("child", st.sampled_from(CHILDREN), ORDERED + TEXT),
    ],
    "Child": [*THING, *compared("parent", st.sampled_from(PARENTS), ORDERED)],
}
LINKS = {
    "Thing": {},
    "Parent": {"child_": "Child", "children_": "Child", "owned_": "Child", "thing_": "Thing"},
    "Child": {"parent_": "Parent", "inside_": "Parent"},
}
MANY = {"children_", "owned_", "inside_"}


def filters(kind: str, depth: int = 2) -> Any:
    """Several filters merged into one object: siblings are ANDed."""
    single = list(OWN[kind])
    if depth:
        below = filters(kind, depth - 1)
        single += [st.fixed_dictionaries({key: st.lists(below, max_size=2)}) for key in ("and", "or")] + [
            st.fixed_dictionaries({"not": below})
        ]
        for link, target in LINKS[kind].items():
            names = [link, f"{link}none", f"{link}every"] if link in MANY else [link]
            single += [st.fixed_dictionaries({name: filters(target, depth - 1)}) for name in names]
    return st.lists(st.one_of(single), max_size=2).map(lambda parts: {k: v for part in parts for k, v in part.items()})


ORDERS = {
    "Thing": ["id", "text", "number"],
    "Parent": ["id", "text", "number", "big", "kind", "child", "child__text", "child__number", "thing__number"],
    "Child": ["id", "text", "number", "parent", "parent__kind", "parent__big"],
}


def arguments(kind: str) -> Any:
    return st.fixed_dictionaries(
        {},
        optional={
            "where": filters(kind),
            "orderBy": st.sampled_from(ORDERS[kind]),
            "orderDirection": st.sampled_from(["asc", "desc"]),
            "first": st.integers(1, 4),
            "skip": st.integers(0, 2),
        },
    )


requests = st.fixed_dictionaries(
    {
        "p": arguments("Parent"),
        "c": arguments("Child"),
        "t": arguments("Thing"),
        "stored": arguments("Child"),
        "derived": arguments("Child"),
        "inside": arguments("Parent"),
    }
)
GIVEN = "where: ${0}where, orderBy: ${0}order, orderDirection: ${0}direction, first: ${0}first, skip: ${0}skip"
DECLARED = "${0}where: {1}_filter, ${0}order: {1}_orderBy, ${0}direction: OrderDirection, ${0}first: Int, ${0}skip: Int"
KIND = {"p": "Parent", "c": "Child", "t": "Thing", "stored": "Child", "derived": "Child", "inside": "Parent"}
QUERY = f"""query ({", ".join(DECLARED.format(name, kind) for name, kind in KIND.items())}) {{
  p: parents({GIVEN.format("p")}) {{
    id number kind
    child {{ id text }}
    thing {{ __typename id number }}
    children({GIVEN.format("stored")}) {{ id }}
    owned({GIVEN.format("derived")}) {{ id }}
  }}
  c: childs({GIVEN.format("c")}) {{ id inside({GIVEN.format("inside")}) {{ id }} }}
  t: things({GIVEN.format("t")}) {{ id __typename ... on Parent {{ big }} }}
}}"""
SHORT = {"where": "where", "orderBy": "order", "orderDirection": "direction", "first": "first", "skip": "skip"}

# The evaluator ---------------------------------------------------------------------


class World:
    def __init__(self, given: Any) -> None:
        self.rows = {kind: {row["id"]: {"type": kind, **row} for row in each} for kind, each in given.items()}

    def of(self, kind: str) -> list[Any]:
        return [
            row for each in (["Parent", "Child"] if kind == "Thing" else [kind]) for row in self.rows[each].values()
        ]

    def led_to(self, row: Any, field: str) -> list[Any]:
        """Where a field of a row leads, in the order it is stored or by id."""
        everything = {**self.rows["Parent"], **self.rows["Child"]}
        match field:
            case "owned":
                return sorted((c for c in self.of("Child") if c["parent"] == row["id"]), key=lambda c: c["id"])
            case "inside":
                return sorted((p for p in self.of("Parent") if row["id"] in p["children"]), key=lambda p: p["id"])
            case "children":
                return [everything[each] for each in row["children"] if each in everything]
        return [everything[row[field]]] if row[field] in everything else []

    def holds(self, row: Any, where: Any) -> Any:
        return conjunction(self.one(row, key, value) for key, value in where.items())

    def one(self, row: Any, key: str, value: Any) -> Any:
        """True, False or None for unknown."""
        if key == "and":
            return conjunction(self.holds(row, each) for each in value)
        if key == "or":
            return negation(conjunction(negation(self.holds(row, each)) for each in value))
        if key == "not":
            return negation(self.holds(row, value))
        link, found, quantifier = key.rpartition("_")
        if found and isinstance(value, dict):
            results = [self.holds(each, value) is True for each in self.led_to(row, link)]
            if quantifier == "":
                return any(results)
            if quantifier == "none":
                return not any(results)
            if quantifier == "every":
                return all(results)
        field, _, suffix = key.partition("_")
        return compare(row[field], suffix, value)

    def page(self, found: list[Any], given: Any, stored: bool = False) -> list[Any]:
        found = [row for row in found if self.holds(row, given.get("where", {})) is True]
        order = given.get("orderBy")
        if order:
            found = list({row["id"]: row for row in found}.values())
            found.sort(
                key=lambda row: (*self.rank(row, order), row["id"]), reverse=given.get("orderDirection") == "desc"
            )
        elif not stored:
            found.sort(key=lambda row: row["id"])
        skip = given.get("skip", 0)
        return found[skip : skip + given.get("first", 100)]

    def rank(self, row: Any, order: str) -> Any:
        field, _, child = order.partition("__")
        if child:
            led = self.led_to(row, field)
            value, name = (led[0][child] if led else None), child
        else:
            value, name = row[field], field
        if name == "kind" and value is not None:
            value = KINDS.index(value)
        return (1, 0) if value is None else (0, value)


def conjunction(results: Any) -> Any:
    seen = list(results)
    return False if False in seen else None if None in seen else True


def negation(result: Any) -> Any:
    return None if result is None else not result


def compare(x: Any, suffix: str, v: Any) -> Any:
    if v is None:
        return (x is None) if suffix == "" else (x is not None)
    if isinstance(v, list) and suffix.endswith("_nocase"):
        found = any(each.lower() == other.lower() for each in x or [] for other in v)
        return found if suffix == "contains_nocase" else not found
    if suffix in ("in", "not_in") and not v:
        return suffix == "not_in"
    if x is None:
        return None
    if suffix.endswith("_nocase"):
        return compare(x.lower(), suffix.removesuffix("_nocase"), v.lower())
    if suffix.startswith("not_"):
        if suffix == "not_contains" and isinstance(v, list):
            return not set(x) & set(v)
        return not compare(x, suffix.removeprefix("not_"), v)
    return {
        "": lambda: x == v,
        "not": lambda: x != v,
        "gt": lambda: x > v,
        "lt": lambda: x < v,
        "gte": lambda: x >= v,
        "lte": lambda: x <= v,
        "in": lambda: x in v,
        "contains": lambda: set(v) <= set(x) if isinstance(v, list) else v in x,
        "starts_with": lambda: x.startswith(v),
        "ends_with": lambda: x.endswith(v),
    }[suffix]()


def evaluate(world: World, request: Any) -> Any:
    def ids(found: list[Any]) -> list[Any]:
        return [{"id": row["id"]} for row in found]

    def first(found: list[Any], *names: str) -> Any:
        return {name: found[0]["type" if name == "__typename" else name] for name in names} if found else None

    return {
        "p": [
            {
                "id": row["id"],
                "number": row["number"],
                "kind": row["kind"],
                "child": first(world.led_to(row, "child"), "id", "text"),
                "thing": first(world.led_to(row, "thing"), "__typename", "id", "number"),
                "children": ids(world.page(world.led_to(row, "children"), request["stored"], stored=True)),
                "owned": ids(world.page(world.led_to(row, "owned"), request["derived"])),
            }
            for row in world.page(world.of("Parent"), request["p"])
        ],
        "c": [
            {"id": row["id"], "inside": ids(world.page(world.led_to(row, "inside"), request["inside"]))}
            for row in world.page(world.of("Child"), request["c"])
        ],
        "t": [
            {
                "id": row["id"],
                "__typename": row["type"],
                **({"big": None if row["big"] is None else str(row["big"])} if row["type"] == "Parent" else {}),
            }
            for row in world.page(world.of("Thing"), request["t"])
        ],
    }


async def test_the_database_and_a_naive_evaluation_answer_alike(make: Any) -> None:
    index = await make(SCHEMA, {})
    loop = asyncio.get_running_loop()

    async def fill(world: Any) -> None:
        for table in index.layout.tables.values():
            await index.connection.execute("truncate " + "".join(map(str, table.current.parts)))
        await index.fill(world)

    async def ask(request: Any) -> Any:
        variables = {
            name + SHORT[argument]: value for name, each in request.items() for argument, value in each.items()
        }
        answered = await index.data(QUERY, variables)
        assert (await index.exactly(QUERY, variables))["data"] == answered
        return answered

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(worlds, st.lists(requests, min_size=2, max_size=4))
    def alike(world: Any, requested: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(fill(world), loop).result()
        for request in requested:
            answered = asyncio.run_coroutine_threadsafe(ask(request), loop).result()
            assert answered == evaluate(World(world), request)

    # Hypothesis calls plain functions, so it runs beside the loop that the connection belongs to.
    await asyncio.to_thread(alike)
