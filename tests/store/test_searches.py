"""What a search looks in follows its row: into the current table, into history, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from docgraph.model.changes import DocumentKey, Indexed, Known, Save, Stat

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def saved(title: str) -> Indexed:
    content = title.encode().ljust(16, b".")
    known = Known(Stat(len(content), 0, 1), content[:16], b"c" * 16)
    return Indexed(DocumentKey(0, "a.md"), known, (Save("Post", "a", ("a", title, None, [], None, None)),))


async def searched(connection: Any, table: str) -> list[str]:
    rows = await connection.fetch(f'select "find_post$search"::text from docgraph_d1."{table}"')
    return [row[0] for row in rows]


async def test_a_version_takes_what_is_searched_of_it_into_history(writer_of: Any, connection: Any) -> None:
    async with writer_of() as writer:
        async with writer.block(NOW) as block:
            await block.apply((saved("Häuser"),))
        await writer.finish_first_load(NOW)
        async with writer.block(NOW) as block:
            await block.apply((saved("Bäume"),))
    assert await searched(connection, "post") == ["'a':1 'baum':2"]
    assert await searched(connection, "post$history") == ["'a':1 'haus':2"]


async def test_a_version_that_comes_back_within_its_block_is_found_again(writer_of: Any, connection: Any) -> None:
    async with writer_of() as writer:
        async with writer.block(NOW) as block:
            await block.apply((saved("Häuser"),))
        await writer.finish_first_load(NOW)
        async with writer.block(NOW) as block:
            await block.apply((saved("Bäume"),))
            await block.apply((saved("Häuser"),))
    assert await searched(connection, "post") == ["'a':1 'haus':2"]
    assert await searched(connection, "post$history") == []


async def test_the_views_do_not_show_what_is_searched(writer_of: Any, connection: Any) -> None:
    async with writer_of() as writer:
        async with writer.block(NOW) as block:
            await block.apply((saved("Häuser"),))
        await writer.finish_first_load(NOW)
    row = await connection.fetchrow("select * from shop.post")
    assert list(row.keys()) == ["id", "title", "author", "tags", "price", "color"]
