"""Where the time of a first index goes: CPU of the client for each step of one document.

    python benchmarks/steps.py [--documents 20000] [--markdown]

Writes the documents of `growth.py`, or the same as Markdown with front matter, and takes them through the indexer's
own functions one step after the other; each was read before, so that they are in the page cache. Times are CPU of this
process, not of Postgres.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from docgraph.formats import FORMATS
from docgraph.indexer.block import run_plan
from docgraph.indexer.decide import content_hash, decide
from docgraph.indexer.files import FileMemory
from docgraph.indexer.look import Survey, look_everywhere
from docgraph.indexer.project import Project, feeds_of, load_project
from docgraph.indexer.run import now, run
from docgraph.indexer.work import CHUNK, Work
from docgraph.model.changes import DocumentChange
from docgraph.model.known import KnownDocuments
from docgraph.server.database import database
from docgraph.server.memory import rare_collections
from docgraph.server.settings import read_settings
from docgraph.store.commit import open_store
from items import SETTLED, write_all
from measuring import connected, cpu, warm

HERE = Path(__file__).resolve().parent
HANDLED = Path("mappings") / "items.py"
SERVING = """
select pid from pg_stat_activity where backend_type = 'client backend' and datname = current_database()"""


class Steps:
    """CPU seconds by step, in the order in which they were taken."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        self._began = time.process_time()

    def begin(self) -> None:
        self._began = time.process_time()

    def end(self, step: str) -> None:
        self.taken[step] = self.taken.get(step, 0.0) + time.process_time() - self._began
        self._began = time.process_time()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=20_000)
    arguments.add_argument("--markdown", action="store_true")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        with rare_collections():
            asyncio.run(measure(Path(folder), wanted.documents, markdown=wanted.markdown))


async def measure(folder: Path, count: int, *, markdown: bool) -> None:
    project, documents = folder / "growth", folder / "documents"
    shutil.copytree(HERE / "growth", project)
    write_all(documents, count)
    if markdown:
        as_markdown(project, documents)
    await asyncio.sleep(SETTLED)
    settings = read_settings(project, environment=os.environ | {"DOCUMENTS": str(documents)})
    loaded, steps = load_project(settings.project, settings.environment), Steps()
    warm(documents)
    changes = await run_all(loaded, steps)
    assert len(changes) == count
    async with database(settings) as dsn:
        serving = await store_all(dsn, loaded, changes, steps)
    print(f"{count:,} documents, µs of CPU for each")
    for step, seconds in steps.taken.items():
        print(f"{step:44}{seconds / count * 1e6:8.1f}")
    print(f"{'together':44}{sum(steps.taken.values()) / count * 1e6:8.1f}")
    print(f"{'beside it, in Postgres':44}{serving / count * 1e6:8.1f}")


def as_markdown(project: Path, documents: Path) -> None:
    """Let the documents be Markdown: the body below, everything else as front matter."""
    handler = project / HANDLED
    handler.write_text(handler.read_text().replace('item["body"]', "document.body"))
    for file in sorted(documents.rglob("*.json")):
        told = json.loads(file.read_bytes())
        body = told.pop("body")
        lines = [f"{key}: {each if isinstance(each, str) else json.dumps(each)}" for key, each in told.items()]
        file.with_suffix(".md").write_text("\n".join(["---", *lines, "---", body, ""]))
        file.unlink()


async def run_all(project: Project, steps: Steps) -> list[DocumentChange]:
    """What became of each document. What is part of running it is taken out of it."""
    feeds = feeds_of(project)
    (feed,) = feeds
    steps.begin()
    plan = decide((), look_everywhere(feeds, Survey()))
    steps.end("look what is there, decide")
    contents = [(key.path, feed.source.read(key.path)[0]) for key in plan.read]
    steps.end("open and read")
    for _, content in contents:
        content_hash(content)
    steps.end("hash of the content")
    reader = FORMATS["markdown" if contents[0][0].endswith(".md") else "json"]
    for path, content in contents:
        reader.parse(content, path)
    steps.end("parse")
    before = sum(steps.taken[each] for each in ("open and read", "hash of the content", "parse"))
    work = Work(feeds, KnownDocuments(), FileMemory({}), lambda event: None, run, lambda change: False)
    steps.begin()
    changes = [each async for chunk in run_plan(plan, work) for each in chunk]
    steps.end("handler, values, what it said")
    steps.taken["handler, values, what it said"] -= before
    return changes


async def store_all(dsn: str, project: Project, changes: Sequence[DocumentChange], steps: Steps) -> float:
    """Store the changes as a first load does. Returns the CPU seconds that Postgres had from it."""
    sources = [feed.name for feed in feeds_of(project)]
    async with (
        open_store(dsn, "growth") as store,
        store.writer(project.schema, sources, project.fingerprint) as writer,
        connected(dsn) as connection,
    ):
        await writer.known()
        serving = [psutil.Process(pid) for (pid,) in await connection.fetch(SERVING)]
        spent = cpu(serving)
        steps.begin()
        for start in range(0, len(changes), CHUNK):
            async with writer.block(now()) as block:
                await block.apply(changes[start : start + CHUNK])
        steps.end("rows: encode, hash, decide, COPY")
        await writer.finish_first_load(now())
        steps.end("indexes, figures, the block")
        return cpu(serving) - spent


if __name__ == "__main__":
    main()
