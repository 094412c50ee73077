"""A plan that is used again says the same as one made for the request alone: statement, values and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import msgspec
import pytest
from fuzz.product import NullWhereNoneMayBe, is_schema
from fuzz.queries import Queries
from fuzz.rows import make_rows
from fuzz.schemas import make_schema
from graphql.execution.values import get_variable_values
from support.lending import Lent

from docgraph.api.coercion import Coercions, Unclear
from docgraph.api.errors import Rejected, formatted
from docgraph.api.execute import Engine
from docgraph.api.limits import Limits
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema
from docgraph.query.print import statement
from docgraph.query.rows import Form
from docgraph.query.slots import Slot
from docgraph.store.layout import layout
from docgraph.store.sql import render

SCHEMA = """
enum Kind { SHORT LONG }
type Page @entity {
  id: ID!
  title: String!
  words: Int!
  size: BigInt
  weight: Float
  kind: Kind
  tags: [String!]!
  meta: JSON
  author: Author!
}
type Author @entity { id: Bytes! name: String! pages: [Page!]! @derivedFrom(field: "author") }
type _Schema_ @fulltext(
  name: "pageSearch" language: en algorithm: rank include: [{ entity: "Page", fields: [{ name: "title" }] }]
)
"""
QUERIES = {
    "one": "query ($id: ID!) { page(id: $id) { id title } }",
    "bytes": "query ($id: ID!) { author(id: $id) { name } }",
    "leaves": "query ($a: String, $n: Int, $in: [String!], $k: Kind) "
    "{ pages(where: {title_contains: $a, words_gt: $n, title_in: $in, kind_not: $k}) { id } }",
    "whole": "query ($w: Page_filter, $n: Int, $s: Int) { pages(where: $w, first: $n, skip: $s) { id } }",
    "children": "query ($a: String, $f: Boolean!) "
    "{ authors(where: {pages_: {title: $a}}) { pages(where: {title_not: $a}) @include(if: $f) { id } } }",
    "ordered": "query ($o: Page_orderBy, $d: OrderDirection = desc) { pages(orderBy: $o, orderDirection: $d) { id } }",
    "within": 'query ($t: String!, $u: String!) { pages(where: {title_in: [$t, $u, "x"]}) { id } }',
    "either": "query ($a: Page_filter!, $t: String) { pages(where: {or: [$a, {title: $t}]}) { id } }",
    "json": "query ($a: Int) { pages(where: {meta: {a: $a, b: [$a]}}) { id } }",
    "meta": "query ($m: JSON) { pages(where: {meta: $m}) { id } }",
    "search": "query ($t: String!, $w: Page_filter) { pageSearch(text: $t, where: $w) { id } }",
    "block": "query ($b: Block_height, $c: Int!) { pages(block: $b, where: {_change_block: {number_gte: $c}}) { id } }",
    "connection": "query ($w: Page_filter, $n: Int, $c: String) "
    "{ pagesConnection(first: $n, after: $c, where: $w) { nodes { id } pageInfo { endCursor } } }",
    "versions": "query ($id: ID!, $n: Int) { pageHistory(id: $id, first: $n) { since node { title } } }",
    "books": "query ($l: LogLevel, $w: _ProblemFilter_) { _logs(level: $l) { id } _problems(where: $w) { path } }",
}
VALUES: Mapping[str, list[Any]] = {
    "id": ["a", "0xab", "b", 7, None, "0x", ""],
    "a": ["x", "%_", 'q"', None, {"title": "x"}, {"title": "y", "words": 3}, {"tags_contains": ["a"]}, 7, {"or": []}],
    "b": ["x", "y", {"number": 3}, {"number": 4}, {"hash": "0xab"}, {"hash": "zz"}, {"number_gte": 2}, None, {}],
    "c": [1, 2, None, "x"],
    "n": [1, 5, 1000, 1001, 0, None, True],
    "s": [0, 1, 100, -1, None],
    "in": [["a"], ["a", "b"], [], None, "a", [None]],
    "k": ["SHORT", "LONG", "OTHER", None],
    "w": [
        {},
        None,
        {"title": "x"},
        {"title": "y"},
        {"title": None},
        {"size_gt": "12"},
        {"size_gt": 1.5},
        {"weight": -0.0},
        {"weight": 0},
        {"and": [{"title": "x"}, {"words_in": [1, 2]}]},
        {"and": [{"title": "x"}, {"words_in": [3]}]},
        {"or": {"title": "x"}},
        {"tags": ["a", "b"]},
        {"author": "0xab"},
        {"author": "nothing hexadecimal"},
        {"author_": {"name_starts_with": "x"}},
        {"author_": None},
        {"_change_block": {"number_gte": 3}},
        {"source": "Pages"},
        {"unknown": 1},
        {"title": "NUL \0"},
    ],
    "f": [True, False],
    "o": ["title", "words", None, "author__name"],
    "d": ["asc", "desc", None],
    "t": ["cat & dog", "cat |", "x", None],
    "u": ["x", "y", "z"],
    "m": [{"a": 1}, [1], "x", 1.0, 1, None],
    "l": ["INFO", "ERROR", None],
}
Plan = list[tuple[str, list[Any]]] | list[dict[str, Any]]  # statement and parameters of both forms, or errors


class Planned:
    """One schema, and two ways to a plan: with all that was planned before, and from nothing."""

    def __init__(self, sdl: str) -> None:
        schema = read_schema(sdl)
        self.engine = Engine.build(schema, "planned", "d1", Limits(wait_seconds=0.0))
        self.core = core_of(self.engine.schema)
        self._layout = layout(schema, "planned")
        self.hits = 0

    def warm(self, query: str, variables: dict[str, Any], operation: str | None = None) -> Plan:
        self.hits += self.engine._plans.find(query, operation, variables) is not None
        try:
            work = self.engine._work(query, variables, operation)
        except Rejected as rejected:
            return [formatted(each) for each in rejected.errors]
        first, exact = work.prepared.first, work.prepared.exact
        assert list(work.parameters) == first.parameters(work.values)
        return [(each.text, each.parameters(work.values)) for each in (first, exact)]

    def cold(self, query: str, variables: dict[str, Any], operation: str | None = None) -> Plan:
        try:
            planned = self.engine.planned(query, variables, operation)
        except Rejected as rejected:
            return [formatted(each) for each in rejected.errors]
        introspects = "__schema" in query or "__type(" in query
        first = Form.EXACT if introspects else Form.OPTIMISTIC
        return [render(statement(planned, self._layout, form)) for form in (first, Form.EXACT)]

    def agree(self, query: str, variables: dict[str, Any], operation: str | None = None) -> bool:
        """Both ways lead to the same, exactly. Says whether it is a plan."""
        cold, warm = self.cold(query, variables, operation), self.warm(query, variables, operation)
        assert repr(warm) == repr(cold), (query, variables)
        return isinstance(cold[0], tuple) if cold else False


@pytest.fixture(scope="module")
def pages() -> Planned:
    return Planned(SCHEMA)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_plan_used_again_equals_one_made_anew(query: str, pages: Planned) -> None:
    chance, planned, before = Random(query), 0, pages.hits
    for _ in range(400):
        given = {name: chance.choice(values) for name, values in VALUES.items() if f"${name}" in query}
        if chance.random() < 0.2:
            given.pop(chance.choice(list(given)), None)
        planned += pages.agree(query, given)
    assert planned > 20
    # Variables within a literal of JSON are rare, and not worth a plan that is kept.
    assert pages.hits - before > 5 or query == QUERIES["json"]


def test_plans_of_generated_requests_and_their_like_equal_those_made_anew() -> None:
    hits = planned = 0
    for seed in range(25):
        chance = Random(f"plans {seed}")
        schema = make_schema(chance)
        if not is_schema(schema.sdl):
            continue
        known = Planned(schema.sdl)
        queries = Queries(schema, make_rows(schema, chance), chance)
        for _ in range(12):
            request = queries.make()
            variables = json.loads(json.dumps(request.variables))
            for like in (variables, *(_like(variables, chance) for _ in range(5)), variables):
                planned += known.agree(request.text, like, request.operation)
        hits += known.hits
    assert planned > 800
    assert hits > 500


def _like(value: Any, chance: Random) -> Any:
    """The same but for something here and there."""
    match value:
        case dict():
            return {key: _like(each, chance) for key, each in value.items() if chance.random() > 0.03}
        case list():
            return [_like(each, chance) for each in value if chance.random() > 0.1]
        case _ if chance.random() < 0.1:
            return chance.choice([None, 3, "x", True, {"id": "x"}, []])
        case bool():
            return value if chance.random() < 0.7 else not value
        case int():
            return value if chance.random() < 0.5 else max(1, value + chance.choice([-1, 1]))
        case str() if value.isdecimal():
            return value if chance.random() < 0.5 else f"{value}1"
        case _:
            return value


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_variables_are_coerced_as_graphql_core_does_it(query: str, pages: Planned) -> None:
    operation = pages.engine._documents.request(query, None).operation
    signature = Coercions(pages.core).signature(operation)
    chance, coerced = Random(query), 0
    for _ in range(400):
        given = {name: _like(chance.choice(values), chance) for name, values in VALUES.items() if f"${name}" in query}
        if chance.random() < 0.2:
            given.pop(chance.choice(list(given)), None)
        wanted = get_variable_values(pages.core, operation.variable_definitions or (), dict(given))
        try:
            found, _ = signature.read(given)
        except Unclear:
            continue
        assert not isinstance(wanted, list), (given, wanted)
        assert repr(_sorted(found)) == repr(_sorted(wanted.coerced))
        coerced += 1
    assert coerced > 50


def test_only_what_does_not_fit_is_left_to_graphql_core(pages: Planned) -> None:
    for query in QUERIES.values():
        operation = pages.engine._documents.request(query, None).operation
        signature = Coercions(pages.core).signature(operation)
        chance = Random(query)
        for _ in range(200):
            given = {name: chance.choice(values) for name, values in VALUES.items() if f"${name}" in query}
            if not isinstance(get_variable_values(pages.core, operation.variable_definitions or (), given), list):
                signature.read(given)


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {key: _sorted(value[key]) for key in sorted(value)}
        case list():
            return [_sorted(each) for each in value]
        case _:
            return value


def test_a_value_that_no_decision_needs_makes_no_other_plan(pages: Planned) -> None:
    engine = Planned(SCHEMA).engine
    found = {
        id(engine._work(QUERIES["leaves"], {"a": text, "n": number, "in": several}, None).prepared)
        for text in ("x", "y")
        for number in (1, 2)
        for several in (["a"], ["a", "b"], [])
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("query", "one", "other"),
    [
        ("whole", {"n": 1}, {"n": 2}),
        ("whole", {"w": {"title": "x"}}, {"w": {"title": None}}),
        ("whole", {"w": {"title": "x"}}, {"w": {"words": 1}}),
        ("whole", {"w": {"or": [{}]}}, {"w": {"or": [{}, {}]}}),
        ("children", {"f": True}, {"f": False}),
        ("ordered", {"o": "title"}, {"o": "words"}),
        ("ordered", {"d": "asc", "o": "title"}, {"o": "title"}),
        ("block", {"c": 1, "b": {"number": 1}}, {"c": 1, "b": {"number": 2}}),
        ("connection", {"w": {"weight": -0.0}}, {"w": {"weight": 0.0}}),
    ],
)
def test_a_value_that_a_decision_needs_makes_another_plan(
    query: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    engine = Planned(SCHEMA).engine
    first, second, again = (engine._work(QUERIES[query], each, None).prepared for each in (one, other, one))
    assert first is again
    assert first is not second


def _uses(slot: Slot) -> Iterator[Callable[[], object]]:
    yield lambda: slot == 1
    yield lambda: slot != 1
    yield lambda: slot < 1
    yield lambda: bool(slot)
    yield lambda: str(slot)
    yield lambda: {slot: 1}
    yield lambda: list(slot)  # type: ignore[call-overload]
    yield lambda: int(slot)  # type: ignore[call-overload]


def test_nothing_can_be_learnt_of_a_slot() -> None:
    for use in _uses(Slot(("a",), many=False)):
        with pytest.raises(TypeError, match="the value of a slot is not known while a plan is made"):
            use()


def test_plans_stay_within_their_room() -> None:
    engine = Engine.build(read_schema(SCHEMA), "planned", "d1", Limits(plan_bytes=200_000))
    for number in range(1, 1001):
        engine._work(QUERIES["whole"], {"n": number}, None)
    kept = engine._plans._plans._kept
    assert 5 < len(kept) < 50
    assert sum(size for _, size in kept.values()) <= 100_000
    assert engine._plans.find(QUERIES["whole"], None, {"n": 1000}) is not None
    assert engine._plans.find(QUERIES["whole"], None, {"n": 1}) is None


def test_shapes_stay_within_their_room() -> None:
    engine = Engine.build(read_schema(SCHEMA), "planned", "d1", Limits(plan_bytes=4_000_000))
    for number in range(1, 60):
        engine._work(QUERIES["whole"], {"w": {"or": [{"title": "x"}] * 10 * number}}, None)
    rooms = (engine._plans._texts, engine._plans._places, engine._plans._plans)
    assert [sum(size for _, size in each._kept.values()) <= 2_000_000 for each in rooms] == [True] * 3
    assert 1 < len(engine._plans._places._kept) < 59


async def test_the_exact_form_binds_the_values_of_its_own_request() -> None:
    engine = Engine.build(read_schema(SCHEMA), "planned", "d1")
    asked: list[tuple[object, ...]] = []

    class Refusing:
        """A null stands where none may be; then a tree."""

        async def fetchrow(self, query: str, *parameters: object) -> dict[str, Any]:
            asked.append(parameters)
            if len(asked) % 2:
                raise NullWhereNoneMayBe("as if there were one")
            return {"data": json.dumps({"page": {"id": parameters[0], "title": "x"}})}

    for wanted in ("a", "b"):
        answer = await engine.execute(Lent(Refusing()), QUERIES["one"], {"id": wanted})
        assert msgspec.json.decode(answer.body) == {"data": {"page": {"id": wanted, "title": "x"}}}
    assert asked == [("a",), ("a",), ("b",), ("b",)]
