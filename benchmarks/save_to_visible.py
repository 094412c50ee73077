"""Milliseconds from saving a document to seeing it in a GraphQL answer, through the real watcher, index and HTTP.

    python benchmarks/save_to_visible.py FOLDER_OF_EIPS [EDITS]

Runs `docgraph dev` over a copy of the folder on the private Postgres, edits one
proposal after another, and asks over one HTTP connection until the answer shows the edit.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import msgspec

ROOT = Path(__file__).resolve().parents[1]
POLL = 0.0005  # seconds between an answer and the next question; without a pause the questions delay what they wait for
QUERY = "query ($id: ID!) { proposal(id: $id) { title } }"


def main(documents: Path, edits: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy, project = Path(folder, "EIPs"), Path(folder, "eips")
        copy.mkdir()
        for file in documents.rglob("eip-*.md"):
            shutil.copyfile(file, copy / file.name)  # the content alone: the original may be read-only
        shutil.copytree(ROOT / "examples" / "eips", project)
        asyncio.run(develop(project, copy, sorted(copy.rglob("eip-*.md"))[:edits]))


async def develop(project: Path, documents: Path, files: Sequence[Path]) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "docgraph", "dev", "--port", "0", "--log", "json", "--project", str(project)),
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"EIPS": str(documents)},
    )
    try:
        await measure(process, files)
    finally:
        process.terminate()
        await process.wait()


async def measure(process: asyncio.subprocess.Process, files: Sequence[Path]) -> None:
    assert process.stderr is not None
    address, started = "", time.perf_counter()
    async for line in process.stderr:
        told = msgspec.json.decode(line)
        address = told.get("address", address)
        if told["event"] == "BlockCommitted":
            print(f"{told['block']['documents']} documents indexed after {time.perf_counter() - started:.2f} s")
            break
    draining = asyncio.create_task(process.stderr.read())
    took: list[float] = []
    async with httpx.AsyncClient(base_url=address) as client:
        for number, file in enumerate(files):
            asked = {"query": QUERY, "variables": {"id": file.stem.removeprefix("eip-")}}
            title = f"edit {number}"
            text = file.read_text(encoding="utf-8")
            lines = [line for line in text.splitlines(keepends=True) if not line.startswith("title:")]
            edited = "".join([lines[0], f"title: {title}\n", *lines[1:]])
            saved = time.perf_counter()
            file.write_text(edited, encoding="utf-8")
            await see(client, asked, title)
            took.append((time.perf_counter() - saved) * 1000)
    draining.cancel()
    took.sort()
    print(
        f"{len(took)} edits: p50 {statistics.median(took):.1f} ms, p90 {took[int(len(took) * 0.9)]:.1f} ms, "
        f"p99 {took[int(len(took) * 0.99)]:.1f} ms, max {took[-1]:.1f} ms"
    )


async def see(client: httpx.AsyncClient, asked: dict[str, object], title: str) -> None:
    """Ask until the answer shows the title."""
    while True:
        answer = (await client.post("/graphql", json=asked)).json()
        if answer["data"]["proposal"]["title"] == title:
            return
        await asyncio.sleep(POLL)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60)
