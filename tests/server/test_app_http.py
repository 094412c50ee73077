"""What the application adds to answers: the latest block, compression, and leave for every page to ask."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from support.projects import write_item, write_items_project

from docgraph.server.app import create_app
from docgraph.server.front import COMPRESSED_FROM
from docgraph.server.running import index_once
from docgraph.server.serving import Serving, serving
from docgraph.server.settings import Settings, read_settings

BLOCK = "{ _meta { block { hash number timestamp } } }"


@asynccontextmanager
async def shop(dsn: str, folder: Path, items: int) -> AsyncIterator[tuple[Settings, Serving, httpx.AsyncClient]]:
    """An application over an index of so many items."""
    project = write_items_project(folder / "shop", items)
    settings = read_settings(project, database_url=dsn, index="shop", environment={})
    await index_once(settings, lambda event: None)
    async with serving(settings, lambda event: None) as current:
        transport = httpx.ASGITransport(app=create_app(current))
        async with httpx.AsyncClient(transport=transport, base_url="http://docgraph") as client:
            yield settings, current, client


async def test_every_answer_tells_the_latest_block(dsn: str, tmp_path: Path) -> None:
    async with shop(dsn, tmp_path, 1) as (settings, current, client):
        for number in (1, 2):
            if number == 2:
                write_item(settings.project, 0, name="changed")
                await index_once(settings, lambda event: None)
                await current.look()
            answer = await client.post("/graphql", json={"query": BLOCK})
            told = json.loads(answer.headers["graph-indexed"])
            assert told == answer.json()["data"]["_meta"]["block"]
            assert told["number"] == number
        tag = (await client.get("/graphql", params={"query": BLOCK})).headers["etag"]
        same = await client.get("/graphql", params={"query": BLOCK}, headers={"if-none-match": tag})
        refused = await client.post("/graphql", content=b"{")
    assert (same.status_code, refused.status_code) == (304, 415)
    assert same.headers["graph-indexed"] == refused.headers["graph-indexed"] == answer.headers["graph-indexed"]


async def test_large_answers_are_compressed_where_the_client_takes_it_and_keep_their_tag(
    dsn: str, tmp_path: Path
) -> None:
    asked = {"query": "{ items { id name } }"}
    async with shop(dsn, tmp_path, 100) as (_, _, client):
        plain = await client.get("/graphql", params=asked, headers={"accept-encoding": "identity"})
        small = await client.get("/graphql", params={"query": "{ __typename }"})
        async with client.stream("GET", "/graphql", params=asked) as answer:
            raw = [part async for part in answer.aiter_raw()]
    assert answer.headers["content-encoding"] == "gzip"
    assert sum(map(len, raw)) == int(answer.headers["content-length"]) < len(plain.content) / 2
    assert len(plain.content) >= COMPRESSED_FROM
    assert {"content-encoding"}.isdisjoint({*plain.headers, *small.headers})
    assert plain.headers["etag"] == answer.headers["etag"]
    for each in (plain, small, answer):
        assert {"Accept", "Accept-Encoding"} <= {*each.headers["vary"].split(", ")}


async def test_any_page_may_ask_and_read_the_headers(dsn: str, tmp_path: Path) -> None:
    origin = {"origin": "https://elsewhere.example"}
    wanted: dict[str, Any] = {
        **origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type, apollo-require-preflight",
    }
    async with shop(dsn, tmp_path, 1) as (_, _, client):
        asked_before = await client.options("/graphql", headers=wanted)
        answer = await client.post("/graphql", json={"query": BLOCK}, headers=origin)
        bare = await client.options("/graphql")
    assert asked_before.status_code == 200
    assert "POST" in asked_before.headers["access-control-allow-methods"]
    assert "apollo-require-preflight" in asked_before.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == "ETag, graph-indexed"
    assert bare.status_code == 204
    assert bare.headers["access-control-allow-origin"] == "*"


async def test_head_of_a_browser_is_told_what_get_would_be(dsn: str, tmp_path: Path) -> None:
    accept = {"accept": "text/html,*/*;q=0.8"}
    async with shop(dsn, tmp_path, 1) as (_, _, client):
        got, headed = await client.get("/graphql", headers=accept), await client.head("/graphql", headers=accept)
    assert headed.status_code == got.status_code == 200
    assert headed.headers == got.headers
    assert got.headers["content-type"].startswith("text/html")
    assert "Accept" in got.headers["vary"]
