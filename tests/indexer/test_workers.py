"""Documents run in workers: the same rows, problems and log lines as without, whoever dies on the way."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from support.processes import docgraph, finished

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.jobs import Job, recipe_of, work
from docgraph.indexer.project import Project, load_project
from docgraph.indexer.run import Runner, run
from docgraph.indexer.workers import Pool, Workers, processes, runners
from docgraph.model.changes import DocumentKey
from docgraph.model.events import AuthorLogged, Event, ProblemFound
from docgraph.sources.notes import SourceAway
from docgraph.store.commit import open_store
from docgraph.store.served import served

SOURCE = """\
  - kind: folder
    name: {name}
    source: {{path: ./{folder}}}
    mapping: {{file: ./mappings/pages.py, entities: [Page, Word], onError: {on_error},
      documentHandlers: [{{handler: handle, match: "**/*.json"}}],
      recordHandlers: [{{handler: handle_record, match: "**/*.jsonl"}}]}}
"""
MANIFEST = "\n".join(
    [
        "specVersion: 1.0.0",
        "schema: {file: ./schema.graphql}",
        "dataSources:",
        SOURCE.format(name="Notes", folder="notes", on_error="keep"),
        SOURCE.format(name="Drafts", folder="drafts", on_error="drop"),
    ]
)
SCHEMA = """
type Page @entity { id: ID! size: Int! price: BigDecimal tags: [String!]! raw: JSON }
type Word @entity(shared: true) { id: ID! uses: Int! @merge(fn: SUM) firstUse: String @merge(fn: FIRST) }
"""
MAPPING = """\
import asyncio, os, signal
from pathlib import Path
from docgraph import log
from generated.schema import Page, Word


async def handle(document):
    said = document.data
    log.info("{} of {}", document.path, len(said["words"]))
    if said.get("deadly"):
        os.kill(os.getpid(), signal.SIGKILL)
    if (once := said.get("once")) and not Path(once).exists():
        Path(once).touch()
        os._exit(3)
    await asyncio.sleep(0)
    Page(id=said["id"], size=said["size"], price=said.get("price"), tags=said["words"], raw=said).save()
    for word in said["words"]:
        Word(id=word, uses=1, first_use=document.path).save()


def handle_record(record):
    log.warning("record {}", record.index)
    Page(id=record.data["id"], size=record.data["size"], tags=[]).save()
"""


class Shuffled(Executor):
    """Runs what it is given on two threads, in an order of its own."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._waiting: list[Callable[[], None]] = []
        self._threads = ThreadPoolExecutor(2)

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def work() -> None:
            try:
                future.set_result(function(*arguments, **named))
            except BaseException as error:
                future.set_exception(error)

        self._waiting.append(work)
        self._threads.submit(lambda: self._waiting.pop(self._chance.randrange(len(self._waiting)))())
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait, cancel_futures=cancel_futures)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("notes", "drafts", "mappings"):
        (tmp_path / folder).mkdir()
    (tmp_path / "subgraph.yaml").write_text(MANIFEST)
    (tmp_path / "schema.graphql").write_text(SCHEMA)
    (tmp_path / "mappings/pages.py").write_text(MAPPING)
    return tmp_path


@contextmanager
def shuffled(seed: int) -> Iterator[Callable[[Project], Runner]]:
    with Pool(lambda: Shuffled(seed), 3) as pool:
        yield lambda project: Workers(pool, recipe_of(project, {}))


@asynccontextmanager
async def opened(
    root: Path, dsn: str, index: str, runner: Callable[[Project], Runner], observe: Callable[[Event], None]
) -> AsyncIterator[Indexer]:
    project = load_project(root, {})
    names = [source.name for source in project.manifest.sources]
    async with open_store(dsn, index) as store, store.writer(project.schema, names, project.fingerprint) as writer:
        yield Indexer(project, writer, observe, runner(project))


async def everything(dsn: str, index: str) -> dict[str, list[str]]:
    """Every row of every table of the index, but for what tells the time and the place on the disk."""
    connection = await asyncpg.connect(dsn)
    try:
        found = await served(connection, index)
        assert found is not None
        tables = await connection.fetch(
            "select tablename from pg_tables where schemaname = $1 order by tablename", found.namespace
        )
        return {
            table: [
                row
                for (row,) in await connection.fetch(
                    f"select (to_jsonb(t) - 'timestamp' - 'time' - 'mtime_ns' - 'inode')::text "
                    f'from "{found.namespace}"."{table}" as t order by 1'
                )
            ]
            for (table,) in tables
        }
    finally:
        await connection.close()


def spoken(events: list[Event]) -> list[str]:
    """What was logged and what is wrong, in the order in which it was told."""
    return [str(event) for event in events if isinstance(event, AuthorLogged | ProblemFound)]


def document(chance: random.Random) -> str:
    words = ", ".join(f'"{chance.choice("abcdefgh")}"' for _ in range(chance.randrange(4)))
    identifier, size = chance.randrange(200), chance.choice(["1", "2", "3", '"no size"', "1e400", "9999999999"])
    return chance.choice(
        [
            f'{{"id": "{identifier}", "size": {chance.randrange(9)}, "words": [{words}], "price": 1.10}}',
            f'{{"id": "{identifier}", "size": {chance.randrange(9)}, "words": [{words}], "x": [1.50, null, "é"]}}',
            f'{{"id": {identifier}, "size": {size}, "words": [{words}]}}',
            f'{{"id": {identifier}, "words": [{words}]}}',
            '{"id": ',
        ]
    )


def change(root: Path, chance: random.Random) -> None:
    """Write, rewrite or remove a document."""
    folder, number = chance.choice(["notes", "drafts"]), chance.randrange(150)
    file = root / folder / f"{number // 40}" / f"{number}.{'jsonl' if number % 10 == 0 else 'json'}"
    file.parent.mkdir(exist_ok=True)
    if chance.random() < 0.2:
        file.unlink(missing_ok=True)
    elif file.suffix == ".jsonl":
        lines = [f'{{"id": "r{chance.randrange(90)}", "size": {each}}}' for each in range(chance.randrange(4))]
        file.write_text("\n".join([*lines, *chance.choices(["", '{"id": 1}', "{"], k=1)]))
    else:
        file.write_text(document(chance))


@pytest.mark.parametrize("seed", range(3))
async def test_rows_problems_and_log_are_those_of_one_process_whoever_works_and_in_whatever_order(
    seed: int, root: Path, dsn: str
) -> None:
    chance = random.Random(seed)
    for _ in range(300):
        change(root, chance)
    async with AsyncExitStack() as stack:
        told: dict[str, list[Event]] = {"one": [], "shuffled": [], "processes": []}
        kinds = {
            "one": lambda project: run,
            "shuffled": stack.enter_context(shuffled(seed)),
            "processes": stack.enter_context(runners(3, {})),
        }
        indexers = [
            await stack.enter_async_context(opened(root, dsn, name, kinds[name], told[name].append)) for name in told
        ]
        for _ in range(4):
            for indexer in indexers:
                await indexer.catch_up()
            expected = await everything(dsn, "one")
            assert spoken(told["one"])
            for name in ("shuffled", "processes"):
                assert spoken(told[name]) == spoken(told["one"])
                assert await everything(dsn, name) == expected
            for _ in range(60):
                change(root, chance)
    for table in ("page", "word", "$claim", "$problem", "$log"):
        assert expected[table]


def write(root: Path, name: str, more: str = "") -> None:
    (root / "notes" / f"{name}.json").write_text(f'{{"id": "{name}", "size": 1, "words": ["a"]{more}}}')


async def pages(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row["id"] for row in await connection.fetch("select id from pages.page order by id")]
    finally:
        await connection.close()


async def test_a_document_that_ends_its_worker_is_told_and_costs_no_other(root: Path, dsn: str) -> None:
    names = [f"{number:03}" for number in range(120)]
    for name in names:
        write(root, name, ', "deadly": true' if name in ("007", "099") else "")
    told: list[Event] = []
    with runners(2, {}) as runner:
        async with opened(root, dsn, "pages", runner, told.append) as indexer:
            await indexer.catch_up()
            assert await pages(dsn) == [name for name in names if name not in ("007", "099")]
            problems = [event.problem for event in told if isinstance(event, ProblemFound)]
            assert [problem.at.path for problem in problems] == ["notes/007.json", "notes/099.json"]
            assert "ended the worker process" in problems[0].what
            assert await indexer.catch_up() is None  # it is not run again before something changes
            write(root, "007")
            assert await indexer.catch_up() is not None
            assert "007" in await pages(dsn)


async def test_a_worker_that_dies_once_costs_nothing(root: Path, dsn: str, tmp_path: Path) -> None:
    names = [f"{number:03}" for number in range(60)]
    for name in names:
        write(root, name, f', "once": "{tmp_path / "died"}"' if name == "031" else "")
    told: list[Event] = []
    with runners(2, {}) as runner:
        async with opened(root, dsn, "pages", runner, told.append) as indexer:
            await indexer.catch_up()
    assert (tmp_path / "died").exists()
    assert await pages(dsn) == names
    assert [event for event in told if isinstance(event, ProblemFound)] == []


async def test_code_that_was_edited_since_is_not_run_in_place_of_what_was_loaded(root: Path, dsn: str) -> None:
    write(root, "a")
    project = load_project(root, {})
    recipe = recipe_of(project, {})
    job = Job(DocumentKey(0, "a.json"), None, False)
    with runners(2, {}) as runner:
        async with opened(root, dsn, "pages", runner, lambda event: None) as indexer:
            (root / "mappings/pages.py").write_text(MAPPING.replace('id=said["id"]', 'id="edited"'))
            assert work(recipe, [job]) is None
            await indexer.catch_up()
            assert await pages(dsn) == ["a"]
        async with opened(root, dsn, "pages", runner, lambda event: None) as indexer:
            await indexer.catch_up()
            assert await pages(dsn) == ["edited"]


async def test_a_source_that_goes_away_is_told_from_a_worker_as_it_is_from_here(root: Path) -> None:
    write(root, "a")
    recipe = recipe_of(load_project(root, {}), {})
    with Pool(lambda: processes(1), 1) as pool:
        assert await pool.call(work, recipe, []) == []
        (root / "notes/a.json").unlink()
        (root / "notes").rmdir()
        with pytest.raises(SourceAway, match="there is no folder"):
            await pool.call(work, recipe, [Job(DocumentKey(0, "a.json"), None, False)])


async def test_workers_end_with_a_process_that_is_killed(root: Path, dsn: str) -> None:
    for number in range(60):
        write(root, str(number))
    command = ("index", "--watch", "--workers", "2", "--log", "json")
    async with docgraph(*command, project=root, environment={"DATABASE_URL": dsn}) as running:
        await running.event("BlockCommitted")
        workers = psutil.Process(running.process.pid).children(recursive=True)
        assert len(workers) >= 2
        await running.kill()
        _, alive = psutil.wait_procs(workers, timeout=20)
        assert alive == []


def test_nothing_of_a_pool_goes_on_after_its_end_not_even_of_one_at_work() -> None:
    before = set(threading.enumerate())
    with processes(1) as executor:
        worker = executor.submit(os.getpid).result()
        waiting = [executor.submit(time.sleep, 600) for _ in range(20)]
    assert set(threading.enumerate()) <= before
    assert all(each.done() for each in waiting)
    assert not psutil.pid_exists(worker)


async def test_workers_take_the_code_that_is_edited_while_documents_are_followed(root: Path, dsn: str) -> None:
    write(root, "a")
    environment = {"DATABASE_URL": dsn, "DOCGRAPH_WORKERS": "2", "DOCGRAPH_INDEX": "pages"}
    async with docgraph("index", "--watch", "--log", "json", project=root, environment=environment) as running:
        await running.event("BlockCommitted")
        (root / "mappings/pages.py").write_text(MAPPING.replace('id=said["id"]', 'id="edited"'))
        await running.event("BlockCommitted", 2)
        assert await pages(dsn) == ["edited"]
        running.process.send_signal(signal.SIGTERM)
        assert await running.ended() == 128 + signal.SIGTERM


async def test_an_index_that_workers_made_equals_the_rebuild_that_others_make(root: Path, dsn: str) -> None:
    chance = random.Random(9)
    for _ in range(100):
        change(root, chance)
    environment = {"DATABASE_URL": dsn}
    code, _, said = await finished("index", "--workers", "2", folder=root, environment=environment)
    assert code == 0, said
    for count in ("1", "3"):
        code, _, said = await finished("verify", "--workers", count, folder=root, environment=environment)
        assert code == 0, said
    code, _, said = await finished("index", "--workers", "0", folder=root, environment=environment)
    assert code == 2
    assert "--workers" in said
