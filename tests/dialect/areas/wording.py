"""The words in which validation refuses: those of graphql-js 16."""

from __future__ import annotations

from dialect.case import INPUT, Area, Wrong, refuses, said

WORDING = Area(
    "The words of validation",
    "pages",
    (
        said("an unknown field", "{ pages { zzz } }", 'Cannot query field "zzz" on type "Page".'),
        said(
            "an unknown field that is nearly one",
            "{ pages { titel } }",
            'Cannot query field "titel" on type "Page". Did you mean "title", "notes", or "size"?',
        ),
        said("an unknown root field", "{ nothing { id } }", 'Cannot query field "nothing" on type "Query".'),
        said(
            "an unknown argument",
            "{ pages(limit: 5) { id } }",
            'Unknown argument "limit" on field "Query.pages". Did you mean "first"?',
        ),
        said(
            "an argument of a single reference",
            '{ pages { author(id: "0x01") { id } } }',
            'Unknown argument "id" on field "Page.author".',
        ),
        said(
            "an argument of a list of scalars",
            "{ pages { tags(first: 1) } }",
            'Unknown argument "first" on field "Page.tags".',
        ),
        said(
            "an unknown key of a filter",
            "{ pages(where: {zzz: 1}) { id } }",
            'Field "zzz" is not defined by type "Page_filter".',
        ),
        said(
            "an operator that a type does not have",
            "{ pages(where: {kind_gt: GUIDE}) { id } }",
            'Field "kind_gt" is not defined by type "Page_filter". Did you mean "id_gt", "kind_in", "kind_not", '
            '"id_gte", or "id_lt"?',
        ),
        said(
            "a text operator on an ID",
            '{ pages(where: {id_starts_with: "a"}) { id } }',
            'Field "id_starts_with" is not defined by type "Page_filter". Did you mean "title_starts_with" or '
            '"author_starts_with"?',
        ),
        said(
            "an unknown key of a filter on children",
            "{ pages(where: {author_: {zzz: 1}}) { id } }",
            'Field "zzz" is not defined by type "Author_filter".',
        ),
        said(
            "a required argument",
            "{ page { id } }",
            'Field "page" argument "id" of type "ID!" is required, but it was not provided.',
        ),
        said("null for a required argument", "{ page(id: null) { id } }", 'Expected value of type "ID!", found null.'),
        said(
            "null in a list of values",
            "{ pages(where: {id_in: [null]}) { id } }",
            'Expected value of type "ID!", found null.',
        ),
        said(
            "a required key",
            "{ pages(where: {_change_block: {}}) { id } }",
            'Field "BlockChangedFilter.number_gte" of required type "Int!" was not provided.',
        ),
        said(
            "a filter that is no object",
            '{ pages(where: "x") { id } }',
            'Expected value of type "Page_filter", found "x".',
        ),
        said(
            "a filter that is a list", "{ pages(where: []) { id } }", 'Expected value of type "Page_filter", found [].'
        ),
        said("a variable that is not declared", "{ pages(first: $first) { id } }", 'Variable "$first" is not defined.'),
        said(
            "a variable that is not declared, in a named operation",
            "query Q { pages(first: $first) { id } }",
            'Variable "$first" is not defined by operation "Q".',
        ),
        said("a variable that is not used", "query ($x: Int) { pages { id } }", 'Variable "$x" is never used.'),
        said("a variable of an unknown type", "query ($x: Zzz) { pages(first: $x) { id } }", 'Unknown type "Zzz".'),
        said(
            "a variable of a type that is no input",
            "query ($x: Page) { pages(where: $x) { id } }",
            'Variable "$x" cannot be non-input type "Page".',
            'Variable "$x" of type "Page" used in position expecting type "Page_filter".',
        ),
        said(
            "a variable that does not fit its place",
            "query ($x: String) { pages(first: $x) { id } }",
            'Variable "$x" of type "String" used in position expecting type "Int".',
        ),
        said(
            "a variable that may be null where none may",
            "query ($x: ID) { page(id: $x) { id } }",
            'Variable "$x" of type "ID" used in position expecting type "ID!".',
        ),
        said(
            "an unknown order", "{ pages(orderBy: nope) { id } }", 'Value "nope" does not exist in "Page_orderBy" enum.'
        ),
        said(
            "an order in quotes",
            '{ pages(orderBy: "title") { id } }',
            'Enum "Page_orderBy" cannot represent non-enum value: "title". Did you mean the enum value "title"?',
        ),
        said(
            "a selection below a scalar",
            "{ pages { id { x } } }",
            'Field "id" must not have a selection since type "ID!" has no subfields.',
        ),
        said(
            "no selection below an entity",
            "{ pages { author } }",
            'Field "author" of type "Author" must have a selection of subfields. Did you mean "author { ... }"?',
        ),
        said(
            "one key for two fields",
            "{ a: pages { id } a: notes { id } }",
            'Fields "a" conflict because "pages" and "notes" are different fields. Use different aliases on the '
            "fields to fetch both if this was intentional.",
        ),
        said(
            "one key with two arguments",
            "{ pages(first: 1) { id } pages(first: 2) { id } }",
            'Fields "pages" conflict because they have differing arguments. Use different aliases on the fields to '
            "fetch both if this was intentional.",
        ),
        said("an unknown directive", "{ pages @foo { id } }", 'Unknown directive "@foo".'),
        said("an unknown fragment", "{ pages { ...F } }", 'Unknown fragment "F".'),
        said(
            "a fragment that is not used", "{ pages { id } } fragment F on Page { id }", 'Fragment "F" is never used.'
        ),
        said(
            "a fragment within itself",
            "{ pages { ...F } } fragment F on Page { links { ...F } }",
            'Cannot spread fragment "F" within itself.',
        ),
        said(
            "one argument twice",
            "{ pages(first: 1, first: 2) { id } }",
            'There can be only one argument named "first".',
        ),
        said(
            "one operation twice",
            "query A { pages { id } } query A { pages { id } }",
            'There can be only one operation named "A".',
        ),
        refuses(
            "2.14",
            "a required variable that is not given",
            "query ($id: ID!) { page(id: $id) { id } }",
            Wrong('Variable "$id" of required type "ID!" was not provided.', INPUT),
        ),
        refuses(
            "2.14",
            "a required variable that is null",
            "query ($id: ID!) { page(id: $id) { id } }",
            Wrong('Variable "$id" of non-null type "ID!" must not be null.', INPUT),
            id=None,
        ),
        refuses(
            "2.14",
            "a variable of the wrong type",
            "query ($n: Int) { pages(first: $n) { id } }",
            Wrong('Variable "$n" got invalid value "1"; Int cannot represent non-integer value: "1"', INPUT),
            n="1",
        ),
        refuses(
            "2.14",
            "a wrong value inside a variable",
            "query ($w: Page_filter) { pages(where: $w) { id } }",
            Wrong(
                'Variable "$w" got invalid value "x" at "w.or[1].words"; Int cannot represent non-integer value: "x"',
                INPUT,
            ),
            w={"or": [{"id": "a"}, {"words": "x"}]},
        ),
        refuses(
            "2.14",
            "an unknown key inside a variable",
            "query ($w: Page_filter) { pages(where: $w) { id } }",
            Wrong(
                'Variable "$w" got invalid value { zzz: 1 }; Field "zzz" is not defined by type "Page_filter".', INPUT
            ),
            w={"zzz": 1},
        ),
        refuses(
            "2.14",
            "an enum value that does not exist",
            "query ($k: Kind) { pages(where: {kind: $k}) { id } }",
            Wrong(
                'Variable "$k" got invalid value "NOPE"; Value "NOPE" does not exist in "Kind" enum. Did you mean the '
                'enum value "NOTE"?',
                INPUT,
            ),
            k="NOPE",
        ),
        refuses(
            "2.14",
            "a list for a single value",
            "query ($k: Kind) { pages(where: {kind: $k}) { id } }",
            Wrong(
                'Variable "$k" got invalid value ["NOTE"]; Enum "Kind" cannot represent non-string value: ["NOTE"]. '
                'Did you mean the enum value "NOTE"?',
                INPUT,
            ),
            k=["NOTE"],
        ),
        refuses(
            "2.14",
            "values of variables are repeated as JSON has them",
            "query ($n: Int, $ids: ID, $k: Kind) { pages(first: $n, where: {id: $ids, kind: $k}) { id } }",
            Wrong('Variable "$n" got invalid value true; Int cannot represent non-integer value: true', INPUT),
            Wrong(
                'Variable "$ids" got invalid value { x: [null] }; ID cannot represent value: { x: [null] }',
                INPUT,
            ),
            Wrong(
                'Variable "$k" got invalid value false; Enum "Kind" cannot represent non-string value: false.', INPUT
            ),
            n=True,
            ids={"x": [None]},
            k=False,
        ),
        refuses(
            "2.14",
            "quotes in the value of a variable",
            "query ($n: Int) { pages(first: $n) { id } }",
            Wrong(
                'Variable "$n" got invalid value "it\'s \\"x\\""; '
                'Int cannot represent non-integer value: "it\'s \\"x\\""',
                INPUT,
            ),
            n='it\'s "x"',
        ),
        said(
            "quotes in a value",
            """{ pages(where: {words: "it's 'x'"}) { id } }""",
            """Int cannot represent non-integer value: "it's 'x'\"""",
        ),
    ),
)
