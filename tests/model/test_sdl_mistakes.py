"""Every mistake that a schema can hold: where it is told, what is said, and how to mend it.

A ▸ in the schemas below stands right before the place that the problem must name.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.problem import Location, Problem, Problems, SchemaProblem
from docgraph.model.sdl import read_schema

GOLDEN = Path(__file__).parent / "golden"

SERIES = "type S @entity(timeseries: true) { id: Int8! timestamp: Timestamp! n: Int! big: BigInt! s: String! }\n"


def stats(fields: str, directive: str = '@aggregation(intervals: ["hour"], source: "S")') -> str:
    return SERIES + f"type T {directive} {{ id: Int8! timestamp: Timestamp!\n{fields} }}"


COUNT = 'c: Int! @aggregate(fn: "count")'
PAGE = "type Page @entity { id: ID! title: String! }\n"
SHARED = "type A @entity(shared: true) { "
COMPUTED = (
    "type B @entity { id: ID! a: A x: Int xs: [Int!] t: String }\n"
    'type A @entity { id: ID! b: [B!]! @derivedFrom(field: "a") '
)


def search(arguments: str) -> str:
    mark = "" if "▸" in arguments else "▸"
    return f"type _Schema_\n  {mark}@fulltext({arguments})\n{PAGE}"


INCLUDE = 'include: [{ entity: "Page", fields: [{ name: "title" }] }]'

MISTAKES: dict[str, tuple[str, str, str]] = {
    # syntax
    "syntax": ("type A @entity {\n  id ▸ID!\n}", "Expected ':', found Name 'ID'", "write name: Type"),
    "open brace": ("type A @entity {\n  id: ID!▸", "found <EOF>", "close it"),
    "no fields": ("type A @entity {▸}", "Expected Name", "at least one field"),
    "stray word": ("▸typ A @entity { id: ID! }", "Unexpected Name 'typ'", "a declaration begins with type"),
    "empty": ("# nothing▸", "the schema is empty", "declare an entity"),
    "no entity": ("enum ▸E { A }", "declares no entity", "declare one"),
    # declarations
    "type twice": (PAGE + "type ▸Page @entity { id: ID! }", "Page is declared twice", "the first stands in line 1"),
    "field twice": ("type A @entity { id: ID!\n a: Int\n ▸a: Int }", "A.a is declared twice", "rename one"),
    "extend": (PAGE + "extend type ▸Page { a: Int }", "extend is not supported", "into the declaration"),
    "query": (PAGE + "▸{ a }", "does not belong into a schema", "only type declarations"),
    "reserved type": ("type ▸__A @entity { id: ID! }\n" + PAGE, "begins with __", "another name"),
    "reserved field": ("type A @entity { id: ID! ▸__a: Int }", "begins with __", "another name"),
    "field whose filters are reserved": ("type A @entity { id: ID! ▸_: Int }", "would begin with __", "another name"),
    "type whose filter is reserved": ("type ▸_ @entity { id: ID! }\n" + PAGE, "would begin with __", "another name"),
    "field called as a constant": ("type A @entity { id: ID! ▸null: Int }", "named in an order", "another name"),
    "no @entity": (PAGE + "type ▸A { id: ID! }", "the type A has no @entity", "type A @entity"),
    "both": (SERIES + "type A @entity ▸@aggregation { id: ID! }", "both @entity and @aggregation", "one of the two"),
    "NUL": ('"a\\u0000"\ntype ▸A @entity { id: ID! }', "description of A holds a NUL", "take it out"),
    # directives
    "misspelt directive": (
        'type A @entity { id: ID! b: [A!] ▸@derivedfrom(field: "b") }',
        "unknown directive",
        "@derivedFrom",
    ),
    "directive twice": ("type A @entity ▸@entity { id: ID! }", "@entity stands twice", "keep one"),
    "unknown argument": (
        "type A @entity(▸imutable: true) { id: ID! }",
        "no argument imutable",
        "did you mean immutable?",
    ),
    "argument twice": (
        "type A @entity(immutable: true, ▸immutable: true) { id: ID! }",
        "immutable of @entity stands twice",
        "keep one",
    ),
    "not a boolean": ('type A @entity(immutable: ▸"yes") { id: ID! }', "must be true or false", "without quotes"),
    "singular": ('type A @entity(singular: ▸"1a") { id: ID! }', "must be the name of a query field", "in quotes"),
    "shared and immutable": (
        "type A ▸@entity(shared: true, immutable: true) { id: ID! }",
        "shared and immutable",
        "take",
    ),
    "merge of owned": (
        "type A @entity { id: ID! n: Int ▸@merge(fn: SUM) }",
        "@merge of A.n has no effect",
        "@entity(shared: true)",
    ),
    "merge of id": (SHARED + "id: ID! ▸@merge(fn: LAST) }", "A.id cannot be merged", "take @merge away"),
    "merge of derived": (
        SHARED + 'id: ID! b: [B!]! @derivedFrom(field: "a") ▸@merge(fn: UNION) }\ntype B @entity { id: ID! a: A }',
        "A.b cannot be merged",
        "take @merge away",
    ),
    "merge unknown": (SHARED + "id: ID! n: Int ▸@merge(fn: SUMM) }", "needs fn", "did you mean SUM?"),
    "merge without fn": (SHARED + "id: ID! n: Int ▸@merge }", "needs fn", "use one of LAST"),
    "sum of text": (
        SHARED + "id: ID! n: String ▸@merge(fn: SUM) }",
        "SUM is of a number, and A.n is String",
        "another",
    ),
    "least of lists": (SHARED + "id: ID! n: [Int!] ▸@merge(fn: MIN) }", "MIN is of a number", "another type"),
    "union of one": (SHARED + "id: ID! n: Int ▸@merge(fn: UNION) }", "UNION is of lists", "write [Int!]!"),
    "union of JSON": (SHARED + "id: ID! n: [JSON!] ▸@merge(fn: UNION) }", "values of JSON have no order", "COLLECT"),
    "and of numbers": (SHARED + "id: ID! n: Int ▸@merge(fn: AND) }", "AND is of a Boolean", "another type"),
    "aggregate of nothing": ("type A @entity { id: ID! n: Int ▸@aggregate(fn: COUNT) }", "does not say of what", "of:"),
    "aggregate of unknown": (
        COMPUTED + 'n: Int ▸@aggregate(of: "bb", fn: COUNT) }',
        "of bb, which is no derived list of A",
        "did you mean b?",
    ),
    "aggregate function": (COMPUTED + 'n: Int ▸@aggregate(of: "b", fn: MEAN) }', "needs fn", "use one of COUNT, SUM"),
    "aggregate of derived": (
        COMPUTED + 'n: [B!]! @derivedFrom(field: "a") ▸@aggregate(of: "b", fn: COUNT) }',
        "A.n cannot be a figure",
        "a field of its own",
    ),
    "aggregate with arg": (
        COMPUTED + 'n: Int ▸@aggregate(of: "b", fn: COUNT, arg: "x") }',
        "arg has no meaning",
        "belongs into aggregations",
    ),
    "aggregate of no field": (
        COMPUTED + 'n: Int8 ▸@aggregate(of: "b", fn: SUM) }',
        "does not say of which field of B",
        'field: "…"',
    ),
    "aggregate of list": (
        COMPUTED + 'n: Int8 ▸@aggregate(of: "b", fn: SUM, field: "xs") }',
        "of B.xs, which is no plain stored field",
        "one value",
    ),
    "count of a field": (COMPUTED + 'n: Int ▸@aggregate(of: "b", fn: COUNT, field: "x") }', "not values of x", "away"),
    "count as text": (COMPUTED + 'n: ▸String @aggregate(of: "b", fn: COUNT) }', "no whole number", "write Int!"),
    "sum too narrow": (
        COMPUTED + 'n: ▸Int @aggregate(of: "b", fn: SUM, field: "x") }',
        "does not hold every SUM of Int",
        "use Int8 or BigInt or BigDecimal",
    ),
    "greatest that must be": (
        COMPUTED + 'n: ▸Int! @aggregate(of: "b", fn: MAX, field: "x") }',
        "MAX of nothing is",
        "write Int, without !",
    ),
    "sum of texts": (
        COMPUTED + 'n: Int8 ▸@aggregate(of: "b", fn: SUM, field: "t") }',
        "SUM is not of String",
        "another",
    ),
    "aggregate of interface": (
        'interface I { id: ID! n: Int ▸@aggregate(of: "b", fn: COUNT) }\ntype A @entity { id: ID! }',
        "I is an interface, which computes nothing",
        "at the entities alone",
    ),
    "skipDuplicates": ("type A ▸@entity(skipDuplicates: true) { id: ID! }", "needs immutable: true", "add immutable"),
    "index without fields": ("type A @entity ▸@index { id: ID! }", "@index needs fields", "@index(fields:"),
    "index of numbers": ("type A @entity @index(fields: ▸[1]) { id: ID! }", "@index needs fields", "@index(fields:"),
    "index unknown": ('type A @entity ▸@index(fields: ["titel"]) { id: ID! title: Int }', "names titel", "mean title?"),
    "index twice": ('type A @entity ▸@index(fields: ["a", "a"]) { id: ID! a: Int }', "stands twice", "each field once"),
    "index list": ('type A @entity ▸@index(fields: ["a"]) { id: ID! a: [Int!] }', "a list", "plain stored fields"),
    # ids
    "no id": ("type ▸A @entity { name: String }", "A has no field id", "add: id: ID!"),
    "no id in interface": (PAGE + "interface ▸I { name: String }", "I has no field id", "add: id: ID!"),
    "id type": ("type A @entity { id: ▸Int! }", "the id of A has the type Int!", "ID!, String!, Bytes!, Int8!"),
    "id list": ("type A @entity { id: ▸[ID!]! }", "the id of A has the type [ID!]!", "ID!"),
    "id null": ("type A @entity { id: ▸ID }", "may be null", "write id: ID!"),
    # interfaces, unions, enums
    "interface unknown": (
        "interface Named { id: ID! }\ntype A implements ▸Name @entity { id: ID! }",
        "the interface Name is not defined",
        "did you mean Named?",
    ),
    "not an interface": (PAGE + "type A implements ▸Page @entity { id: ID! }", "Page is an entity", "only interfaces"),
    "implements twice": (
        "interface I { id: ID! }\ntype A implements I & ▸I @entity { id: ID! }",
        "implements I twice",
        "name it once",
    ),
    "implements itself": (PAGE + "interface I implements ▸I { id: ID! }", "implements itself", "take implements I"),
    "interface field missing": (
        "interface I { id: ID! a: [Int!]! }\ntype ▸A implements I @entity { id: ID! }",
        "lacks the field a of the interface I",
        "add: a: [Int!]!",
    ),
    "interface field type": (
        "interface I { id: ID! a: Int }\ntype A implements I @entity { id: ID! a: ▸Int! }",
        "A.a has the type Int!, but the interface I says Int",
        "write a: Int",
    ),
    "mixed ids": (
        "interface I { id: ID! }\ntype A implements I @entity { id: ID! }\ninterface ▸J { x: Int id: Bytes! }\n"
        "type B implements J @entity { id: Bytes! x: Int }\ntype C implements J @entity { id: Int8! x: Int }",
        "mix id types: B has Bytes, C has Int8",
        "the same id type",
    ),
    "union unknown": (PAGE + "union U = Page | ▸Pag", "Pag in the union U is not defined", "did you mean Page?"),
    "union of interfaces": (PAGE + "interface I { id: ID! } union U = ▸I", "is an interface", "entities only"),
    "union twice": (PAGE + "union U = Page | ▸Page", "stands twice in the union", "name it once"),
    "union empty": (PAGE + "union ▸U", "has no members", "= A | B"),
    "union ids": (PAGE + "type B @entity { id: Bytes! }\nunion ▸U = Page | B", "mix id types", "the same id type"),
    "enum value twice": (PAGE + "enum E { A\n  ▸A }", "the value A of E is declared twice", "name it once"),
    "enum value long": (PAGE + "enum E { ▸" + "A" * 64 + " }", "longer than 63 bytes", "shorten it"),
    "scalar": (PAGE + "scalar ▸Money", "custom scalars are not supported: Money", "use one of BigDecimal"),
    # fields
    "type unknown": (
        "type A @entity { id: ID!\n b: [▸Bee!]! }\ntype Bees @entity { id: ID! }",
        "Bee, which is not defined",
        "Bees?",
    ),
    "type foreign": ("type A @entity { id: ID! a: ▸uint256 }", "uint256, which is not defined", "did you mean BigInt?"),
    "type in other case": ("type A @entity { id: ID! a: ▸string }", "string, which is not defined", "mean String?"),
    "input as type": (PAGE + "input P { a: Int } type A @entity { id: ID! p: ▸P }", "is an input type", "use a scalar"),
    "arguments": ("type A @entity { id: ID! a(▸first: Int): Int }", "A.a declares arguments", "take them away"),
    "nested list": ("type A @entity { id: ID! a: ▸[[Int!]!]! }", "A.a is a list of lists", "one list"),
    "aggregation stored": (
        stats(COUNT) + "type A @entity { id: ID! s: ▸T }",
        "cannot store a reference to the aggregation T",
        "derive it",
    ),
    # derived fields
    "one derived from an aggregation": (
        stats(COUNT) + 'type A @entity { id: ID! s: ▸T @derivedFrom(field: "id") }',
        "A.s is one T, but an aggregation has a row for each interval",
        "write s: [T!]!",
    ),
    "derived without field": (
        "type A @entity { id: ID! b: [A!] ▸@derivedFrom }",
        "no argument field",
        "write @derived",
    ),
    "derived from no text": (
        "type A @entity { id: ID! b: [A!] @derivedFrom(field: ▸a) }",
        "must be text",
        'quote it: "a"',
    ),
    "derived from a scalar": (
        'type A @entity { id: ID! b: ▸Int @derivedFrom(field: "a") }',
        "Int is no entity or interface",
        "refers back",
    ),
    "derived from nothing": (
        'type A @entity { id: ID! b: [B!] @derivedFrom(field: ▸"ownr") }\ntype B @entity { id: ID! owner: A }',
        "derived from B.ownr, which does not exist",
        "did you mean owner?",
    ),
    "derived from another type": (
        PAGE + 'type A @entity { id: ID! b: [B!] @derivedFrom(field: ▸"p") }\ntype B @entity { id: ID! p: Page }',
        "derived from B.p, which is of type Page, not A",
        "the type of B.p must be A",
    ),
    "derived from derived": (
        'type A @entity { id: ID! b: [B!] @derivedFrom(field: ▸"a") }\n'
        'type B @entity { id: ID! c: A a: A @derivedFrom(field: "z") }',
        "which is derived itself",
        "must be stored",
    ),
    "derived ids differ": (
        'type A @entity { id: ID! b: B @derivedFrom(field: ▸"id") }\ntype B @entity { id: Bytes! }',
        "A and B cannot share ids: ID is not Bytes",
        "the same id type",
    ),
    # names
    "scalar name": (PAGE + "type ▸Date @entity { id: ID! }", "Date is the name of a built-in scalar", "another name"),
    "API name": (PAGE + "type ▸Query @entity { id: ID! }", "Query is kept for the API", "another name"),
    "generated name": (PAGE + "type ▸Page_filter @entity { id: ID! }", "kept for the API of Page", "another name"),
    "query fields": (
        "type Tag @entity { id: ID! }\ntype ▸Tags @entity { id: ID! }",
        "the query field tags of Tags collides with one of Tag",
        "singular:",
    ),
    "connection field": (PAGE + "type ▸PagesConnection @entity { id: ID! }", "pagesConnection", "singular:"),
    "own query fields": ('type ▸A @entity(singular: "x", plural: "x") { id: ID! }', "one of itself", "singular:"),
    "_source": ("type A @entity { id: ID!  ▸_source: String }", "_source is kept for the API", "another name"),
    "_meta": ('type ▸A @entity(singular: "_meta") { id: ID! }', "collides with one of the API itself", "singular:"),
    "tables": (
        "type NFTPool @entity { id: ID! }\ntype ▸NftPool @entity { id: ID! }",
        "NftPool and NFTPool would both be called nft_pool in Postgres",
        "rename one",
    ),
    "columns": ("type A @entity { id: ID! userID: Int\n ▸userId: Int }", "both be called user_id", "rename one"),
    "system column": ("type A @entity { id: ID! ▸xmin: Int }", "which Postgres keeps for itself", "another name"),
    # fulltext
    "_Schema_ fields": ("type _Schema_ { ▸a: Int }\n" + PAGE, "_Schema_ has fields", "take the fields away"),
    "_Schema_ directive": ("type _Schema_ ▸@import(a: 1)\n" + PAGE, "has the directive @import", "only @fulltext"),
    "no name": (search(f"language: en, algorithm: rank, {INCLUDE}"), "needs a name", "write name"),
    "no language": (search(f'name: "q", algorithm: rank, {INCLUDE}'), "has no language", "one of simple"),
    "no algorithm": (search(f'name: "q", language: en, {INCLUDE}'), "has no algorithm", "rank, proximityRank"),
    "no include": (search('name: "q", language: en, algorithm: rank'), "has no include", "write include"),
    "language": (
        search(f'name: "q", language: ▸xx, algorithm: rank, {INCLUDE}'),
        "the language xx of @fulltext is not known",
        "use one of simple",
    ),
    "algorithm quoted": (
        search(f'name: "q", language: en, algorithm: ▸"rank", {INCLUDE}'),
        'the algorithm "rank" of @fulltext is not known',
        "without quotes: algorithm: rank",
    ),
    "fulltext name taken": (
        search(f'name: ▸"pages", language: en, algorithm: rank, {INCLUDE}'),
        "the fulltext search pages collides with a query field of Page",
        "another name",
    ),
    "entity unknown": (
        search('name: "q", language: en, algorithm: rank, include: [{ entity: ▸"Pag", fields: [{ name: "title" }] }]'),
        "Pag is no entity",
        "did you mean Page?",
    ),
    "field unknown": (
        search('name: "q", language: en, algorithm: rank, include: [{ entity: "Page", fields: [{ name: ▸"titel" }] }]'),
        "Page has no field titel",
        "did you mean title?",
    ),
    "two entities": (
        search(
            'name: "q", language: en, algorithm: rank, '
            'include: [{ entity: "Page", fields: [{ name: "title" }] }, ▸{ entity: "Page" }]'
        ),
        "searches one entity only",
        "another @fulltext",
    ),
    # timeseries and aggregations
    "mutable series": (
        "type S @entity(timeseries: true, immutable: ▸false) { id: Int8! timestamp: Timestamp! }",
        "cannot be mutable",
        "immutable: false away",
    ),
    "series id": (
        "type S @entity(timeseries: true) { id: ▸ID! timestamp: Timestamp! }",
        "has the type ID!",
        "id: Int8!",
    ),
    "no timestamp": ("type ▸S @entity(timeseries: true) { id: Int8! }", "no field timestamp", "timestamp: Timestamp!"),
    "timestamp type": (
        "type S @entity(timeseries: true) { id: Int8! timestamp: ▸Int8! }",
        "S.timestamp has the type Int8!",
        "write timestamp: Timestamp!",
    ),
    "no source": (stats(COUNT, '▸@aggregation(intervals: ["hour"])'), "has no source", "name a timeseries"),
    "source no text": (
        stats(COUNT, '@aggregation(intervals: ["hour"], source: ▸S)'),
        "source of T must be text",
        "quote",
    ),
    "source unknown": (stats(COUNT, '@aggregation(intervals: ["hour"], source: ▸"X")'), "is no entity", "timeseries"),
    "source no series": (
        PAGE.replace("ID!", "Int8!") + stats(COUNT, '@aggregation(intervals: ["hour"], source: ▸"Page")'),
        "the source Page of T is no timeseries",
        "@entity(timeseries: true)",
    ),
    "no intervals": (stats(COUNT, '▸@aggregation(source: "S")'), "has no intervals", "write intervals"),
    "empty intervals": (
        stats(COUNT, '@aggregation(intervals: ▸[], source: "S")'),
        "at least one text",
        "write intervals",
    ),
    "unknown interval": (
        stats(COUNT, '@aggregation(intervals: ▸["daay"], source: "S")'),
        "unknown interval daay",
        "day?",
    ),
    "no aggregates": (
        SERIES + 'type ▸T @aggregation(intervals: ["hour"], source: "S") { id: Int8! timestamp: Timestamp! }',
        "aggregates nothing",
        "@aggregate",
    ),
    "dimension unknown": (stats(f"{COUNT}\n▸x: Int"), "neither aggregated nor a field of S", "add @aggregate"),
    "dimension type": (stats(f"{COUNT}\nn: ▸String!"), "T.n has the type String!, but S.n Int!", "write n: Int!"),
    "derived": (stats(f'{COUNT}\n▸s: String! @derivedFrom(field: "x")'), "T.s is derived", "take @derivedFrom"),
    "no fn": (stats('a: Int! ▸@aggregate(arg: "n")'), "has no fn", "write fn"),
    "unknown fn": (stats('a: Int! @aggregate(fn: ▸"summ", arg: "n")'), 'unknown fn "summ"', "did you mean sum?"),
    "no arg": (stats('a: Int! ▸@aggregate(fn: "sum")'), "has no arg", "name a field of S"),
    "arg no text": (stats("a: Int! @aggregate(fn: sum, arg: ▸n)"), "arg of T.a must be text", 'quote it: "n"'),
    "arg unknown": (stats('a: Int! @aggregate(fn: sum, arg: ▸"m + 1")'), "names m", "use fields of S"),
    "arg not allowed": (stats('a: Int! @aggregate(fn: sum, arg: ▸"now()")'), "the function now is not allowed", "use"),
    "arg too wide": (
        stats('a: ▸Int! @aggregate(fn: sum, arg: "big")'),
        "too narrow for big of type BigInt",
        "a: BigInt!",
    ),
    "arg no number": (stats('a: Int! @aggregate(fn: sum, arg: ▸"s")'), "needs a number, but s", "Int"),
    "result no number": (stats("a: ▸String! @aggregate(fn: count)"), "which count cannot give", "use one of Int"),
    "last of another type": (stats('a: ▸Bytes! @aggregate(fn: last, arg: "n")'), "T.a has the type Bytes", "a: Int!"),
    "cumulative": (
        stats('a: Int! @aggregate(fn: count, cumulative: ▸"maybe")'),
        "must be true or false",
        "cumulative: true",
    ),
    "aggregation id": (
        SERIES + 'type T @aggregation(intervals: ["hour"], source: "S") { id: ▸Bytes! timestamp: Timestamp! c: Int! '
        '@aggregate(fn: "count") }',
        "that of its source S has Int8!",
        "write id: Int8!",
    ),
}


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as raised:
        read_schema(text)
    return raised.value.problems


@pytest.mark.parametrize(("marked", "what", "mend"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_at_its_place_with_a_remedy(marked: str, what: str, mend: str) -> None:
    before = marked[: marked.index("▸")]
    text = marked.replace("▸", "")
    place = Location("schema.graphql", before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    found = [problem for problem in problems_of(text) if problem.at == place and what in problem.what]
    assert found, "\n".join(map(str, problems_of(text)))
    assert mend in found[0].mend
    assert all(isinstance(problem, SchemaProblem) for problem in problems_of(text))


ALONE = set(MISTAKES) - {
    "both",
    "mixed ids",
    "derived",
    "derived from derived",
    "implements itself",
    "own query fields",
}


@pytest.mark.parametrize("name", sorted(ALONE))
def test_one_mistake_is_told_once(name: str) -> None:
    text = MISTAKES[name][0].replace("▸", "")
    assert len(problems_of(text)) == 1, "\n".join(map(str, problems_of(text)))


def test_ten_mistakes_are_told_in_the_order_of_their_places() -> None:
    text = (GOLDEN / "ten_mistakes.graphql").read_text()
    assert "\n".join(map(str, problems_of(text))) + "\n" == (GOLDEN / "ten_mistakes.txt").read_text()


def test_brackets_without_end_are_a_problem_and_no_crash() -> None:
    assert "nested too deeply" in problems_of("type A @entity { x: " + "[" * 100_000)[0].what


@given(st.text(max_size=60) | st.text(alphabet='typeAB@entity(){}[]!:"= \n|&', max_size=80))
@settings(max_examples=150)
def test_any_text_is_either_a_schema_or_has_problems(text: str) -> None:
    try:
        read_schema(text)
    except Problems as raised:
        found = raised.problems
    else:
        return
    assert found
    assert all(problem.at.line and problem.at.column and problem.mend for problem in found)
