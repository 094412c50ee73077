"""What fields lead to: references, stored and derived lists; and filters on children."""

from __future__ import annotations

from dialect.case import Area, Case, Rows, Wrong, answers, fails, rows
from dialect.worlds import ITEMS

PAGES = Rows("Page", "pages", "2.5.3")
NOTES = Rows("Note", "notes", "2.5.3")
FILES = Rows("File", "files", "2.5.3")
FOLDERS = Rows("Folder", "folders", "2.5.3")
USERS = Rows("User", "users", "2.5.3")
TAGS = Rows("Tag", "tags", "2.5.3")
TWINS = Rows("Twin", "twins", "2.5.3")
NODES = Rows("Node", "nodes", "2.5.3")
COVERS = Rows("Cover", "covers", "2.5.3")

CHILD_FILTERS = Area(
    "Filters on children",
    "family",
    (
        # Stored reference, to an entity with Bytes ids and to an interface.
        FILES.where('owner_: {name: "Ann"}', "f1 f3"),
        FILES.where('owner_: {name_not: "Ann"}', "f2"),
        FILES.where("owner_: {}", "f1 f2 f3"),
        FILES.where('owner_: {id: "0x02"}', "f2"),
        FILES.where('owner: "0x01"', "f1 f3"),
        FILES.where('owner_not: "0x01"', "f2"),
        FILES.where('owner_in: ["01", "0xFF01"]', "f1 f3"),
        FILES.where("parent_: {}", "f1 f2"),
        FILES.where('parent_: {name: "sub"}', "f2"),
        FILES.where('parent: "gone"', "f3"),
        FILES.where('parent_starts_with: "d"', "f1 f2"),
        FOLDERS.where("parent_: {}", "d2"),
        FOLDERS.where("parent: null", "d1"),
        # Stored list.
        FILES.where('tags_: {label: "red"}', "f1 f3"),
        FILES.where('tags_: {label_in: ["blue", "far"]}', "f1 f3"),
        FILES.where("tags_: {}", "f1 f3"),
        FILES.where("tags: [2, 1, 2, 99]", "f1"),
        FILES.where("tags_contains: [1, 2]", "f1"),
        FILES.where("tags_not_contains: [2]", "f2 f3"),
        FILES.where("tags_none: {}", "f2"),
        FILES.where('tags_none: {label: "blue"}', "f2 f3"),
        FILES.where('tags_every: {label: "red"}', "f2"),
        FILES.where('tags_every: {label_not: "blue"}', "f2 f3"),
        FILES.where("tags_every: {}", "f1 f2 f3"),
        FILES.where('related_: {name: "two"}', "f1"),
        FILES.where('related_: {related_: {name: "two"}}', "f2"),
        FILES.where('related_contains: ["d2", "d2"]', "f1"),
        FILES.where('related_contains_nocase: ["F1"]', "f2"),
        FILES.where('topics_contains: ["c1"]', "f1 f3"),
        FILES.where('topic: "c1"', "f1"),
        FILES.where("topic: null", "f2"),
        # Derived from a scalar, from a list, one to one, and by shared id.
        USERS.where("files_: {size_gte: 5}", "0x01"),
        USERS.where("files_: {}", "0x01 0x02"),
        USERS.where("files_none: {}", "0xff01"),
        USERS.where("files_none: {size: null}", "0x01 0xff01"),
        USERS.where("files_every: {size_gte: 5}", "0x01 0xff01"),
        USERS.where("files_every: {size_gte: 7}", "0xff01"),
        USERS.where('profile_: {bio: "hi"}', "0x01"),
        USERS.where("profile_: {bio: null}", "0x02"),
        USERS.where("profile_: {}", "0x01 0x02"),
        TAGS.where("files_: {size: 10}", "1 2"),
        TAGS.where("files_: {}", "1 2 3000000000"),
        TAGS.where('files_: {owner_: {name: "Bob"}}', ""),
        TAGS.where("files_every: {size: 5}", "3000000000"),
        FILES.where("cover_: {}", "f1"),
        FILES.where('cover_: {file: "f1"}', "f1"),
        TWINS.where("file_: {}", "f1"),
        TWINS.where("file_: {size: 10}", "f1"),
        COVERS.where('file_: {owner_: {name: "Ann"}}', "c1"),
        # Parents that are an interface, children that are one.
        NODES.where('children_: {name: "sub"}', "d1"),
        NODES.where("children_: {}", "d1 d2"),
        NODES.where("children_none: {}", "f1 f2 f3"),
        NODES.where('children_every: {name: "two"}', "d2 f1 f2 f3"),
        NODES.where('parent_: {parent_: {name: "root"}}', "f2"),
        NODES.where('related_: {name: "one"}', "d1 f2"),
        NODES.where('related_none: {name: "one"}', "d2 f1 f3"),
        NODES.where('related_every: {name_gt: "p"}', "d2 f1 f3"),
        # With conjunctions inside, and side by side.
        FILES.where('owner_: {or: [{name: "Ann"}, {name: "Cy"}]}, size_gt: 5', "f1"),
        FILES.where('owner_: {and: [{name_gt: "A"}, {name_lt: "B"}]}', "f1 f3"),
        FILES.where('owner_: {not: {name: "Ann"}}', "f2"),
        FILES.where('or: [{owner_: {name: "Bob"}}, {tags_: {label: "far"}}]', "f2 f3"),
        FILES.where('owner_: {name: "Ann"}, tags_: {label: "blue"}', "f1"),
        FILES.where('not: {tags_: {label: "red"}}', "f2"),
        FILES.wrong("owner_: null", "`owner_`: a filter is an object, not null"),
        FILES.wrong("tags_none: null", "`tags_none`: a filter is an object, not null"),
    ),
)


def _lead(name: str, query: str, data: object) -> Case:
    return answers("2.8", name, query, data)


CHILDREN = Area(
    "Children",
    "family",
    (
        _lead(
            "a reference leads to its entity",
            '{ file(id: "f1") { owner { id name } } }',
            {"file": {"owner": {"id": "0x01", "name": "Ann"}}},
        ),
        _lead(
            "a reference that is null is null", '{ folder(id: "d1") { parent { id } } }', {"folder": {"parent": None}}
        ),
        _lead(
            "a dangling reference that may be null is null",
            '{ file(id: "f3") { parent { id } } }',
            {"file": {"parent": None}},
        ),
        _lead(
            "a stored list keeps its order and its repetitions; missing ids drop out",
            '{ file(id: "f1") { tags { id label } } }',
            {
                "file": {
                    "tags": [{"id": "2", "label": "blue"}, {"id": "1", "label": "red"}, {"id": "2", "label": "blue"}]
                }
            },
        ),
        _lead(
            "an order puts a stored list in order",
            '{ file(id: "f1") { tags(orderBy: id) { id } } }',
            {"file": {"tags": rows("1 2")}},
        ),
        _lead(
            "an order by a field, descending",
            '{ file(id: "f1") { tags(orderBy: label, orderDirection: desc) { id } } }',
            {"file": {"tags": rows("1 2")}},
        ),
        _lead(
            "a stored list is filtered in its order",
            '{ file(id: "f1") { tags(where: {label_gt: "b"}) { id } } }',
            {"file": {"tags": rows("2 1 2")}},
        ),
        _lead(
            "a page of a stored list",
            '{ file(id: "f1") { tags(first: 1, skip: 1) { id } } }',
            {"file": {"tags": rows("1")}},
        ),
        _lead("skipping all of a stored list", '{ file(id: "f1") { tags(skip: 9) { id } } }', {"file": {"tags": []}}),
        _lead(
            "an empty stored list",
            '{ file(id: "f2") { tags { id } topics { __typename } } }',
            {"file": {"tags": [], "topics": []}},
        ),
        _lead(
            "a stored list of an interface, in its order",
            '{ file(id: "f1") { related { id __typename } } }',
            {
                "file": {
                    "related": [
                        {"id": "d2", "__typename": "Folder"},
                        {"id": "f2", "__typename": "File"},
                        {"id": "d2", "__typename": "Folder"},
                    ]
                }
            },
        ),
        _lead(
            "a stored list of an interface, ordered",
            '{ file(id: "f1") { related(orderBy: name, orderDirection: desc) { name } } }',
            {"file": {"related": [{"name": "two"}, {"name": "sub"}]}},
        ),
        _lead(
            "a stored list of an interface, filtered",
            '{ file(id: "f1") { related(where: {name: "sub"}, first: 1) { id } } }',
            {"file": {"related": rows("d2")}},
        ),
        _lead(
            "a stored list of a union",
            '{ file(id: "f1") { topics { __typename ... on Cover { id } ... on Profile { bio } } } }',
            {"file": {"topics": [{"__typename": "Profile", "bio": "hi"}, {"__typename": "Cover", "id": "c1"}]}},
        ),
        _lead(
            "a page of a stored list of a union",
            '{ file(id: "f1") { topics(first: 1) { __typename } } }',
            {"file": {"topics": [{"__typename": "Profile"}]}},
        ),
        _lead(
            "a reference to a union",
            "{ files { topic { __typename ... on Profile { user { name } } } } }",
            {
                "files": [
                    {"topic": {"__typename": "Cover"}},
                    {"topic": None},
                    {"topic": {"__typename": "Profile", "user": {"name": "Ann"}}},
                ]
            },
        ),
        _lead(
            "a derived list comes by id",
            "{ users { files { id } } }",
            {"users": [{"files": rows("f1 f3")}, {"files": rows("f2")}, {"files": []}]},
        ),
        _lead(
            "a derived list of a list",
            "{ tags { files { id } } }",
            {"tags": [{"files": rows("f1 f3")}, {"files": rows("f1")}, {"files": rows("f3")}]},
        ),
        _lead(
            "a derived list with arguments, per parent",
            "{ users { files(first: 1, orderBy: size, orderDirection: asc) { id } } }",
            {"users": [{"files": rows("f3")}, {"files": rows("f2")}, {"files": []}]},
        ),
        _lead(
            "a derived list, descending",
            "{ users { files(orderBy: name, orderDirection: desc) { name } } }",
            {"users": [{"files": [{"name": "three"}, {"name": "one"}]}, {"files": [{"name": "two"}]}, {"files": []}]},
        ),
        _lead(
            "a derived list, filtered",
            '{ users { files(where: {tags_: {label: "blue"}}) { id } } }',
            {"users": [{"files": rows("f1")}, {"files": []}, {"files": []}]},
        ),
        _lead(
            "a derived list ordered by a child's field",
            "{ tags(first: 1) { files(orderBy: owner__name, orderDirection: desc) { id } } }",
            {"tags": [{"files": rows("f3 f1")}]},
        ),
        _lead(
            "a derived reference",
            "{ files { cover { id } } }",
            {"files": [{"cover": {"id": "c1"}}, {"cover": None}, {"cover": None}]},
        ),
        _lead(
            "a derived reference that is there once",
            '{ user(id: "0x01") { profile { bio } } }',
            {"user": {"profile": {"bio": "hi"}}},
        ),
        _lead(
            "a derived reference that is not there",
            '{ user(id: "0xff01") { profile { bio } } }',
            {"user": {"profile": None}},
        ),
        _lead(
            "derived by the same id",
            "{ twins { name file { name } } }",
            {"twins": [{"name": "of one", "file": {"name": "one"}}, {"name": "alone", "file": None}]},
        ),
        _lead(
            "derived children of an interface",
            "{ nodes { id children { id __typename } } }",
            {
                "nodes": [
                    {
                        "id": "d1",
                        "children": [{"id": "d2", "__typename": "Folder"}, {"id": "f1", "__typename": "File"}],
                    },
                    {"id": "d2", "children": [{"id": "f2", "__typename": "File"}]},
                    *({"id": each, "children": []} for each in ("f1", "f2", "f3")),
                ]
            },
        ),
        _lead(
            "a page of derived children of an interface",
            '{ folder(id: "d1") { children(first: 1, skip: 1) { id } } }',
            {"folder": {"children": rows("f1")}},
        ),
        _lead(
            "one list under two aliases",
            '{ file(id: "f1") { red: tags(where: {label: "red"}) { id } blue: tags(where: {label: "blue"}) { id } } }',
            {"file": {"red": rows("1"), "blue": rows("2 2")}},
        ),
        _lead(
            "children at any depth",
            '{ user(id: "0x01") { files(first: 1) { tags(first: 1) { files { owner { files { id } } } } } } }',
            {"user": {"files": [{"tags": [{"files": [{"owner": {"files": rows("f1 f3")}}]}]}]}},
        ),
        _lead(
            "a reference to itself and back",
            '{ folder(id: "d2") { parent { children { parent { id } } } } }',
            {"folder": {"parent": {"children": [{"parent": {"id": "d1"}}, {"parent": {"id": "d1"}}]}}},
        ),
        fails(
            "2.8",
            "a derived reference that is there twice is ambiguous",
            '{ user(id: "0x02") { name profile { id } } }',
            {"user": {"name": "Bob", "profile": None}},
            Wrong(
                "Ambiguous result for derived field `profile`: Multiple `Profile` entities refer back via `user`",
                "AMBIGUOUS_REFERENCE",
                ("user", "profile"),
            ),
        ),
        fails(
            "2.8",
            "what is ambiguous leaves the rest alone",
            "{ users { profile { id } } }",
            {"users": [{"profile": {"id": "p1"}}, {"profile": None}, {"profile": None}]},
            Wrong(
                "Ambiguous result for derived field `profile`: Multiple `Profile` entities refer back via `user`",
                "AMBIGUOUS_REFERENCE",
                ("users", 1, "profile"),
            ),
        ),
    ),
)

OF_G0 = [each for place, each in enumerate(ITEMS) if place % 10 != 9]

MORE_THAN_A_PAGE = (
    answers(
        "2.7",
        "a derived list has a hundred rows unless told",
        '{ group(id: "g0") { items { id } all: items(first: 1000) { id } } }',
        {"group": {"items": rows(" ".join(OF_G0[:100])), "all": rows(" ".join(OF_G0))}},
    ),
    answers(
        "2.7",
        "a stored list has a hundred rows unless told",
        '{ group(id: "g0") { picked { id } } }',
        {"group": {"picked": rows(" ".join(ITEMS[::-1][:100]))}},
    ),
    answers(
        "2.7",
        "a stored list gives as many rows as asked for",
        '{ group(id: "g0") { picked(first: 120) { id } rest: picked(skip: 115) { id } } }',
        {"group": {"picked": rows(" ".join(ITEMS[::-1])), "rest": rows(" ".join(ITEMS[::-1][115:]))}},
    ),
)
