"""What fails again and again is tried again more and more seldom, and at once when it works."""

from __future__ import annotations

from pathlib import Path

import asyncpg
from support.processes import docgraph, finished
from support.projects import write_item, write_items_project

FULL = """
create function full_disk() returns trigger language plpgsql as $$
begin raise sqlstate '53100' using message = 'could not extend file: No space left on device'; end $$;
create trigger full_disk before insert on docgraph_d1."$block" for each row execute function full_disk()"""


async def test_a_database_without_room_is_tried_more_and_more_seldom_until_there_is_some(
    dsn: str, tmp_path: Path
) -> None:
    project = write_items_project(tmp_path / "shop", 3)
    environment = {"DATABASE_URL": dsn}
    connection = await asyncpg.connect(dsn)
    try:
        async with docgraph("index", "--watch", "--log", "json", project=project, environment=environment) as running:
            await running.event("BlockCommitted")
            await connection.execute(FULL)
            write_item(project, 1, name="waits for room")
            await running.event("Retrying", 5)
            told = running.events("Retrying")
            assert all("ran out of something: could not extend file" in each["what"] for each in told)
            delays = [each["delay"] for each in told[:5]]
            assert delays[0] <= 0.1
            assert delays[4] >= 4 * 0.1
            assert len(running.events("BlockCommitted")) == 1
            await connection.execute("drop function full_disk cascade")
            await running.event("BlockCommitted", 2)
            names = await connection.fetch("select name from shop.item order by id")
            assert [row["name"] for row in names] == ["item 0", "waits for room", "item 2"]
        code, _, said = await finished("verify", folder=project, environment=environment)
        assert code == 0, said
    finally:
        await connection.close()
