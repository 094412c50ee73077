"""A document makes at most one contribution to an entity, whatever its handlers do on the way."""

from __future__ import annotations

import pickle
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.mapping.collect import Collector, Rejected
from docgraph.mapping.shape import shapes
from docgraph.model.changes import Remove, Save
from docgraph.model.problem import HandlerProblem, Location, ValueProblem
from docgraph.model.sdl import read_schema

SHAPES = shapes(read_schema("type Note @entity { id: ID! title: String! pages: Int }"))

POINTS = shapes(
    read_schema(
        """
        type Point @entity(timeseries: true) { id: Int8! timestamp: Timestamp! x: Int }
        type Blip @entity(timeseries: true) { id: Bytes! timestamp: Timestamp! }
        """
    )
)

ids = st.sampled_from(["a", "b"])
fields = st.fixed_dictionaries(
    {}, optional={"title": st.sampled_from(["x", "y"]), "pages": st.sampled_from([None, 1, 2])}
)
steps = st.lists(st.tuples(ids, st.none() | fields), max_size=12)


@settings(max_examples=100, deadline=None)
@given(steps)
def test_contributions_are_the_fold_of_what_was_saved_and_removed(
    steps: list[tuple[str, dict[str, Any] | None]],
) -> None:
    collector = Collector("Notes", "a.md", SHAPES, print)
    expected: dict[str, dict[str, Any] | None] = {}
    for entity_id, assigned in steps:
        if assigned is None:
            collector.remove("Note", entity_id)
            expected[entity_id] = None
            continue
        together = {**(expected.get(entity_id) or {}), **assigned}
        try:
            collector.save("Note", {"id": entity_id, **assigned})
        except Rejected:
            assert "title" not in together
        else:
            expected[entity_id] = together
    assert collector.contributions() == tuple(
        Remove("Note", entity_id)
        if values is None
        else Save("Note", entity_id, (entity_id, values["title"], values.get("pages")))
        for entity_id, values in expected.items()
    )


def test_problems_keep_both_places_between_processes() -> None:
    here, there = Location("a.py", 1, 2), Location("a.md", 3)
    value = pickle.loads(pickle.dumps(ValueProblem("what", at=there, mend="mend", code=here)))
    handler = pickle.loads(pickle.dumps(HandlerProblem("what", at=here, mend="mend", document=there)))
    assert (value.what, value.at, value.mend, value.code) == ("what", there, "mend", here)
    assert (handler.what, handler.at, handler.mend, handler.document) == ("what", here, "mend", there)


def made_up(source: str, path: str, type_name: str = "Point", count: int = 1) -> list[Any]:
    """The ids that data points without one are given."""
    collector = Collector(source, path, POINTS, print)
    return [collector.save(type_name, {"timestamp": 0}) for _ in range(count)]


def test_data_points_without_an_id_have_the_same_one_in_every_run_and_ascend() -> None:
    first = made_up("Trades", "a.csv", count=3)
    assert first == made_up("Trades", "a.csv", count=3)
    assert first == [first[0], first[0] + 1, first[0] + 2]
    assert 0 <= first[0] < 2**62
    assert len({*first, *made_up("Trades", "b.csv"), *made_up("Other", "a.csv")}) == 5


def test_data_points_of_one_type_do_not_move_the_ids_of_another() -> None:
    collector = Collector("Trades", "a.csv", POINTS, print)
    collector.save("Blip", {"timestamp": 0})
    assert [collector.save("Point", {"timestamp": 0})] == made_up("Trades", "a.csv")


def test_ids_of_bytes_are_made_up_as_eight_bytes() -> None:
    (number,), (octets,) = made_up("Trades", "a.csv"), made_up("Trades", "a.csv", "Blip")
    assert octets == number.to_bytes(8, "big")


def test_an_id_that_is_given_stays_and_one_that_is_not_is_only_made_up_for_timeseries() -> None:
    assert Collector("Trades", "a.csv", POINTS, print).save("Point", {"id": 7, "timestamp": 0}) == 7
    with pytest.raises(Rejected, match="Entity Note without an id"):
        Collector("Notes", "a.md", SHAPES, print).save("Note", {"title": "x"})


VALUES = st.sampled_from(
    [None, "x", "ä", "\0", "\ud800", "7", 7, 7.5, True, [], ["x"], ["x", None], ["x", 7], "x" * 3000]
)
ITEMS = shapes(
    read_schema(
        """
        enum Level { LOW HIGH }
        type Item @entity { title: String! id: ID! pages: Int parts: [String!]! marks: [Int] level: Level
          other: Item at: Date }
        """
    )
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ITEMS["Item"].fields)), VALUES, max_size=4), st.sampled_from([None, 3]))
def test_an_entity_that_was_not_mentioned_before_is_saved_as_one_that_was(
    given: dict[str, Any], line: int | None
) -> None:
    fresh, mentioned = (Collector("Items", "a.md", ITEMS, print) for _ in range(2))
    given = {"id": "a", "parts": ["b"], **given}
    with suppress(Rejected):
        mentioned.remove("Item", given["id"])
    assert outcome(fresh, given, line) == outcome(mentioned, given, line)


def outcome(collector: Collector, given: dict[str, Any], line: int | None) -> object:
    """What saving the entity comes to: what is kept, or why not."""
    try:
        collector.save("Item", given, line)
    except Rejected as rejected:
        return rejected.refusals
    return collector.contributions()
