"""A server whose page is not built yet answers GraphQL, tells browsers so, and shows the page once it is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
from support.processes import docgraph
from support.projects import write_items_project

import docgraph as package

SOURCE = Path(package.__file__).parent
PLACE = Path("server", "static")
BROWSER = {"accept": "text/html,application/xhtml+xml"}


async def test_the_page_is_told_to_be_missing_until_it_is_built_and_then_shown(dsn: str, tmp_path: Path) -> None:
    copied = tmp_path / "src" / "docgraph"
    shutil.copytree(SOURCE, copied, ignore=shutil.ignore_patterns("static", "__pycache__"))
    project = write_items_project(tmp_path / "shop", 1)
    environment = {"DATABASE_URL": dsn, "PYTHONPATH": str(copied.parent)}
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        async with httpx.AsyncClient(base_url=address, headers=BROWSER) as client:
            for path in ("/", "/graphql"):
                missing = await client.get(path)
                assert missing.status_code == 503
                assert missing.headers["content-type"].startswith("text/html")
                assert "make page" in missing.text
                assert 'http-equiv="refresh"' in missing.text
            assert (await client.get("/static/icon.svg")).status_code == 404
            answer = await client.post("/graphql", json={"query": "{ items { name } }"})
            assert answer.json() == {"data": {"items": [{"name": "item 0"}]}}

            write_page(copied / PLACE)
            for path in ("/", "/graphql"):
                shown = await client.get(path)
                assert shown.status_code == 200
                assert '"index":"shop"' in shown.text
            assert (await client.get("/static/icon.svg")).text == "<svg/>"
    assert not running.events("Logged")


def write_page(static: Path) -> None:
    """The least that the build leaves."""
    static.mkdir()
    (static / "icon.svg").write_text("<svg/>")
    (static / "index.html").write_text('<script id="docgraph" type="application/json">{}</script>')
