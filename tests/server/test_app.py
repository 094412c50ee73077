"""The application around GraphQL: what it says of itself, and what it says when it breaks."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from support.projects import write_items_project

from docgraph.model.events import Event, HeldBack
from docgraph.model.problem import Problem
from docgraph.server import app as application
from docgraph.server.app import create_app
from docgraph.server.running import index_once
from docgraph.server.serving import Serving, serving
from docgraph.server.settings import Settings, read_settings


def settings_of(project: Path, dsn: str) -> Settings:
    return read_settings(project, database_url=dsn, index="shop", environment={})


def client_of(current: Serving) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(current), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://docgraph")


async def test_a_fault_of_ours_is_an_answer_without_a_stack(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr(application, "_something_is_served", broken)
    async with serving(settings_of(tmp_path, dsn), lambda event: None) as current, client_of(current) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"})
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL_SERVER_ERROR"}
    assert "secret" not in answer.text


async def test_what_is_indexed_while_the_api_runs_is_served_at_once(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    settings = settings_of(project, dsn)
    async with serving(settings, lambda event: None) as current, client_of(current) as client:
        asked = {"query": "{ items { id } }"}
        assert (await client.get("/ready")).status_code == 503
        assert (await client.post("/graphql", json=asked)).status_code == 503
        assert (await client.get("/schema.graphql")).status_code == 503
        await index_once(settings, lambda event: None)
        assert (await client.post("/graphql", json=asked)).json() == {
            "data": {"items": [{"id": "i000000"}, {"id": "i000001"}]}
        }
        status = (await client.get("/status")).json()
        assert status["entities"] == {"group": 10, "item": 2}
        page = await client.get("/graphql", headers={"Accept": "text/html"})
        assert "Content-Security-Policy" in page.headers
        assert '"exampleQuery":"{\\n  items(first: 10)' in page.text
        assert (await client.get("/nothing")).status_code == 404


async def test_a_new_schema_that_no_handler_fits_is_held_back_until_they_are_mended(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    settings, schema, mapping = settings_of(project, dsn), project / "schema.graphql", project / "mappings" / "items.py"
    await index_once(settings, lambda event: None)
    async with serving(settings, lambda event: None) as current, client_of(current) as client:
        schema.write_text(schema.read_text().replace("size: Int!", "weight: Int!"))
        events: list[Event] = []
        with pytest.raises(Problem, match="not served"):
            await index_once(settings, events.append)
        assert HeldBack(("Items",)) in events
        await current.look()
        answer = await client.post("/graphql", json={"query": "{ items { size } }"})
        assert answer.json() == {"data": {"items": [{"size": 0}, {"size": 1}]}}

        mapping.write_text(mapping.read_text().replace("size=", "weight="))
        await index_once(settings, lambda event: None)
        await current.look()
        answer = await client.post("/graphql", json={"query": "{ items { weight } }"})
        assert answer.json() == {"data": {"items": [{"weight": 0}, {"weight": 1}]}}


async def test_a_schema_that_gains_a_field_is_answered_by_at_once_in_the_same_deployment(
    dsn: str, tmp_path: Path
) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    settings, schema, mapping = settings_of(project, dsn), project / "schema.graphql", project / "mappings" / "items.py"
    await index_once(settings, lambda event: None)
    async with serving(settings, lambda event: None) as current, client_of(current) as client:
        schema.write_text(schema.read_text().replace("size: Int!", "colour: String size: Int!"))
        mapping.write_text(mapping.read_text().replace("size=", 'colour="red", size='))
        await index_once(settings, lambda event: None)
        await current.look()
        answer = await client.post(
            "/graphql", json={"query": "{ items { colour size } _meta { deployment block { number } } }"}
        )
        assert answer.json()["data"] == {
            "items": [{"colour": "red", "size": 0}, {"colour": "red", "size": 1}],
            "_meta": {"deployment": "1", "block": {"number": 2}},
        }
        answer = await client.post("/graphql", json={"query": "{ items(block: {number: 1}) { colour size } }"})
        assert answer.json()["data"] == {"items": [{"colour": None, "size": 0}, {"colour": None, "size": 1}]}


async def test_single_documents_that_do_not_fit_a_new_schema_hold_nothing_back(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    settings, schema = settings_of(project, dsn), project / "schema.graphql"
    await index_once(settings, lambda event: None)
    (project / "items" / "i000001.json").write_text("{")
    schema.write_text(schema.read_text().replace("size: Int!", "size: BigInt!"))
    report = await index_once(settings, lambda event: None)
    assert (report.documents, report.problems) == (12, 1)
