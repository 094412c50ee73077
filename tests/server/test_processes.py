"""docgraph as people run it: whole processes, edited files, HTTP, and processes killed at the worst moment."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from support.processes import Running, ask, docgraph, finished
from support.projects import copy_example, write_item, write_items_project

ROOT = Path(__file__).resolve().parents[2]
ITEMS = "{ items(first: 1000) { id name size group { id } } }"


async def rows_of(dsn: str, index: str) -> dict[str, list[Any]]:
    """Every row of an index, through the views that people query."""
    connection = await asyncpg.connect(dsn)
    try:
        return {
            view: [tuple(row) for row in await connection.fetch(f'select * from "{index}"."{view}" order by id')]
            for view in ("group", "item")
        }
    finally:
        await connection.close()


async def changed(running: Running, address: str, query: str, wanted: object) -> None:
    """Wait for blocks until the answer is the wanted one."""
    number = len(running.events("BlockCommitted"))
    while await ask(address, query) != wanted:
        number += 1
        await running.event("BlockCommitted", number)


async def test_dev_shows_each_edit_of_a_document_in_the_next_answer(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 3)
    environment = {"DATABASE_URL": dsn}
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        names = "{ items { id name } }"
        first = [{"id": f"i{number:06}", "name": f"item {number}"} for number in range(3)]
        assert await ask(address, names) == {"items": first}

        write_item(project, 1, name="edited")
        await changed(running, address, names, {"items": [first[0], {"id": "i000001", "name": "edited"}, first[2]]})

        (project / "items" / "i000000.json").unlink()
        await changed(running, address, names, {"items": [{"id": "i000001", "name": "edited"}, first[2]]})

        (project / "items" / "i000002.json").rename(project / "items" / "renamed.json")
        renamed = {"id": "renamed", "name": "item 2"}
        await changed(running, address, names, {"items": [{"id": "i000001", "name": "edited"}, renamed]})


async def test_an_indexer_and_an_api_are_two_processes_as_in_the_compose_file(dsn: str, tmp_path: Path) -> None:
    project = copy_example(ROOT, tmp_path / "jobs")
    environment = {"DATABASE_URL": dsn, "DOCGRAPH_INDEX": "jobs"}
    async with (
        docgraph("serve", "--port", "0", "--log", "json", project=project, environment=environment) as api,
        httpx.AsyncClient() as client,
    ):
        address = await api.address()
        assert (await client.get(f"{address}/health")).status_code == 200
        assert (await client.get(f"{address}/ready")).status_code == 503
        assert (await client.post(f"{address}/graphql", json={"query": "{ __typename }"})).status_code == 503
        async with docgraph("index", "--watch", "--log", "json", project=project, environment=environment) as indexer:
            await indexer.event("BlockCommitted")
            assert (await client.get(f"{address}/ready")).json()["ready"] is True
            answer = await ask(address, "{ companies(first: 2) { name } _meta { block { number } } }")
            assert len(answer["companies"]) == 2
            assert answer["_meta"] == {"block": {"number": 1}}
        assert "type Company" in (await client.get(f"{address}/schema.graphql")).text


async def test_killing_the_process_in_the_first_index_loses_nothing(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 6000)
    environment = {"DATABASE_URL": dsn}
    async with docgraph("index", "--log", "json", project=project, environment=environment) as running:
        await running.event("DocumentsIndexed", 12)
        await running.kill()
    assert not running.events("BlockCommitted")
    for index in ("shop", "clean"):
        code, _, said = await finished("index", "--index", index, folder=project, environment=environment)
        assert code == 0, said
    rows = await rows_of(dsn, "shop")
    assert len(rows["item"]) == 6000
    assert rows == await rows_of(dsn, "clean")


async def test_killing_postgres_in_the_first_index_loses_nothing(open_folder: Path) -> None:
    project = write_items_project(open_folder / "shop", 6000)
    async with docgraph("dev", "--port", "0", "--log", "json", project=project) as running:
        address = await running.address()
        await running.event("DocumentsIndexed", 12)
        pid = int((project / ".docgraph" / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        await running.event("BlockCommitted")
        answer = await ask(address, ITEMS)
    assert [item["id"] for item in answer["items"]] == [f"i{number:06}" for number in range(1000)]
    code, out, said = await finished(
        "query", "{ items(orderBy: id, orderDirection: desc, first: 1) { id } }", folder=project
    )
    assert code == 0, said
    assert "i005999" in out


async def test_a_taken_port_is_said_and_the_next_free_one_is_used(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    environment = {"DATABASE_URL": dsn}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, said = await finished("serve", "--port", port, folder=project, environment=environment)
        assert code == 75
        assert f"port {port} on 127.0.0.1 is taken" in said
    async with (
        docgraph("dev", "--log", "json", project=project, environment=environment) as first,
        docgraph("serve", "--log", "json", project=project, environment=environment) as second,
    ):
        assert await first.address() != await second.address()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "no Postgres answers at 127.0.0.1:1"),
        ("postgresql://nobody@[::1]:1/none", "no Postgres answers at [::1]:1"),
        ("not a url", "not the address of a Postgres database"),
    ],
)
async def test_an_unreachable_database_is_the_worlds_fault_and_said_clearly(
    tmp_path: Path, url: str, expected: str
) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    for command in ("index", "serve", "dev", "status"):
        code, _, said = await finished(command, folder=project, environment={"DATABASE_URL": url})
        assert code == 75, said
        assert expected in said
        assert "mend:" in said
        assert "Traceback" not in said


async def test_a_new_project_runs_at_once_on_its_private_postgres(open_folder: Path) -> None:
    code, _, said = await finished("init", "notes", folder=open_folder)
    assert code == 0, said
    project = open_folder / "notes"
    assert sum(1 for path in project.rglob("*") if path.is_file()) <= 6
    async with docgraph("dev", "--port", "0", "--log", "json", project=project) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        question = '{ note(id: "welcome") { title links { id } linkedFrom { id } } }'
        linked = {"links": [{"id": "second-note"}], "linkedFrom": [{"id": "second-note"}]}
        assert await ask(address, question) == {"note": {"title": "Welcome", **linked}}
    code, _, said = await finished("init", "notes", folder=open_folder)
    assert code == 1
    assert "there already" in said


@pytest.mark.parametrize(
    ("command", "sent", "expected"),
    [
        (("dev", "--port", "0"), [signal.SIGINT], 130),
        (("dev", "--port", "0"), [signal.SIGTERM, signal.SIGTERM], 143),
        (("serve", "--port", "0"), [signal.SIGTERM, signal.SIGTERM], 143),
    ],
)
async def test_a_stopped_process_says_nothing_and_leaves_no_postgres(
    open_folder: Path, command: tuple[str, ...], sent: list[signal.Signals], expected: int
) -> None:
    project = write_items_project(open_folder / "shop", 1)
    async with docgraph(*command, "--log", "json", project=project) as running:
        await running.address()
        if "dev" in command:
            await running.event("BlockCommitted")
        for each in sent:
            running.process.send_signal(each)
        assert await running.ended() == expected
        assert running.said == []
    assert not (project / ".docgraph" / "postgres" / "cluster" / "postmaster.pid").exists()


async def test_checking_many_documents_ends_when_it_is_told_to(tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 20_000)
    (project / "items" / "a.json").write_text("{")  # told at once: checking has begun
    async with docgraph("check", "--documents", project=project) as running:
        await running.line()
        running.process.send_signal(signal.SIGTERM)
        assert await running.ended() == 143


async def test_a_mistake_in_the_project_is_shown_and_waited_out_while_answers_go_on(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    environment = {"DATABASE_URL": dsn}
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        schema = (project / "schema.graphql").read_text()
        (project / "schema.graphql").write_text(schema.replace("size: Int!", "size: Itn!"))
        problem = await running.event("ProblemFound")
        assert problem["path"] == "schema.graphql"
        assert "Int" in problem["mend"]
        assert len((await ask(address, ITEMS))["items"]) == 2
        (project / "schema.graphql").write_text(schema.replace("size: Int!", "size: BigInt!"))
        assert (await running.event("BuiltBeside"))["why"] == ["Item.size is stored in another way"]
        await running.event("BlockCommitted", 2)
        async with httpx.AsyncClient() as client:  # being ready means serving what the database says is served
            assert (await client.get(f"{address}/ready")).json()["deployment"] == "2"
        assert (await ask(address, "{ items(first: 1) { size } }"))["items"] == [{"size": "0"}]


async def test_editing_a_handler_runs_its_documents_again(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    environment = {"DATABASE_URL": dsn}
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        mapping = project / "mappings" / "items.py"
        mapping.write_text(mapping.read_text().replace('name=item["name"]', 'name=item["name"].upper()'))
        await changed(running, address, "{ items { name } }", {"items": [{"name": "ITEM 0"}, {"name": "ITEM 1"}]})
