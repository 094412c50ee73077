"""The cases at the end of the specification's part 2, by their numbers.

Not here: 21 (writing), 24 (in the area of children), 29 (the area of `subgraphError`), 36 (aggregations),
37 (fulltext), 38 (cost) and 39 (HTTP).
"""

from __future__ import annotations

from dialect.case import INPUT, REFUSED, Area, Case, Wrong, answers, fails, refuses, rows

SECTION = "2.17"
TWO = "query A { authors { name } } query B { notes(first: 1) { id } }"


def _pages(number: str, arguments: str, ids: str) -> Case:
    return answers(SECTION, f"{number}. pages({arguments})", f"{{ pages({arguments}) {{ id }} }}", {"pages": rows(ids)})


def _range(argument: str, given: int, maximum: int) -> Case:
    message = f"The `{argument}` argument must be between 0 and {maximum}, but is {given}"
    query = f"{{ pages({argument}: {given}) {{ id }} }}"
    return refuses(SECTION, f"5. pages({argument}: {given})", query, Wrong(message, INPUT, ("pages",)))


CONFORMANCE = Area(
    "The cases of the specification",
    "pages",
    (
        answers(SECTION, "1. pages without arguments", "{ pages { id } }", {"pages": rows("a b c d e")}),
        _pages("2", "orderDirection: desc", "a b c d e"),
        _pages("3", "orderBy: words, orderDirection: desc", "b c a e d"),
        _pages("4", "orderBy: words, orderDirection: asc", "d e a c b"),
        _range("first", 0, 1000),
        _range("first", 1001, 1000),
        _range("first", -1, 1000),
        _range("skip", -1, 4294967295),
        _pages("6", "first: null, skip: null", "a b c d e"),
        answers(SECTION, "7. an id that is not there", '{ page(id: "nope") { id } }', {"page": None}),
        answers(SECTION, "8. a number as id is looked up as text", "{ page(id: 5) { id } }", {"page": None}),
        _pages("9", "where: {words: null}", "b"),
        _pages("9", "where: {words_not: null}", "a c d e"),
        _pages("9", "where: {words_not: 30}", "d e"),
        refuses(
            SECTION,
            "9. words_gt: null",
            "{ pages(where: {words_gt: null}) { id } }",
            Wrong(
                "Invalid value provided for argument `where`: `words_gt`: unsupported filter `>` for value `null`",
                INPUT,
                ("pages",),
            ),
        ),
        _pages("10", "where: {id_in: []}", ""),
        _pages("10", "where: {id_not_in: []}", "a b c d e"),
        _pages("11", 'where: {title_contains: "50%"}', "b"),
        _pages("12", 'where: {tags: ["x", "y"]}', "a"),
        _pages("12", 'where: {tags_contains: ["y", "x"]}', "a e"),
        _pages("12", 'where: {tags_not_contains: ["x", "z"]}', "b c"),
        _pages("12", 'where: {tags_contains_nocase: ["X", "Z"]}', "a c d e"),
        _pages("13", 'where: {author_: {name: "Ann"}}', "a d"),
        _pages("13", 'where: {links_: {title: "Start"}}', "c d"),
        _pages("13", 'where: {notes_: {title_starts_with: "Z"}}', "a"),
        _pages("14", 'where: {notes_: {page_: {title: "Start"}}}', "a"),
        _pages("14", 'where: {links_: {links_: {author_: {name: "Bob"}}}}', "c d"),
        _pages("15", 'where: {or: [{title: "End"}, {words_gt: 9}]}', "a c d"),
        _pages("15", 'where: {or: [{title: "Start", words_gt: 9}]}', "a"),
        _pages("15", "where: {and: [{or: [{words: 7}, {words: 30}]}, {kind: NOTE}]}", "c e"),
        _pages("15", 'where: {kind: GUIDE, or: [{words: 7}, {title: "Orphan"}]}', "d"),
        _pages("16", "where: {or: []}", ""),
        _pages("16", "where: {and: []}", "a b c d e"),
        _pages("16", "where: {}", "a b c d e"),
        answers(
            SECTION,
            "17. a whole filter in a variable",
            "query ($w: Page_filter) { pages(where: $w) { id } }",
            {"pages": rows("d")},
            w={"title": "End"},
        ),
        answers(
            SECTION,
            "17. a variable inside a filter",
            "query ($n: Int) { pages(where: {words: $n}) { id } }",
            {"pages": rows("d e")},
            n=7,
        ),
        answers(
            SECTION,
            "17. a variable that is not given",
            "query ($n: Int) { pages(where: {words: $n}) { id } }",
            {"pages": rows("a b c d e")},
        ),
        _pages("18", "orderBy: author__name", "a d c b e"),
        _pages("18", "orderBy: author__name, orderDirection: desc", "e b c d a"),
        _pages("18", "orderBy: author__id", "a d c b e"),
        _pages("19", "orderBy: kind", "a d b c e"),
        _pages("19", "orderBy: kind, orderDirection: desc", "e c b d a"),
        _pages("19", "orderBy: author", "a d c b e"),
        refuses(
            SECTION,
            "19. orderBy: tags",
            "{ pages(orderBy: tags) { id } }",
            Wrong('Value "tags" does not exist in "Page_orderBy" enum.', "GRAPHQL_VALIDATION_FAILED"),
        ),
        answers(
            SECTION,
            "20. docs",
            "{ docs { id ... on Page { words } __typename } }",
            {
                "docs": [
                    *(
                        {"id": each, "words": words, "__typename": "Page"}
                        for each, words in (("a", 30), ("b", None), ("c", 30), ("d", 7), ("e", 7))
                    ),
                    *({"id": each, "__typename": "Note"} for each in ("n1", "n2", "n3", "n4")),
                ]
            },
        ),
        answers(
            SECTION,
            "22. links in stored order",
            '{ page(id: "a") { links { id } } }',
            {"page": {"links": rows("c b c")}},
        ),
        answers(
            SECTION,
            "22. links in the order of their ids",
            '{ page(id: "a") { links(orderBy: id) { id } } }',
            {"page": {"links": rows("b c")}},
        ),
        answers(
            SECTION,
            "23. an author that is not there",
            '{ page(id: "b") { id author { id } } }',
            {"page": {"id": "b", "author": None}},
        ),
        fails(
            SECTION,
            "23. a page that is not there and must be",
            '{ note(id: "n4") { id page { id } } }',
            {"note": None},
            Wrong("Null value resolved for non-null field `page`", "NULL_VALUE", ("note", "page")),
        ),
        answers(
            SECTION,
            "25. two aliases of one field",
            '{ a: pages(where: {id: "a"}) { id } b: pages(where: {id: "b"}) { id } }',
            {"a": rows("a"), "b": rows("b")},
        ),
        _pages("26", "block: {number: 1}", "a b c d x"),
        _pages("26", "block: null", "a b c d e"),
        answers(
            SECTION,
            "27. two blocks in one request",
            "{ a: pages(first: 1, block: {number: 1}) { title } b: pages(first: 1, block: {number: 3}) { title } }",
            {"a": [{"title": "Begin"}], "b": [{"title": "Start"}]},
        ),
        answers(
            SECTION,
            "28. _meta",
            "{ _meta { block { number hash } } at: _meta(block: {number: 2}) { block { number hash } } }",
            {"_meta": {"block": {"number": 3, "hash": "0x" + "03" * 32}}, "at": {"block": {"number": 2, "hash": None}}},
        ),
        answers(SECTION, "30. __typename of the root", "{ __typename }", {"__typename": "Query"}),
        answers(
            SECTION,
            "31. include on field, inline fragment and spread",
            '{ page(id: "a") { id title @include(if: false) ... @include(if: false) { words } ...P @include(if: '
            "false) } } "
            "fragment P on Page { kind }",
            {"page": {"id": "a"}},
        ),
        Case("32. two operations in one document", SECTION, TWO, {"notes": rows("n1")}, operation="B"),
        Case(
            "32. two operations and no name",
            SECTION,
            TWO,
            REFUSED,
            (
                Wrong(
                    "Must provide operation name if query contains multiple operations.", "OPERATION_RESOLUTION_FAILURE"
                ),
            ),
        ),
        answers(
            SECTION,
            "33. numbers and bytes as JSON",
            '{ page(id: "a") { words size author { id } } }',
            {"page": {"words": 30, "size": "90071992547409930", "author": {"id": "0x01"}}},
        ),
        _pages("34", "where: {size_gt: 9}", "a b"),
        _pages("34", 'where: {size_gt: "9"}', "a b"),
        answers(
            SECTION,
            "35. an enum as a string in variables",
            "query ($k: Kind) { pages(where: {kind: $k}) { id } }",
            {"pages": rows("a d")},
            k="GUIDE",
        ),
        refuses(
            SECTION,
            "35. an enum as a string in the query",
            '{ pages(where: {kind: "GUIDE"}) { id } }',
            Wrong(
                'Enum "Kind" cannot represent non-enum value: "GUIDE". Did you mean the enum value "GUIDE"?',
                "GRAPHQL_VALIDATION_FAILED",
            ),
        ),
    ),
)
