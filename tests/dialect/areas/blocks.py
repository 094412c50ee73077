"""Reading at a block, `_meta`, and what happens while documents have problems.

Blocks 1 to 3. Page a is another before block 2, x is gone since block 3, e is there since block 3.
"""

from __future__ import annotations

from dialect.case import BLOCK, INPUT, Area, Case, Wrong, answers, fails, refuses, rows

NO_SUCH = "subgraph d1 has only indexed up to block number 3 and data for block number"
FIRST = "subgraph d1 only has data starting at block number 1 and data for block number"
CHOOSE = "Invalid value provided for argument `block`: give one of `number`, `hash` and `number_gte`"
META = "{ block { number hash timestamp parentHash } deployment hasIndexingErrors }"
START = 1767225600  # 2026-01-01T00:00:00Z, seconds since 1970; block n is made n seconds later


def _hash(number: int) -> str:
    return f"0x{number:02x}" + f"{number:02x}" * 31


def _beyond(argument: str, number: int, *path: str) -> Wrong:
    return Wrong(
        f"Failed to decode `{argument}` value: `{NO_SUCH} {number} is therefore not yet available`", BLOCK, path
    )


def _before(number: int, *path: str) -> Wrong:
    message = f"Failed to decode `block.number` value: `{FIRST} {number} is therefore not available`"
    return Wrong(message, BLOCK, path)


def _unknown(*path: str) -> Wrong:
    return Wrong("Failed to decode `block.hash` value: `no block with that hash found`", BLOCK, path)


def _at(block: str, ids: str) -> Case:
    return answers("2.11", f"pages(block: {block})", f"{{ pages(block: {block}) {{ id }} }}", {"pages": rows(ids)})


def _meta(name: str, argument: str, number: int, *, told: bool = True) -> Case:
    block = {
        "number": number,
        "hash": _hash(number) if told else None,
        "timestamp": START + number if told else None,
        "parentHash": _hash(number - 1) if told and number > 1 else None,
    }
    data = {"_meta": {"block": block, "deployment": "d1", "hasIndexingErrors": False}}
    return answers("2.11", name, f"{{ _meta{argument} {META} }}", data)


BLOCKS = Area(
    "Blocks and _meta",
    "pages",
    (
        _at("{number: 3}", "a b c d e"),
        _at("{number: 2}", "a b c d x"),
        _at("{number: 1}", "a b c d x"),
        _at("null", "a b c d e"),
        _at(f'{{hash: "{_hash(3)}"}}', "a b c d e"),
        _at(f'{{hash: "{_hash(2)}"}}', "a b c d x"),
        _at(f'{{hash: "{_hash(1)[2:]}"}}', "a b c d x"),
        _at("{number_gte: 3}", "a b c d e"),
        _at("{number_gte: 1}", "a b c d e"),
        _at("{number_gte: -5}", "a b c d e"),
        _at(f'{{hash: "{_hash(1)}", number: 3}}', "a b c d x"),
        _at("{number: 2, number_gte: 1}", "a b c d x"),
        _at("{number: 2, hash: null}", "a b c d x"),
        answers(
            "2.11",
            "an entity as it was",
            '{ page(id: "a", block: {number: 1}) { title kind words } }',
            {"page": {"title": "Begin", "kind": "NOTE", "words": 10}},
        ),
        answers(
            "2.11",
            "an entity as it is",
            '{ page(id: "a") { title kind words } }',
            {"page": {"title": "Start", "kind": "GUIDE", "words": 30}},
        ),
        answers(
            "2.11",
            "an entity that was",
            '{ page(id: "x", block: {number: 2}) { title } }',
            {"page": {"title": "Deleted"}},
        ),
        answers("2.11", "an entity that is no more", '{ page(id: "x") { title } }', {"page": None}),
        answers(
            "2.11", "an entity that was not yet", '{ page(id: "e", block: {number: 2}) { title } }', {"page": None}
        ),
        answers(
            "2.11",
            "children are of the same block",
            '{ note(id: "n1", block: {number: 1}) { page { title notes { id } } } }',
            {"note": {"page": {"title": "Begin", "notes": rows("n1 n2")}}},
        ),
        answers(
            "2.11",
            "filters on children are of the same block",
            '{ notes(block: {number: 1}, where: {page_: {title: "Begin"}}) { id } now: notes(where: {page_: {title: '
            '"Begin"}}) { id } }',
            {"notes": rows("n1 n2"), "now": []},
        ),
        answers(
            "2.11",
            "orders are of the same block",
            "{ pages(block: {number: 1}, orderBy: words) { id } }",
            {"pages": rows("x d a c b")},
        ),
        answers(
            "2.11",
            "an interface at a block",
            "{ docs(block: {number: 2}) { id } }",
            {"docs": rows("a b c d n1 n2 n3 n4 x")},
        ),
        answers(
            "2.11",
            "two blocks in one request",
            "{ now: pages(first: 1) { title } then: pages(first: 1, block: {number: 1}) { title } }",
            {"now": [{"title": "Start"}], "then": [{"title": "Begin"}]},
        ),
        answers(
            "2.11",
            "a block in variables",
            "query ($b: Block_height) { pages(first: 1, block: $b) { title } }",
            {"pages": [{"title": "Begin"}]},
            b={"number": 1},
        ),
        answers(
            "2.11",
            "a block that is not given in variables",
            "query ($b: Block_height) { pages(first: 1, block: $b) { title } }",
            {"pages": [{"title": "Start"}]},
        ),
        answers(
            "2.11",
            "a number in a variable",
            "query ($n: Int!) { pages(first: 1, block: {number: $n}) { title } }",
            {"pages": [{"title": "Begin"}]},
            n=1,
        ),
        answers(
            "2.11",
            "_change_block at an earlier block",
            "{ pages(block: {number: 2}, where: {_change_block: {number_gte: 2}}) { id } }",
            {"pages": rows("a")},
        ),
        fails(
            "2.11",
            "beyond the latest block",
            "{ pages(block: {number: 4}) { id } }",
            None,
            _beyond("block.number", 4, "pages"),
        ),
        fails(
            "2.11",
            "an entity beyond the latest block",
            '{ page(id: "a", block: {number: 9}) { id } }',
            {"page": None},
            _beyond("block.number", 9, "page"),
        ),
        fails(
            "2.11",
            "a block that does not come",
            "{ pages(block: {number_gte: 4}) { id } }",
            None,
            _beyond("block.number_gte", 4, "pages"),
        ),
        fails("2.11", "before the earliest block", "{ pages(block: {number: 0}) { id } }", None, _before(0, "pages")),
        fails(
            "2.11",
            "a negative number",
            '{ page(id: "a", block: {number: -1}) { id } }',
            {"page": None},
            _before(-1, "page"),
        ),
        fails(
            "2.11",
            "an unknown hash",
            f'{{ page(id: "a", block: {{hash: "{_hash(9)}"}}) {{ id }} }}',
            {"page": None},
            _unknown("page"),
        ),
        fails(
            "2.11", "a short hash", '{ page(id: "a", block: {hash: "0x01"}) { id } }', {"page": None}, _unknown("page")
        ),
        fails(
            "2.11",
            "one block that is there and one that is not",
            '{ a: page(id: "a") { id } b: page(id: "a", block: {number: 4}) { id } }',
            {"a": {"id": "a"}, "b": None},
            _beyond("block.number", 4, "b"),
        ),
        refuses("2.11", "an empty block", "{ pages(block: {}) { id } }", Wrong(CHOOSE, INPUT, ("pages",))),
        refuses(
            "2.11",
            "a block of nulls",
            "{ pages(block: {number: null, hash: null}) { id } }",
            Wrong(CHOOSE, INPUT, ("pages",)),
        ),
        refuses(
            "2.11",
            "a hash that is none",
            '{ pages(block: {hash: "zz"}) { id } }',
            Wrong('Bytes cannot represent this value: "zz" is not hexadecimal', "GRAPHQL_VALIDATION_FAILED"),
        ),
        refuses(
            "2.11",
            "a number that is too large",
            "{ pages(block: {number: 3000000000}) { id } }",
            Wrong("Int cannot represent non 32-bit signed integer value: 3000000000", "GRAPHQL_VALIDATION_FAILED"),
        ),
        refuses(
            "2.3",
            "children have no block",
            "{ pages { links(block: {number: 1}) { id } } }",
            Wrong('Unknown argument "block" on field "Page.links".', "GRAPHQL_VALIDATION_FAILED"),
        ),
        _meta("_meta at the latest block", "", 3),
        _meta("_meta at a hash", f'(block: {{hash: "{_hash(2)}"}})', 2),
        _meta("_meta of the first block", f'(block: {{hash: "{_hash(1)}"}})', 1),
        _meta("_meta at a least number", "(block: {number_gte: 2})", 3),
        _meta("_meta at a number tells only the number", "(block: {number: 2})", 2, told=False),
        answers(
            "2.11",
            "_meta with data and aliases",
            "{ m: _meta { b: block { n: number __typename } __typename } pages(first: 1) { id } }",
            {"m": {"b": {"n": 3, "__typename": "_Block_"}, "__typename": "_Meta_"}, "pages": rows("a")},
        ),
        answers(
            "2.11",
            "_meta twice",
            "{ _meta { block { number } } then: _meta(block: {number: 1}) { block { number } } }",
            {"_meta": {"block": {"number": 3}}, "then": {"block": {"number": 1}}},
        ),
        fails(
            "2.11",
            "_meta beyond the latest block",
            "{ _meta(block: {number: 4}) { block { number } } }",
            {"_meta": None},
            _beyond("block.number", 4, "_meta"),
        ),
        refuses(
            "2.3",
            "_meta has no policy",
            "{ _meta(subgraphError: deny) { deployment } }",
            Wrong('Unknown argument "subgraphError" on field "Query._meta".', "GRAPHQL_VALIDATION_FAILED"),
        ),
    ),
)

DENIED = Wrong("indexing_error", "INDEXING_ERROR")
SOME = {"page": {"id": "a"}}

# A document has a problem since block 2.
POLICY = Area(
    "subgraphError",
    "troubled",
    (
        answers(
            "2.11",
            "problems hold nothing back by default",
            '{ page(id: "a") { id } _meta { hasIndexingErrors } }',
            SOME | {"_meta": {"hasIndexingErrors": True}},
        ),
        answers(
            "2.11", "problems hold nothing back where allowed", '{ page(id: "a", subgraphError: allow) { id } }', SOME
        ),
        answers(
            "2.11",
            "before the problem there is none",
            '{ page(id: "a", block: {number: 1}, subgraphError: deny) { id } _meta(block: {number: 1}) { '
            "hasIndexingErrors } }",
            SOME | {"_meta": {"hasIndexingErrors": False}},
        ),
        answers(
            "2.11",
            "a policy in a variable",
            'query ($p: _SubgraphErrorPolicy_!) { page(id: "a", subgraphError: $p) { id } }',
            SOME,
            p="allow",
        ),
        answers(
            "2.11",
            "a policy that is not given",
            'query ($p: _SubgraphErrorPolicy_) { page(id: "a", subgraphError: $p) { id } }',
            SOME,
        ),
        answers(
            "2.11",
            "_meta alone is always told",
            "{ _meta { hasIndexingErrors } }",
            {"_meta": {"hasIndexingErrors": True}},
        ),
        fails("2.11", "deny gives no data", '{ page(id: "a", subgraphError: deny) { id } }', None, DENIED),
        fails(
            "2.11",
            "deny at the block of the problem",
            '{ page(id: "a", block: {number: 2}, subgraphError: deny) { id } }',
            None,
            DENIED,
        ),
        fails(
            "2.11",
            "deny counts for the whole request",
            "{ pages(subgraphError: deny) { id } notes { id } }",
            None,
            DENIED,
        ),
        fails(
            "2.11",
            "deny leaves _meta",
            "{ pages(subgraphError: deny) { id } _meta { hasIndexingErrors block { number } } }",
            {"_meta": {"hasIndexingErrors": True, "block": {"number": 3}}},
            DENIED,
        ),
        fails(
            "2.11",
            "deny leaves the schema",
            '{ pages(subgraphError: deny) { id } __type(name: "Kind") { name } }',
            {"__type": {"name": "Kind"}},
            DENIED,
        ),
        fails(
            "2.11",
            "deny in a variable",
            'query ($p: _SubgraphErrorPolicy_!) { page(id: "a", subgraphError: $p) { id } }',
            None,
            DENIED,
            p="deny",
        ),
    ),
)
