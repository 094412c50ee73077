"""What can break, by kind. Each breaks something while documents are edited; `World.mend` puts back what it leaves."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from random import Random

from soak.project import FOLDERS, Author
from soak.world import World


class Trouble:
    """One fault under way: the world, the author who edits meanwhile, and chance."""

    def __init__(self, world: World, author: Author, chance: Random) -> None:
        self.world, self.author, self.chance = world, author, chance


async def kill_the_working_indexer(trouble: Trouble) -> None:
    await trouble.world.kill_indexer(trouble.world.working())


async def kill_the_indexer_at_a_statement(trouble: Trouble) -> None:
    world = trouble.world
    working = world.working()
    world.proxy.cut_at(trouble.chance.randint(1, 60), working.process.kill)
    await edit_for(trouble, 1.0)
    world.proxy.cut_at(None)
    await world.kill_indexer(working)


async def kill_both_indexers_and_edit(trouble: Trouble) -> None:
    """All events of what is edited now are lost."""
    for each in [*trouble.world.indexers]:
        await trouble.world.kill_indexer(each)
    for _ in range(trouble.chance.randint(1, 40)):
        trouble.author.edit()


async def stop_an_indexer_for_a_while(trouble: Trouble) -> None:
    world = trouble.world
    stopped = trouble.chance.choice([world.working(), world.indexers[-1]])
    world.send(stopped, signal.SIGSTOP)
    await edit_for(trouble, trouble.chance.uniform(1, 12))
    world.send(stopped, signal.SIGCONT)


async def kill_postgres(trouble: Trouble) -> None:
    await asyncio.to_thread(trouble.world.server.kill)
    await edit_for(trouble, trouble.chance.uniform(0, 3))


async def kill_a_session_of_postgres(trouble: Trouble) -> None:
    if sessions := await trouble.world.sessions():
        trouble.world.server.kill_a_session(trouble.chance.choice(sessions))


async def restart_postgres_fast(trouble: Trouble) -> None:
    await asyncio.to_thread(trouble.world.server.stop, "fast")
    await edit_for(trouble, trouble.chance.uniform(0, 3))


async def restart_postgres_at_once(trouble: Trouble) -> None:
    await asyncio.to_thread(trouble.world.server.stop, "immediate")
    await edit_for(trouble, trouble.chance.uniform(0, 3))


async def end_all_sessions(trouble: Trouble) -> None:
    await trouble.world.end_sessions()


async def cut_all_connections(trouble: Trouble) -> None:
    trouble.world.proxy.cut()


async def cut_at_a_statement(trouble: Trouble) -> None:
    trouble.world.proxy.cut_at(trouble.chance.randint(1, 60))
    await edit_for(trouble, 1.0)
    trouble.world.proxy.cut_at(None)


async def lose_the_answer_to_a_commit(trouble: Trouble) -> None:
    trouble.world.proxy.lose_answer_to(b"COMMIT")
    await edit_for(trouble, 0.5)


async def let_the_network_be_silent(trouble: Trouble) -> None:
    trouble.world.proxy.open.clear()
    await edit_for(trouble, trouble.chance.uniform(1, 12))
    trouble.world.proxy.open.set()


async def fill_the_disk_of_postgres(trouble: Trouble) -> None:
    await asyncio.to_thread(trouble.world.server.fill_disk)
    await edit_for(trouble, trouble.chance.uniform(1, 4))
    trouble.world.server.free_disk()


async def edit_a_handler(trouble: Trouble) -> None:
    trouble.author.edit_handler()


async def edit_the_schema(trouble: Trouble) -> None:
    trouble.author.edit_schema()


async def edit_the_schema_and_kill_postgres(trouble: Trouble) -> None:
    trouble.author.edit_schema()
    await edit_for(trouble, trouble.chance.uniform(0, 1.5))
    await asyncio.to_thread(trouble.world.server.kill)


async def take_a_source_away_for_a_moment(trouble: Trouble) -> None:
    folder = trouble.world.root / trouble.chance.choice(FOLDERS)
    away = folder.with_name("away")
    folder.rename(away)
    await edit_for(trouble, trouble.chance.uniform(0, 1))
    away.rename(folder)


async def edit_for(trouble: Trouble, seconds: float) -> None:
    """Edit for so many seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        trouble.author.edit()
        await asyncio.sleep(trouble.chance.uniform(0, 0.2))


FAULTS: Mapping[str, Callable[[Trouble], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        kill_the_working_indexer,
        kill_the_indexer_at_a_statement,
        kill_both_indexers_and_edit,
        stop_an_indexer_for_a_while,
        kill_postgres,
        kill_a_session_of_postgres,
        restart_postgres_fast,
        restart_postgres_at_once,
        end_all_sessions,
        cut_all_connections,
        cut_at_a_statement,
        lose_the_answer_to_a_commit,
        let_the_network_be_silent,
        fill_the_disk_of_postgres,
        edit_a_handler,
        edit_the_schema,
        edit_the_schema_and_kill_postgres,
        take_a_source_away_for_a_moment,
    )
}
