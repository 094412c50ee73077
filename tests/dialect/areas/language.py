"""GraphQL itself: operations, fragments, directives, variables."""

from __future__ import annotations

from dialect.case import REFUSED, Area, Case, Wrong, answers, rows, said

UNRESOLVED = "OPERATION_RESOLUTION_FAILURE"
TWO = "query A { pages(first: 1) { id } } query B { notes(first: 1) { id } }"


LANGUAGE = Area(
    "The language",
    "pages",
    (
        answers(
            "2.14",
            "aliases with their own arguments",
            "{ a: pages(where: {kind: GUIDE}) { id } b: pages(where: {kind: NOTE}) { x: id id } }",
            {"a": rows("a d"), "b": [{"x": each, "id": each} for each in "bce"]},
        ),
        answers(
            "2.14",
            "__typename everywhere",
            '{ __typename t: __typename page(id: "a") { __typename author { __typename } notes(first: 1) { __typename '
            "} } }",
            {
                "__typename": "Query",
                "t": "Query",
                "page": {"__typename": "Page", "author": {"__typename": "Author"}, "notes": [{"__typename": "Note"}]},
            },
        ),
        answers(
            "2.14",
            "named and inline fragments",
            "query { ...Q } fragment Q on Query { pages(first: 1) { ...P ... { title } } } fragment P on Page { id }",
            {"pages": [{"id": "a", "title": "Start"}]},
        ),
        answers(
            "2.14",
            "one fragment twice",
            '{ page(id: "a") { ...P ...P } } fragment P on Page { id }',
            {"page": {"id": "a"}},
        ),
        answers(
            "2.14",
            "one field twice",
            '{ page(id: "a") { id id author { id } author { name } } }',
            {"page": {"id": "a", "author": {"id": "0x01", "name": "Ann"}}},
        ),
        answers(
            "2.14",
            "one root field twice",
            '{ page(id: "a") { id } page(id: "a") { title } }',
            {"page": {"id": "a", "title": "Start"}},
        ),
        answers(
            "2.14",
            "skip and include on fields",
            '{ page(id: "a") { id @skip(if: true) title @include(if: true) words @include(if: false) } }',
            {"page": {"title": "Start"}},
        ),
        answers(
            "2.14",
            "skip and include on inline fragments",
            '{ page(id: "a") { id ... @include(if: false) { title } ... on Page @skip(if: false) { words } } }',
            {"page": {"id": "a", "words": 30}},
        ),
        answers(
            "2.14",
            "skip and include on spreads",
            '{ page(id: "a") { id ...P @include(if: false) } } fragment P on Page { title }',
            {"page": {"id": "a"}},
        ),
        answers(
            "2.14",
            "skip and include on __typename",
            '{ __typename @skip(if: true) page(id: "a") { id __typename @include(if: false) } }',
            {"page": {"id": "a"}},
        ),
        answers(
            "2.14",
            "skip and include on root fields",
            '{ page(id: "a") { id } pages @skip(if: true) { id } }',
            {"page": {"id": "a"}},
        ),
        answers(
            "2.14",
            "skip wins over include",
            '{ page(id: "a") { id title @skip(if: true) @include(if: true) } }',
            {"page": {"id": "a"}},
        ),
        answers(
            "2.14",
            "directives by variables",
            'query ($no: Boolean!, $yes: Boolean = true) { page(id: "a") { id @include(if: $no) title @include(if: '
            "$yes) } }",
            {"page": {"title": "Start"}},
            no=False,
        ),
        answers("2.14", "nothing is left", "{ pages @skip(if: true) { id } }", {}),
        answers("2.14", "nothing is left of an entity", '{ page(id: "a") { id @skip(if: true) } }', {"page": {}}),
        answers(
            "2.14",
            "variables with defaults",
            'query ($id: ID! = "a", $n: Int = 1) { page(id: $id) { id } pages(first: $n) { id } }',
            {"page": {"id": "a"}, "pages": rows("a")},
        ),
        answers(
            "2.14",
            "variables that are not declared are ignored",
            "{ pages(first: 1) { id } }",
            {"pages": rows("a")},
            unknown=1,
        ),
        answers(
            "2.14",
            "text with escapes and in blocks",
            r'{ a: pages(where: {title: "\u0053tart"}) { id } b: pages(where: {title: """End"""}) { id } }',
            {"a": rows("a"), "b": rows("d")},
        ),
        answers(
            "2.14",
            "comments, commas and a byte order mark",
            "\ufeff# all\n{ pages(first: 1,) { id, title } # end\n}",
            {"pages": [{"id": "a", "title": "Start"}]},
        ),
        answers(
            "2.14",
            "a name that is also a keyword",
            '{ query: page(id: "a") { fragment: id on: title true: words null: size } }',
            {"query": {"fragment": "a", "on": "Start", "true": 30, "null": "90071992547409930"}},
        ),
        Case("an operation by its name", "2.14", TWO, {"notes": rows("n1")}, operation="B"),
        Case(
            "the only operation by its name",
            "2.14",
            "query A { pages(first: 1) { id } }",
            {"pages": rows("a")},
            operation="A",
        ),
        Case(
            "an operation that is not there",
            "2.14",
            TWO,
            REFUSED,
            (Wrong('Unknown operation named "C".', UNRESOLVED),),
            operation="C",
        ),
        Case(
            "several operations and no name",
            "2.14",
            TWO,
            REFUSED,
            (Wrong("Must provide operation name if query contains multiple operations.", UNRESOLVED),),
        ),
        said("a mutation", "mutation { pages { id } }", "Not supported: Mutations are not supported"),
        said("no query at all", "", "Syntax Error: Unexpected <EOF>.", code="GRAPHQL_PARSE_FAILED"),
        said(
            "a query that does not end",
            "{ pages { id }",
            "Syntax Error: Expected Name, found <EOF>.",
            code="GRAPHQL_PARSE_FAILED",
        ),
        said("only a fragment", "fragment P on Page { id }", 'Fragment "P" is never used.'),
    ),
)
