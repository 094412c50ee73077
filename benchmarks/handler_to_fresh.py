"""Seconds from saving a handler to an answer that it made, while the API goes on answering.

    python benchmarks/handler_to_fresh.py FOLDER_OF_EIPS [--edits 5]

Runs `docgraph dev` over a copy of the folder. Each edit of the handler changes what it says of every proposal, so all
are run again and come in one block. What the block took is told apart from what came before and after it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from proposals import Proposals, proposals

PATIENCE = 60.0  # seconds until an edit counts as lost
QUERY = 'query { proposal(id: "1") { title } }'
SAYS = 'title=front.get("title")'


class Block(msgspec.Struct, frozen=True):
    documents: int
    seconds: float  # from what began it to its commit


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("documents", type=Path)
    arguments.add_argument("--edits", type=int, default=5)
    wanted = arguments.parse_args()
    with proposals(wanted.documents) as copied:
        asyncio.run(run(copied, wanted.edits))


async def run(copied: Proposals, edits: int) -> None:
    handler = copied.project / "mappings" / "proposals.py"
    text = handler.read_text(encoding="utf-8")
    assert SAYS in text
    started = time.monotonic()
    async with developing(copied) as (address, blocks), httpx.AsyncClient(base_url=address) as client:
        await see(client, "", started)
        print(f"first answer after {time.monotonic() - started:.2f} s, the start of the private Postgres included")
        beside: list[float] = []
        for turn in range(edits):
            await asyncio.sleep(2.5)  # the block before is past what counts as just written
            blocks.clear()
            saved = time.monotonic()
            handler.write_text(text.replace(SAYS, f'title="turn {turn}"'), encoding="utf-8")
            asked = await see(client, f"turn {turn}", saved)
            took = time.monotonic() - saved
            async with asyncio.timeout(PATIENCE):
                while not blocks:  # noqa: ASYNC110 - another process says it
                    await asyncio.sleep(0.01)
            beside.append(took - blocks[-1].seconds)
            print(
                f"{took:.2f} s, of which {blocks[-1].seconds:.2f} s were the run of {blocks[-1].documents} documents; "
                f"{asked} answers meanwhile"
            )
        print(f"beside the run of the documents: median {statistics.median(beside):.2f} s, most {max(beside):.2f} s")


async def see(client: httpx.AsyncClient, title: str, since: float) -> int:
    """Ask until the answer shows the title, or any if none is wanted; returns how often."""
    asked = 0
    while time.monotonic() - since < PATIENCE:
        answer = await client.post("/graphql", json={"query": QUERY})
        asked += 1
        found = answer.json().get("data") if answer.status_code == httpx.codes.OK else None
        assert found or not title, answer.text  # the API is up throughout, once it has answered
        if found and found["proposal"] and title in found["proposal"]["title"]:
            return asked
        await asyncio.sleep(0.005)
    raise TimeoutError


@asynccontextmanager
async def developing(copied: Proposals) -> AsyncIterator[tuple[str, list[Block]]]:
    """The server's address once it listens, and the blocks that it commits, which grow."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "docgraph", "dev", "--port", "0", "--log", "json", "--project", str(copied.project)),
        stderr=asyncio.subprocess.PIPE,
        env=copied.environment,
    )
    assert process.stderr is not None
    blocks: list[Block] = []
    async for line in process.stderr:
        if (told := msgspec.json.decode(line))["event"] == "Listening":
            break
    hearing = asyncio.create_task(hear(process.stderr, blocks))
    try:
        yield told["address"], blocks
    finally:
        process.terminate()
        await process.wait()
        await hearing


async def hear(said: asyncio.StreamReader, blocks: list[Block]) -> None:
    async for line in said:
        told = msgspec.json.decode(line)
        if told["event"] == "BlockCommitted":
            blocks.append(Block(told["block"]["documents"], told["seconds"]))


if __name__ == "__main__":
    main()
