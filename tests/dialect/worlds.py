"""The small indexes that cases are asked of: a schema, rows by type, blocks and problems.

Rows are few and chosen so that an answer can be worked out by reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class World(msgspec.Struct, frozen=True):
    schema: str
    rows: Mapping[str, list[dict[str, Any]]]
    blocks: int = 1  # how many; the hash of block n is n, 32 times
    problems: tuple[int, ...] = ()  # blocks since which a document has one


# The worked example. Source: spec/subgraph-api.md 2.16 ------------------------------

PAGES = """
enum Kind { GUIDE NOTE }
interface Doc { id: ID!  title: String! }
type Page implements Doc @entity {
  id: ID!  title: String!  kind: Kind!  words: Int  size: BigInt  tags: [String!]!
  author: Author  links: [Page!]!  notes: [Note!]! @derivedFrom(field: "page")
}
type Note implements Doc @entity { id: ID!  title: String!  page: Page! }
type Author @entity { id: Bytes!  name: String! }
"""

BIG = "90071992547409930"

PAGE_ROWS: Mapping[str, list[dict[str, Any]]] = {
    "Author": [{"id": "0x01", "name": "Ann"}, {"id": "0x02", "name": "Bob"}],
    "Page": [
        {"id": "a", "title": "Start", "kind": "GUIDE", "words": 30, "size": BIG, "tags": ["x", "y"]}
        | {"author": "0x01", "links": ["c", "b", "c", "gone"], "$since": 2},
        {"id": "b", "title": "50% off_", "kind": "NOTE", "size": 10, "tags": [], "author": "0x09", "links": []},
        {"id": "c", "title": "start again", "kind": "NOTE", "words": 30, "tags": ["y", "Z"]}
        | {"author": "0x02", "links": ["a"]},
        {"id": "d", "title": "End", "kind": "GUIDE", "words": 7, "size": 9, "tags": ["x"]}
        | {"author": "0x01", "links": ["a", "b"]},
        {"id": "e", "title": "Orphan", "kind": "NOTE", "words": 7, "tags": ["y", "x"], "links": [], "$since": 3},
        # What was: a began as something else, x is deleted by block 3.
        {"id": "a", "title": "Begin", "kind": "NOTE", "words": 10, "tags": [], "links": [], "$since": 1, "$until": 2},
        {"id": "x", "title": "Deleted", "kind": "GUIDE", "words": 5, "tags": ["x"], "links": ["a"]}
        | {"$since": 1, "$until": 3},
    ],
    "Note": [
        {"id": "n1", "title": "Zed", "page": "a"},
        {"id": "n2", "title": "Zebra", "page": "a"},
        {"id": "n3", "title": "Note", "page": "c"},
        {"id": "n4", "title": "Lost", "page": "gone"},
    ],
}

# One field of every kind: a lo, b and d mid, c hi, n null ---------------------------

KINDS = """
enum Colour { RED GREEN BLUE }
interface Being { id: ID! name: String }
interface Coded { id: Bytes! name: String }
interface Counted { id: Int8! name: String }
type Person implements Being @entity { id: ID! name: String }
type Robot implements Being @entity { id: ID! name: String }
type Token implements Coded @entity { id: Bytes! name: String }
type Stamp implements Coded @entity { id: Bytes! name: String }
type Thing implements Counted @entity { id: Int8! name: String }
type Sample @entity {
  id: ID!
  code: ID  text: String  whole: Int  wide: Int8  big: BigInt  exact: BigDecimal  real: Float  octets: Bytes
  moment: Timestamp  day: Date  at: DateTime  truth: Boolean  colour: Colour  blob: JSON
  person: Person  being: Being  token: Token  coded: Coded  thing: Thing  counted: Counted
}
type Word @entity { id: ID!  text: String  person: Person  being: Being }
type Octets @entity { id: Bytes!  octets: Bytes  token: Token  coded: Coded }
type Bag @entity {
  id: ID!
  codes: [ID!]  texts: [String!]  wholes: [Int!]  wides: [Int8!]  bigs: [BigInt!]  exacts: [BigDecimal!]
  reals: [Float!]  octets: [Bytes!]  moments: [Timestamp!]  days: [Date!]  ats: [DateTime!]  truths: [Boolean!]
  colours: [Colour!]  blobs: [JSON!]
  persons: [Person!]  beings: [Being!]  tokens: [Token!]  codeds: [Coded!]  things: [Thing!]  counteds: [Counted!]
}
type Wide @entity { id: Int8!  name: String!  next: Wide }
"""

# What a document gives for lo, mid and hi.
VALUES: Mapping[str, tuple[Any, Any, Any]] = {
    "code": ("10", "9", "a"),  # text, so 10 comes before 9
    "text": ("Zeta", "alpha", "ß"),  # capitals come before small letters, and letters with accents last
    "whole": (-5, 9, 10),
    "wide": (-5, 9007199254740993, 9223372036854775807),
    "big": ("-100000000000000000000", 9, "100000000000000000000000000000"),
    "exact": ("-0.5", "0.1", "123456789012345678901234567890.1234"),
    "real": (-1.5, 0.1, 1e300),
    "octets": ("0x00ff", "0x01", "0xff00"),
    "moment": (-1, 1000000, 1700000000000000),
    "day": ("1999-12-31", "2000-01-01", "2024-02-29"),
    "at": ("1969-12-31T23:59:59.999999Z", "2000-01-01T00:00:00Z", "2000-01-01T00:00:00.5Z"),
    "truth": (False, True, False),
    "colour": ("RED", "GREEN", "BLUE"),
    "blob": ({"a": 1}, [1, "x"], "text"),
    "person": ("P1", "p1", "p2"),
    "being": ("P1", "p1", "p2"),
    "token": ("0x00ff", "0x01", "0xff00"),
    "coded": ("0x00ff", "0x01", "0xff00"),
    "thing": (1, 2, 2147483647),
    "counted": (1, 2, 2147483647),
}

LISTS = {field: f"{field}s" for field in VALUES} | {"octets": "octets"}

TEXTS = {"a": "Alpha", "b": "alphabet", "c": "BETA 50%", "d": "beta_5", "e": "x\\y", "f": "Ärger", "n": None}


def _samples() -> list[dict[str, Any]]:
    places = {"a": 0, "b": 1, "c": 2, "d": 1}
    found: list[dict[str, Any]] = [
        {"id": row} | {field: values[place] for field, values in VALUES.items()} for row, place in places.items()
    ]
    return [*found, {"id": "n"}]


def _bags() -> list[dict[str, Any]]:
    """a [lo, mid] · b [mid, lo] · c [lo, mid, hi] · d [] · e [lo, lo] · n null."""
    places = {"a": (0, 1), "b": (1, 0), "c": (0, 1, 2), "d": (), "e": (0, 0)}
    found: list[dict[str, Any]] = [
        {"id": row} | {LISTS[field]: [values[each] for each in held] for field, values in VALUES.items()}
        for row, held in places.items()
    ]
    return [*found, {"id": "n"}]


KIND_ROWS: Mapping[str, list[dict[str, Any]]] = {
    "Sample": _samples(),
    "Word": [{"id": row, "text": text, "person": text, "being": text} for row, text in TEXTS.items()],
    "Octets": [
        {"id": "0x0102", "octets": "0x0102", "token": "0x0102", "coded": "0x0102"},
        {"id": "0xff01", "octets": "0xff01", "token": "0xff01", "coded": "0xff01"},
        {"id": "0xabcd", "octets": "0xabcd", "token": "0xabcd", "coded": "0xabcd"},
        {"id": "0x99"},
    ],
    "Bag": _bags(),
    "Wide": [
        {"id": 10, "name": "ten", "next": 9},
        {"id": 9, "name": "nine", "next": 9223372036854775807},
        {"id": "9223372036854775807", "name": "most", "next": -1},
        {"id": -1, "name": "less", "next": 404},
    ],
    "Person": [{"id": "p1", "name": "Pat"}],
    "Robot": [{"id": "p2", "name": "Rob"}],
    "Token": [{"id": "0x01", "name": "one"}],
    "Stamp": [{"id": "0xff00", "name": "two"}],
    "Thing": [{"id": 2, "name": "second"}],
}

# Relations of every shape, interfaces and unions ------------------------------------

FAMILY = """
union Topic = Cover | Profile
interface Node {
  id: ID!  name: String!  parent: Node  children: [Node!]! @derivedFrom(field: "parent")  related: [Node!]!
}
type Folder implements Node @entity {
  id: ID!  name: String!  parent: Node  children: [Node!]! @derivedFrom(field: "parent")  related: [Node!]!
  colour: String
}
type File implements Node @entity {
  id: ID!  name: String!  parent: Node  children: [Node!]! @derivedFrom(field: "parent")  related: [Node!]!
  size: Int  owner: User!  tags: [Tag!]!  cover: Cover @derivedFrom(field: "file")
  topic: Topic  topics: [Topic!]!
}
type User @entity {
  id: Bytes!  name: String!
  files: [File!]! @derivedFrom(field: "owner")
  profile: Profile @derivedFrom(field: "user")
}
type Profile @entity { id: ID!  user: User!  bio: String }
type Tag @entity { id: Int8!  label: String!  files: [File!]! @derivedFrom(field: "tags") }
type Cover @entity { id: ID!  file: File! }
type Twin @entity { id: ID!  name: String!  file: File @derivedFrom(field: "id") }
interface Account { id: ID!  votes: [Vote!]!  main: Vote }
type Alpha implements Account @entity {
  id: ID!  votes: [Vote!]! @derivedFrom(field: "by")  main: Vote @derivedFrom(field: "star")
}
type Beta implements Account @entity { id: ID!  votes: [Vote!]!  main: Vote }
type Vote @entity { id: ID!  by: Alpha!  star: Alpha }
"""

FAMILY_ROWS: Mapping[str, list[dict[str, Any]]] = {
    "User": [{"id": "0x01", "name": "Ann"}, {"id": "0x02", "name": "Bob"}, {"id": "0xff01", "name": "Cy"}],
    "Tag": [{"id": 1, "label": "red"}, {"id": 2, "label": "blue"}, {"id": 3000000000, "label": "far"}],
    "Folder": [
        {"id": "d1", "name": "root", "related": ["f1", "d2"], "colour": "red"},
        {"id": "d2", "name": "sub", "parent": "d1", "related": []},
    ],
    "File": [
        {"id": "f1", "name": "one", "parent": "d1", "size": 10, "owner": "0x01", "tags": [2, 1, 2, 99]}
        | {"topic": "c1", "topics": ["p1", "c1", "gone"], "related": ["d2", "f2", "d2", "gone"]},
        {"id": "f2", "name": "two", "parent": "d2", "owner": "0x02", "tags": [], "topics": [], "related": ["f1"]},
        {"id": "f3", "name": "three", "parent": "gone", "size": 5, "owner": "0x01", "tags": [1, 3000000000]}
        | {"topic": "p1", "topics": ["c1"], "related": []},
    ],
    "Profile": [
        {"id": "p1", "user": "0x01", "bio": "hi"},
        {"id": "p2", "user": "0x02"},
        {"id": "p3", "user": "0x02"},
    ],
    "Cover": [{"id": "c1", "file": "f1"}],
    "Alpha": [{"id": "a1"}, {"id": "a2"}],
    "Beta": [{"id": "b1", "votes": ["v2", "v1"], "main": "v1"}, {"id": "b2", "votes": []}],
    "Vote": [{"id": "v1", "by": "a1", "star": "a1"}, {"id": "v2", "by": "a1"}],
    "Twin": [{"id": "f1", "name": "of one"}, {"id": "zz", "name": "alone"}],
}

# Required references that lead nowhere ------------------------------------------------

BROKEN = """
type Top @entity { id: ID!  name: String!  must: Mid!  may: Mid  all: [Mid!]! @derivedFrom(field: "top") }
type Mid @entity { id: ID!  top: Top!  leaf: Leaf!  may: Leaf }
type Leaf @entity { id: ID!  name: String!  one: Mid! @derivedFrom(field: "leaf") }
"""

BROKEN_ROWS: Mapping[str, list[dict[str, Any]]] = {
    "Top": [
        {"id": "t1", "name": "good", "must": "m1", "may": "m1"},
        {"id": "t2", "name": "bad", "must": "gone", "may": "m2"},
    ],
    "Mid": [{"id": "m1", "top": "t1", "leaf": "l1"}, {"id": "m2", "top": "t1", "leaf": "gone", "may": "gone"}],
    "Leaf": [{"id": "l1", "name": "leaf"}, {"id": "l2", "name": "alone"}],
}

# More rows than a page holds ----------------------------------------------------------

MANY = """
type Group @entity { id: ID!  items: [Item!]! @derivedFrom(field: "group")  picked: [Item!]! }
type Item @entity { id: ID!  number: Int!  group: Group! }
"""

ITEMS = [f"i{number:03}" for number in range(120)]  # the number counts down; each tenth is of g1

MANY_ROWS: Mapping[str, list[dict[str, Any]]] = {
    "Group": [{"id": "g0", "picked": ITEMS[::-1]}, {"id": "g1", "picked": []}],
    "Item": [
        {"id": each, "number": 119 - place, "group": "g1" if place % 10 == 9 else "g0"}
        for place, each in enumerate(ITEMS)
    ],
}

# Names that are easily misread ----------------------------------------------------------

NAMES = """
type User @entity { id: ID! }
type Category @entity { id: ID! }
type Stats @entity { id: ID! }
type APIKey @entity { id: ID! }
type User2 @entity { id: ID! }
type ERC20Token @entity { id: ID! }
type My_Type @entity { id: ID! }
type Grandchild @entity { id: ID! }
type Salesperson @entity { id: ID! }
type Person @entity { id: ID! }
type Boxes @entity { id: ID! }
type Box @entity(singular: "crate", plural: "crates") { id: ID! }
type Money @entity { id: ID! }
type Thesis @entity { id: ID! }
type Leaf @entity { id: ID! }
type UserID @entity { id: ID! }
type SongPlays @entity { id: ID! }
type Key @entity { id: ID! }
type Status @entity { id: ID! }
type Odd @entity {
  id: ID!  checked: Boolean  checked_in: Boolean  is: String  is_not: String  x: String  x_contains: String
  foo_: Int  a_in_in: String  two__parts: String  snake_case: Int  PascalCase: Int  _under: Int
  select: String  order: String  user: String  where: Int  first: Int  limit: Int  table: String  from: String
}
"""

NAME_ROWS: Mapping[str, list[dict[str, Any]]] = {
    **{
        name: [{"id": name}]
        for name in (
            *("User", "Category", "Stats", "APIKey", "User2", "ERC20Token", "My_Type", "Grandchild", "Salesperson"),
            *("Person", "Boxes", "Box", "Money", "Thesis", "Leaf", "UserID", "SongPlays", "Key", "Status"),
        )
    },
    "Odd": [
        {"id": "1", "checked": True, "checked_in": False, "is": "a", "is_not": "b", "x": "xy", "x_contains": "y"}
        | {"foo_": 1, "a_in_in": "p", "two__parts": "q", "snake_case": 1, "PascalCase": 2, "_under": 3}
        | {"select": "s", "order": "o", "user": "u", "where": 1, "first": 2, "limit": 3, "table": "t", "from": "f"},
        {"id": "2", "checked": False, "checked_in": True, "is": "b", "is_not": "a", "x": "y", "x_contains": "x"},
    ],
}

WORLDS: Mapping[str, World] = {
    "pages": World(PAGES, PAGE_ROWS, blocks=3),
    "troubled": World(PAGES, PAGE_ROWS, blocks=3, problems=(2,)),
    "kinds": World(KINDS, KIND_ROWS),
    "family": World(FAMILY, FAMILY_ROWS),
    "broken": World(BROKEN, BROKEN_ROWS),
    "many": World(MANY, MANY_ROWS),
    "names": World(NAMES, NAME_ROWS),
}
