"""Round trips to Postgres, and milliseconds, of a block of one changed document, by what the document says.

    python benchmarks/round_trips.py [--edits 100] [--delay 1] [--statements]

Each kind of document is a project of its own with 200 documents. An indexer in this process takes in one edit after
another over a road that takes no time, then over one that takes `--delay` milliseconds each way, as to a database on
another machine. Statements are counted once they are prepared, which the first edits see to.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import msgspec
import psutil

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.model.events import Event, ProblemFound
from docgraph.store.commit import open_store
from docgraph.store.postgres import private_postgres
from measuring import cpu
from road import road

DOCUMENTS = 200
FIRST = 12  # edits that are not counted: statements are prepared, and plans are chosen after five times
MANIFEST = """\
specVersion: 1.0.0
schema: { file: ./schema.graphql }
dataSources:
"""
SOURCE = """\
  - kind: folder
    name: %(name)s
    source: { path: ./%(name)s }
    mapping:
      file: ./mappings/handlers.py
      entities: [%(entity)s]
      reads: [%(reads)s]
      documentHandlers: [{ handler: %(name)s }]
"""


class Kind(msgspec.Struct, frozen=True):
    """A project whose documents `notes/*.json` have `title`, `number` and `of`, the name of another document."""

    what: str
    schema: str
    mapping: str
    sources: tuple[tuple[str, str, str], ...] = (("notes", "Note", ""),)  # name, entities, reads


IMPORT = """\
from docgraph import Document
from generated.schema import %s

"""
KINDS = (
    Kind(
        "a plain entity",
        "type Note @entity { id: ID! title: String! number: Int! tags: [String!]! }",
        "def notes(document: Document) -> None:\n"
        "    said = document.data\n"
        "    Note(id=document.stem, title=said['title'], number=said['number'], tags=['a', 'b']).save()\n",
    ),
    Kind(
        "an entity that refers to another",
        'type Group @entity { id: ID! notes: [Note!]! @derivedFrom(field: "group") }\n'
        "type Note @entity { id: ID! title: String! group: Group! next: Note }",
        "def notes(document: Document) -> None:\n"
        "    said = document.data\n"
        "    Group(id=document.stem).save()\n"
        "    Note(id=document.stem, title=said['title'], group=document.stem, next=said['of']).save()\n",
        (("notes", "Note, Group", ""),),
    ),
    *(
        Kind(
            f"a shared entity, of which {what}, and one of its own",
            "type Group @entity(shared: true) { id: ID! sum: Int! @merge(fn: SUM) }\n"
            "type Note @entity { id: ID! title: String! group: Group! }",
            "def notes(document: Document) -> None:\n"
            "    said = document.data\n"
            f"    group = Group(id=said['of'][-1], sum=said['{summed}'])\n"
            "    group.save()\n"
            "    Note(id=document.stem, title=said['title'], group=group).save()\n",
            (("notes", "Note, Group", ""),),
        )
        for what, summed in (("the same is said", "size"), ("something else is said", "number"))
    ),
    *(
        Kind(
            f"an entity of which figures are kept, which {what}",
            'type Group @entity { id: ID! notes: [Note!]! @derivedFrom(field: "group")\n'
            '  sum: BigInt! @aggregate(of: "notes", fn: SUM, field: "summed") }\n'
            "type Note @entity { id: ID! title: String! summed: Int! group: Group! }",
            "def groups(document: Document) -> None:\n"
            "    Group(id=document.stem).save()\n\n\n"
            "def notes(document: Document) -> None:\n"
            "    said = document.data\n"
            f"    Note(id=document.stem, title=said['title'], summed=said['{summed}'], group=said['of']).save()\n",
            (("groups", "Group", ""), ("notes", "Note", "")),
        )
        for what, summed in (("stay", "size"), ("move", "number"))
    ),
    Kind(
        "a plain entity that nobody reads, where others read",
        "type Group @entity { id: ID! name: String! }\ntype Note @entity { id: ID! title: String! }\n"
        "type Read @entity { id: ID! name: String }",
        "def groups(document: Document) -> None:\n"
        "    Group(id=document.stem, name='a name').save()\n\n\n"
        "def notes(document: Document) -> None:\n"
        "    Note(id=document.stem, title=document.data['title']).save()\n\n\n"
        "async def readers(document: Document) -> None:\n"
        "    group = await Group.load(document.stem)\n"
        "    Read(id=document.stem, name=group and group.name).save()\n",
        (("groups", "Group", ""), ("notes", "Note", ""), ("readers", "Read", "Group")),
    ),
    Kind(
        "an entity made with what another says",
        "type Group @entity { id: ID! name: String! }\ntype Note @entity { id: ID! title: String! name: String }",
        "def groups(document: Document) -> None:\n"
        "    Group(id=document.stem, name='a name').save()\n\n\n"
        "async def notes(document: Document) -> None:\n"
        "    said = document.data\n"
        "    group = await Group.load(said['of'])\n"
        "    Note(id=document.stem, title=said['title'], name=group and group.name).save()\n",
        (("groups", "Group", ""), ("notes", "Note", "Group")),
    ),
)


class Cost(msgspec.Struct, frozen=True):
    """What blocks of one changed document cost."""

    trips: list[int]
    took: list[float]  # milliseconds from being told of the edit to the commit
    backend: float  # milliseconds of CPU that Postgres took for each, as far as its session did the work
    statements: list[str]  # of the first ones, when they were prepared


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--edits", type=int, default=100)
    arguments.add_argument("--delay", type=float, default=1.0, help="milliseconds, each way")
    arguments.add_argument("--statements", action="store_true", help="show what is said to Postgres")
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        asyncio.run(run(Path(folder), wanted))


async def run(folder: Path, wanted: argparse.Namespace) -> None:
    print(f"{'one changed document':68} trips  p50 ms  p99 ms  CPU of Postgres   {wanted.delay:g} ms away: p50   p99")
    async with private_postgres(folder / "postgres") as dsn:
        for number, kind in enumerate(KINDS):
            project = folder / f"project{number}"
            write(project, kind)
            near = await follow(project, dsn, 0.0, wanted.edits)
            far = await follow(project, dsn, wanted.delay / 1000, wanted.edits)
            print(
                f"{kind.what:68} {statistics.median(near.trips):5.0f} {middle(near.took):7.1f} {late(near.took):7.1f}"
                f" {near.backend:16.2f}   {middle(far.took):17.1f} {late(far.took):5.1f}"
            )
            if wanted.statements:
                for each in near.statements:
                    print("   ", " ".join(each.split())[:200])


def write(project: Path, kind: Kind) -> None:
    (project / "mappings").mkdir(parents=True)
    (project / "schema.graphql").write_text(kind.schema)
    entities = ", ".join(dict.fromkeys(entity for _, entity, _ in kind.sources))
    (project / "mappings" / "handlers.py").write_text(IMPORT % entities + kind.mapping)
    sources = [SOURCE % {"name": name, "entity": entity, "reads": reads} for name, entity, reads in kind.sources]
    (project / "subgraph.yaml").write_text(MANIFEST + "".join(sources))
    for name, _, _ in kind.sources:
        (project / name).mkdir()
        for number in range(DOCUMENTS):
            edit(project / name / f"note{number}.json", number, "as it was")


def edit(file: Path, number: int, title: str) -> None:
    at = number % DOCUMENTS
    said = {"title": f"{title} {number}", "number": number, "size": at, "of": f"note{(at * 7) % DOCUMENTS}"}
    beside = file.with_suffix(".beside")
    beside.write_bytes(msgspec.json.encode(said))
    beside.rename(file)


async def follow(root: Path, dsn: str, delay: float, edits: int) -> Cost:
    """Edit documents of the last source one after the other."""
    project = load_project(root, {})
    name = project.manifest.sources[-1 if "readers" not in [each.name for each in project.manifest.sources] else 1].name
    trips: list[int] = []
    took: list[float] = []
    statements: list[str] = []
    used = 0.0
    names = [source.name for source in project.manifest.sources]
    async with (
        road(dsn, 0.0) as way,
        open_store(way.dsn, root.name) as store,
        store.writer(project.schema, names, project.fingerprint) as writer,
    ):
        indexer = Indexer(project, writer, refuse_problems)
        await indexer.catch_up()
        backend = psutil.Process(writer._open_session().connection.get_server_pid())
        way.delay = delay
        for turn in range(FIRST + edits):
            file = root / name / f"note{turn % DOCUMENTS}.json"
            edit(file, DOCUMENTS * (turn + 1) + turn % DOCUMENTS, f"edit {delay}")
            before, told = way.trips, len(way.prepared)
            used = cpu([backend]) if turn == FIRST else used
            started = time.perf_counter()
            assert await indexer.follow([str(file)]) is not None
            if turn >= FIRST:
                took.append((time.perf_counter() - started) * 1000)
                trips.append(way.trips - before)
            elif turn == 0:
                statements = way.prepared[told:]
        used = cpu([backend]) - used
        way.delay = 0.0
    return Cost(trips, took, used / edits * 1000, statements)


def refuse_problems(event: Event) -> None:
    assert not isinstance(event, ProblemFound), event


def middle(took: list[float]) -> float:
    return statistics.median(took)


def late(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


if __name__ == "__main__":
    main()
