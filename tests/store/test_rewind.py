"""Going back to a block: its rows are there again, and catching up ends where it would have ended anyway."""

from __future__ import annotations

import random

import pytest
from support.histories import (
    NOW,
    State,
    catching_up,
    commit,
    hash_of,
    indexed,
    leftovers,
    post,
    random_change,
    rebuild,
    rows,
)

from docgraph.model.changes import DocumentChange, DocumentKey, Failed, Gone
from docgraph.model.problem import Unavailable
from docgraph.store.deployment import deployment
from docgraph.store.prune import prune_now
from docgraph.store.rewind import rewind
from docgraph.store.served import served

HISTORIES = 25
STEPS = 5
STATE = """
select t, id, {columns} from (
  select '{table}' as t, * from (
    select id, {columns} from docgraph_d1.{table} where "$since" <= $1
    union all
    select id, {columns} from docgraph_d1."{table}$history" where "$since" <= $1 and "$until" > $1
  ) as versions
) as told order by id"""


async def state_at(connection, number: int) -> list[tuple[object, ...]]:
    """What entities there were at a block."""
    found: list[tuple[object, ...]] = []
    for table, columns in {"post": "title", "person": "name", "robot": "name"}.items():
        found += map(tuple, await connection.fetch(STATE.format(table=table, columns=columns), number))
    return found


async def go_back(connection, schema, number: int, fingerprint: bytes = b"one"):
    found = await served(connection, "shop")
    deployed = deployment(found.deployment, "shop", found.sources, schema, found.namespace)
    return await rewind(connection, deployed, fingerprint, number, NOW)


def sound_change(chance: random.Random, present: State) -> DocumentChange:
    while isinstance(change := random_change(chance, present), Failed):
        del present[change.key]
        return Gone(change.key)
    return change


async def test_after_any_history_the_rows_of_a_block_come_back_and_catching_up_equals_a_rebuild(
    writer_of, connection, schema
):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        namespace = writer.layout.namespace
    head = 1
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        present: State = {}
        numbers = [head]
        async with writer_of() as writer:
            for _ in range(STEPS):
                changes = [sound_change(chance, present) for _ in range(chance.randint(1, 5))]
                if (block := await commit(writer, *changes)) is not None:
                    numbers.append(block.number)
        states = {number: await state_at(connection, number) for number in numbers}
        back = chance.choice(numbers[:-1])
        block = await go_back(connection, schema, back)
        assert await state_at(connection, block.number) == states[back], f"seed {seed}"
        for number, state in states.items():
            assert await state_at(connection, number) == state, f"seed {seed}, block {number}"
        for _ in range(chance.randint(0, 4)):
            sound_change(chance, present)
        async with writer_of() as writer:
            changes, caught_up = catching_up(present, await writer.known(), chance), None
            for at in range(0, len(changes), 3):
                caught_up = await commit(writer, *changes[at : at + 3])
            assert await rows(connection, namespace) == rebuild(present), f"seed {seed}"
            assert caught_up is None or caught_up.hash == hash_of(present), f"seed {seed}"
            await commit(writer, *(Gone(key) for key in present))
            assert await leftovers(connection, namespace) == 0, f"seed {seed}"
            head = (await served(connection, "shop")).block


async def test_a_document_that_came_back_after_it_was_gone_owns_what_is_brought_back(writer_of, connection, schema):
    async with writer_of() as writer:
        await commit(writer, indexed("a", post("1", "old")))
        await writer.finish_first_load(NOW)
        await commit(writer, Gone(DocumentKey(0, "a")))
        await commit(writer, indexed("a", content="empty"))
    await go_back(connection, schema, 1)
    assert await connection.fetchval("select title from shop.post") == "old"
    async with writer_of() as writer:
        assert len(await writer.known()) == 1
        await commit(writer, indexed("a", content="empty"))
    assert await connection.fetchval("select count(*) from shop.post") == 0


async def test_going_back_is_refused_while_the_index_is_written_and_beyond_what_is_kept(writer_of, connection, schema):
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        for title in "abcd":
            await commit(writer, indexed("a", post("1", title)))
        with pytest.raises(Unavailable, match="another process is indexing"):
            await go_back(connection, schema, 2)
    await prune_now(connection, "shop", 3)
    for number in (0, 2, 5, 6):
        with pytest.raises(Unavailable, match="history is kept from block 3, the last is 5"):
            await go_back(connection, schema, number)
    assert (await served(connection, "shop")).block == 5
    assert (await go_back(connection, schema, 3)).number == 6
