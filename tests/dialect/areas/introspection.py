"""What the API says about itself. Its types, whole: `test_api_schema.py`."""

from __future__ import annotations

from dialect.case import Area, Wrong, answers, fails, rows

INTROSPECTION = Area(
    "Introspection",
    "pages",
    (
        answers(
            "2.14",
            "the roots of the schema",
            "{ __schema { queryType { name } mutationType { name } } }",
            {"__schema": {"queryType": {"name": "Query"}, "mutationType": None}},
        ),
        answers(
            "2.4",
            "the order of directions",
            '{ __type(name: "OrderDirection") { kind enumValues { name } } }',
            {"__type": {"kind": "ENUM", "enumValues": [{"name": "asc"}, {"name": "desc"}]}},
        ),
        answers(
            "2.4",
            "Block_height",
            '{ __type(name: "Block_height") { kind inputFields { name type { name } defaultValue } } }',
            {
                "__type": {
                    "kind": "INPUT_OBJECT",
                    "inputFields": [
                        {"name": "hash", "type": {"name": "Bytes"}, "defaultValue": None},
                        {"name": "number", "type": {"name": "Int"}, "defaultValue": None},
                        {"name": "number_gte", "type": {"name": "Int"}, "defaultValue": None},
                    ],
                }
            },
        ),
        answers(
            "2.4",
            "BlockChangedFilter",
            '{ __type(name: "BlockChangedFilter") { inputFields { name type { kind ofType { name } } } } }',
            {
                "__type": {
                    "inputFields": [{"name": "number_gte", "type": {"kind": "NON_NULL", "ofType": {"name": "Int"}}}]
                }
            },
        ),
        answers(
            "2.4",
            "_SubgraphErrorPolicy_",
            '{ __type(name: "_SubgraphErrorPolicy_") { enumValues { name } } }',
            {"__type": {"enumValues": [{"name": "allow"}, {"name": "deny"}]}},
        ),
        answers(
            "2.4",
            "_Meta_",
            '{ __type(name: "_Meta_") { fields { name type { kind ofType { name } } } } }',
            {
                "__type": {
                    "fields": [
                        {"name": name, "type": {"kind": "NON_NULL", "ofType": {"name": of}}}
                        for name, of in (
                            ("block", "_Block_"),
                            ("deployment", "String"),
                            ("hasIndexingErrors", "Boolean"),
                        )
                    ]
                }
            },
        ),
        answers(
            "2.4",
            "_Block_",
            '{ __type(name: "_Block_") { fields { name type { kind name } } } }',
            {
                "__type": {
                    "fields": [
                        {"name": "hash", "type": {"kind": "SCALAR", "name": "Bytes"}},
                        {"name": "number", "type": {"kind": "NON_NULL", "name": None}},
                        {"name": "timestamp", "type": {"kind": "SCALAR", "name": "Int"}},
                        {"name": "parentHash", "type": {"kind": "SCALAR", "name": "Bytes"}},
                    ]
                }
            },
        ),
        *(
            answers(
                "2.4",
                f"the scalar {name}",
                f'{{ __type(name: "{name}") {{ kind name }} }}',
                {"__type": {"kind": "SCALAR", "name": name}},
            )
            for name in (
                "Boolean",
                "ID",
                "Int",
                "Float",
                "String",
                "BigDecimal",
                "Bytes",
                "BigInt",
                "Int8",
                "Timestamp",
            )
        ),
        answers(
            "2.4",
            "the directives",
            "{ __schema { directives { name } } }",
            {
                "__schema": {
                    "directives": [
                        {"name": each}
                        for each in (
                            "include",
                            "skip",
                            "deprecated",
                            "specifiedBy",
                            "oneOf",
                            "derivedFrom",
                            "entity",
                            "subgraphId",
                        )
                    ]
                }
            },
        ),
        answers("2.14", "a type that is not there", '{ __type(name: "Nope") { name } }', {"__type": None}),
        answers(
            "2.14",
            "an enum of the schema",
            '{ __type(name: "Kind") { enumValues { name isDeprecated } } }',
            {
                "__type": {
                    "enumValues": [{"name": "GUIDE", "isDeprecated": False}, {"name": "NOTE", "isDeprecated": False}]
                }
            },
        ),
        answers(
            "2.14",
            "an interface and who implements it",
            '{ __type(name: "Doc") { kind fields { name } possibleTypes { name } } }',
            {
                "__type": {
                    "kind": "INTERFACE",
                    "fields": [{"name": "id"}, {"name": "title"}, {"name": "_source"}],
                    "possibleTypes": [{"name": "Page"}, {"name": "Note"}],
                }
            },
        ),
        answers(
            "2.14",
            "an entity and its interfaces",
            '{ __type(name: "Note") { kind interfaces { name } possibleTypes { name } } }',
            {"__type": {"kind": "OBJECT", "interfaces": [{"name": "Doc"}], "possibleTypes": None}},
        ),
        answers(
            "2.6.2",
            "the orders of Page",
            '{ __type(name: "Page_orderBy") { enumValues { name } } }',
            {
                "__type": {
                    "enumValues": [
                        {"name": each}
                        for each in ("id", "title", "kind", "words", "size", "author", "author__id", "author__name")
                    ]
                }
            },
        ),
        answers(
            "2.6.2",
            "the orders of Note",
            '{ __type(name: "Note_orderBy") { enumValues { name } } }',
            {
                "__type": {
                    "enumValues": [
                        {"name": each}
                        for each in (
                            "id",
                            "title",
                            "page",
                            "page__id",
                            "page__title",
                            "page__kind",
                            "page__words",
                            "page__size",
                        )
                    ]
                }
            },
        ),
        answers(
            "2.14",
            "introspection beside data",
            '{ pages(first: 1) { id } __type(name: "Kind") { name } __typename }',
            {"pages": rows("a"), "__type": {"name": "Kind"}, "__typename": "Query"},
        ),
        fails(
            "2.14",
            "introspection beside data with an error",
            '{ __type(name: "Kind") { name } note(id: "n4") { page { id } } }',
            {"__type": {"name": "Kind"}, "note": None},
            Wrong("Null value resolved for non-null field `page`", "NULL_VALUE", ("note", "page")),
        ),
    ),
)
