"""What can be gone on with where its tables lie, and what is built beside."""

from __future__ import annotations

import pytest

from docgraph.model.schema import Schema
from docgraph.model.sdl import read_schema
from docgraph.store.adaptation import Adaptation, Rebuild, adaptation

BEFORE = """
enum Level { LOW HIGH }
interface Listed { id: ID! }
type Post implements Listed @entity {
  id: ID!
  title: String!
  level: Level
  author: Person
}
type Person @entity(shared: true) {
  id: ID!
  names: [String!]! @merge(fn: UNION)
  posts: [Post!]! @derivedFrom(field: "author")
  postCount: Int! @aggregate(of: "posts", fn: COUNT)
}
"""

# What is put in the place of what, and what people are told of it.
IN_PLACE = {
    "a field that may be null": ("  level: Level\n", "  level: Level\n  size: Int\n", ["Post.size is new"]),
    "a field between others": ("  title: String!\n  level", "  title: String!\n  a: Int\n  level", ["Post.a is new"]),
    "a reference": ("  level: Level\n", "  level: Level\n  editor: Person\n", ["Post.editor is new"]),
    "a derived field": (
        'author")\n  post',
        'author")\n  all: [Post!]! @derivedFrom(field: "author")\n  post',
        ["Person.all is new"],
    ),
    "a type": ("type Person", "type Animal @entity { id: ID! }\ntype Person", ["type Animal is new"]),
    "a value of an enum": ("LOW HIGH", "LOWEST LOW MIDDLE HIGH HIGHEST", ["type Level changed"]),
    "an index": ("Listed @entity {", 'Listed @entity @index(fields: ["level"]) {', ["type Post changed"]),
    "a looser field": ("  title: String!\n  level", "  title: String\n  level", ["Post.title changed"]),
    "a description": ("  level: Level", '  "How much."\n  level: Level', ["Post.level has another description"]),
    "another plural": ("Listed @entity {", 'Listed @entity(plural: "news") {', ["type Post changed"]),
    "an enum": ("enum Level", "enum Colour { RED }\nenum Level", ["type Colour is new"]),
}
BESIDE = {
    "a field that must have a value": ("  level: Level\n", "  level: Level!\n", "Post.level must have a value now"),
    "a field that is new and must have one": (
        "  level: Level\n",
        "  level: Level\n  size: Int!\n",
        "Post.size is new and must have a value",
    ),
    "a field that is gone": ("  level: Level\n", "", "Post.level is gone"),
    "a type that is gone": ("type Post implements", "type Article implements", "type Post is gone"),
    "another scalar": ("  level: Level\n", "  level: Int\n", "Post.level is stored in another way"),
    "a list": ("  level: Level\n", "  level: [Level!]\n", "Post.level is stored in another way"),
    "another merge": ("UNION", "COLLECT", "Person.names is stored in another way"),
    "an owned type that is shared": (
        "Listed @entity {",
        "Listed @entity(shared: true) {",
        "type Post is stored in another way",
    ),
    "another figure": (
        "fn: COUNT)",
        'fn: COUNT)\n  last: String @aggregate(of: "posts", fn: MAX, field: "title")',
        "the figures of Person change",
    ),
    "a value of an enum that is gone": ("LOW HIGH", "HIGH", "enum Level has lost values, or has them in another order"),
    "values in another order": ("LOW HIGH", "HIGH LOW", "enum Level has lost values, or has them in another order"),
    "ids that two types share": (
        "type Person @entity(shared: true) {",
        "union Both = Person | Post\ntype Person @entity(shared: true) {",
        "type Post shares its ids with other types",
    ),
    "a search": (
        "enum Level",
        'type _Schema_ @fulltext(name: "find", language: en, algorithm: rank, include: '
        '[{entity: "Post", fields: [{name: "title"}]}])\nenum Level',
        "a fulltext search looks in other fields, or in another language",
    ),
}


def test_a_figure_over_an_interface_that_a_type_joins_is_built_beside() -> None:
    text = """
    interface Named { id: ID! }
    interface Sized { id: ID! of: Shelf }
    type Shelf @entity {
      id: ID!
      all: [Sized!]! @derivedFrom(field: "of")
      count: Int! @aggregate(of: "all", fn: COUNT)
    }
    type Box implements Named & Sized @entity { id: ID! of: Shelf }
    type Book implements Named @entity { id: ID! of: Shelf }
    """
    joined = text.replace("type Book implements Named @entity", "type Book implements Named & Sized @entity")
    found = adaptation(read_schema(text), read_schema(joined), [], [])
    assert found == Rebuild(("the figures of Shelf change",))


def changed(old: str, new: str) -> Schema:
    assert BEFORE.count(old) == 1
    text = BEFORE.replace(old, new)
    if "Article" in text:
        text = text.replace("[Post!]!", "[Article!]!")
    return read_schema(text)


@pytest.mark.parametrize("case", IN_PLACE)
def test_what_only_adds_or_loosens_is_gone_on_with(case: str) -> None:
    old, new, told = IN_PLACE[case]
    found = adaptation(read_schema(BEFORE), changed(old, new), ["a"], ["a"])
    assert isinstance(found, Adaptation)
    assert [*found.what] == told


@pytest.mark.parametrize("case", BESIDE)
def test_what_else_changes_is_built_beside_and_says_why(case: str) -> None:
    old, new, told = BESIDE[case]
    found = adaptation(read_schema(BEFORE), changed(old, new), ["a"], ["a"])
    assert isinstance(found, Rebuild)
    assert told in found.why


@pytest.mark.parametrize(
    ("had", "has", "why"),
    [
        (["a"], ["a", "b"], None),
        (["a"], ["b", "a"], "data source b is new, and not behind the others"),
        (["a", "b"], ["a"], "data source b is gone"),
        (["a", "b"], ["b", "a"], "the order of the data sources is now b, a"),
    ],
)
def test_a_data_source_comes_behind_the_others_or_moves_their_documents(
    had: list[str], has: list[str], why: str | None
) -> None:
    schema = read_schema(BEFORE)
    found = adaptation(schema, schema, had, has)
    match found:
        case Adaptation(what=what):
            assert (what, why) == (("data source b is new",), None)
        case Rebuild(why=told):
            assert told == (why,)


def test_places_and_ordinals_tell_where_fields_and_types_have_gone() -> None:
    now = changed("  title: String!\n  level", "  new: Int\n  title: String!\n  level")
    found = adaptation(read_schema(BEFORE), now, [], [])
    assert isinstance(found, Adaptation)
    assert (found.places, found.ordinals) == ({"Post": (0, 2, 3, 4)}, None)
    now = changed("type Person", "type Animal @entity { id: ID! }\ntype Person")
    found = adaptation(read_schema(BEFORE), now, [], [])
    assert isinstance(found, Adaptation)
    assert (found.places, found.ordinals) == ({}, (1, 2))


def test_new_values_of_an_enum_stand_beside_those_there_were() -> None:
    found = adaptation(read_schema(BEFORE), changed("LOW HIGH", "A B LOW C D HIGH"), [], [])
    assert isinstance(found, Adaptation)
    assert [(each.name, "behind" if each.behind else "before", each.beside) for each in found.labels] == [
        ("A", "before", "LOW"),
        ("B", "before", "LOW"),
        ("C", "behind", "LOW"),
        ("D", "behind", "C"),
    ]
