"""Of a shared entity each saved object is a contribution, and says only what it was given."""

from __future__ import annotations

import pytest

from docgraph.mapping.collect import CURRENT, Call, Collector, Misuse, Rejected
from docgraph.mapping.entity import Entity, bind
from docgraph.mapping.generate import generate
from docgraph.mapping.shape import shapes
from docgraph.model.changes import Contribution, Remove, Save
from docgraph.model.problem import Location
from docgraph.model.sdl import read_schema

SCHEMA = read_schema(
    """
    type Company @entity(shared: true) {
      id: ID! name: String! score: Int! @merge(fn: SUM) tags: [String!]! @merge(fn: UNION) note: String
      friends: [Company!]! @derivedFrom(field: "friend") friend: Company
      friendCount: Int! @aggregate(of: "friends", fn: COUNT)
    }
    """
)
SHAPES = shapes(SCHEMA)


class Company(Entity):
    __entity__ = "Company"


bind(Company, SHAPES["Company"])


@pytest.fixture
def said() -> object:
    """What was said, asked for after the fact."""
    collector = Collector("Companies", "a.md", SHAPES, print)
    token = CURRENT.set(Call(collector, None, lambda: Location("mappings/a.py", 1), {}))
    yield collector.contributions
    CURRENT.reset(token)


def save(values: tuple[object, ...], *assigned: int) -> Save:
    return Save("Company", "c", values, None, assigned)


def test_a_contribution_tells_what_was_assigned_from_what_was_not(said: object) -> None:
    Company(id="c", name="C", note=None).save()
    assert contributions(said) == (save(("c", "C", None, None, None, None), 0, 1, 4),)


def test_each_object_counts_and_one_that_is_saved_again_corrects_itself(said: object) -> None:
    first, second = Company(id="c", name="C", score=1), Company(id="c", name="D", score=2)
    first.save()
    second.save()
    first.score = 5
    first.save()
    assert contributions(said) == (
        save(("c", "D", 2, None, None, None), 0, 1, 2),
        save(("c", "C", 5, None, None, None), 0, 1, 2),
    )


def test_a_removal_stands_where_it_was_said(said: object) -> None:
    Company(id="c", name="C").save()
    Company.remove("c")
    Company(id="c", name="D").save()
    assert contributions(said) == (
        save(("c", "C", None, None, None, None), 0, 1),
        Remove("Company", "c"),
        save(("c", "D", None, None, None, None), 0, 1),
    )


def test_what_merging_fills_need_not_be_given_and_the_rest_must(said: object) -> None:
    with pytest.raises(Rejected, match="missing value for the non-null field `name`"):
        Company(id="c", score=1).save()
    assert contributions(said) == ()


def test_a_figure_is_neither_set_nor_read(said: object) -> None:
    with pytest.raises(Misuse, match=r"Company\.friendCount is computed and cannot be set"):
        Company(id="c", friend_count=1)
    with pytest.raises(Misuse, match=r"Company\.friendCount is computed: a handler cannot read it"):
        _ = Company(id="c").friend_count


def test_the_generated_class_asks_for_what_must_be_given() -> None:
    text = generate(SCHEMA)
    assert "name: String, score: Int = ..., tags: Sequence[String] = ...," in " ".join(text.split())
    assert "friend_count" not in text


def contributions(said: object) -> tuple[Contribution, ...]:
    assert callable(said)
    return said()  # type: ignore[no-any-return]
