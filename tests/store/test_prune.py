"""History that is cut: what can still be read afterwards, what is gone, and how much one block does for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.histories import NOW, commit, indexed, post

from docgraph.model.changes import DocumentKey, Gone
from docgraph.store import prune
from docgraph.store.prune import SLACK, earliest_due, prune_now

BLOCKS = 'select array_agg(number order by number) from docgraph_d1."$block"'
ENDED = 'select array_agg("$until" order by "$until") from docgraph_d1."post$history"'
NAMES = 'select array_agg(path order by path) from docgraph_d1."$gone"'
AT = """
select title from docgraph_d1.post where "$since" <= $1
union all select title from docgraph_d1."post$history" where "$since" <= $1 and "$until" > $1"""


async def blocks(writer, first: int, last: int) -> None:
    """Blocks with these numbers, in each of which the post is called as the block."""
    for number in range(first, last + 1):
        await commit(writer, indexed("a", post("1", str(number))))


@given(first=st.integers(1, 500), kept=st.integers(1, 300), last=st.integers(1, 2_000))
def test_what_is_wanted_is_kept_and_little_more(first: int, kept: int, last: int) -> None:
    due = earliest_due(first, last, kept)
    earliest = first if due is None else due
    assert due is None or first < due <= last
    assert last - earliest + 1 <= max(kept + max(1, kept // SLACK), last - first + 1 if due is None else 0)
    assert last - earliest + 1 >= min(kept, last - first + 1)


async def test_the_last_blocks_can_be_read_and_those_before_them_are_gone(writer_of, connection):
    async with writer_of(keep=10) as writer:
        await commit(writer, indexed("a", post("1", "1")))
        await writer.finish_first_load(NOW)
        await blocks(writer, 2, 11)
        assert await connection.fetchval(BLOCKS) == [*range(1, 12)]
        await blocks(writer, 12, 12)
        assert await connection.fetchval(BLOCKS) == [*range(3, 13)]
        assert await connection.fetchval(ENDED) == [*range(4, 13)]
        for number in range(3, 13):
            assert await connection.fetchval(AT, number) == str(number)
    async with writer_of(keep=10) as again:
        await blocks(again, 13, 14)
        assert await connection.fetchval(BLOCKS) == [*range(5, 15)]


async def test_without_a_bound_all_history_is_kept(writer_of, connection):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        await blocks(writer, 2, 40)
        assert await connection.fetchval(BLOCKS) == [*range(1, 41)]
        assert await connection.fetchval(ENDED) == [*range(3, 41)]


async def test_one_block_removes_a_bounded_number_of_versions_and_the_next_goes_on(writer_of, connection, monkeypatch):
    monkeypatch.setattr(prune, "AT_ONCE", 3)
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        await blocks(writer, 2, 20)
    async with writer_of(keep=1) as writer:
        left = []
        for number in range(21, 31):
            await blocks(writer, number, number)
            left.append(await connection.fetchval('select count(*) from docgraph_d1."post$history"'))
            assert await connection.fetchval(BLOCKS) == [number]
        assert left == [16, 14, 12, 10, 8, 6, 4, 2, 0, 0]


async def test_names_of_documents_that_are_gone_are_kept_as_long_as_history_speaks_of_them(writer_of, connection):
    async with writer_of(keep=2) as writer:
        await commit(writer, indexed("a", post("1", "1")), indexed("b", post("2", "b")))
        await writer.finish_first_load(NOW)
        await commit(writer, Gone(DocumentKey(0, "b")))
        assert await connection.fetchval(NAMES) == ["b"]
        await blocks(writer, 3, 3)
        assert await connection.fetchval(BLOCKS) == [2, 3]
        assert await connection.fetchval(NAMES) is None
        assert await connection.fetchval(ENDED) == [3]


async def test_pruning_by_hand_removes_all_at_once_beside_the_writer(writer_of, connection):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        await blocks(writer, 2, 20)
        assert await prune_now(connection, "shop", 5) == 14
        assert await prune_now(connection, "shop", 5) == 0
        assert await connection.fetchval(BLOCKS) == [*range(16, 21)]
        await blocks(writer, 21, 21)
        assert [await connection.fetchval(AT, number) for number in range(16, 22)] == [str(n) for n in range(16, 22)]
    assert await prune_now(connection, "nobody", 5) == 0


@pytest.mark.parametrize(("keep", "never"), [(1, 0), (10_000, 1)])
async def test_the_work_of_pruning_follows_an_index(writer_of, connection, keep, never):
    """Removing what ended reads no more of history than it removes."""
    async with writer_of(keep=keep) as writer:
        await writer.finish_first_load(NOW)
        await blocks(writer, 2, 8)
    assert (await connection.fetchval(ENDED) is not None) == bool(never)
    await connection.execute("set enable_seqscan = off")
    plan = await connection.fetch(
        'explain select ctid from docgraph_d1."post$history" where "$until" <= 5 order by "$until" limit 10'
    )
    assert "Index Scan" in plan[1]["QUERY PLAN"]
