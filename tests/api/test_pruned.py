"""Where history has been cut: what is asked of before is refused, and what is left is told without it."""

from __future__ import annotations

SCHEMA = """
type Page @entity { id: ID!  title: String!  author: Author }
type Author @entity { id: ID!  name: String! }
"""


async def cut_index(make):
    """A page of block 1, whose author was renamed by blocks 2 and 4, and history from block 3 on."""
    index = await make(
        SCHEMA,
        {
            "Page": [{"id": "a", "title": "A", "author": "x", "$since": 1}],
            "Author": [
                {"id": "x", "name": "second", "$since": 2, "$until": 4},
                {"id": "x", "name": "third", "$since": 4},
            ],
        },
    )
    for number in (2, 3, 4):
        await index.block(number)
    await index.connection.execute('delete from docgraph_d1."$block" where number < 3')
    return index


async def test_a_block_that_is_no_longer_kept_is_refused_with_the_earliest_that_is(make):
    index = await cut_index(make)
    (message,) = await index.errors("{ pages(block: {number: 2}) { id } }")
    assert message == (
        "Failed to decode `block.number` value: `subgraph d1 only has data starting at block number 3 "
        "and data for block number 2 is therefore not available`"
    )
    assert await index.errors('{ pages(block: {hash: "0x' + "02" * 32 + '"}) { id } }')
    assert await index.data("{ authors(block: {number: 3}) { name } }") == {"authors": [{"name": "second"}]}


async def test_a_version_from_before_the_cut_leads_to_what_was_there_at_the_cut(make):
    index = await cut_index(make)
    told = await index.data('{ pageHistory(id: "a") { since node { title author { name } } } }')
    assert told == {"pageHistory": [{"since": 1, "node": {"title": "A", "author": {"name": "second"}}}]}


async def test_the_earliest_block_that_is_kept_has_no_parent(make):
    index = await cut_index(make)
    told = await index.data('{ _meta(block: {hash: "0x' + "03" * 32 + '"}) { block { number parentHash } } }')
    assert told == {"_meta": {"block": {"number": 3, "parentHash": None}}}
