"""Indexing and serving in one process: neither goes on alone when the other has broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import write_items_project

from docgraph.server import running
from docgraph.server.settings import read_settings


async def test_a_fault_in_the_indexing_thread_ends_the_whole_process(
    dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(running, "_index_forever", broken)
    settings = read_settings(
        write_items_project(tmp_path / "shop", 1), database_url=dsn, index="shop", port=0, environment={}
    )
    with pytest.raises(ZeroDivisionError):
        await running.develop(settings, lambda event: None)
