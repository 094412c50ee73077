"""Interfaces and unions: their rows, filters, orders and fragments."""

from __future__ import annotations

from dialect.case import Area, Rows, Wrong, answers, refuses, rows

NODES = Rows("Node", "nodes", "2.9")
ACCOUNTS = Rows("Account", "accounts", "2.9")

# d1 root · d2 sub in d1 · f1 one in d1 · f2 two in d2 · f3 three in gone
INTERFACES = Area(
    "Interfaces and unions",
    "family",
    (
        answers(
            "2.9",
            "the rows of an interface come by id",
            "{ nodes { id __typename } }",
            {
                "nodes": [
                    {"id": "d1", "__typename": "Folder"},
                    {"id": "d2", "__typename": "Folder"},
                    *({"id": each, "__typename": "File"} for each in ("f1", "f2", "f3")),
                ]
            },
        ),
        answers(
            "2.9",
            "one entity of an interface",
            '{ node(id: "f2") { id name __typename } d: node(id: "d1") { name } }',
            {"node": {"id": "f2", "name": "two", "__typename": "File"}, "d": {"name": "root"}},
        ),
        answers("2.9", "no entity of an interface", '{ node(id: "c1") { id } }', {"node": None}),
        NODES.asked("first: 2, skip: 1", "d2 f1"),
        NODES.asked("orderBy: name", "f1 d1 d2 f3 f2"),
        NODES.asked("orderBy: name, orderDirection: desc", "f2 f3 d2 d1 f1"),
        NODES.asked("orderBy: parent", "d2 f1 f2 f3 d1"),
        NODES.asked("orderBy: parent, orderDirection: desc", "d1 f3 f2 f1 d2"),
        NODES.asked("orderBy: parent__name", "d2 f1 f2 d1 f3"),
        NODES.asked("orderBy: parent__name, orderDirection: desc", "f3 d1 f2 f1 d2"),
        NODES.asked("orderBy: parent__id, first: 3", "d2 f1 f2"),
        NODES.asked('where: {name_gt: "r"}', "d1 d2 f2 f3"),
        NODES.asked('where: {name_gt: "r"}, first: 2, skip: 1', "d2 f2"),
        NODES.asked('where: {id_in: ["f1", "d1", "c1"]}', "d1 f1"),
        NODES.asked('where: {parent: "d1"}', "d2 f1"),
        NODES.asked("where: {parent: null}", "d1"),
        NODES.asked('where: {related: ["f1"]}', "f2"),
        NODES.asked('where: {related_contains: ["d2"]}', "d1 f1"),
        NODES.asked('where: {or: [{name: "one"}, {name: "root"}]}', "d1 f1"),
        NODES.asked('where: {not: {parent: "d1"}}', "f2 f3"),
        # The interface stores votes and main; Alpha derives them, Beta stores them.
        ACCOUNTS.where('votes: ["v1", "v2"]', "a1"),
        ACCOUNTS.where('votes_not: ["v1", "v2"]', "a2 b1 b2"),
        ACCOUNTS.where('votes_contains: ["v2"]', "a1 b1"),
        ACCOUNTS.where('votes_contains_nocase: ["V2"]', "a1 b1"),
        ACCOUNTS.where('votes_not_contains: ["v1"]', "a2 b2"),
        ACCOUNTS.where("votes: []", "a2 b2"),
        ACCOUNTS.where('main: "v1"', "a1 b1"),
        ACCOUNTS.where('main_starts_with: "v"', "a1 b1"),
        ACCOUNTS.where("main: null", "a2 b2"),
        ACCOUNTS.where("main_: {}", "a1 b1"),
        ACCOUNTS.where('votes_: {id: "v2"}', "a1 b1"),
        ACCOUNTS.asked("orderBy: main, orderDirection: desc", "b2 a2 b1 a1"),
        ACCOUNTS.asked("orderBy: main__id", "a1 b1 a2 b2"),
        answers(
            "2.9",
            "a field that one type stores and another derives",
            "{ accounts { votes { id } main { id } } }",
            {
                "accounts": [
                    {"votes": rows("v1 v2"), "main": {"id": "v1"}},
                    {"votes": [], "main": None},
                    {"votes": rows("v2 v1"), "main": {"id": "v1"}},
                    {"votes": [], "main": None},
                ]
            },
        ),
        answers(
            "2.9",
            "fields of concrete types",
            "{ nodes { ... on File { size } ... on Folder { colour } name } }",
            {
                "nodes": [
                    {"colour": "red", "name": "root"},
                    {"colour": None, "name": "sub"},
                    {"size": 10, "name": "one"},
                    {"size": None, "name": "two"},
                    {"size": 5, "name": "three"},
                ]
            },
        ),
        answers(
            "2.9",
            "named fragments with conditions",
            "{ nodes(first: 3, skip: 1) { ...N ...F } } fragment N on Node { id } fragment F on File { size }",
            {"nodes": [{"id": "d2"}, {"id": "f1", "size": 10}, {"id": "f2", "size": None}]},
        ),
        answers(
            "2.9",
            "a fragment on the interface inside a fragment on the type",
            '{ node(id: "f1") { ... on File { ... on Node { name ... on Folder { colour } } } } }',
            {"node": {"name": "one"}},
        ),
        answers(
            "2.9",
            "selections of one key are merged per type",
            '{ nodes(where: {id_in: ["d2", "f1"]}) { parent { id } ... on File { parent { name } } } }',
            {"nodes": [{"parent": {"id": "d1"}}, {"parent": {"id": "d1", "name": "root"}}]},
        ),
        answers(
            "2.9",
            "lists of one key are merged",
            '{ nodes(where: {id: "f1"}) { related(first: 1) { id } ... on File { related(first: 1) { name } } } }',
            {"nodes": [{"related": [{"id": "d2", "name": "sub"}]}]},
        ),
        answers(
            "2.9",
            "a reference to an interface",
            "{ files { parent { name __typename } } }",
            {
                "files": [
                    {"parent": {"name": "root", "__typename": "Folder"}},
                    {"parent": {"name": "sub", "__typename": "Folder"}},
                    {"parent": None},
                ]
            },
        ),
        answers(
            "2.9",
            "only what concrete types select",
            "{ nodes(first: 3) { ... on File { id } } }",
            {"nodes": [{}, {}, {"id": "f1"}]},
        ),
        answers("2.9", "__typename alone", "{ nodes(first: 1) { __typename } }", {"nodes": [{"__typename": "Folder"}]}),
        answers(
            "2.9",
            "a union's member with its own fields",
            '{ file(id: "f3") { topic { ...T } } } fragment T on Topic { ... on Profile { id bio } ... on Cover { id '
            "} }",
            {"file": {"topic": {"id": "p1", "bio": "hi"}}},
        ),
        answers(
            "2.9",
            "an interface on the way to a union's member",
            '{ nodes(where: {id: "f1"}) { ... on File { topics { ... on Cover { file { parent { id } } } } } } }',
            {"nodes": [{"topics": [{}, {"file": {"parent": {"id": "d1"}}}]}]},
        ),
        answers(
            "2.9",
            "an interface in a variable's filter",
            "query ($w: Node_filter) { nodes(where: $w) { id } }",
            {"nodes": rows("d2")},
            w={"name": "sub"},
        ),
        refuses(
            "2.9",
            "an interface has only its own fields",
            "{ nodes { size } }",
            Wrong(
                'Cannot query field "size" on type "Node". Did you mean to use an inline fragment on "File"?',
                "GRAPHQL_VALIDATION_FAILED",
            ),
        ),
        refuses(
            "2.9",
            "a filter of an interface has only its own fields",
            "{ nodes(where: {size: 1}) { id } }",
            Wrong('Field "size" is not defined by type "Node_filter".', "GRAPHQL_VALIDATION_FAILED"),
        ),
        refuses(
            "2.9",
            "a fragment that can never apply",
            "{ files { ... on Folder { id } } }",
            Wrong(
                'Fragment cannot be spread here as objects of type "File" can never be of type "Folder".',
                "GRAPHQL_VALIDATION_FAILED",
            ),
        ),
    ),
)
