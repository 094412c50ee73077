"""A document makes at most one contribution to an entity, whatever its handlers do on the way."""

from __future__ import annotations

import pickle
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.mapping.collect import Collector, Rejected
from docgraph.mapping.shape import shapes
from docgraph.model.changes import Remove, Save
from docgraph.model.problem import HandlerProblem, Location, ValueProblem
from docgraph.model.sdl import read_schema

SHAPES = shapes(read_schema("type Note @entity { id: ID! title: String! pages: Int }"))

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
