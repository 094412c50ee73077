"""More events than the operating system keeps: what was dropped is found by the next check."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from support.projects import write_item, write_items_project

LIMIT = Path("/proc/sys/fs/inotify/max_queued_events")
MOST = 50_000  # events that a test may make
PATIENCE = 60.0  # seconds; only a hang is this long
CHILD = """\
import asyncio, sys
from pathlib import Path
from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.events import BlockCommitted
from docgraph.store.commit import open_store

def told(event):
    if isinstance(event, BlockCommitted):
        print(event.block.number, event.what, flush=True)

async def main():
    project = load_project(Path(sys.argv[1]), {})
    async with open_store(sys.argv[2], "shop") as store:
        async with store.writer(project.schema, ["Groups", "Items"], project.fingerprint) as writer:
            await Indexer(project, writer, told).watch(check_every=1.0)

asyncio.run(main())
"""


def events_kept() -> int:
    """How many events wait until somebody takes them."""
    if not LIMIT.exists() or (kept := int(LIMIT.read_text())) > MOST:
        pytest.skip("this system keeps more events than a test may make, or does not say how many")
    return kept


async def test_what_an_overflowing_queue_of_events_has_dropped_is_found_by_the_check(dsn: str, tmp_path: Path) -> None:
    kept = events_kept()
    project = write_items_project(tmp_path / "shop", 2)
    files = [write_item(project, number, name=f"item {number}") for number in range(2)]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        str(project),
        dsn,
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            assert (await child.stdout.readline()).startswith(b"1 ")
            child.send_signal(signal.SIGSTOP)
            for number in range(kept + 1_000):  # of two files in turn: equal events that follow each other are one
                os.utime(files[number % 2])
            write_item(project, 7, name="nobody told of it")
            child.send_signal(signal.SIGCONT)
            assert (await child.stdout.readline()) == b"2 items/i000007.json\n"
    finally:
        child.kill()
        await child.wait()
