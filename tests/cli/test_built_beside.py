"""Whoever changes the schema is told in the terminal why the index is built beside what is served."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from support.projects import write_items_project

from docgraph.cli.terminal import Terminal
from docgraph.indexer.project import load_project
from docgraph.server.running import index_once
from docgraph.server.settings import Settings, read_settings
from docgraph.server.verifying import target_of
from docgraph.store import adapt
from docgraph.store.commit import open_store
from docgraph.store.connection import Connection, connect
from docgraph.store.opening import open_session
from docgraph.store.turns import take_turn_soon

SHADES = "enum Shade {{ {} }}\ntype Paint @entity {{ id: ID!, shade: Shade }}\n"
SHELF = "type Shelf @entity { id: ID! }\n"
BOX = "type Box @entity { id: ID! }\n"


class Shop:
    """A project, indexed once, whose schema gets other types behind its own."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.folder = write_items_project(folder, 2)
        self.dsn = dsn
        self._schema = self.schema

    @property
    def schema(self) -> str:
        return (self.folder / "schema.graphql").read_text()

    @property
    def settings(self) -> Settings:
        return read_settings(self.folder, database_url=self.dsn, environment={})

    def write(self, schema: str) -> None:
        (self.folder / "schema.graphql").write_text(schema)

    def add(self, types: str) -> None:
        self.write(self._schema + types)

    async def index(self) -> str:
        """What the terminal says."""
        said = StringIO()
        await index_once(self.settings, Terminal(Console(file=said, width=200)).observe)
        return said.getvalue()


@pytest.fixture
async def shop(dsn: str, tmp_path: Path) -> Shop:
    found = Shop(tmp_path / "shop", dsn)
    said = await found.index()
    assert "built beside" not in said  # nothing is served
    return found


async def test_what_no_table_can_be_changed_to_is_told(shop: Shop) -> None:
    shop.write(shop.schema.replace("size: Int!", "size: BigInt!"))
    assert "schema   Item.size is stored in another way; built beside what is served\n" in await shop.index()


async def test_that_another_process_writes_what_is_served_is_told(shop: Shop) -> None:
    project = load_project(shop.folder, {})
    sources = [source.name for source in project.manifest.sources]
    async with open_store(shop.dsn, "shop") as store, store.writer(project.schema, sources, project.fingerprint):
        shop.add(SHELF)
        assert "schema   another process writes what is served; built beside what is served\n" in await shop.index()


async def test_that_another_process_changed_what_is_served_meanwhile_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take_turn_late(connection: Connection, turn: int) -> bool:
        monkeypatch.undo()
        shop.add(SHELF)
        assert "Shelf is new; changed in place" in await shop.index()
        return await take_turn_soon(connection, turn)

    shop.add(SHELF + BOX)
    monkeypatch.setattr(adapt, "take_turn_soon", take_turn_late)
    told = "schema   another process has changed what is served meanwhile; built beside what is served\n"
    assert told in await shop.index()


async def test_an_enum_whose_values_a_given_up_change_put_in_another_order_is_told(shop: Shop) -> None:
    shop.add(SHADES.format("DARK LIGHT"))
    await shop.index()
    shop.add(SHADES.format("DARK LIGHT PALE"))
    connection = await connect(shop.dsn)
    session = await open_session(connection, target_of(shop.dsn, shop.settings, load_project(shop.folder, {})), None)
    assert session.adapted is not None
    connection.terminate()  # before any block
    shop.add(SHADES.format("DARK PALE LIGHT"))
    told = (
        "schema   a change that was given up left values of enum Shade in another order; built beside what is served\n"
    )
    assert told in await shop.index()
